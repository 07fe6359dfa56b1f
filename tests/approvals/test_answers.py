"""What an approver enters: revision fields and reasons."""

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from erp_bridge_core.approvals.answers import check_reason, check_values
from erp_bridge_core.contract import Choice, FieldKind, FieldValues, RevisionField
from erp_bridge_core.contract.errors import BadInput

KIND = RevisionField(
    name="kind", label="Kind", kind=FieldKind.CHOICE, required=True, choices=(Choice(value="scope", label="Scope"),)
)
DAY = RevisionField(
    name="day", label="Accounting date", kind=FieldKind.DATE, required=True, always=True, default="2026-04-08"
)
NOTE = RevisionField(name="note", label="Note", kind=FieldKind.TEXT, max_length=5)
NUMBER = RevisionField(name="number", label="Number", kind=FieldKind.TEXT, change="2", default="77")
FIELDS = (KIND, DAY, NOTE, NUMBER)


def wheres(values: FieldValues, changes: tuple[str, ...] = ("1", "2")) -> list[str]:
    """Where the faults are."""
    with pytest.raises(BadInput) as refused:
        check_values(FIELDS, values, changes=changes)
    return [fault.where for fault in refused.value.faults]


@pytest.mark.rule("A3")
def test_defaults_are_filled_in() -> None:
    """What was not entered has the field's default; a change's own field has its own, or the item's value."""
    checked = check_values(FIELDS, FieldValues(item={"kind": "scope"}), changes=("1", "2"))
    assert ({"kind": "scope", "day": "2026-04-08", "note": ""}, {"2": {"number": "77"}}) == (
        checked.item,
        checked.changes,
    )


@pytest.mark.rule("A3")
@pytest.mark.parametrize(
    ("change", "item", "proposed", "holds"),
    [
        ({"number": "9"}, {"number": "8"}, "77", "9"),
        ({}, {"number": "8"}, "77", "8"),
        ({}, {"number": ""}, "77", "77"),
        ({}, {}, "77", "77"),
        ({}, {}, "", "1"),
    ],
)
def test_what_was_entered_comes_before_what_is_proposed(
    change: dict[str, str], item: dict[str, str], proposed: str, holds: str
) -> None:
    """For the change, for the whole item; then what the ERP proposes for the change, and last for all of them."""
    fields = (evolve(NUMBER, change=None, default="1"), evolve(NUMBER, default=proposed))
    checked = check_values(fields, FieldValues(item=item, changes={"2": change}), changes=("2",))

    assert holds == checked.value("number", change="2")


@pytest.mark.rule("A3")
def test_required_counts_only_with_a_revision_unless_always() -> None:
    """Without a change a required field may stay blank; one that always applies may not."""
    checked = check_values(FIELDS, FieldValues(), changes=())
    assert "" == checked.value("kind")
    assert ["day"] == wheres(FieldValues(item={"day": ""}), changes=())


@pytest.mark.rule("A3")
def test_required_is_met_by_the_item_or_by_every_change() -> None:
    """The item's value serves all changes; without it each change must have its own."""
    each = {number: {"kind": "scope"} for number in ("1", "2")}
    assert "scope" == check_values(FIELDS, FieldValues(changes=each), changes=("1", "2")).value("kind", change="1")
    assert ["kind"] == wheres(FieldValues(changes={"1": {"kind": "scope"}}))


@pytest.mark.rule("A3")
def test_a_date_in_a_closed_period_is_refused() -> None:
    """Up to the last closed day a date is refused, for the item and for a change; the day after it passes."""
    fields = (evolve(DAY, after="2026-03-31"),)
    values = FieldValues(item={"day": "2026-03-31"}, changes={"1": {"day": "2026-02-28"}})
    with pytest.raises(BadInput) as refused:
        check_values(fields, values, changes=("1",))
    passed = check_values(fields, FieldValues(item={"day": "2026-04-01"}), changes=())

    assert ["day", "change 1: day"] == [fault.where for fault in refused.value.faults]
    assert "2026-04-01" == passed.value("day")


@pytest.mark.rule("A3")
def test_all_faults_come_at_once() -> None:
    """Unknown fields and changes, wrong choices, dates and lengths are told together."""
    values = FieldValues(
        item={"kind": "whim", "day": "8 April", "note": "too long", "colour": "red"},
        changes={"9": {"kind": "scope"}, "1": {"shade": "dark", "day": "2026-02-30"}},
        description="x" * 201,
    )
    expected = ["colour", "change 1: shade", "change 9", "kind", "day", "note", "change 1: day", "description"]
    assert expected == wheres(values)


@pytest.mark.rule("X3")
@pytest.mark.parametrize("text", ["a\nb", "a\x1bb", "\u202ea", "a\u2028b", "\x00"])
def test_control_characters_are_refused(text: str) -> None:
    """Line ends, terminal codes and bidirectional marks don't get into a field or a description."""
    assert ["note", "description"] == wheres(FieldValues(item={"kind": "scope", "note": text}, description=text))


@pytest.mark.rule("A3")
@given(st.text(max_size=12))
def test_only_real_dates_pass(text: str) -> None:
    """A date that passes is one in ISO form, or blank where it may be."""
    field = RevisionField(name="day", label="Day", kind=FieldKind.DATE)
    try:
        checked = check_values([field], FieldValues(item={"day": text}), changes=())
    except BadInput:
        return
    assert not checked.value("day").strip() or 10 == len(checked.value("day").strip())


@pytest.mark.rule("A5")
def test_reason_is_words() -> None:
    """A reason may have several lines; blanks are none, and remarks are checked with it."""
    check_reason("Too high.\nSee remarks.", {1: "This one."})
    with pytest.raises(BadInput) as refused:
        check_reason("  ", {3: "\x07"})
    assert ["reason", "remark on line 3"] == [fault.where for fault in refused.value.faults]
