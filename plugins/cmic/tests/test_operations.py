"""How writes are looked for: what stands there decides, never what was answered."""

import json
from decimal import Decimal
from typing import Any

import pytest
import responses
from cmic_doubles import CM, JC, effect, page

from erp_bridge_cmic.client import Cmic
from erp_bridge_cmic.jobs import Family, Job
from erp_bridge_cmic.marks import Mark, pci_name
from erp_bridge_cmic.meant import digest_of
from erp_bridge_cmic.operations_changes import AddLine, Building, CreatePci
from erp_bridge_cmic.operations_closing import PostPci, SealPci
from erp_bridge_cmic.operations_rows import CreateRow, SetRow
from erp_bridge_cmic.watch import Watch
from erp_bridge_core.contract import Effect
from erp_bridge_core.contract.errors import ErpRefused, LedgerConflict

MARK = Mark(installation="A1", item="7", version=1, change="BC-1", generation=1)
NAME = pci_name("Change", MARK)
JOB = Job(code="J1", name="Bridge", status="P", control="ALL", takes_changes=True)
LINES = {"number": "C1", "job": "J1", "status": "", "lines": [
    {"line": 1, "job": "J1", "phase": "100", "category": "L", "amount": "5.00"}]}  # fmt: skip
SEAL = {"number": "C1", "job": "J1", "before": "PREPEND", "status": "APPROVED", "date": "2026-04-08"}
PCI = {"number": "C1", "job": "J1", "type": "INT", "name": NAME, "date": "2026-04-08", "status": "PREPEND", "scope": ""}
ATTEMPT: Any = None


def watch(client: Cmic) -> Watch:
    """A watch over job J1."""
    return Watch(client, Family(control=JOB, jobs={"J1": JOB}, own="J1"))


def budget_row(budget: Any, changes: Any = 0, **other: Any) -> dict[str, Any]:
    """The row of J1, 100, L."""
    return {
        "JcatVUuid": "R1", "JcatCompCode": "01", "JcatJobCode": "J1", "JcatPhsCode": "100", "JcatCode": "L",
        "JcatCatActiveFlag": "Y", "JcatBudgAmt": budget, "JcatChgOrdAmt": changes, "JcatBudgUnit": None,
        "JcatCurrBudgAmt": other.get("current", budget + changes), "JcatWmCode": None,
    }  # fmt: skip


def serve_rows(mock: responses.RequestsMock, *rows: dict[str, Any], status: str = "P") -> None:
    """Let CMiC show job J1 with these rows."""
    job = {"JobVUuid": "J", "JobCode": "J1", "JobName": "Bridge", "JobCtrlCode": "ALL", "JobStatusCode": status,
           "JobAllowTransFlag": "Y", "JobAllowPciFlag": "Y"}  # fmt: skip
    mock.get(f"{JC}/jcjob", page([job]))
    mock.get(f"{JC}/jcjobcategory", page(list(rows)))


def pci_header(name: str = NAME, status: str = "PREPEND") -> dict[str, Any]:
    """PCI C1."""
    return {"CmmVUuid": "H1", "CmmJobCode": "J1", "CmmCode": "C1", "CmmTypeCode": "INT", "CmmName": name,
            "CmmRefDate": "2026-04-08T00:00:00-05:00", "CmmPrepostStatCode": status}  # fmt: skip


def pci_line(amount: Any = 5, vuuid: str = "L1") -> dict[str, Any]:
    """A line of PCI C1."""
    return {"CmdVUuid": vuuid, "CmdMastJobCode": "J1", "CmdJobCode": "J1", "CmdChgCode": "C1", "CmdPhsCode": "100",
            "CmdCatCode": "L", "CmdCostAmt": amount, "CmdQty": None, "CmdWmCode": None}  # fmt: skip


def row_effect(**more: Any) -> Effect:
    """An effect that sets or creates the row."""
    row = {"job": "J1", "phase": "100", "category": "L", "line": 1, "amount": "15.00", **more}
    return effect("row", {"rows": [row]})


SIGHTS: list[tuple[list[dict[str, Any]], str, str]] = [
    ([budget_row(15)], "Found", "Found"),
    ([budget_row(15, 3)], "Found", "Found"),
    ([budget_row(18, 3, current=18)], "Found", "Found"),
    ([budget_row(10)], "Different", "Before"),
    ([budget_row(11)], "Different", "Different"),
    ([budget_row(15, 3, current=99)], "Different", "Different"),
    ([], "Absent", "Different"),
]


@pytest.mark.rule("L5", "L7")
@pytest.mark.parametrize(("rows", "created", "was_set"), SIGHTS)
def test_rows_are_told_by_their_original(
    mock: responses.RequestsMock, client: Cmic, rows: list[dict[str, Any]], created: str, was_set: str
) -> None:
    """A row is ours, as before, absent or another by its original budget, posted changes taken out."""
    serve_rows(mock, *rows)
    one = row_effect(vuuid="R1", before="10.00")
    seen = [type(next(kind(client, watch(client)).find([one]))).__name__ for kind in (CreateRow, SetRow)]
    assert [created, was_set] == seen


@pytest.mark.rule("L7")
def test_failed_look_cannot_tell(mock: responses.RequestsMock, client: Cmic) -> None:
    """A read that fails is no absence."""
    mock.get(f"{JC}/jcjob", "no", status=500)
    (seen,) = SetRow(client, watch(client)).find([row_effect(vuuid="R1", before="10.00")])
    assert "CannotTell" == type(seen).__name__


