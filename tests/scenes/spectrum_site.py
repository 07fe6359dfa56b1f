"""A site for scenes with Spectrum: an installation, its people, a simulated company, a project with phases.

Every step goes through a door that the command line uses too.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from attrs import define, field

from erp_bridge_core.app import Application
from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.budgets.entries import LineEntry
from erp_bridge_core.connections.maps import MapEntry
from erp_bridge_core.contract import FieldValues, JobSetup
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.demo.erp_side import secrets_into
from erp_bridge_core.demo.people import hire
from erp_bridge_core.exports.results import VerificationResult
from erp_bridge_core.exports.status import ExportStatus
from erp_bridge_core.installation import create_home
from erp_bridge_core.people.actor import Actor
from erp_bridge_spectrum.simulator import SpectrumSimulator

COMPANY = "demo"
JOB = "B -40891"
PROJECT = "B-40891"
CONNECTION = "spectrum"
PAST_EVERY_HORIZON = 10_000.0

Place = tuple[str, str]
Amounts = tuple[Decimal, Decimal]
#: Cost code, category, description, amount.
BUDGET = (
    ("105-06845", "Subcontract", "Construction engineering", "10300.00"),
    ("110-01001", "Subcontract", "Mobilization", "35000.00"),
    ("203-02070", "Labor", "Borrow", "19159.00"),
    ("203-02070", "Material", "Borrow", "24633.00"),
    ("203-02070", "Subcontract", "Borrow", "10948.00"),
)
CATEGORIES = {"Labor": ("L", "labor"), "Material": ("M", "material"), "Subcontract": ("S", "subcontract")}
CHANGE = ("BC-001", [("203-02070", "Material", "1970.64")])
LATER = ("BC-002", [("110-01001", "Subcontract", "-500.00"), ("203-02070", "Material", "500.00")])
SETUP = JobSetup(
    job=JOB,
    name="Bridge replacement",
    cost_codes=tuple(("", code, text) for code, text in {code: text for code, _, text, _ in BUDGET}.items()),
    categories=tuple((code, ours, kind) for ours, (code, kind) in CATEGORIES.items()),
)


def place(code: str, category: str) -> Place:
    """A key as Spectrum's books have it: phase without dashes, cost type."""
    return code.replace("-", ""), CATEGORIES[category][0]


def estimated(*changes: tuple[str, Sequence[tuple[str, str, str]]]) -> dict[Place, Decimal]:
    """The estimated cost that Spectrum should show per phase and cost type."""
    held = {place(code, category): Decimal(amount) for code, category, _, amount in BUDGET}
    for _, moves in changes:
        for code, category, amount in moves:
            held[place(code, category)] += Decimal(amount)
    return held


