"""What verification and reading see of a job, by CMiC's answers alone."""

from decimal import Decimal
from typing import Any

import pytest
import responses
from cmic_doubles import CM, JC, make_erp, page
from test_operations import MARK, NAME, budget_row, pci_header, pci_line, serve_rows

from erp_bridge_cmic.export import EXPORTED
from erp_bridge_cmic.marks import pci_name
from erp_bridge_cmic.reading import figures
from erp_bridge_cmic.verify import verify_posted
from erp_bridge_core.contract import ExportReceipt, LineKey, Observation, RevisionSight, RouteSight, Stream

KEY = LineKey("", "100", "L")
OTHER = LineKey("", "200", "L")


def seen(mock: responses.RequestsMock, **held: list[dict[str, Any]]) -> list[Any]:
    """What verification yields, given headers, lines and unposted lines."""
    serve_rows(mock, budget_row(15, 3))
    mock.get(f"{CM}/cmmast", page(held.get("headers", [])))
    mock.get(f"{CM}/cmdetail", page(held.get("lines", [])))
    mock.get(f"{CM}/cmdetailunposted", page(held.get("unposted", [])))
    erp = make_erp()
    erp.state.put(EXPORTED.format(item="7", version=1), ["BC-1"])
    receipt = ExportReceipt(
        item="7", version=1, company="ours", job="J1", erp_company="cmictest/01", currency="USD", digits=2,
        keys=Stream(lambda: (KEY, OTHER)),
    )  # fmt: skip
    return list(verify_posted(receipt, erp))


@pytest.mark.rule("V2")
def test_rows_tell_original_and_changes(mock: responses.RequestsMock) -> None:
    """Each row's original and changes are told, and zero for a key of the receipt that has no row."""
    observed = [(one.key, one.original, one.changes) for one in seen(mock) if isinstance(one, Observation)]
    assert [(KEY, Decimal(15), Decimal(3)), (OTHER, Decimal(0), Decimal(0))] == observed


@pytest.mark.rule("V2", "A3")
@pytest.mark.parametrize(
    ("status", "unposted", "stage", "waits"),
    [
        ("PREPEND", [pci_line()], "recorded", 0),
        ("PENDING", [pci_line()], "recorded", 0),
        ("APPROVED", [pci_line()], "approved", 5),
        ("REJECTED", [pci_line()], "rejected", 0),
        ("APPROVED", [], "posted", 0),
    ],
)
def test_stages_of_a_revision(
    mock: responses.RequestsMock, status: str, unposted: list[dict[str, Any]], stage: str, waits: Any
) -> None:
    """A PCI is recorded, approved, rejected or posted; only what is approved waits to be posted."""
    found = seen(mock, headers=[pci_header(status=status)], lines=[pci_line()], unposted=unposted)
    waiting = next(one.unposted_changes for one in found if isinstance(one, Observation) and one.key == KEY)
    assert [(stage, waits)] == [(one.stage.value, waiting) for one in found if isinstance(one, RevisionSight)]


@pytest.mark.rule("V2")
def test_missing_and_newest_pci(mock: responses.RequestsMock) -> None:
    """Without a PCI of ours the change is missing; of several tries the newest counts, and strangers' never."""
    newer = pci_header(status="APPROVED") | {
        "CmmVUuid": "H2", "CmmCode": "C2", "CmmName": pci_name("x", type(MARK)(**{**_fields(), "generation": 2})),
    }  # fmt: skip
    stranger = pci_header(name=NAME.replace("A1", "B2"))
    missing = [one.stage.value for one in seen(mock, headers=[stranger]) if isinstance(one, RevisionSight)]
    mock.reset()
    both = seen(mock, headers=[newer, pci_header()], lines=[pci_line()], unposted=[pci_line()])
    numbers = [one.evidence["PCI"] for one in both if isinstance(one, RevisionSight)]
    assert (["missing"], ["C2"]) == (missing, numbers)


def _fields() -> dict[str, Any]:
    return {"installation": "A1", "item": "7", "version": 1, "change": "BC-1"}


@pytest.mark.rule("V2")
def test_unreadable_route_says_why(mock: responses.RequestsMock) -> None:
    """A read that fails is told as the route's failure: nothing is concluded."""
    mock.get(f"{JC}/jcjob", "no", status=500)
    (sight,) = seen(mock)
    assert (True, True) == (isinstance(sight, RouteSight), bool(sight.failed))


@pytest.mark.rule("R1")
def test_figures_take_posted_changes_out(mock: responses.RequestsMock) -> None:
    """A pending row that shows posted changes within its amount is read as its original and its changes."""
    from erp_bridge_cmic.client import Cmic
    from erp_bridge_cmic.jobs import read_family

    serve_rows(mock, budget_row(18, 3, current=18))
    client = Cmic(make_erp())
    found = [(one.original, one.changes, one.total) for one in figures(client, read_family(client, "J1"))]
    assert [(Decimal(15), Decimal(3), Decimal(18))] == found
