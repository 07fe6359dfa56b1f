"""The product as the benchmark drives it: by the services that the command line uses."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import budget_file
from attrs import define
from sqlalchemy import func, select

from erp_bridge_core.app import Application
from erp_bridge_core.budgets.file_import import ImportChoices
from erp_bridge_core.cli import collect_seldom
from erp_bridge_core.configuration.database_server import DatabaseConfig
from erp_bridge_core.connections.maps import MapEntry
from erp_bridge_core.contract.effects import HandOver
from erp_bridge_core.contract.fields import FieldValues
from erp_bridge_core.contract.simulator import Served
from erp_bridge_core.demo.erp_side import secrets_into
from erp_bridge_core.demo.people import Cast, hire
from erp_bridge_core.installation import create_home
from erp_bridge_core.sources import ColumnMapping
from erp_bridge_core.store.tables import metadata

PROJECT: Final = "bench"
CONNECTION: Final = "erp"
STAGES: Final = ("sync", "import", "send", "accept", "export", "take", "post", "verify")


@define
class Product:
    """One project's way into the ERP, a stage at a time."""

    application: Application
    cast: Cast
    project: str = PROJECT
    item: int = 0
    handed: tuple[HandOver, ...] = ()
    outcome: str = ""

    def run(self, stage: str, budget: Path) -> None:
        """Do one stage."""
        match stage:
            case "sync":
                self.application.projects.sync(self.cast.manager, self.project)
            case "import":
                self._import(budget)
            case "send":
                self.item = self.application.sending.send(self.cast.manager, self.project, acknowledge=["*"]).id
            case "accept":
                self._accept()
            case "export":
                self.application.exports.start(self.cast.approver, self.item)
                self.application.exports.run(self.cast.approver, self.item)
            case "take":
                self.handed = self.application.exports.take(self.cast.approver, self.item)
            case "verify":
                self.outcome = self.application.verification.verify(self.cast.approver, self.item).outcome

    def count_rows(self) -> int:
        """The rows of every table."""
        with self.application.store.read() as connection:
            return sum(
                connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in metadata.sorted_tables
            )

    def _import(self, budget: Path) -> None:
        mapping = ColumnMapping(columns={"sub_job": "Sub Job", "category": "Category"})
        choices = ImportChoices(mapping=mapping, job=budget_file.JOB)
        self.application.budgets.import_file(self.cast.manager, self.project, budget, choices=choices)

    def _accept(self) -> None:
        reviews, approver = self.application.reviews, self.cast.approver
        shown = reviews.show(approver, self.item)
        reviews.accept(
            approver,
            self.item,
            values=FieldValues(description="Budget"),
            confirm_import_closes=True,
            confirm_baseline=False,
            revision=shown.item.revision,
        )


@contextmanager
def prepared_product(
    home: Path,
    served: Served,
    *,
    erp: str = "sage300",
    sub_jobs: Sequence[str] = budget_file.SUB_JOBS,
    units: Mapping[str, str] | None = None,
    database: DatabaseConfig | None = None,
) -> Iterator[Product]:
    """A new home with people, a connection to the simulated ERP, and a project linked to its job.

    `units` are the ERP's units by the budget's own, where they differ. Without a `database` it is SQLite.
    """
    collect_seldom()  # as each command and each worker begins; whatever is measured beside it has the same
    create_home(
        home,
        company_code="bench",
        company_name="Benchmark",
        time_zone="UTC",
        currency="USD",
        admin_login="administrator",
        admin_name="Administrator",
        demo=True,
        database=database,
    ).close()
    with Application.open(home) as application:
        cast = hire(application, "bench", "benchmark")
        secrets_into(home, served.secrets)
        application.connections.add(
            cast.administrator,
            CONNECTION,
            erp=erp,
            settings=served.settings,
            files_root=served.files_root,
            hosts=served.hosts,
            plain_http=True,
        )
        rows = [MapEntry(kind="unit", ours=ours, theirs=theirs) for ours, theirs in (units or {}).items()]
        application.maps.load(cast.administrator, CONNECTION, rows=rows)
        application.projects.create(cast.administrator, PROJECT, name="Benchmark")
        application.projects.link(cast.administrator, PROJECT, CONNECTION, job=budget_file.JOB)
        application.people.grant_project(cast.administrator, "manager", PROJECT, level="standard", may_send=True)
        for code in filter(None, sub_jobs):
            application.budgets.sub_job(cast.manager, PROJECT, code, name=code.title())
        yield Product(application, cast)
