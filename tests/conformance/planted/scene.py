"""A whole installation over one variant: an empty home, the ERP served, a project, and what each person does."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

from attrs import define

from erp_bridge_core.app import Application
from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.budgets.entries import LineEntry
from erp_bridge_core.contract import FieldValues, HandOver, JobSetup, LineKey, Mischief, Outcome
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import OutcomeUnknown
from erp_bridge_core.demo.erp_side import secrets_into
from erp_bridge_core.demo.people import hire
from erp_bridge_core.engine import bringing
from erp_bridge_core.exports.settling import Settlement
from erp_bridge_core.exports.status import ExportState, ExportStatus
from erp_bridge_core.installation import create_home
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.registry import Adapter
from planted.books import Books, Row, own_job
from planted.registering import registry_of
from planted.simulator import TinSimulator

COMPANY: Final = "hoosier"
PROJECT: Final = "24-001"
JOB: Final = "40/891 A"
CONNECTION: Final = "books"
Amounts = tuple[Decimal, Decimal]


def _line(key: str, amount: str, quantity: str = "", text: str = "") -> LineEntry:
    sub_job, cost_code, category = key.split("/")
    return LineEntry(
        sub_job=sub_job,
        cost_code=cost_code,
        category=category,
        amount=Decimal(amount),
        quantity=Decimal(quantity) if quantity else None,
        unit="EA" if quantity else "",
        description=text,
    )


#: Twelve lines: more than a page and two chunks, with a credit, a zero, a blank quantity and a zero one.
BUDGET: Final = (
    _line("/01-100/L", "12500.00", text="Site engineer"),
    _line("/01-100/M", "830.55", "12.5", "Rails"),
    _line("/02-200/L", "0.00", text="Nothing yet"),
    _line("/02-200/S", "-450.10", text="Credit"),
    _line("/03-300/M", "99999.99", "1000"),
    _line("/03-300/S", "71000.00", text="Prüfung “Beton” & Stahl"),
    _line("EAST/01-100/L", "4100.00"),
    _line("EAST/02-200/M", "0.01", "0"),
    _line("EAST/03-300/M", "15000.00", "3.1415"),
    _line("WEST/01-100/L", "4100.00"),
    _line("WEST/02-200/M", "640.00", "8"),
    _line("WEST/03-300/S", "22000.40"),
)
FIRST: Final = (_line("/01-100/L", "500.00"), _line("EAST/03-300/M", "-120.25", "-0.5"))
LATER: Final = (_line("/01-100/L", "75.00", text="Overtime"), _line("WEST/02-200/M", "-75.00"))


def job_setup() -> JobSetup:
    """The job as the books' administrator sets it up."""
    return JobSetup(
        job=JOB,
        name="Bridge replacement",
        sub_jobs=(("EAST", "East span"), ("WEST", "West span")),
        cost_codes=tuple(
            (sub_job, code, f"Code {code}")
            for sub_job, code in sorted({(line.sub_job, line.cost_code) for line in BUDGET})
        ),
        categories=(("L", "Labor", "labor"), ("M", "Material", "material"), ("S", "Subcontract", "subcontract")),
        units=("EA",),
    )


def intended(*changes: Sequence[LineEntry]) -> dict[LineKey, Amounts]:
    """What the books should hold per key once these changes are in; keys that hold nothing left out."""
    held = {line.key: (line.amount or Decimal(0), Decimal(0)) for line in BUDGET}
    for line in (line for change in changes for line in change):
        original, moved = held[line.key]
        held[line.key] = (original, moved + (line.amount or Decimal(0)))
    return {key: amounts for key, amounts in held.items() if any(amounts)}


def make_template(home: Path) -> None:
    """An installation with its people; copied by every scene."""
    create_home(
        home, company_code=COMPANY, company_name="Hoosier Builders", time_zone="America/Indiana/Indianapolis",
        currency="USD", admin_login="administrator", admin_name="Administrator", demo=True,
    ).close()  # fmt: skip
    with Application.open(home, registry=registry_of()) as application:
        hire(application, COMPANY, "tester")


