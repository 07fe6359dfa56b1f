"""One site of one case: an installation, its people, the simulated ERP behind the proxy, and what each of them does."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from attrs import define, field

from erp_bridge_core.app import Application
from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.budgets.entries import LineEntry
from erp_bridge_core.budgets.file_import import ImportChoices
from erp_bridge_core.conformance.wire import SuiteClock
from erp_bridge_core.conformance.world.watching import WatchedAdapter
from erp_bridge_core.conformance.world.workload import (
    CHANGE_DAY,
    HEADER,
    Amounts,
    Change,
    Expected,
    Line,
    Workload,
    counted,
    difference,
    held,
)
from erp_bridge_core.contract.budget import LineKey
from erp_bridge_core.contract.effects import HandOver
from erp_bridge_core.contract.fields import FieldKind, FieldValues, RevisionField
from erp_bridge_core.contract.money import plain
from erp_bridge_core.contract.simulator import BookEntry, Mischief, Simulator
from erp_bridge_core.demo.erp_side import Codes
from erp_bridge_core.exports.results import VerificationResult
from erp_bridge_core.exports.status import ExportState, ExportStatus
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.sources import ColumnMapping
from erp_bridge_core.sources.writing import write_table

COMPANY: Final = "suite"
TESTER: Final = "suite"
CONNECTION: Final = "erp"
#: Past every horizon, lease and pause that a profile may declare, in seconds of the injected clock.
LONG: Final = 10_000.0
_MAPPING: Final = ColumnMapping(columns={"sub_job": "Sub Job", "category": "Category"})


@define(kw_only=True)
class Site:
    """What people do is a method; `held` are the ERP's own books, and `expected` is what they should come to."""

    home: Path
    erp_home: Path
    application: Application
    watch: WatchedAdapter
    simulator: Simulator
    clock: SuiteClock
    codes: Codes
    project: str
    workload: Workload
    expected: Expected = field(factory=Expected)

    @property
    def job(self) -> str:
        """The ERP's job."""
        return self.codes.job

    def person(self, login: str) -> Actor:
        """Somebody of the company, signed in just now."""
        return self.application.people.actor_as(login, COMPANY, TESTER)

    # -- the project manager ------------------------------------------------------------------------------------------

    def enter(self, lines: Sequence[Line], *, path: Path | None = None) -> None:
        """Import lines of the original budget from a file."""
        path = path or self.home / "budget.csv"
        rows = (
            (
                line.sub_job,
                line.cost_code,
                line.category,
                line.description,
                "" if line.quantity is None else plain(line.quantity),
                line.unit,
                "" if line.unit_cost is None else plain(line.unit_cost),
                plain(line.amount),
            )
            for line in lines
        )
        write_table(path, HEADER, rows)
        choices = ImportChoices(mapping=_MAPPING, duplicates="refuse", mode="override")
        self.application.budgets.import_file(self.person("manager"), self.project, path, choices=choices)

    def add_line(self, line: Line) -> None:
        """Enter one line of the original budget by hand."""
        entry = LineEntry(
            sub_job=line.sub_job, cost_code=line.cost_code, category=line.category, description=line.description,
            quantity=line.quantity, unit=line.unit, unit_cost=line.unit_cost, amount=line.amount,
        )  # fmt: skip
        self.application.budgets.add_line(self.person("manager"), self.project, entry)

    def approve(self, change: Change) -> None:
        """Enter a budget change and approve it."""
        entries = [
            LineEntry(
                sub_job=key.sub_job, cost_code=key.cost_code, category=key.category, amount=amount,
                description=change.description,
            )
            for key, amount in change.moves
        ]  # fmt: skip
        changes, manager = self.application.changes, self.person("manager")
        changes.add(
            manager, self.project, number=change.number, day=CHANGE_DAY, description=change.description, lines=entries
        )
        changes.set_status(manager, self.project, change.number, status="approved")

    def build(self, lines: Sequence[Line], changes: Iterable[Change] = ()) -> None:
        """A budget with its changes, and what it should come to in the ERP."""
        given = tuple(changes)
        self.enter(lines)
        for change in given:
            self.approve(change)
        self.expected = self.expected.plus(lines, given, self.codes)

    def add(self, lines: Iterable[Line] = (), changes: Iterable[Change] = ()) -> None:
        """More lines and changes for the next export."""
        entered, approved = tuple(lines), tuple(changes)
        for line in entered:
            self.add_line(line)
        for change in approved:
            self.approve(change)
        self.expected = self.expected.plus(entered, approved, self.codes)

    def send(self) -> ItemView:
        """Send the budget, acknowledging what is only warned of."""
        return self.application.sending.send(self.person("manager"), self.project, acknowledge="*")

    # -- the approver -------------------------------------------------------------------------------------------------

    def accept(self, item: ItemView, *, confirm_baseline: bool = False, **fields: str) -> ItemView:
        """Accept an item so that its changes count, or with `fields` as given."""
        asked = self.application.reviews.fields(self.person("approver"), item.id)
        return self.application.reviews.accept(
            self.person("approver"), item.id, values=answers(asked, fields), confirm_import_closes=True,
            confirm_baseline=confirm_baseline, revision=item.revision,
        )  # fmt: skip

    def start(self, item: ItemView) -> None:
        """Start the export of an accepted item; nothing is written yet."""
        self.application.exports.start(self.person("approver"), item.id)

    def run(self, item: ItemView) -> ExportStatus:
        """Bring an export as far as it can be brought now."""
        return self.application.exports.run(self.person("approver"), item.id)

    def resume(self, item: ItemView) -> ExportStatus:
        """The same once every horizon has passed."""
        self.clock.advance(LONG)
        return self.run(item)

    def retry(self, item: ItemView) -> ExportStatus:
        """Retry a failed export."""
        return self.application.exports.retry(self.person("approver"), item.id)

    def take(self, item: ItemView) -> tuple[HandOver, ...]:
        """Take over what lies ready."""
        if self.status(item).state is not ExportState.OFFERED:
            return ()
        return self.application.exports.take(self.person("approver"), item.id)

    def verify(self, item: ItemView) -> VerificationResult:
        """Read the ERP back."""
        return self.application.verification.verify(self.person("approver"), item.id)

    def item(self, item: ItemView) -> ItemView:
        """The item as it stands now."""
        history = self.application.reviews.history(self.person("approver"), self.project)
        return next(each for each in history if each.id == item.id)

    def status(self, item: ItemView) -> ExportStatus:
        """How its export stands."""
        return self.application.exports.status(self.person("approver"), item.id)

    def erp(self) -> Any:
        """The `erp` object of the connection, as an adapter is given it."""
        connections = self.application.connections
        actor = self.person("administrator")
        with self.application.store.read() as connection:
            found = connections.find(connection, actor, CONNECTION)
        _, erp = connections.erp(actor.company_id, found.id, self.job)
        return erp

    # -- the ERP ------------------------------------------------------------------------------------------------------

    def post(self, handed: Sequence[HandOver] = ()) -> None:
        """All that people do at the ERP until the figures are posted and visible."""
        for _ in self.simulator.post(self.erp_home, self.job, handed):
            pass

    def mischief(self, kind: Mischief, handed: Sequence[HandOver] = (), *, job: str = "") -> None:
        """Let the ERP or its people do this."""
        self.simulator.mischief()[kind](self.erp_home, job or self.job, handed)  # type: ignore[attr-defined]

    def calm(self) -> None:
        """End all mischief."""
        self.simulator.calm(self.erp_home)  # type: ignore[attr-defined]

    def entries(self, job: str = "") -> list[BookEntry]:
        """What the ERP's own books hold."""
        return list(self.simulator.ledger(self.erp_home, job or self.job))

    def held(self, job: str = "") -> dict[LineKey, Amounts]:
        """Original and changes per key, where not nothing."""
        return held(self.entries(job))

    def counts(self, job: str = "") -> Counter[tuple[LineKey, str]]:
        """How many entries per key and side."""
        return counted(self.entries(job))

    def difference(self) -> str:
        """What differs between the books and what should be there, in words; blank when nothing does."""
        return difference(self.expected.amounts, self.held())

    # -- walking ------------------------------------------------------------------------------------------------------

    def accepted(self, lines: Sequence[Line], changes: Iterable[Change] = ()) -> ItemView:
        """A budget that was sent and accepted."""
        self.build(lines, changes)
        return self.accept(self.send())

    def started(self, item: ItemView) -> ItemView:
        """The same with its export started."""
        self.start(item)
        return self.item(item)

    def export(self, item: ItemView) -> ExportStatus:
        """Start an export and bring it as far as it can be brought."""
        self.start(item)
        return self.run(item)

    def finish(self, item: ItemView) -> VerificationResult:
        """Take over what lies ready, post, and verify."""
        self.post(self.take(item))
        return self.verify(item)

    def deliver(self, item: ItemView) -> VerificationResult:
        """An accepted item all the way: exported, posted, verified."""
        self.export(item)
        return self.finish(item)

    def is_done(self, item: ItemView) -> bool:
        """Whether the product says that the item has arrived for good."""
        return self.item(item).state is ItemState.SYNCED


def answers(asked: Iterable[RevisionField], given: dict[str, str] | None = None) -> FieldValues:
    """What an approver enters so that revisions count: required fields, and no choice that only records."""
    item: dict[str, str] = {}
    for each in asked:
        default = item.get(each.name, each.default)
        if given and each.name in given:
            item[each.name] = given[each.name]
        elif each.kind is FieldKind.CHOICE and (default in each.recorded or (each.required and not default)):
            item[each.name] = next(choice.value for choice in each.choices if choice.value not in each.recorded)
        elif each.required and not default:
            item[each.name] = CHANGE_DAY.isoformat() if each.kind is FieldKind.DATE else "1"
    return FieldValues(item=item, description="Budget")
