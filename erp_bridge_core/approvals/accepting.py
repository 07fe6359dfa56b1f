"""Accepting: fresh masters, validation again, the baseline, and a hash of exactly what was reviewed (A4, B5, E5)."""

from collections.abc import Sequence
from itertools import chain
from typing import Any, Protocol

from attrs import define, frozen
from sqlalchemy import Connection

from erp_bridge_core.approvals.baseline import Holdings, drifted_keys, reading_stands, take_baseline
from erp_bridge_core.approvals.batches import content_hash, load_batch
from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.budgets.folding import Folding
from erp_bridge_core.budgets.masters import StoredMasters, load_masters, spool_reading, store_reading
from erp_bridge_core.contract.budget import ExportBatch
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import BadInput, Fault, LedgerConflict, NotPossibleNow
from erp_bridge_core.contract.fields import RevisionField
from erp_bridge_core.contract.findings import Finding, Severity
from erp_bridge_core.contract.masters import JobHeader
from erp_bridge_core.contract.money import from_units
from erp_bridge_core.contract.profile import ErpProfile
from erp_bridge_core.store.database import Store

#: How many errors of a batch an accept names; sending has named all of them already.
ERRORS_SHOWN = 200


class ConnectionsDoor(Protocol):
    """Where adapters and their `erp` objects come from."""

    def erp(self, company_id: int, connection_id: int, job: str, masters: Any = None) -> tuple[Any, Any]:
        """The adapter and its connection to the ERP."""

    def profile_of(self, erp: str, name: str | None) -> ErpProfile:
        """The profile of an ERP in the words of the connection of that name."""


class RegistryDoor(Protocol):
    """Where adapters and a company's own checks come from."""

    def adapter(self, name: str) -> Any:
        """The adapter of an ERP."""

    def policies(self, batch: ExportBatch, erp: Any) -> Any:
        """The findings of all policies."""


@frozen(kw_only=True)
class Fresh:
    """What the ERP says now: the reading stored for it, the header, and the adapter that read it."""

    reading_id: int
    header: JobHeader
    routes: Sequence[str]
    adapter: Any
    erp: Any


@define
class Accepting:
    """What accept, and the start of an export, ask of the ERP before anything is written."""

    store: Store
    connections: ConnectionsDoor
    registry: RegistryDoor
    clock: Clock

    def read(self, item: ItemView) -> Fresh:
        """Read the job anew, whole, and keep it as the project's masters; raises what reading raises."""
        adapter, erp = self.connections.erp(item.company_id, item.connection_id, item.job)
        spooled = spool_reading(adapter.read_job(item.job, erp), item.digits)
        try:
            with self.store.begin() as connection:
                reading = store_reading(
                    connection, item.company_id, item.project_id, reading=spooled, at=self.clock.now()
                )
                masters = load_masters(connection, item.project_id)
        finally:
            spooled.close()
        _require_books(item, reading.header)
        adapter, erp = self.connections.erp(item.company_id, item.connection_id, item.job, masters)
        return Fresh(
            reading_id=reading.id, header=reading.header, routes=reading.routes, adapter=adapter, erp=erp
        )  # fmt: skip

    def validate(self, item: ItemView, fresh: Fresh) -> int:
        """Validate again against fresh masters (B5).

        Returns how many warnings and notes there are; raises BadInput with the errors.
        """
        batch = load_batch(self.store.read, item.id)
        folding = Folding(most=ERRORS_SHOWN)
        findings = chain(fresh.adapter.validate_budget(batch, fresh.erp), self.registry.policies(batch, fresh.erp))
        errors = [finding for finding in folding.fold(findings) if finding.severity is Severity.ERROR]
        if errors:
            count = sum(count for (severity, _), count in folding.counts.items() if severity is Severity.ERROR)
            raise BadInput(
                f"Item {item.id} can't go into the ERP as it is now: {count} error(s). Nothing was changed.",
                faults=[_fault(finding) for finding in errors[:ERRORS_SHOWN]],
                remedy="Have it put right in the ERP, or reject the item so that the budget can be corrected.",
            )
        return folding.counts.total()

    def fields(self, item: ItemView) -> tuple[RevisionField, ...]:
        """The fields that this ERP asks of the approver for this item (A3)."""
        masters = self._stored_masters(item)
        adapter, erp = self.connections.erp(item.company_id, item.connection_id, item.job, masters)
        return tuple(adapter.revision_fields(load_batch(self.store.read, item.id), erp))

    def _stored_masters(self, item: ItemView) -> StoredMasters | None:
        with self.store.read() as connection:
            return load_masters(connection, item.project_id)

    def bind(self, connection: Connection, item: ItemView, fresh: Fresh, *, confirm_baseline: bool) -> None:
        """Check the content and take the baseline, in the transaction that accepts.

        Raises LedgerConflict when a stored line was altered, NotPossibleNow when the job holds estimates that nobody
        confirmed (E5), or figures that the last export did not leave behind.
        """
        if content_hash(connection, item.id) != item.content_hash:
            raise LedgerConflict(
                f"The stored lines of item {item.id} are not what was sent.",
                remedy="The database was altered: run `erp-bridge audit check`; reject the item and send it again.",
            )
        if not reading_stands(connection, fresh.reading_id):
            raise NotPossibleNow("The job was read anew by others meanwhile.", remedy="Accept it again.")
        holdings = take_baseline(
            connection, item.id, item.company_id, reading_id=fresh.reading_id, routes=fresh.routes
        )  # fmt: skip
        if item.first_export and holdings.keys and not confirm_baseline:
            raise _holds_estimates(item, holdings)
        drifted = drifted_keys(connection, item.id, item.project_id)
        if drifted:
            raise NotPossibleNow(
                f"The ERP's figures of {drifted} keys of job {item.job} are not what the last export left behind.",
                remedy="Run `erp-bridge verify` on the project's last export; adopt the difference, or have it "
                "corrected in the ERP. Where a sync was only late, accept again after it.",
            )


def _holds_estimates(item: ItemView, holdings: Holdings) -> NotPossibleNow:
    total = from_units(holdings.total, item.digits)
    return NotPossibleNow(
        f"Job {item.job} already holds estimates: {holdings.keys} keys, {total} {item.currency} in all.",
        faults=[Fault("confirm_baseline", "is not given", expected="a confirmation of these figures", rule="E5")],
        remedy="Import them into the budget (reject the item first), confirm to export on top of them, or cancel.",
        details={"keys": holdings.keys, "total": str(total)},
    )


def _require_books(item: ItemView, header: JobHeader) -> None:
    """An item goes into the books that its project is bound to, and no others (P0)."""
    if item.erp_company and header.company != item.erp_company:
        raise NotPossibleNow(
            f"The connection {item.connection} now leads to {header.company}, not to {item.erp_company}.",
            remedy="Have the connection's settings put right.",
        )


def _fault(finding: Finding) -> Fault:
    where = f"line {finding.line}" if finding.line is not None else "job"
    return Fault(
        f"{where}: {finding.field}" if finding.field else where,
        finding.message,
        value=finding.value or None,
        rule=finding.rule,
        remedy=finding.remedy,
    )
