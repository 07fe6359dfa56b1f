"""JSON documents, written in pieces."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum

import pytest
from attrs import frozen
from hypothesis import example, given
from hypothesis import strategies as st

from erp_bridge_core.cli.documents import pieces, write_document
from erp_bridge_core.contract.budget import LineKey, Stream
from erp_bridge_core.contract.errors import NotFound

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


class Colour(StrEnum):
    RED = "red"


@frozen
class Line:
    key: LineKey
    amount: Decimal
    _hidden: int = 7

    @property
    def double(self) -> Decimal:
        return self.amount * 2


@given(values)
def test_plain_values_come_back(value: object) -> None:
    """What is written is JSON of just that value."""
    assert value == json.loads("".join(pieces(value)))


@pytest.mark.rule("X3")
@example("\x7f\x9b\u202e")
@given(st.text())
def test_documents_are_plain_ascii(text: str) -> None:
    """A document has no character that a terminal or an encoding could make something else of."""
    written = "".join(pieces({text: text}))
    assert written.isascii()
    assert written.isprintable()


def test_amounts_are_text() -> None:
    """Amounts keep their decimals and never become floats."""
    assert ["1200.50", "0.00", "1000000000000"] == json.loads(
        "".join(pieces([Decimal("1200.50"), Decimal("0.00"), Decimal("1E+12")]))
    )


def test_values_are_objects_with_what_is_reckoned() -> None:
    """A value's public attributes and properties are members; private ones are not."""
    line = Line(LineKey("", "01-100", "L"), Decimal("2.50"))
    key = {"sub_job": "", "cost_code": "01-100", "category": "L"}
    assert {"key": key, "amount": "2.50", "double": "5.00"} == json.loads("".join(pieces(line)))


def test_moments_choices_sets_and_errors_are_plain() -> None:
    """Dates are ISO text, choices their values, sets sorted arrays, errors their documented shape."""
    value = {"at": datetime(2026, 3, 2, 15, tzinfo=UTC), "on": date(2026, 3, 2), Colour.RED: {"b", "a"}}
    shown = json.loads("".join(pieces({**value, "error": NotFound("No such thing.")})))
    assert ("2026-03-02T15:00:00+00:00", "2026-03-02", ["a", "b"]) == (shown["at"], shown["on"], shown["red"])
    assert "not_found" == shown["error"]["error"]


def test_streams_are_written_as_they_come() -> None:
    """A stream is read while it is written: nothing of it is gathered first."""
    file = io.StringIO()
    seen: list[int] = []

    def lines() -> Iterator[int]:
        for number in range(3):
            seen.append(len(file.getvalue()))
            yield number

    write_document({"lines": Stream(lines)}, file)
    assert {"lines": [0, 1, 2]} == json.loads(file.getvalue())
    assert sorted(set(seen)) == seen
