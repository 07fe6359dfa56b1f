"""Verification: the job's figures, posted and unposted, and how each budget change of ours stands (V2)."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from erp_bridge_core.contract import (
    ExportReceipt,
    Observation,
    RevisionSight,
    RevisionStage,
    RouteSight,
    Seen,
    hookimpl,
)
from erp_bridge_core.contract.errors import ErpBridgeError

from erp_bridge_acme.client import Client, ThisErp
from erp_bridge_acme.entries import reference_prefix
from erp_bridge_acme.reading import ROUTE, FigureRow, read_figures
from erp_bridge_acme.review import read_revisions

#: The ERP's status of an entry, in order: a change whose entries differ stands as the first of them.
_STAGES: Final[Mapping[str, RevisionStage]] = {
    "removed": RevisionStage.MISSING,
    "rejected": RevisionStage.REJECTED,
    "recorded": RevisionStage.RECORDED,
    "unposted": RevisionStage.APPROVED,
    "posted": RevisionStage.POSTED,
}
_NOTHING: Final = Decimal(0)


@hookimpl
def verify_posted(receipt: ExportReceipt, erp: ThisErp) -> Iterator[Seen]:
    """Yield the route's sight, every key that has figures, every key of ours that has none, then the revisions."""
    client = Client(erp)
    try:
        revisions = list(_revisions(receipt, client))
    except ErpBridgeError as error:
        yield _sight(failed=error.message)
        return
    yield _sight()
    seen = set()
    for row in read_figures(client, receipt.job):
        seen.add(row.key)
        yield _observation(row)
    for key in receipt.keys:
        if key not in seen:
            yield Observation(route=ROUTE, key=key, original=_NOTHING, changes=_NOTHING, total=_NOTHING)
    yield from revisions


def _sight(*, failed: str | None = None) -> RouteSight:
    return RouteSight(route=ROUTE, title="The job's figures", sees_unposted=True, synced_back=True, failed=failed)


def _observation(row: FigureRow) -> Observation:
    return Observation(
        route=ROUTE,
        key=row.key,
        original=row.original,
        changes=row.changes,
        total=row.original + row.changes,
        unposted_original=row.unposted_original,
        unposted_changes=row.unposted_changes,
    )


def _revisions(receipt: ExportReceipt, client: Client) -> Iterator[RevisionSight]:
    """How each budget change of this item stands; its references tell it from all others."""
    ours = f"{reference_prefix(client.erp, receipt.job)}{receipt.item}-"
    statuses: dict[str, set[str]] = {}
    for row in read_revisions(client, receipt.job):
        if row.reference.startswith(ours):
            statuses.setdefault(row.change, set()).add(row.status)
    for change, found in statuses.items():
        stage = next((stage for status, stage in _STAGES.items() if status in found), RevisionStage.MISSING)
        yield RevisionSight(change=change, stage=stage, evidence={"status": ", ".join(sorted(found))})
