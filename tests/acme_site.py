"""A site beside the simulated Acme Books: the example is found by its entry point, without being installed."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from attrs import define

from erp_bridge_core.app import Application
from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.budgets.entries import LineEntry
from erp_bridge_core.contract import FieldValues, JobSetup, Mischief, Mischievous, Simulator
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.demo.erp_side import secrets_into
from erp_bridge_core.demo.people import hire
from erp_bridge_core.exports.results import VerificationResult
from erp_bridge_core.exports.status import ExportStatus
from erp_bridge_core.installation import create_home
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.registry import Registry

EXAMPLE = Path(__file__).parents[1] / "examples" / "erp-bridge-acme"
JOB = "24-001"
PAST_EVERY_HORIZON = 10_000.0
Held = dict[tuple[str, str, str], tuple[Decimal, Decimal, int, int]]

#: Sub job, cost code, category, amount.
BUDGET = (("", "01-100", "L", "1000.00"), ("", "01-100", "M", "250.55"), ("A", "02-200", "L", "-20.00"))
SETUP = JobSetup(
    job=JOB,
    name="Bridge replacement",
    sub_jobs=(("A", "Phase A"),),
    cost_codes=(("", "01-100", "General"), ("A", "02-200", "Site")),
    categories=(("L", "Labor", "labor"), ("M", "Material", "material")),
)


def make_findable(
    plugin: Path, site: Path, monkeypatch: pytest.MonkeyPatch, *, name: str = "acme", group: str = "erps"
) -> None:
    """Let a plugin's folder be found as if it were installed there for development."""
    info = site / f"erp_bridge_{name}-0.1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: erp-bridge-{name}\nVersion: 0.1.0\n")
    (info / "entry_points.txt").write_text(f"[erp_bridge.{group}]\n{name} = erp_bridge_{name}.plugin\n")
    (info / "direct_url.json").write_text('{"url": "file:///there", "dir_info": {"editable": true}}')
    monkeypatch.syspath_prepend(str(plugin))
    monkeypatch.syspath_prepend(str(site))


def intended(*, changes: str = "0") -> Held:
    """What the books should hold once all is posted: each line of the budget once, and a change on the first."""
    held: Held = {(sub, code, category): (Decimal(amount), Decimal(0), 1, 0) for sub, code, category, amount in BUDGET}
    if Decimal(changes):
        held["", "01-100", "L"] = (Decimal("1000.00"), Decimal(changes), 1, 1)
    return held


@define(kw_only=True)
class AcmeSite:
    """The site of one scene. What a person does is a method."""

    simulated: Path
    application: Application
    simulator: Simulator

    def person(self, login: str) -> Actor:
        """Somebody of the company, signed in just now."""
        return self.application.people.actor_as(login, "demo", "tester")

    def accepted(self, *, change: str = "", **values: str) -> ItemView:
        """A budget, with a change of that amount on its first line, that was sent and accepted."""
        application, manager = self.application, self.person("manager")
        for sub_job, code, category, amount in BUDGET:
            entry = LineEntry(
                sub_job=sub_job, cost_code=code, category=category, description="Work", amount=Decimal(amount)
            )
            application.budgets.add_line(manager, JOB, entry)
        if change:
            lines = [LineEntry(sub_job="", cost_code="01-100", category="L", description="", amount=Decimal(change))]
            application.changes.add(manager, JOB, number="BC-1", day=date(2026, 3, 2), description="More", lines=lines)
            application.changes.set_status(manager, JOB, "BC-1", status="approved")
        item = application.sending.send(manager, JOB, acknowledge="*")
        return application.reviews.accept(
            self.person("approver"), item.id, values=FieldValues(item=values), confirm_import_closes=True,
            confirm_baseline=False, revision=item.revision,
        )  # fmt: skip

    def export(self, item: ItemView) -> ExportStatus:
        """Start an export and run it as far as it goes."""
        self.application.exports.start(self.person("approver"), item.id)
        return self.application.exports.run(self.person("approver"), item.id)

    def retry(self, item: ItemView) -> ExportStatus:
        """Retry what was refused."""
        return self.application.exports.retry(self.person("approver"), item.id)

    def resume_later(self, item: ItemView) -> ExportStatus:
        """Run an export again when every horizon has passed."""
        worker = self.application.exports.worker
        worker.seconds = lambda connection: worker.store.seconds(connection) + PAST_EVERY_HORIZON
        return self.application.exports.run(self.person("approver"), item.id)

    def verify(self, item: ItemView) -> VerificationResult:
        """Read the ERP back now."""
        return self.application.verification.verify(self.person("approver"), item.id)

    # -- at the ERP ---------------------------------------------------------------------------------------------------

    def desk(self, command: str, **arguments: str) -> Sequence[str]:
        """One act at the desk."""
        return self.simulator.desk()[command].run(self.simulated, **arguments)

    def do(self, mischief: Mischief) -> None:
        """Let the ERP or its people do something."""
        assert isinstance(self.simulator, Mischievous)
        self.simulator.mischief()[mischief](self.simulated, JOB, ())

    def calm(self) -> None:
        """End all mischief."""
        assert isinstance(self.simulator, Mischievous)
        self.simulator.calm(self.simulated)

    def post(self) -> None:
        """Approve and post everything."""
        list(self.simulator.post(self.simulated, JOB))

    def held(self) -> Held:
        """What the books hold: original, changes, and how many lines of each."""
        return {
            (entry.key.sub_job, entry.key.cost_code, entry.key.category): (
                entry.original, entry.changes, entry.original_entries, entry.change_entries,
            )
            for entry in self.simulator.ledger(self.simulated, JOB)
            if entry.original_entries or entry.change_entries
        }  # fmt: skip


@contextmanager
def open_acme(home: Path, clock: Clock, *, name: str = "acme") -> Iterator[AcmeSite]:
    """A new installation beside a simulated company of Acme, or of a plugin made after it, and a linked project."""
    create_home(
        home, company_code="demo", company_name="Hoosier Builders", time_zone="America/Indiana/Indianapolis",
        currency="USD", admin_login="administrator", admin_name="Administrator", demo=True,
    ).close()  # fmt: skip
    registry = Registry.load([f"erp-bridge-{name}"])
    simulator, simulated = registry.adapter(name).simulator(), home / "simulators" / name
    simulated.mkdir(parents=True)
    simulator.setup(simulated, [SETUP])
    with (
        simulator.serve(simulated) as served,
        Application.open(home, clock=clock, registry=registry) as application,
    ):
        administrator = hire(application, "demo", "tester").administrator
        secrets_into(home, served.secrets)
        application.connections.add(
            administrator, name, erp=name, settings=served.settings, files_root="", hosts=served.hosts,
            plain_http=True,
        )  # fmt: skip
        application.projects.create(administrator, JOB, name="Bridge replacement")
        application.projects.link(administrator, JOB, name, job=JOB)
        application.people.grant_project(administrator, "manager", JOB, level="standard", may_send=True)
        site = AcmeSite(simulated=simulated, application=application, simulator=simulator)
        application.projects.sync(site.person("manager"), JOB)
        application.budgets.sub_job(site.person("manager"), JOB, "A", name="Phase A")
        yield site
