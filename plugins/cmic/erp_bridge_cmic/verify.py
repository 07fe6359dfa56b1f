"""Verification: every row of the job and its sub jobs, what waits to be posted, and how our PCIs stand (V2)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from attrs import define, field

from erp_bridge_cmic.changes import Header, highest, read_headers, read_lines
from erp_bridge_cmic.client import Cmic
from erp_bridge_cmic.export import EXPORTED
from erp_bridge_cmic.jobs import Family, read_family
from erp_bridge_cmic.reading import ROUTE
from erp_bridge_cmic.rows import BudgetRow, RowKey, read_rows
from erp_bridge_cmic.settings import CmicSettings
from erp_bridge_cmic.sign_in import CmicErp
from erp_bridge_core.contract import (
    ExportReceipt,
    LineKey,
    Observation,
    RevisionSight,
    RevisionStage,
    RouteSight,
    Seen,
)
from erp_bridge_core.contract.errors import ErpBridgeError

TITLE = "Job category rows and unposted PCI lines"
Number = tuple[str, str]


@define
class _Unposted:
    """What waits to be posted, per row: amounts of approved PCIs, originals and changes apart."""

    originals: dict[RowKey, Decimal] = field(factory=lambda: defaultdict(Decimal))
    changes: dict[RowKey, Decimal] = field(factory=lambda: defaultdict(Decimal))
    numbers: set[Number] = field(factory=set)


def verify_posted(receipt: ExportReceipt, erp: CmicErp) -> Iterator[Seen]:
    """Yield the route's sight, its observations, and one sight per budget change of ours.

    Rows are passed on as they come, page by page: one that can't be read to its end raises `ReadFailed`.
    """
    client = Cmic(erp)
    try:
        family = read_family(client, receipt.job)
        headers = list(read_headers(client, list(family.jobs)))
        unposted = _read_unposted(client, family, headers)
        revisions = list(_revisions(receipt, client, headers, unposted))
    except ErpBridgeError as error:
        yield _sight(failed=error.message)
        return
    yield _sight(evidence={"jobs": str(len(family.jobs)), "PCIs": str(len(headers))})
    yield from _observations(receipt, client, family, unposted)
    yield from revisions


def _sight(*, failed: str | None = None, evidence: Mapping[str, str] | None = None) -> RouteSight:
    return RouteSight(route=ROUTE, title=TITLE, sees_unposted=True, failed=failed, evidence=evidence or {})


# -- rows -------------------------------------------------------------------------------------------------------------


def _observations(receipt: ExportReceipt, client: Cmic, family: Family, unposted: _Unposted) -> Iterator[Observation]:
    seen: set[int] = set()
    for row in (row for job in family.jobs.values() for row in read_rows(client, job)):
        key = LineKey(family.sub_job_of(row.job), row.phase, row.category)
        seen.add(hash(key))
        yield _observation(key, row, unposted)
    for key in receipt.keys:
        if hash(key) not in seen:
            yield Observation(route=ROUTE, key=key, original=Decimal(0), changes=Decimal(0), total=Decimal(0))


def _observation(key: LineKey, row: BudgetRow, unposted: _Unposted) -> Observation:
    if row.odd:
        return Observation(route=ROUTE, key=key, cannot_tell=row.odd)
    return Observation(
        route=ROUTE,
        key=key,
        original=row.original,
        changes=row.changes,
        total=row.original + row.changes,
        unposted_original=unposted.originals.get(row.key, Decimal(0)),
        unposted_changes=unposted.changes.get(row.key, Decimal(0)),
        evidence={"row": row.vuuid},
    )


# -- PCIs -------------------------------------------------------------------------------------------------------------


def _read_unposted(client: Cmic, family: Family, headers: Sequence[Header]) -> _Unposted:
    """Only what is approved waits to be posted; an unapproved PCI, or one that was abandoned, is a mere record."""
    settings = client.erp.settings
    by_number = {(header.job, header.number): header for header in headers}
    found = _Unposted()
    for line in read_lines(client, list(family.jobs), unposted=True):
        found.numbers.add((line.master, line.number))
        header = by_number.get((line.master, line.number))
        if header is None or header.status not in settings.approved_statuses:
            continue
        side = found.originals if header.type == settings.type_original else found.changes
        side[line.job, line.phase, line.category] += line.amount
    return found


def _revisions(
    receipt: ExportReceipt, client: Cmic, headers: Sequence[Header], unposted: _Unposted
) -> Iterator[RevisionSight]:
    """How each budget change of this export stands: the newest PCI of ours for it, or none."""
    erp = client.erp
    ours = highest(headers, installation=erp.installation)
    planned = erp.state.get(EXPORTED.format(item=receipt.item, version=receipt.version)) or []
    seen = {change for item, version, change in ours if (item, version) == (receipt.item, receipt.version)}
    for change in dict.fromkeys([*planned, *sorted(one for one in seen if one is not None)]):
        header = ours.get((receipt.item, receipt.version, change))
        if header is None:
            yield RevisionSight(change=change, stage=RevisionStage.MISSING)
            continue
        stage = _stage(client, header, unposted)
        yield RevisionSight(change=change, stage=stage, evidence={"PCI": header.number, "status": header.status})


def _stage(client: Cmic, header: Header, unposted: _Unposted) -> RevisionStage:
    waits = (header.job, header.number) in unposted.numbers
    has_lines = waits or next(read_lines(client, [header.job], number=header.number), None) is not None
    if has_lines and not waits:
        return RevisionStage.POSTED
    return _unposted_stage(header, client.erp.settings)


def _unposted_stage(header: Header, settings: CmicSettings) -> RevisionStage:
    if header.status in settings.approved_statuses:
        return RevisionStage.APPROVED
    if header.status in settings.rejected_statuses:
        return RevisionStage.REJECTED
    return RevisionStage.RECORDED