@define(kw_only=True)
class SpectrumSite:
    """The site of one scene. What a person does is a method; `desk` is the accountant at Spectrum."""

    home: Path
    application: Application
    simulator: SpectrumSimulator = field(factory=SpectrumSimulator)

    def person(self, login: str) -> Actor:
        """Somebody of the company, signed in just now."""
        return self.application.people.actor_as(login, COMPANY, "tester")

    # -- the project manager --------------------------------------------------------------------------------------

    def open_project(self) -> None:
        """Create the project, link it to the job, and read the job's masters."""
        administrator = self.person("administrator")
        self.application.projects.create(administrator, PROJECT, name="Bridge replacement")
        self.application.projects.link(administrator, PROJECT, CONNECTION, job=JOB)
        self.application.people.grant_project(administrator, "manager", PROJECT, level="standard", may_send=True)
        self.application.projects.sync(self.person("manager"), PROJECT)

    def build_budget(self, *, sub_job: str = "") -> None:
        """Enter the budget's lines, the first on a sub job where one is named."""
        manager = self.person("manager")
        if sub_job:
            self.application.budgets.sub_job(manager, PROJECT, sub_job, name="Structure")
        for number, (code, category, text, amount) in enumerate(BUDGET):
            entry = LineEntry(
                sub_job="" if number else sub_job, cost_code=code, category=category, description=text,
                amount=Decimal(amount),
            )  # fmt: skip
            self.application.budgets.add_line(manager, PROJECT, entry)

    def approve_change(self, number: str, moves: Sequence[tuple[str, str, str]]) -> None:
        """Enter a budget change and approve it."""
        lines = [
            LineEntry(sub_job="", cost_code=code, category=category, description="", amount=Decimal(amount))
            for code, category, amount in moves
        ]
        changes, manager = self.application.changes, self.person("manager")
        changes.add(manager, PROJECT, number=number, day=date(2026, 3, 2), description="Added scope", lines=lines)
        changes.set_status(manager, PROJECT, number, status="approved")

    def send(self) -> ItemView:
        """Send the budget, acknowledging what is only warned of."""
        return self.application.sending.send(self.person("manager"), PROJECT, acknowledge="*")

    # -- the approver ---------------------------------------------------------------------------------------------

    def accept(self, item: ItemView, *, confirm_baseline: bool = False) -> ItemView:
        """Accept an item."""
        return self.application.reviews.accept(
            self.person("approver"), item.id, values=FieldValues(), confirm_import_closes=True,
            confirm_baseline=confirm_baseline, revision=item.revision,
        )  # fmt: skip

    def export(self, item: ItemView) -> ExportStatus:
        """Start an export and run it as far as it goes."""
        self.application.exports.start(self.person("approver"), item.id)
        return self.application.exports.run(self.person("approver"), item.id)

    def resume_later(self, item: ItemView) -> ExportStatus:
        """Run an export again when every horizon of a former worker has passed."""
        worker = self.application.exports.worker
        worker.seconds = lambda connection: worker.store.seconds(connection) + PAST_EVERY_HORIZON
        return self.application.exports.run(self.person("approver"), item.id)

    def verify(self, item: ItemView) -> VerificationResult:
        """Read Spectrum back now."""
        return self.application.verification.verify(self.person("approver"), item.id)

    def item(self, item: ItemView) -> ItemView:
        """The item as it stands now."""
        history = self.application.reviews.history(self.person("approver"), PROJECT)
        return next(each for each in history if each.id == item.id)

    def accepted(self, *changes: tuple[str, Sequence[tuple[str, str, str]]]) -> ItemView:
        """A budget with these changes that was accepted."""
        self.open_project()
        self.build_budget()
        for change in changes:
            self.approve_change(*change)
        return self.accept(self.send())

    def synced(self) -> ItemView:
        """A budget with one change that went all the way."""
        item = self.accepted(CHANGE)
        self.export(item)
        self.verify(item)
        return self.item(item)

    def sent_later(self) -> ItemView:
        """One more change, accepted."""
        self.approve_change(*LATER)
        return self.accept(self.send())

    # -- the accountant -------------------------------------------------------------------------------------------

    @property
    def simulated(self) -> Path:
        """Where the simulated company lives."""
        return self.home / "simulators" / "spectrum"

    def desk(self, command: str, **arguments: str) -> Sequence[str]:
        """One act at Spectrum's desk."""
        return self.simulator.desk()[command].run(self.simulated, **arguments)

    def switch(self, name: str, value: str) -> None:
        """Set one of the simulator's switches."""
        self.desk("switch", name=name, value=value)

    def held(self) -> dict[Place, Amounts]:
        """What Spectrum's own books hold: original, and what the current estimate is beyond it."""
        entries = self.simulator.ledger(self.simulated, JOB)
        return {(entry.key.cost_code, entry.key.category): (entry.original, entry.changes) for entry in entries}

    def estimated_cost(self) -> dict[Place, Decimal]:
        """The current estimates in Spectrum's own books."""
        return {at: original + changes for at, (original, changes) in self.held().items()}


@contextmanager
def open_spectrum(
    home: Path, clock: Clock, *, sql: str = "", tokens: bool = False, **settings: Any
) -> Iterator[SpectrumSite]:
    """A new installation beside a simulated company, connected with `settings` besides its own.

    `sql` is the ODBC driver by which the original is read too; with `tokens` calls need Enhanced Authentication.
    """
    create_home(
        home, company_code=COMPANY, company_name="Hoosier Builders", time_zone="America/Indiana/Indianapolis",
        currency="USD", admin_login="administrator", admin_name="Administrator", demo=True,
    ).close()  # fmt: skip
    simulator = SpectrumSimulator()
    simulated = home / "simulators" / "spectrum"
    simulator.setup(simulated, [SETUP])
    with simulator.serve(simulated) as served, Application.open(home, clock=clock) as application:
        hire(application, COMPANY, "tester")
        site = SpectrumSite(home=home, application=application, simulator=simulator)
        secrets = {"sql": f"DRIVER={sql};Database={simulated / 'spectrum.sqlite3'}"} if sql else {}
        secrets_into(home, {**served.secrets, **secrets})
        routes = {"sql_connection": "file:sql"} if sql else {}
        if tokens:
            site.switch("enhanced_authentication", "yes")
            told = dict(line.split(": ", 1) for line in site.desk("oauth-client"))
            secrets_into(home, {name: told[name] for name in ("client_id", "client_secret")})
            routes |= {"token_url": f"{served.settings['url']}/connect/token"}
            routes |= {name: f"file:{name}" for name in ("client_id", "client_secret")}
        connect(site, {**served.settings, **routes, **settings}, served.hosts)
        rows = [MapEntry(kind="category", ours=ours, theirs=code) for ours, (code, _) in CATEGORIES.items()]
        application.maps.load(site.person("administrator"), CONNECTION, rows=rows)
        yield site


def connect(site: SpectrumSite, settings: Mapping[str, Any], hosts: tuple[str, ...]) -> None:
    """Add the connection to the simulated company."""
    site.application.connections.add(
        site.person("administrator"), CONNECTION, erp="spectrum", settings=settings, files_root="", hosts=hosts,
        plain_http=True,
    )  # fmt: skip
