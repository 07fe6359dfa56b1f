"""The job costs report: the ERP's figures beside ours, per exported key and in total."""

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from memory_books import Entry, MemoryBooks
from memory_erp import MemoryAdapter, MemoryConnections
from openpyxl import load_workbook  # type: ignore[import-untyped]
from sqlalchemy import update
from verification_scene import Scene, key

from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.contract import LineKey, Outcome, Part
from erp_bridge_core.contract.errors import NotAllowed, NotFound, StorageError
from erp_bridge_core.exports.reports import JobCostsReport, Reports
from erp_bridge_core.exports.verification import Verification
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import item_lines

A, B, PHASE = key("01"), key("=2+5"), key("01", sub_job="2")


class NothingHandedOver:
    """Exports whose hand-overs never change."""

    def refresh(self, actor: Actor, item_id: int) -> None:
        return None


@pytest.fixture
def books() -> MemoryBooks:
    """The books of job J1."""
    books = MemoryBooks()
    books.add_job("J1")
    return books


@pytest.fixture
def scene(store: Store, project: int) -> Scene:
    """An exported item: two keys on the job, the first on top of 5.00, and one on a sub job."""
    scene = Scene.make(store, project)
    scene.before(A, 500, 0)
    scene.send(A, 10000, 3000)
    scene.send(B, -250)
    scene.send(PHASE, 700)
    return scene


@pytest.fixture
def service(store: Store, audit: AuditTrail, clock: Any, books: MemoryBooks) -> Verification:
    """Verification against the books."""
    connections = MemoryConnections(MemoryAdapter(books=books), clock)
    return Verification(store=store, audit=audit, connections=connections, exports=NothingHandedOver(), clock=clock)


def post(books: MemoryBooks, of: tuple[str, str, str], original: str, changes: str = "0") -> None:
    """Post figures."""
    for part, amount in ((Part.ORIGINAL, original), (Part.CHANGE, changes)):
        books.jobs["J1"].posted.append(Entry(reference="R", key=LineKey(*of), part=part, amount=Decimal(amount)))


def report(store: Store, actor: Actor, project: str | None = None) -> JobCostsReport:
    """The report as the actor sees it."""
    return Reports(store).job_costs(actor, project)


@pytest.fixture
def posted(scene: Scene, service: Verification, books: MemoryBooks, approver: Actor) -> Scene:
    """Everything posted, but the sub job one cent short, and verified."""
    post(books, A, "105.00", "30.00")
    post(books, B, "-2.50")
    post(books, PHASE, "6.99")
    service.verify(approver, scene.item_id)
    return scene


@pytest.mark.rule("V4")
def test_figures_beside_ours(posted: Scene, store: Store, viewer: Actor) -> None:
    """Each exported key has the ERP's own figures beside ours and the difference."""
    costs = {cost.key: cost for cost in report(store, viewer).costs}
    first = costs[LineKey(*A)]
    assert (Decimal("105.00"), Decimal("30.00"), Decimal("135.00")) == (
        first.ours_original, first.ours_changes, first.ours_total
    )  # fmt: skip
    assert (Decimal("135.00"), Decimal("0.00")) == (first.erp_total, first.difference)
    short = costs[LineKey(*PHASE)]
    assert (Decimal("7.00"), Decimal("6.99"), Decimal("-0.01"), Outcome.OTHER_AMOUNT) == (
        short.ours_total, short.erp_total, short.difference, short.outcome
    )  # fmt: skip


@pytest.mark.rule("V4", "B7")
def test_job_and_sub_jobs_apart_and_summed(posted: Scene, store: Store, viewer: Actor) -> None:
    """Totals of the job itself and of its sub jobs stand apart, and add up."""
    (job,) = report(store, viewer, "24-001").jobs
    assert [(2, Decimal("132.50")), (1, Decimal("6.99")), (3, Decimal("139.49"))] == [
        (total.keys, total.erp) for total in (job.job_total, job.sub_job_total, job.total)
    ]
    assert (Decimal("0.00"), Decimal("-0.01")) == (job.job_total.difference, job.total.difference)


