"""Replies: codes, rows, faults, cut tails, and what is no reply at all."""

import pytest
from data_exchange import FAULT, get_reply, phase_row, put_reply
from hypothesis import given
from hypothesis import strategies as st

from erp_bridge_spectrum.replies import Said, Unreadable, parse_reply

ROWS = [phase_row(f"1050{number:04}", "L", "1.00") for number in range(4)]
WHOLE = get_reply("GetPhase", ROWS).encode()


def test_a_put_may_say_several_things() -> None:
    """One `response` per field that failed, in lower case."""
    reply = parse_reply(
        put_reply("AddPhase", ("I", "Cost_Type is <odd>", "Cost_Type"), ("M", "", "Description")).encode()
    )

    assert [
        Said(code="I", text="Cost_Type is <odd>", column="Cost_Type"),
        Said(code="M", text="", column="Description"),
    ] == list(reply.said())
    assert reply.whole


def test_a_put_without_a_response_is_an_answer() -> None:
    """What a successful Put returns is not documented: nothing is one of the forms."""
    reply = parse_reply(put_reply("AddPhase").encode())

    assert ((), True, "") == (tuple(reply.said()), reply.answered, reply.fault)


def test_a_get_gives_rows() -> None:
    """Every row with its elements, trimmed."""
    reply = parse_reply(WHOLE)

    assert (4, "40891", True) == (len(reply.rows), reply.rows[0]["Job_Number"], reply.whole)


@given(st.integers(1, len(WHOLE) - 1))
def test_a_cut_reply_is_never_whole(length: int) -> None:
    """However it is cut: rows that came whole are there, and the reply says that it is not."""
    try:
        reply = parse_reply(WHOLE[:length])
    except Unreadable:
        return
    assert not reply.whole
    assert [row["Phase_Code"] for row in reply.rows] == [row["Phase_Code"] for row in ROWS[: len(reply.rows)]]


def test_a_cut_tail_keeps_every_whole_row() -> None:
    """The closing tags are missing, every `response` is there."""
    reply = parse_reply(WHOLE[: WHOLE.rindex(b"</response>") + len(b"</response>")])

    assert (4, False) == (len(reply.rows), reply.whole)


def test_a_fault_is_told() -> None:
    """Code and text of a SOAP fault."""
    assert "SOAP-ENV:Server: Error executing Web Service" == parse_reply(FAULT.encode()).fault


BOMB = b'<!DOCTYPE a [<!ENTITY b "bbbb">]>' + WHOLE.partition(b"?>")[2].replace(b"Engineering", b"&b;", 1)
OUTSIDE = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>' + WHOLE.partition(b"?>")[2]


@pytest.mark.rule("X3")
@pytest.mark.parametrize(
    "content",
    [b"", b"<html><body>Sign in</body></html>", b"plain", BOMB, OUTSIDE, WHOLE.decode().encode("utf-16"), b"<a></b>"],
    ids=["empty", "html", "text", "entity", "outside", "utf-16", "broken"],
)
def test_what_is_no_reply_is_unreadable(content: bytes) -> None:
    """Nothing is expanded, nothing from outside is loaded, nothing is guessed."""
    with pytest.raises(Unreadable):
        parse_reply(content)
