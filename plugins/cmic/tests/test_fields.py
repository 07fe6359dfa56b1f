"""What approvers are asked, and what becomes of it."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import responses
from cmic_doubles import CM, header, make_batch, make_erp, make_settings, page

from erp_bridge_cmic.fields import revision_fields
from erp_bridge_cmic.meant import Revision, check_revision, class_of
from erp_bridge_core.contract import RevisionField
from erp_bridge_core.contract.errors import BadInput

TYPES = [
    {"CmtVUuid": code, "CmtTypeCode": code, "CmtClassCode": letter, "CmtChgOrdNumberMask": mask,
     "CmtPciMaskOverrideFlag": "Y"}
    for code, letter, mask in (("INT", "I", "COI********"), ("TFR", "T", "COT********"))
]  # fmt: skip


def asked(mock: responses.RequestsMock, **settings: Any) -> dict[tuple[str | None, str], RevisionField]:
    """The fields by change and name, with three changes waiting."""
    mock.get(f"{CM}/cmtype", page(TYPES))
    held = {"CmmVUuid": "1", "CmmJobCode": "J1", "CmmCode": "COI00000004", "CmmTypeCode": "INT", "CmmName": "x",
            "CmmRefDate": "2026-01-01", "CmmPrepostStatCode": "APPROVED"}  # fmt: skip
    mock.get(f"{CM}/cmmast", page([held]))
    batch = make_batch(headers=(header("BC-1", "5.00"), header("BC-2"), header("BC-3", "1.00")))
    return {(field.change, field.name): field for field in revision_fields(batch, make_erp(**settings))}


@pytest.mark.rule("A3")
def test_standard_set_per_change(mock: responses.RequestsMock) -> None:
    """The five fields stand for the item and for each change; type is required, pending the default and recorded."""
    fields = asked(mock)
    status = fields[None, "budget_revision_status"]
    assert (20, True, "pending", ("pending",), ["approved", "pending"]) == (
        len(fields), fields[None, "budget_revision_type"].required, status.default, status.recorded,
        [choice.value for choice in status.choices],
    )  # fmt: skip


@pytest.mark.rule("A3")
def test_numbers_follow_the_masks(mock: responses.RequestsMock) -> None:
    """Each change is offered the next number of its type's mask, each another."""
    fields = asked(mock)
    numbers = [fields[change, "budget_revision_number"].default for change in ("BC-1", "BC-2", "BC-3")]
    assert ["COI00000005", "COT00000001", "COI00000006"] == numbers


@pytest.mark.rule("A3")
@pytest.mark.parametrize(("balance", "offered"), [(True, False), (False, True)])
def test_transfer_is_offered_where_it_balances(mock: responses.RequestsMock, balance: bool, offered: bool) -> None:  # noqa: FBT001
    """A change that moves money in is no transfer where transfers must balance."""
    choices = asked(mock, transfers_balance=balance)["BC-1", "budget_revision_type"].choices
    assert offered is ("budget_transfer" in {choice.value for choice in choices})


def test_numbers_are_blank_when_cmic_cannot_be_read(mock: responses.RequestsMock) -> None:
    """What is only offered must not keep anybody from reviewing."""
    mock.get(f"{CM}/cmtype", "no", status=503)
    fields = list(revision_fields(make_batch(headers=(header("BC-1"),)), make_erp()))
    assert [""] == [one.default for one in fields if one.change and one.name == "budget_revision_number"]


@pytest.mark.parametrize(
    ("kind", "amount", "letter"),
    [
        ("scope_change", "5", "I"), ("budget_transfer", "0", "T"), ("contingency", "0", "T"), ("contingency", "5", "I"),
    ],
)  # fmt: skip
def test_class_of_a_revision(kind: str, amount: str, letter: str) -> None:
    """Type and net amount decide the PCI's class."""
    assert letter == class_of(make_settings(), kind, Decimal(amount))


@pytest.mark.rule("A3")
def test_what_cannot_be_booked_is_refused_at_once() -> None:
    """A date in a closed period and an unbalanced transfer are both told, before anything is written."""
    revision = Revision(
        change="BC-1", letter="T", type="TFR", date="2026-01-31", description="", status="APPROVED", is_approved=True
    )
    with pytest.raises(BadInput) as caught:
        check_revision(revision, make_settings(closed_through=date(2026, 1, 31)), total=Decimal(5))
    assert 2 == len(caught.value.faults)
