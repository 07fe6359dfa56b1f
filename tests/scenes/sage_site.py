"""A site for whole scenes: an installation, its people, a simulated Sage 300 CRE and a project with a small budget.

Every step goes through a door that the command line uses too. The budget is a part of a bridge contract of the
Indiana letting: ten keys on the job and two Extras, and a pay item that stands on the job and on an Extra.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from attrs import define, field, frozen
from databases import copied_home

from erp_bridge_core.app import Application
from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.budgets.entries import LineEntry
from erp_bridge_core.budgets.file_import import ImportChoices
from erp_bridge_core.budgets.sending import Readiness
from erp_bridge_core.connections.maps import MapEntry
from erp_bridge_core.contract import FieldValues, HandOver, JobSetup, LineKey
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.demo.erp_side import secrets_into
from erp_bridge_core.demo.people import Cast, hire
from erp_bridge_core.exports.results import VerificationResult
from erp_bridge_core.exports.status import ExportStatus
from erp_bridge_core.installation import create_home
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.sources import ColumnMapping
from erp_bridge_core.sources.writing import write_table
from erp_bridge_sage300.simulator import SageSimulator

COMPANY = "demo"
JOB = "B -40891-A"
PROJECT = "B-40891"
CONNECTION = "sage"
#: Further along than any horizon of the adapter's writes, in database seconds.
PAST_EVERY_HORIZON = 10_000.0

Amounts = tuple[Decimal, Decimal]


@frozen
class Line:
    """A line of the budget's file: sub job, cost code, category, description, amount."""

    sub_job: str
    cost_code: str
    category: str
    description: str
    amount: str


BUDGET = (
    Line("", "105-06845", "Subcontract", "Construction engineering", "10300.00"),
    Line("", "110-01001", "Subcontract", "Mobilization", "35000.00"),
    Line("STR", "110-01001", "Subcontract", "Mobilization", "35000.00"),
    Line("", "201-52370", "Subcontract", "Clearing right-of-way", "17680.00"),
    Line("", "203-02070", "Labor", "Borrow", "19159.00"),
    Line("", "203-02070", "Material", "Borrow", "24633.00"),
    Line("", "203-02070", "Subcontract", "Borrow", "10948.00"),
    Line("STR", "701-06011", "Subcontract", "Dynamic pile load test", "36820.00"),
    Line("STR", "703-06028", "Material", "Reinforcing bars", "25969.20"),
    Line("TRF", "801-04308", "Subcontract", "Road closure sign assembly", "576.00"),
)
CATEGORIES = {"Labor": ("L", "labor"), "Material": ("M", "material"), "Subcontract": ("S", "subcontract")}
SUB_JOBS = (("STR", "Structure"), ("TRF", "Traffic control"))
#: Number, description, and by how much each key moves; the second is a transfer within the Extra.
CHANGES: Sequence[tuple[str, str, Sequence[tuple[LineKey, str]]]] = (
    ("BC-001", "Added scope", [(LineKey("", "203-02070", "Material"), "1970.64")]),
    (
        "BC-002",
        "Transfer",
        [(LineKey("STR", "701-06011", "Subcontract"), "-841.00"), (LineKey("STR", "703-06028", "Material"), "841.00")],
    ),
)
LATER = ("BC-003", "Owner's change", [(LineKey("", "201-52370", "Subcontract"), "305.29")])


def theirs(key: LineKey) -> LineKey:
    """A key in Sage's codes."""
    return LineKey(key.sub_job, key.cost_code, CATEGORIES[key.category][0])


def intended(*, later: bool = False) -> dict[LineKey, Amounts]:
    """What Sage should hold per key of its own: original and approved changes."""
    held = {theirs(LineKey(line.sub_job, line.cost_code, line.category)): Decimal(line.amount) for line in BUDGET}
    moved: Counter[LineKey] = Counter()
    for _, _, moves in (*CHANGES, LATER) if later else CHANGES:
        for key, amount in moves:
            moved[theirs(key)] += Decimal(amount)  # type: ignore[assignment]
    return {key: (amount, Decimal(moved[key])) for key, amount in held.items()}


def job_setup(job: str = JOB, *, without: Sequence[str] = ()) -> JobSetup:
    """The job as an administrator of Sage sets it up, `without` some of the budget's cost codes."""
    codes = sorted({(line.sub_job, line.cost_code) for line in BUDGET if line.cost_code not in without})
    return JobSetup(
        job=job,
        name="Bridge replacement",
        sub_jobs=SUB_JOBS,
        cost_codes=tuple((sub_job, code, code) for sub_job, code in codes),
        categories=tuple((code, ours, kind) for ours, (code, kind) in CATEGORIES.items()),
    )


