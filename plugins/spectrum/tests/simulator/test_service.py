"""What goes wrong on the way: load, faults, HTML, lost replies, late commits, calls that can't be read."""

from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

import pytest
import requests
from simulator.stranger import ENVELOPE, TYPES, Office, Stranger, envelope

from erp_bridge_spectrum.simulator.company import Installation

PHASE = {
    "Job_Number": "24-001", "Phase_Code": "031000", "Cost_Type": "L", "Description": "x", "Original_Est_Cost": "100",
    "Price_Method_Code": "F",
}  # fmt: skip


def is_fault(response: requests.Response) -> bool:
    """A SOAP fault as the public client saw it."""
    return "SOAP-ENV:Fault" in response.text and "Error executing Web Service" in response.text


@pytest.mark.parametrize("qualified", [True, False])
def test_takes_children_qualified_or_not(office: Office, stranger: Stranger, qualified: bool) -> None:  # noqa: FBT001
    """Both kinds of client are in use."""
    stranger.post("AddPhase", envelope("AddPhase", stranger.elements("AddPhase", PHASE), qualified=qualified))
    assert {"031000 / L": ("100.00", "0.00")} == office.books()


@pytest.mark.parametrize("status", ["500", "200"])
@pytest.mark.parametrize("name", ["GUID", "Status_Code", "Bid_Item_Number"])
def test_a_missing_element_is_a_fault(office: Office, stranger: Stranger, name: str, status: str) -> None:
    """Every declared element must be present, even if empty; a fault may come with 200."""
    office.switch("fault_status", status)
    elements = [each for each in stranger.elements("AddPhase", PHASE) if each[0] != name]
    response = stranger.post("AddPhase", envelope("AddPhase", elements))
    assert (int(status), True, []) == (response.status_code, is_fault(response), office.entries())


def test_order_of_elements_is_strict_unless_switched(office: Office, stranger: Stranger) -> None:
    """Nobody has said whether the order matters; here it does by default."""
    body = envelope("AddPhase", stranger.elements("AddPhase", PHASE)[::-1])
    assert is_fault(stranger.post("AddPhase", body))
    office.switch("element_order", "any")
    assert 200 == stranger.post("AddPhase", body).status_code
    assert {"031000 / L": ("100.00", "0.00")} == office.books()


def test_a_missing_or_double_element_is_a_fault_in_any_order(office: Office, stranger: Stranger) -> None:
    """Where the order does not matter, being there once still does."""
    office.switch("element_order", "any")
    elements = stranger.elements("AddPhase", PHASE)
    for wrong in (elements[:-1], [*elements, ("GUID", "")]):
        assert is_fault(stranger.post("AddPhase", envelope("AddPhase", wrong)))
    assert [] == office.entries()


BOMB = "".join(f'<!ENTITY e{at} "{f"&e{at - 1};" * 10 if at else "x"}">' for at in range(9))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not xml",
        b"<a>" * 100_000,
        "\udcff".encode(errors="surrogatepass"),
        b'<?xml version="1.0" encoding="nonsense"?><a/>',
        f'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><s:Envelope xmlns:s="{ENVELOPE}"><s:Body>'
        f'<GetPhase xmlns="{TYPES}"><GUID>&x;</GUID></GetPhase></s:Body></s:Envelope>'.encode(),
        f"<!DOCTYPE a [{BOMB}]><a>&e8;</a>".encode(),
        f'<s:Envelope xmlns:s="{ENVELOPE}"><s:Body/></s:Envelope>'.encode(),
        f'<s:Envelope xmlns:s="{ENVELOPE}"><s:Body><GetPhase/></s:Body></s:Envelope>'.encode(),
        f'<s:Envelope xmlns:s="{ENVELOPE}"><s:Body><GetPhase xmlns="urn:else"/></s:Body></s:Envelope>'.encode(),
    ],
)  # fmt: skip
def test_what_is_no_call_is_a_fault(stranger: Stranger, body: bytes) -> None:
    """Broken XML, document types with entities, foreign namespaces: nothing expands, nothing is fetched."""
    assert is_fault(stranger.post("GetPhase", body))


def test_a_document_type_before_a_right_call_is_a_fault(office: Office, stranger: Stranger) -> None:
    """Even a harmless one: no entity can be declared without it."""
    body = envelope("AddPhase", stranger.elements("AddPhase", PHASE))
    assert is_fault(stranger.post("AddPhase", b'<!DOCTYPE a [<!ENTITY x "y">]>' + body))
    assert [] == office.entries()


