"""One ERP's adapter: its hooks, called by themselves and checked."""

from collections.abc import Iterator
from typing import Any

import attrs
from attrs import frozen

from erp_bridge_core.contract.budget import ExportBatch, ExportReceipt
from erp_bridge_core.contract.connection import Checked, Erp
from erp_bridge_core.contract.effects import Effects
from erp_bridge_core.contract.errors import NotSupported
from erp_bridge_core.contract.fields import FieldValues, RevisionField
from erp_bridge_core.contract.findings import Finding
from erp_bridge_core.contract.masters import Category, CostCode, Figure, JobReading, SubJob
from erp_bridge_core.contract.postings import Observation, RevisionSight, RouteSight, Seen
from erp_bridge_core.contract.profile import ErpProfile
from erp_bridge_core.contract.simulator import Simulator
from erp_bridge_core.registry.installed import InstalledPlugin


@frozen(kw_only=True, slots=False)
class Adapter(InstalledPlugin[ErpProfile]):
    """The adapter of one ERP. Every method raises the contract's errors only.

    What a plugin raises beside them becomes a `PluginError` naming plugin and hook; so does a value of another type
    than its hook promises.
    """

    def check_connection(self, erp: Erp[Any]) -> Iterator[Checked]:
        """Look whether the connection works; nothing where the adapter does not offer it."""
        if self._hooks.has("check_connection"):
            yield from self._hooks.each("check_connection", (Checked,), erp=erp)

    def read_job(self, job: str, erp: Erp[Any]) -> JobReading:
        """Read a job; its streams are guarded too."""
        reading = self._hooks.call("read_job", JobReading, job=job, erp=erp)
        return attrs.evolve(
            reading,
            sub_jobs=self._hooks.stream("read_job", reading.sub_jobs, SubJob),
            cost_codes=self._hooks.stream("read_job", reading.cost_codes, CostCode),
            categories=self._hooks.stream("read_job", reading.categories, Category),
            figures=self._hooks.stream("read_job", reading.figures, Figure),
        )

    def validate_budget(self, batch: ExportBatch, erp: Erp[Any]) -> Iterator[Finding]:
        """Yield the adapter's own findings about a batch."""
        yield from self._hooks.each("validate_budget", (Finding,), batch=batch, erp=erp)

    def revision_fields(self, batch: ExportBatch, erp: Erp[Any]) -> tuple[RevisionField, ...]:
        """The fields that the ERP asks of the approver."""
        return tuple(self._hooks.each("revision_fields", (RevisionField,), batch=batch, erp=erp))

    def export(self, batch: ExportBatch, values: FieldValues, erp: Erp[Any], effects: Effects) -> None:
        """Let the adapter plan and run its effects."""
        self._hooks.run("export", batch=batch, values=values, erp=erp, effects=effects)

    def verify_posted(self, receipt: ExportReceipt, erp: Erp[Any]) -> Iterator[Seen]:
        """Yield what the adapter sees, a route's sight before its observations."""
        routes: set[str] = set()
        kinds: tuple[type[Seen], ...] = (RouteSight, Observation, RevisionSight)
        for seen in self._hooks.each("verify_posted", kinds, receipt=receipt, erp=erp):
            if isinstance(seen, RouteSight):
                routes.add(seen.route)
            elif isinstance(seen, Observation) and seen.route not in routes:
                raise self._hooks.odd("verify_posted", seen, f"a RouteSight of {seen.route!r} first")
            yield seen

    def simulator(self) -> Simulator:
        """The adapter's simulator; raises `NotSupported` where it has none."""
        if not self._hooks.has("erp_simulator"):
            raise NotSupported(
                f"The plugin {self.name} ({self.distribution}) has no simulator.", remedy="Use a connection to the ERP."
            )
        simulator: Simulator = self._hooks.acting("erp_simulator", _SIMULATOR)
        return simulator


_SIMULATOR = ("setup", "serve", "desk", "post", "ledger", "restart")