def make_template(home: Path) -> None:
    """A demo's installation with its people, and beside it a simulated company; copied by every scene."""
    create_home(
        home, company_code=COMPANY, company_name="Hoosier Builders", time_zone="America/Indiana/Indianapolis",
        currency="USD", admin_login="administrator", admin_name="Administrator", demo=True,
    ).close()  # fmt: skip
    with Application.open(home) as application:
        hire(application, COMPANY, "tester")
    SageSimulator().setup(home / "simulators" / "sage300", [job_setup()])


@define(kw_only=True)
class SageSite:
    """The site of one scene. What a person does is a method; `desk` is the accountant at Sage."""

    home: Path
    application: Application
    share: Path
    simulator: SageSimulator = field(factory=SageSimulator)
    project: str = PROJECT
    job: str = JOB

    # -- people ---------------------------------------------------------------------------------------------------

    def person(self, login: str) -> Actor:
        """Somebody of the company, signed in just now."""
        return self.application.people.actor_as(login, COMPANY, "tester")

    @property
    def cast(self) -> Cast:
        """The people by their roles."""
        roles = ("administrator", "manager", "approver", "viewer", "controller")
        return Cast(**{role: self.person(role) for role in roles})

    # -- the project manager --------------------------------------------------------------------------------------

    def open_project(self) -> None:
        """Create the project, link it to the job, and read the job's masters."""
        administrator = self.person("administrator")
        self.application.projects.create(administrator, self.project, name="Bridge replacement")
        self.application.projects.link(administrator, self.project, CONNECTION, job=self.job)
        self.application.people.grant_project(administrator, "manager", self.project, level="standard", may_send=True)
        self.application.projects.sync(self.person("manager"), self.project)
        for code, name in SUB_JOBS:
            self.application.budgets.sub_job(self.person("manager"), self.project, code, name=name)

    def build_budget(self, *extra: Line, changes: bool = True) -> None:
        """Import the budget's file, with `extra` lines, and approve its changes."""
        path = self.home / "budget.csv"
        header = ("Sub Job", "Cost Code", "Category", "Description", "Amount")
        rows = ((line.sub_job, line.cost_code, line.category, line.description, line.amount) for line in BUDGET + extra)
        write_table(path, header, rows)
        mapping = ColumnMapping(columns={"sub_job": "Sub Job", "category": "Category"})
        choices = ImportChoices(mapping=mapping, duplicates="refuse")
        self.application.budgets.import_file(self.person("manager"), self.project, path, choices=choices)
        for change in CHANGES if changes else ():
            self.approve_change(*change)

    def approve_change(self, number: str, description: str, moves: Sequence[tuple[LineKey, str]]) -> None:
        """Enter a budget change and approve it."""
        lines = [
            LineEntry(
                sub_job=key.sub_job, cost_code=key.cost_code, category=key.category, description=description,
                amount=Decimal(amount),
            )
            for key, amount in moves
        ]  # fmt: skip
        changes, manager = self.application.changes, self.person("manager")
        changes.add(manager, self.project, number=number, day=date(2026, 3, 2), description=description, lines=lines)
        changes.set_status(manager, self.project, number, status="approved")

    def send(self) -> ItemView:
        """Send the budget, acknowledging what is only warned of."""
        return self.application.sending.send(self.person("manager"), self.project, acknowledge="*")

    def readiness(self) -> Readiness:
        """What may be done with the budget now, as its project manager is told."""
        return self.application.sending.readiness(self.person("manager"), self.project)

    # -- the approver ---------------------------------------------------------------------------------------------

    def accept(self, item: ItemView, *, confirm_baseline: bool = False) -> ItemView:
        """Accept an item."""
        return self.application.reviews.accept(
            self.person("approver"), item.id, values=FieldValues(description="Budget"), confirm_import_closes=True,
            confirm_baseline=confirm_baseline, revision=item.revision,
        )  # fmt: skip

    def export(self, item: ItemView) -> ExportStatus:
        """Start an export and run it as far as it goes."""
        self.application.exports.start(self.person("approver"), item.id)
        return self.application.exports.run(self.person("approver"), item.id)

    def take(self, item: ItemView) -> tuple[HandOver, ...]:
        """Take the files over."""
        return self.application.exports.take(self.person("approver"), item.id)

    def resume_later(self, item: ItemView) -> ExportStatus:
        """Run an export again when every horizon of a former worker has passed."""
        worker = self.application.exports.worker
        worker.seconds = lambda connection: worker.store.seconds(connection) + PAST_EVERY_HORIZON
        return self.application.exports.run(self.person("approver"), item.id)

    def verify(self, item: ItemView) -> VerificationResult:
        """Read Sage back now."""
        return self.application.verification.verify(self.person("approver"), item.id)

    def item(self, item: ItemView) -> ItemView:
        """The item as it stands now."""
        history = self.application.reviews.history(self.person("approver"), self.project)
        return next(each for each in history if each.id == item.id)

    def status(self, item: ItemView) -> ExportStatus:
        """How its export stands."""
        return self.application.exports.status(self.person("approver"), item.id)

    # -- walking to a stage ---------------------------------------------------------------------------------------

    def sent(self, *extra: Line, changes: bool = True) -> ItemView:
        """A project whose budget, with `extra` lines, waits for the approver."""
        self.open_project()
        self.build_budget(*extra, changes=changes)
        return self.send()

    def accepted(self, *extra: Line, changes: bool = True) -> ItemView:
        """A budget that was accepted."""
        return self.accept(self.sent(*extra, changes=changes))

    def handed_over(self, *extra: Line, changes: bool = True) -> tuple[ItemView, tuple[HandOver, ...]]:
        """A budget that was exported, its files taken over by the accountant and not yet imported."""
        item = self.accepted(*extra, changes=changes)
        self.export(item)
        return item, self.take(item)

    def synced(self) -> ItemView:
        """A budget that went all the way."""
        item, handed = self.handed_over()
        self.follow_sheets(handed)
        self.verify(item)
        return item

    def deliver_later_change(self) -> ItemView:
        """One more budget change goes all the way: work goes on."""
        self.approve_change(*LATER)
        item = self.send()
        self.accept(item)
        self.export(item)
        self.follow_sheets(self.take(item))
        self.verify(item)
        return self.item(item)

    # -- the accountant -------------------------------------------------------------------------------------------

    @property
    def simulated(self) -> Path:
        """Where the simulated company lives."""
        return self.home / "simulators" / "sage300"

    def desk(self, command: str, **arguments: str) -> Sequence[str]:
        """One act at Sage's desk."""
        return self.simulator.desk()[command].run(self.simulated, **arguments)

    def import_file(self, handed: HandOver, *, approved: bool | None = None) -> None:
        """Import Estimates with the tick box as the sheet says, or as given."""
        ticked = handed.facts["tick"] == "ticked" if approved is None else approved
        box = "yes" if ticked else "no"
        self.desk("import", file=handed.location, approved=box, rejects=handed.facts["reject_file"])

    def post(self, **arguments: str) -> None:
        """Post Entries, then print the report and let hh2 have it."""
        self.desk("post", **arguments)
        self.show_figures()

    def show_figures(self) -> None:
        """Print the report and carry the figures to hh2."""
        self.desk("report")
        self.desk("sync")

    def follow_sheets(self, handed: Sequence[HandOver]) -> None:
        """Do all that the hand-over sheets ask for."""
        for _ in self.simulator.post(self.simulated, self.job, handed):
            pass

    def enter(self, key: LineKey, amount: str, kind: str = "original") -> None:
        """Enter an amount by hand in Sage, and show the figures."""
        self.desk(
            "enter", job=self.job, extra=key.sub_job, cost_code=key.cost_code, category=key.category, amount=amount,
            kind=kind,
        )  # fmt: skip
        self.show_figures()

    def held(self) -> dict[LineKey, Amounts]:
        """What Sage's own books hold, per key, where it is not nothing."""
        entries = self.simulator.ledger(self.simulated, self.job)
        return {entry.key: (entry.original, entry.changes) for entry in entries if entry.original or entry.changes}

    def entry_counts(self) -> Counter[tuple[LineKey, str]]:
        """How many entries Sage's books hold per key and column."""
        counts: Counter[tuple[LineKey, str]] = Counter()
        for entry in self.simulator.ledger(self.simulated, self.job):
            counts[entry.key, "original"] = entry.original_entries
            counts[entry.key, "changes"] = entry.change_entries
        return +counts

    def offered_files(self) -> list[str]:
        """Every file of estimates in the share that could be imported, offered or taken."""
        folders = ("1-original", "2-approved-changes", "taken/1-original", "taken/2-approved-changes")
        return sorted(path.name for folder in folders for path in (self.share / folder).glob("*.jce"))


@contextmanager
def open_site(template: Path, home: Path, clock: Clock, **settings: Any) -> Iterator[SageSite]:
    """A copy of the template, its simulator served and connected, with `settings` of the connection besides."""
    copied_home(template, home)
    simulator = SageSimulator()
    with (
        simulator.serve(home / "simulators" / "sage300") as served,
        Application.open(home, clock=clock) as application,
    ):
        site = SageSite(home=home, application=application, share=Path(served.files_root), simulator=simulator)
        secrets_into(home, served.secrets)
        connect(site, {**served.settings, **settings}, served.files_root, served.hosts)
        rows = [MapEntry(kind="category", ours=ours, theirs=code) for ours, (code, _) in CATEGORIES.items()]
        application.maps.load(site.person("administrator"), CONNECTION, rows=rows)
        yield site


def connect(
    site: SageSite, settings: Mapping[str, Any], files_root: str, hosts: tuple[str, ...], name: str = CONNECTION
) -> None:
    """Add a connection to the simulated company and check it."""
    administrator = site.person("administrator")
    site.application.connections.add(
        administrator, name, erp="sage300", settings=settings, files_root=files_root, hosts=hosts, plain_http=True
    )
    site.application.connections.check(site.person("approver"), name)