def test_a_call_at_another_methods_address_is_a_fault(office: Office, stranger: Stranger) -> None:
    """Address and method must agree."""
    assert is_fault(stranger.post("GetPhase", envelope("AddPhase", stranger.elements("AddPhase", PHASE))))
    assert [] == office.entries()


def test_one_call_too_many_at_once_is_a_fault(office: Office, stranger: Stranger) -> None:
    """With three calls inside, the fourth gets a fault at once and writes nothing; the three succeed."""
    calls = [
        {**PHASE, "Cost_Type": cost_type, "Phase_Code": phase} for phase in ("031000", "051000") for cost_type in "LM"
    ]
    with ThreadPoolExecutor(4) as pool:
        with Installation(office.home).writing():  # the books are held, so calls stay inside until they are given back
            futures = [pool.submit(stranger.call, "AddPhase", call) for call in calls]
            done, waiting = wait(futures, timeout=30, return_when=FIRST_COMPLETED)
        replies = [future.result(timeout=30) for future in waiting]
    assert [True] == [is_fault(future.result()) for future in done]
    assert [False] * 3 == [is_fault(reply) for reply in replies]
    assert 3 == len(office.entries())


def test_a_bound_of_nought_takes_any_number(office: Office, stranger: Stranger) -> None:
    """The bound is a switch."""
    office.switch("at_once", "0")
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: stranger.call("AddPhase", PHASE), range(16)))
    assert [False] * 16 == [is_fault(reply) for reply in replies]
    assert 1 == office.entries()[0].original_entries


@pytest.mark.rule("L6")
@pytest.mark.parametrize(("commit", "books"), [("no", {}), ("yes", {"031000 / L": ("100.00", "0.00")})])
def test_a_fault_may_hide_a_write(
    office: Office, stranger: Stranger, commit: str, books: dict[str, tuple[str, str]]
) -> None:
    """Whether the faulty call was carried out can't be seen from its fault; the next call works."""
    office.switch("faults", "1")
    office.switch("faults_commit", commit)
    assert is_fault(stranger.call("AddPhase", PHASE))
    assert books == office.books()
    assert not is_fault(stranger.call("AddPhase", PHASE))


def test_a_read_may_fault_too(office: Office, stranger: Stranger) -> None:
    """And works again when repeated."""
    office.switch("faults", "1")
    assert [True, False] == [is_fault(stranger.call("GetPhase", {})) for _ in range(2)]


@pytest.mark.rule("L6")
@pytest.mark.parametrize("status", ["200", "503", "401"])
def test_an_answer_may_be_html(office: Office, stranger: Stranger, status: str) -> None:
    """A page instead of an answer, with whatever status; nothing was done."""
    office.switch("html_answers", "1")
    office.switch("html_status", status)
    response = stranger.call("AddPhase", PHASE)
    assert (int(status), True) == (response.status_code, "<html>" in response.text)
    assert [] == office.entries()
    assert 200 == stranger.call("AddPhase", PHASE).status_code


@pytest.mark.rule("L5")
def test_a_reply_may_be_lost(office: Office, stranger: Stranger) -> None:
    """The write is there, its answer never came."""
    office.switch("lost_replies", "1")
    with pytest.raises(requests.ConnectionError):
        stranger.call("AddPhase", PHASE)
    assert {"031000 / L": ("100.00", "0.00")} == office.books()


@pytest.mark.rule("L9")
def test_a_write_may_commit_late(office: Office, stranger: Stranger) -> None:
    """Nothing is there until the named release; then the old value lands on whatever was written meanwhile."""
    office.switch("late_writes", "1")
    with pytest.raises(requests.ConnectionError):
        stranger.call("AddPhase", PHASE)
    assert [] == office.entries()
    stranger.add(cost="120")
    assert "AddPhase was carried out" in office.do("release")
    assert {"031000 / L": ("100.00", "0.00")} == office.books()
    assert "No write is late." == office.do("release")


def test_a_late_write_may_be_refused_in_the_end(office: Office, stranger: Stranger) -> None:
    """What holds when it is carried out decides."""
    office.switch("late_writes", "1")
    with pytest.raises(requests.ConnectionError):
        stranger.call("AddPhase", PHASE)
    office.do("job-status", job="24-001", status="C")
    assert "<error_code>I</error_code>" in office.do("release")
    assert [] == office.entries()


def test_a_late_write_that_is_no_call_is_dropped(office: Office, stranger: Stranger) -> None:
    """It does not stand in the way of those behind it."""
    office.switch("late_writes", "1")
    with pytest.raises(requests.ConnectionError):
        stranger.post("AddPhase", envelope("AddPhase", [("GUID", "")]))
    assert "AddPhase failed" in office.do("release")
    assert "No write is late." == office.do("release")