@pytest.mark.rule("V4")
def test_keys_of_earlier_exports_are_reported(
    posted: Scene, store: Store, service: Verification, books: MemoryBooks, approver: Actor
) -> None:
    """A later export reports the whole job: keys it did not touch stand with what was exported of them before."""
    later = Scene.make(store, posted.project_id, version=2)
    for of, amounts in ((A, (10500, 3000)), (B, (-250, 0)), (PHASE, (699, 0))):
        later.before(of, *amounts)
    later.send(A, 100)
    post(books, A, "1.00")
    assert Outcome.SYNCED == service.verify(approver, later.item_id).outcome
    costs = {cost.key: (cost.ours_total, cost.erp_total) for cost in report(store, approver).costs}
    expected = {A: "136.00", B: "-2.50", PHASE: "6.99"}
    assert {LineKey(*of): (Decimal(amount), Decimal(amount)) for of, amount in expected.items()} == costs


@pytest.mark.rule("V4", "V5")
def test_adopted_difference_is_shown_as_such(
    posted: Scene, store: Store, service: Verification, approver: Actor
) -> None:
    """A difference that a person accepted is no difference any more, and stands in a column of its own."""
    service.accept_difference(approver, posted.item_id, "Rounded in the ERP.")
    (job,) = report(store, approver).jobs
    total = job.sub_job_total
    assert (Decimal("7.00"), Decimal("6.99"), Decimal("-0.01"), Decimal("0.00")) == (
        total.ours, total.erp, total.adopted, total.difference
    )  # fmt: skip


@pytest.mark.rule("V4", "X3")
def test_files_hold_every_key_and_no_formula(posted: Scene, store: Store, viewer: Actor, tmp_path: Path) -> None:
    """CSV and workbook hold each key; text that looks like a formula stays text, amounts are numbers."""
    found = report(store, viewer)
    found.write_csv(tmp_path / "costs.csv")
    found.write_xlsx(tmp_path / "costs.xlsx")
    with (tmp_path / "costs.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [("", "01", "0.00"), ("", "'=2+5", "0.00"), ("2", "01", "-0.01")] == [
        (row["Sub job"], row["Cost code"], row["Difference"]) for row in rows
    ]
    sheet = load_workbook(tmp_path / "costs.xlsx").active
    cells = [sheet.cell(row=3, column=column) for column in (4, 8)]
    assert [("=2+5", "s"), (-2.5, "n")] == [(cell.value, cell.data_type) for cell in cells]
    assert ["costs.csv", "costs.xlsx"] == sorted(path.name for path in tmp_path.glob("costs*"))


def test_folder_that_is_not_there_is_told(posted: Scene, store: Store, viewer: Actor, tmp_path: Path) -> None:
    """A workbook in a folder that does not exist is a storage error naming it."""
    with pytest.raises(StorageError, match="nowhere"):
        report(store, viewer).write_xlsx(tmp_path / "nowhere" / "costs.xlsx")


@pytest.mark.rule("V4")
def test_export_never_read_back_is_named(scene: Scene, store: Store, viewer: Actor) -> None:
    """A project whose export was never verified is named rather than left out."""
    found = report(store, viewer)
    assert ((), ("24-001",)) == (found.jobs, found.unverified)


@pytest.mark.rule("P0", "P1")
def test_report_needs_a_look_at_items(scene: Scene, store: Store, manager: Actor, viewer: Actor) -> None:
    """The report is for who may look at ERP Integrations; an unknown project is told."""
    with pytest.raises(NotAllowed):
        report(store, manager)
    with pytest.raises(NotFound):
        report(store, viewer, "99-999")


@pytest.mark.rule("V4")
def test_figures_that_no_route_reads_stay_blank(
    scene: Scene, store: Store, service: Verification, books: MemoryBooks, viewer: Actor
) -> None:
    """Where only totals are readable, the sides are blank rather than made up."""
    books.apart = False
    with store.begin() as connection:
        connection.execute(update(item_lines).values(state="arrived"))
    post(books, A, "105.00", "30.00")
    service.verify(viewer, scene.item_id)
    cost = next(cost for cost in report(store, viewer).costs if cost.key == LineKey(*A))
    assert (None, None, Decimal("135.00")) == (cost.erp_original, cost.erp_changes, cost.erp_total)
