"""Asking the adapter itself, hook by hook, as the product asks it: with its batch, masters and connection."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from attrs import evolve, frozen

from erp_bridge_core.approvals.batches import load_batch
from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.conformance.world.bench import Snapshot
from erp_bridge_core.conformance.world.site import Site
from erp_bridge_core.conformance.world.watching import WatchedAdapter
from erp_bridge_core.contract.budget import ExportBatch, ExportReceipt
from erp_bridge_core.contract.connection import Checked, Erp
from erp_bridge_core.contract.errors import ErpBridgeError, PluginError
from erp_bridge_core.contract.fields import RevisionField
from erp_bridge_core.contract.findings import Finding
from erp_bridge_core.contract.masters import JobHeader
from erp_bridge_core.contract.postings import RouteSight, Seen
from erp_bridge_core.exports.subjects import receipt_of

#: Every hook that only reads, in the order in which the product asks them.
READ_HOOKS: Final = ("check_connection", "read_job", "validate_budget", "revision_fields", "verify_posted")


@frozen(kw_only=True)
class Asked:
    """One item of a site, and each hook that only reads asked about it; all that it yields is taken at once."""

    site: Site
    item: ItemView
    erp: Erp[Any]
    batch: ExportBatch
    receipt: ExportReceipt

    @property
    def adapter(self) -> WatchedAdapter:
        """The adapter, watched."""
        return self.site.watch

    def hook(self, name: str) -> Any:
        """What one hook answers, as plain lists."""
        ask: Mapping[str, Callable[[], Any]] = {
            "check_connection": self.check_connection,
            "read_job": self.read_job,
            "validate_budget": self.validate_budget,
            "revision_fields": self.revision_fields,
            "verify_posted": self.verify_posted,
        }
        return ask[name]()

    def check_connection(self) -> list[Checked]:
        """As after `erp-bridge connection check`."""
        return list(self.adapter.check_connection(self.erp))

    def read_job(self, job: str = "") -> dict[str, list[Any]]:
        """A job, each of its streams to the end."""
        reading = self.adapter.read_job(job or self.item.job, self.erp)
        return {
            "header": [reading.header],
            "blind": sorted(reading.blind.items()),
            "sub_jobs": list(reading.sub_jobs),
            "cost_codes": list(reading.cost_codes),
            "categories": list(reading.categories),
            "figures": list(reading.figures),
        }

    def validate_budget(self, batch: ExportBatch | None = None) -> list[Finding]:
        """The adapter's own findings about the batch, or about another one."""
        return list(self.adapter.validate_budget(batch or self.batch, self.erp))

    def revision_fields(self) -> list[RevisionField]:
        """What it asks of the approver."""
        return list(self.adapter.revision_fields(self.batch, self.erp))

    def verify_posted(self) -> list[Seen]:
        """What it sees of the export. The evidence of a route may tell when it was read: that is left out."""
        seen = self.adapter.verify_posted(self.receipt, self.erp)
        return [evolve(each, evidence={}) if isinstance(each, RouteSight) else each for each in seen]

    def header(self) -> JobHeader:
        """The job's header as it is now."""
        return self.adapter.read_job(self.item.job, self.erp).header


def ask(site: Site, item: ItemView) -> Asked:
    """An item as the adapter is given it; the job is read anew for it."""
    application = site.application
    fresh = application.reviews.accepting.read(item)
    return Asked(
        site=site,
        item=item,
        erp=fresh.erp,
        batch=load_batch(application.store.read, item.id),
        receipt=receipt_of(application.store, item),
    )


def ask_about(site: Site, snapshot: Snapshot) -> Asked:
    """The item of a snapshot."""
    assert snapshot.item is not None
    return ask(site, site.item(snapshot.item))


def answered(call: Callable[[], Any]) -> tuple[Any, ErpBridgeError | None]:
    """What a hook answered, or the error of the contract that it raised."""
    try:
        return call(), None
    except ErpBridgeError as error:
        return None, error


def in_order(answer: Any) -> Any:
    """An answer in an order of ours, for what is about the values alone."""
    if isinstance(answer, dict):
        return {name: in_order(values) for name, values in answer.items()}
    return sorted(map(repr, answer)) if isinstance(answer, list) else answer


def told(error: ErpBridgeError) -> str:
    """An error as evidence; what a plugin raised beside the contract's errors is in its details."""
    kind = error.details.get("exception") if isinstance(error, PluginError) else None
    return f"{kind or type(error).__name__}: {error.message}"