@pytest.mark.rule("E4")
@pytest.mark.parametrize("status", ["I", "C", "X"])
def test_frozen_budget_is_never_tried(mock: responses.RequestsMock, client: Cmic, status: str) -> None:
    """Of a job that is not pending any more no row is written."""
    serve_rows(mock, budget_row(10), status=status)
    with pytest.raises(ErpRefused):
        SetRow(client, watch(client)).send(row_effect(vuuid="R1", before="10.00"), ATTEMPT)
    assert {"GET"} == {call.request.method for call in mock.calls}


@pytest.mark.rule("L9")
def test_changed_row_is_not_overwritten(mock: responses.RequestsMock, client: Cmic) -> None:
    """A row that is neither as before nor ours is somebody's: nothing is sent."""
    serve_rows(mock, budget_row(12))
    with pytest.raises(LedgerConflict):
        SetRow(client, watch(client)).send(row_effect(vuuid="R1", before="10.00"), ATTEMPT)


def test_amounts_go_out_exactly(mock: responses.RequestsMock, client: Cmic) -> None:
    """An amount is written digit by digit, and as an absolute value."""
    serve_rows(mock, budget_row(10))
    mock.patch(f"{JC}/jcjobcategory/R1", "{}")
    one = row_effect(vuuid="R1", before="10.00", amount="90071992547409.93")
    SetRow(client, watch(client)).send(one, ATTEMPT)
    assert '{"JcatBudgAmt": 90071992547409.93}' == _text(mock.calls[-1].request.body)


def _text(body: Any) -> str:
    return body.decode() if isinstance(body, bytes) else str(body)


@pytest.mark.rule("L5", "L17")
@pytest.mark.parametrize(
    ("headers", "sight"),
    [
        ([pci_header()], "Found"),
        ([pci_header(status="APPROVED")], "Found"),
        ([pci_header(name="Owner's change")], "Different"),
        ([pci_header(name=NAME.replace("A1", "B2"))], "Different"),
        ([], "Absent"),
    ],
)
def test_header_is_ours_by_its_mark(
    mock: responses.RequestsMock, client: Cmic, headers: list[dict[str, Any]], sight: str
) -> None:
    """Under our number stands ours only where the name bears our mark."""
    serve_rows(mock)
    mock.get(f"{CM}/cmmast", page(headers))
    assert sight == type(next(CreatePci(client, Building()).find([effect("create_pci", PCI)]))).__name__


@pytest.mark.rule("L7")
@pytest.mark.parametrize(
    ("lines", "sight"),
    [
        ([pci_line()], "Found"),
        ([pci_line(6)], "Different"),
        ([pci_line(), pci_line(vuuid="L2")], "Several"),
        ([], "Absent"),
    ],
)
def test_lines_are_counted_in_their_pci(
    mock: responses.RequestsMock, client: Cmic, lines: list[dict[str, Any]], sight: str
) -> None:
    """A line is there once, twice, with another amount or not at all."""
    mock.get(f"{CM}/cmmast", page([pci_header()]))
    mock.get(f"{CM}/cmdetail", page(lines))
    assert sight == type(next(AddLine(client, Building()).find([effect("add_line", LINES)]))).__name__


def test_lines_without_a_visible_pci_cannot_be_told(mock: responses.RequestsMock, client: Cmic) -> None:
    """Where the PCI itself is not seen, its lines are not proved absent."""
    mock.get(f"{CM}/cmmast", page([]))
    assert "CannotTell" == type(next(AddLine(client, Building()).find([effect("add_line", LINES)]))).__name__


def test_refused_pci_takes_no_lines(mock: responses.RequestsMock, client: Cmic) -> None:
    """Lines of a PCI that was refused are refused with its words, without a request each."""
    mock.post(f"{CM}/cmmast", json.dumps({"o:errorDetails": [{"detail": "No such type."}]}), status=400)
    building = Building()
    for kind, request in ((CreatePci, PCI), (AddLine, LINES)):
        with pytest.raises(ErpRefused, match="No such type"):
            kind(client, building).send(effect("x", request), ATTEMPT)
    assert 1 == len(mock.calls)


@pytest.mark.parametrize("lines", [[], [pci_line(6)], [pci_line(), pci_line(vuuid="L2")]])
@pytest.mark.rule("L9", "L11")
def test_only_whole_pci_is_sealed(mock: responses.RequestsMock, client: Cmic, lines: list[dict[str, Any]]) -> None:
    """A PCI that lacks a line, holds one twice or another amount is never approved."""
    mock.get(f"{CM}/cmmast", page([pci_header()]))
    mock.get(f"{CM}/cmdetail", page(lines))
    wanted = SEAL | {"digest": digest_of([("J1", "100", "L", Decimal("5.00"))])}
    with pytest.raises(LedgerConflict):
        SealPci(client).send(effect("seal_pci", wanted), ATTEMPT)


@pytest.mark.rule("L11")
@pytest.mark.parametrize(("unposted", "sight"), [([], "Found"), ([pci_line()], "Before"), ([pci_line(6)], "Different")])
def test_posted_means_gone_from_the_unposted(
    mock: responses.RequestsMock, client: Cmic, unposted: list[dict[str, Any]], sight: str
) -> None:
    """A PCI is posted when its lines stand there and none is unposted."""
    mock.get(f"{CM}/cmmast", page([pci_header(status="APPROVED")]))
    mock.get(f"{CM}/cmdetail", page([pci_line()]))
    mock.get(f"{CM}/cmdetailunposted", page(unposted))
    wanted = SEAL | {"digest": digest_of([("J1", "100", "L", Decimal("5.00"))])}
    assert sight == type(next(PostPci(client).find([effect("post_pci", wanted)]))).__name__
