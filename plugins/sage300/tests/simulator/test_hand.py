"""What an accountant changes by hand."""

import pytest
from simulator.office import Office, category_record, job_record

from erp_bridge_core.contract.errors import BadInput, NotFound


def test_enters_an_amount_of_their_own(office: Office) -> None:
    """A hand entry is posted at once, on either side, and counts as an entry in the books."""
    office.do("enter", job="24-001", cost_code="03-1000", category="LAB", amount="-40.50", kind="approved")
    assert {"03-1000 / LAB": ("0.00", "-40.50")} == office.books()
    assert [(0, 1)] == [(entry.original_entries, entry.change_entries) for entry in office.entries()]


def test_leaves_other_batches_unposted(office: Office) -> None:
    """A hand entry posts nothing but itself."""
    office.bring_in(job_record(), category_record("05-1000"))
    office.do("enter", job="24-001", cost_code="03-1000", category="LAB", amount="1")
    assert {"03-1000 / LAB": ("1.00", "0.00")} == office.books()


def test_keeps_pending_changes_out_of_the_total(office: Office) -> None:
    """A pending change moves neither the original, nor the approved, nor the total."""
    office.do("enter", job="24-001", cost_code="03-1000", category="LAB", amount="5", kind="pending")
    assert "original 0.00, approved 0.00, pending 5.00, total 0.00" in office.do("job", job="24-001")


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"job": "99"}, NotFound),
        ({"cost_code": "77-7777"}, NotFound),
        ({"extra": "B9"}, NotFound),
        ({"category": "XXX"}, NotFound),
        ({"amount": "12,0O"}, BadInput),
        ({"kind": "other"}, BadInput),
    ],
)
def test_refuses_what_sage_does_not_have(office: Office, wrong: dict[str, str], error: type[Exception]) -> None:
    """An unknown job, code, extra or category, or an amount that is none, is told and changes nothing."""
    right = {"job": "24-001", "cost_code": "03-1000", "category": "LAB", "amount": "1.00"}
    with pytest.raises(error):
        office.do("enter", **(right | wrong))
    assert {} == office.books()


def test_changes_the_state_of_a_job(office: Office) -> None:
    """Held, closed and opened again."""
    states = []
    for act in ("hold", "close", "reopen"):
        office.do(act, job="24-001")
        states.append(office.do("jobs").splitlines()[0])
    assert [True, True, True] == [
        state in line for state, line in zip(("Hold", "Closed", "In progress"), states, strict=True)
    ]


def test_renames_an_extra(office: Office) -> None:
    """The new name is in the next extras report; a name over 30 characters is refused."""
    office.do("rename-extra", job="24-001", extra="A1", name="Kerbs")
    office.do("report")
    assert "24-001,A1,Kerbs,In progress" in (office.share / "reports/extras.csv").read_text()
    with pytest.raises(BadInput, match="1 to 30"):
        office.do("rename-extra", job="24-001", extra="A1", name="x" * 31)


@pytest.mark.parametrize(
    ("act", "arguments"),
    [
        ("close", {"job": "99"}),
        ("rename-extra", {"job": "24-001", "extra": "B9", "name": "x"}),
        ("make-group", {"job": "24-001", "cost_code": "77-7777"}),
        ("add-code", {"job": "24-001", "extra": "B9", "cost_code": "77-7777"}),
        ("posted", {"job": "99"}),
    ],
)
def test_names_what_is_not_there(office: Office, act: str, arguments: dict[str, str]) -> None:
    """A master that Sage does not have is told by name."""
    with pytest.raises(NotFound):
        office.do(act, **arguments)


def test_makes_an_extra_and_a_code_on_it(office: Office) -> None:
    """What a rejected record lacked can be made, and the record then comes in."""
    office.do("add-extra", job="24-001", extra="B9", name="Lamps")
    office.do("add-code", job="24-001", extra="B9", cost_code="77-7777")
    assert "1 records accepted" in office.bring_in(job_record(extra="B9"), category_record("77-7777"))


@pytest.mark.parametrize(
    ("act", "arguments"),
    [("add-extra", {"job": "24-001", "extra": "12345678901"}), ("add-code", {"cost_code": "1234567890123"})],
)
def test_refuses_codes_that_are_too_long(office: Office, act: str, arguments: dict[str, str]) -> None:
    """A code over the width of Sage's field is refused with that width."""
    with pytest.raises(BadInput, match="is longer than"):
        office.do(act, **arguments)