@define(kw_only=True)
class Scene:
    """One project on one variant; what a person does is a method."""

    application: Application
    simulator: TinSimulator
    books: Path

    def person(self, login: str) -> Actor:
        """Somebody of the company, signed in just now."""
        return self.application.people.actor_as(login, COMPANY, "tester")

    # -- the project manager ------------------------------------------------------------------------------------------

    def add_change(self, number: str, lines: Sequence[LineEntry]) -> None:
        """An approved budget change."""
        changes, manager = self.application.changes, self.person("manager")
        changes.add(manager, PROJECT, number=number, day=date(2026, 3, 2), lines=lines, description=f"Change {number}")
        changes.set_status(manager, PROJECT, number, status="approved")

    def send(self) -> ItemView:
        """Send what is new."""
        return self.application.sending.send(self.person("manager"), PROJECT, acknowledge=["*"])

    # -- the approver -------------------------------------------------------------------------------------------------

    def accept(self, item: ItemView, *, status: str = "approved") -> None:
        """Accept, with this status for the budget changes."""
        self.application.reviews.accept(
            self.person("approver"),
            item.id,
            values=FieldValues(item={"budget_revision_status": status}, description="Budget"),
            confirm_import_closes=True,
            revision=item.revision,
        )

    def export(self, item: ItemView) -> ExportStatus:
        """Export as far as it goes; an outcome that nobody knows is in the status."""
        exports, approver = self.application.exports, self.person("approver")
        exports.start(approver, item.id)
        return self.run(item)

    def run(self, item: ItemView) -> ExportStatus:
        """Go on with an export."""
        exports, approver = self.application.exports, self.person("approver")
        with suppress(OutcomeUnknown):
            exports.run(approver, item.id)
        return self.status(item)

    def status(self, item: ItemView) -> ExportStatus:
        """How its export stands."""
        return self.application.exports.status(self.person("approver"), item.id)

    def take(self, item: ItemView) -> tuple[HandOver, ...]:
        """Take what lies ready; nothing where nothing is offered."""
        exports, approver = self.application.exports, self.person("approver")
        if exports.status(approver, item.id).state is not ExportState.OFFERED:
            return ()
        return exports.take(approver, item.id)

    def settle_all(self, item: ItemView) -> None:
        """Another person, having looked at the books, says that all that is unknown arrived."""
        exports, controller = self.application.exports, self.person("controller")
        for effect in exports.status(controller, item.id).effects:
            if effect.state == "unknown":
                bringing.settle(
                    self.application, controller, item.id, effect.reference,
                    how=Settlement.ARRIVED, reason="It stands in the books.",
                )  # fmt: skip

    def verify(self, item: ItemView) -> Outcome:
        """Read the books back."""
        return self.application.verification.verify(self.person("approver"), item.id).outcome

    # -- the ERP ------------------------------------------------------------------------------------------------------

    def post(self, hand_overs: Sequence[HandOver] = ()) -> list[str]:
        """All that people do at the books."""
        return list(self.simulator.post(self.books, JOB, hand_overs))

    def befalls(self, mischief: Mischief, hand_overs: Sequence[HandOver] = ()) -> None:
        """Let it happen."""
        self.simulator.mischief()[mischief](self.books, JOB, hand_overs)

    def held(self) -> dict[LineKey, Amounts]:
        """What the books hold; keys that hold nothing left out."""
        entries = {each.key: (each.original, each.changes) for each in self.simulator.ledger(self.books, JOB)}
        return {key: amounts for key, amounts in entries.items() if any(amounts)}

    def job(self) -> Row:
        """The job as the books have it."""
        with Books(self.books).reading() as data:
            return own_job(data, JOB)

    def rows(self) -> list[Row]:
        """The rows of the job, in every state."""
        return list(self.job()["entries"])

    def tokens(self) -> list[str]:
        """The tokens that are valid."""
        with Books(self.books).reading() as data:
            return list(data["tokens"])

    def desk(self, command: str, **arguments: str) -> None:
        """A person at the books does something."""
        self.simulator.desk()[command].run(self.books, **arguments)

    def set_units(self, *units: str) -> None:
        """The books take these units alone from now on."""
        with Books(self.books).writing() as data:
            own_job(data, JOB)["units"] = list(units)

    # -- the whole way ------------------------------------------------------------------------------------------------

    def at_stage(self, stage: str, act: Callable[[], object]) -> list[Callable[[], object]]:
        """Do something once, the first time that an export comes to this stage of the ledger; what is left to do."""
        left = [act]

        def watch(seen: str, _: object) -> None:
            if seen == stage and left:
                left.pop()()

        self.application.exports.worker.observer = watch
        return left

    def state_of(self, number: int) -> str:
        """The state of the project's item, counted from the first."""
        history = self.application.reviews.history(self.person("approver"), PROJECT)
        return str(sorted(history, key=lambda item: item.id)[number].state)

    def accepted(self) -> ItemView:
        """What is new, sent and accepted."""
        item = self.send()
        self.accept(item)
        return item

    def deliver(self) -> ItemView:
        """What is new, all the way to the books and back."""
        item = self.accepted()
        self.export(item)
        self.settle_all(item)
        self.post(self.take(item))
        self.verify(item)
        return item


@contextmanager
def open_scene(adapter: Adapter, template: Path, folder: Path, clock: Clock) -> Iterator[Scene]:
    """A copy of the template with a project on that adapter's simulator, its budget of twelve lines entered."""
    home, books = folder / "home", folder / "books"
    shutil.copytree(template, home)
    simulator = adapter.simulator()
    assert isinstance(simulator, TinSimulator)
    simulator.setup(books, [job_setup()])
    with (
        simulator.serve(books) as served,
        Application.open(home, clock=clock, registry=registry_of(adapter)) as application,
    ):
        secrets_into(home, served.secrets)
        scene = Scene(application=application, simulator=simulator, books=books)
        application.connections.add(
            scene.person("administrator"), CONNECTION, erp=adapter.name, settings=served.settings,
            files_root=served.files_root, hosts=served.hosts, plain_http=True,
        )  # fmt: skip
        _open_project(scene)
        yield scene


def _open_project(scene: Scene) -> None:
    application, administrator = scene.application, scene.person("administrator")
    application.projects.create(administrator, PROJECT, name="Bridge replacement")
    application.projects.link(administrator, PROJECT, CONNECTION, job=JOB)
    application.people.grant_project(administrator, "manager", PROJECT, level="standard", may_send=True)
    manager = scene.person("manager")
    application.projects.sync(manager, PROJECT)
    for code, name in job_setup().sub_jobs:
        application.budgets.sub_job(manager, PROJECT, code, name=name)
    for line in BUDGET:
        application.budgets.add_line(manager, PROJECT, line)


OpenScene = Callable[[str], Scene]
