"""A site for whole scenes over CMiC: an installation, its people, a simulated company, one control job with sub jobs.

The people and their acts are those of any site; here are CMiC's desk and what its books hold. The budget is that of
the other scenes, with sub jobs as jobs of their own: one is started before the budget comes, one is pending.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from attrs import define
from databases import copied_home
from sage_site import BUDGET, CATEGORIES, CHANGES, COMPANY, LATER, SUB_JOBS, Amounts, SageSite

from erp_bridge_cmic.simulator import CmicSimulator, sub_job_code
from erp_bridge_core.app import Application
from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.connections.maps import MapEntry
from erp_bridge_core.contract import FieldValues, JobSetup, LineKey
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.demo.erp_side import secrets_into
from erp_bridge_core.demo.people import hire
from erp_bridge_core.installation import create_home

JOB = "40891"
CONNECTION = "cmic"
STARTED = "STR"
CODES = {code: sub_job_code(JOB, code) for code, _ in SUB_JOBS}


def theirs(key: LineKey) -> LineKey:
    """A key in CMiC's codes: a sub job by the code of its job."""
    return LineKey(CODES.get(key.sub_job, ""), key.cost_code, CATEGORIES[key.category][0])


def intended(changes: Sequence[Any] = CHANGES) -> dict[LineKey, Amounts]:
    """What CMiC should hold per key: original budget and posted changes."""
    held = {theirs(LineKey(line.sub_job, line.cost_code, line.category)): Decimal(line.amount) for line in BUDGET}
    moved: Counter[LineKey] = Counter()
    for _, _, moves in changes:
        for key, amount in moves:
            moved[theirs(key)] += Decimal(amount)  # type: ignore[assignment]
    return {key: (amount, Decimal(moved[key])) for key, amount in held.items()}


def job_setup() -> JobSetup:
    """The job as an administrator of CMiC sets it up."""
    codes = sorted({(line.sub_job, line.cost_code) for line in BUDGET})
    return JobSetup(
        job=JOB,
        name="Bridge replacement",
        sub_jobs=SUB_JOBS,
        cost_codes=tuple((sub_job, code, code) for sub_job, code in codes),
        categories=tuple((code, ours, kind) for ours, (code, kind) in CATEGORIES.items()),
    )


@define
class SteppingClock:
    """A clock whose waits are over at once, and never round to nothing as waits for a fast pace would."""

    clock: Clock

    def now(self) -> datetime:
        return self.clock.now()

    def today(self) -> date:
        return self.clock.today()

    def monotonic(self) -> float:
        return self.clock.monotonic()

    def sleep(self, seconds: float) -> None:
        self.clock.sleep(max(seconds, 0.001))


@define(kw_only=True)
class CmicSite(SageSite):
    """The people of a site, with CMiC instead of Sage."""

    @property
    def simulated(self) -> Path:
        """Where the simulated company lives."""
        return self.home / "simulators" / "cmic"

    def open_project(self) -> None:
        """Create the project, link it to the control job, and read its masters."""
        administrator = self.person("administrator")
        self.application.projects.create(administrator, self.project, name="Bridge replacement")
        self.application.projects.link(administrator, self.project, CONNECTION, job=self.job)
        self.application.people.grant_project(administrator, "manager", self.project, level="standard", may_send=True)
        self.application.projects.sync(self.person("manager"), self.project)
        for code, name in SUB_JOBS:
            self.application.budgets.sub_job(self.person("manager"), self.project, code, name=name)

    def accept_as(self, item: ItemView, status: str = "approved", **changes: Mapping[str, str]) -> ItemView:
        """Accept an item, its revisions having this status, some of its changes other values."""
        values = FieldValues(
            item={"budget_revision_status": status},
            changes={number.replace("_", "-"): fields for number, fields in changes.items()},
            description="Budget",
        )
        return self.application.reviews.accept(
            self.person("approver"), item.id, values=values, confirm_import_closes=True, revision=item.revision
        )

    def exported(self, status: str = "approved", **changes: Mapping[str, str]) -> ItemView:
        """A budget that was sent, accepted with this status, and exported."""
        item = self.accept_as(self.sent(), status, **changes)
        self.export(item)
        return item

    def post_all(self) -> None:
        """Approve and post what waits, as CMiC's people do."""
        for _ in self.simulator.post(self.simulated, self.job):
            pass

    def number_of(self, change: str) -> str:
        """The number of the PCI of a budget change, or of the original budget (`*`)."""
        with self.simulator_books() as connection:
            rows = connection.execute("SELECT number, name FROM pci").fetchall()
        return next(number for number, name in rows if name.rpartition("[")[2].split()[4] == change)

    def fault(self, kind: str, *, on: str) -> None:
        """Let the next write to a resource go wrong."""
        self.desk("switch", name="write_fault_on", value=on)
        self.desk("switch", name="write_fault", value=kind)

    def when(self, stage: str, act: Callable[[], Any]) -> None:
        """Do something once, the first time that an export comes to this stage of the ledger."""
        left = [act]

        def watch(seen: str, _effect: Any) -> None:
            if seen == stage and left:
                left.pop()()

        self.application.exports.worker.observer = watch

    def pcis(self) -> list[str]:
        """The names of the PCIs in CMiC's books."""
        with self.simulator_books() as connection:
            return [row[0] for row in connection.execute("SELECT name FROM pci ORDER BY number")]

    @contextmanager
    def simulator_books(self) -> Iterator[Any]:
        """CMiC's own books, for looking."""
        from erp_bridge_cmic.simulator.company import Company

        with Company(self.simulated).reading() as connection:
            yield connection


def make_template(home: Path) -> None:
    """An installation with its people, and a simulated company whose sub job STR is started already."""
    create_home(
        home, company_code=COMPANY, company_name="Hoosier Builders", time_zone="America/Indiana/Indianapolis",
        currency="USD", admin_login="administrator", admin_name="Administrator", demo=True,
    ).close()  # fmt: skip
    with Application.open(home) as application:
        hire(application, COMPANY, "tester")
    CmicSimulator().setup(home / "simulators" / "cmic", [job_setup()])


@contextmanager
def open_site(template: Path, home: Path, clock: Clock, **settings: Any) -> Iterator[CmicSite]:
    """A copy of the template, its simulator served and connected, with `settings` of the connection besides."""
    copied_home(template, home)
    simulator = CmicSimulator()
    with (
        simulator.serve(home / "simulators" / "cmic") as served,
        Application.open(home, clock=clock) as application,
    ):
        site = CmicSite(home=home, application=application, share=home, simulator=simulator, job=JOB)  # type: ignore[arg-type]
        site.desk("start", job=CODES[STARTED])
        # The scene's clock stands still, so the simulated host must not count in real seconds.
        site.desk("switch", name="per_second", value="0")
        secrets_into(home, served.secrets)
        administrator = site.person("administrator")
        application.connections.add(
            administrator, CONNECTION, erp="cmic", settings={**served.settings, **settings}, hosts=served.hosts,
            plain_http=True,
        )  # fmt: skip
        rows = [MapEntry(kind="category", ours=ours, theirs=code) for ours, (code, _) in CATEGORIES.items()]
        rows += [MapEntry(kind="sub_job", ours=ours, theirs=code) for ours, code in CODES.items()]
        application.maps.load(administrator, CONNECTION, rows=rows)
        yield site


__all__ = ["CHANGES", "LATER", "CmicSite", "intended", "make_template", "open_site"]
