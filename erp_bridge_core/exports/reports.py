"""The *Job Costs Report* (V4): the ERP's own figures per exported key beside ours, from the last verification.

It reads the very rows from which the unlock condition "figures visible" was concluded.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from attrs import define, field, frozen
from sqlalchemy import Connection, Row, Select, and_, func, select, tuple_

from erp_bridge_core.approvals.items import ItemView, item_from_row, select_items
from erp_bridge_core.contract.budget import LineKey, Stream
from erp_bridge_core.contract.errors import NotFound
from erp_bridge_core.contract.money import from_units
from erp_bridge_core.contract.postings import Outcome
from erp_bridge_core.exports.moves import KEY, exported_keys, same_key
from erp_bridge_core.exports.report_files import write_report_csv, write_report_xlsx
from erp_bridge_core.exports.results import last_verification
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.rights import rights_of
from erp_bridge_core.people.rules import may_look_at_items, require
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import adoptions, items, key_outcomes, projects

PAGE: Final = 5_000
_EXPORTED: Final = ("exporting", "failed", "unknown", "waiting", "mismatch", "synced")


@frozen(kw_only=True)
class JobCost:
    """One key: `ours_*` is what stood there before plus what was exported, `erp_*` what the ERP shows now.

    None where the route can't read a figure. `adopted` is the part of the difference that a person adopted or accepted;
    `difference` is what is left: the ERP's total less ours less that. `since` is when the outcome was first seen.
    """

    project: str
    job: str
    key: LineKey
    ours_original: Decimal | None
    ours_changes: Decimal | None
    ours_total: Decimal | None
    erp_original: Decimal | None
    erp_changes: Decimal | None
    erp_total: Decimal | None
    adopted: Decimal
    difference: Decimal | None
    outcome: Outcome
    route: str
    since: datetime


@frozen(kw_only=True)
class JobCostTotals:
    """Sums over keys whose totals are readable: of the job itself, of its sub jobs, or of both. `keys` counts all."""

    keys: int
    readable: int
    ours: Decimal
    erp: Decimal
    adopted: Decimal
    difference: Decimal


@frozen(kw_only=True)
class JobReport:
    """One project's job: its keys as a stream, and totals of job and sub jobs apart and summed (V4)."""

    project: str
    project_name: str
    job: str
    currency: str
    item: int
    outcome: Outcome
    taken_at: datetime
    since: datetime
    costs: Stream[JobCost] = field(eq=False, repr=False)
    job_total: JobCostTotals
    sub_job_total: JobCostTotals
    total: JobCostTotals


@frozen(kw_only=True)
class JobCostsReport:
    """The report of one or all projects; `unverified` names projects whose export was never read back."""

    jobs: tuple[JobReport, ...]
    unverified: tuple[str, ...] = ()

    @property
    def costs(self) -> Iterator[JobCost]:
        """Every key of every job, streaming."""
        return (cost for job in self.jobs for cost in job.costs)

    def write_csv(self, path: Path) -> None:
        """Write it as CSV in UTF-8; text that a spreadsheet would take for a formula is kept text (X3)."""
        write_report_csv(path, self.costs)

    def write_xlsx(self, path: Path) -> None:
        """Write it as an Excel workbook, in bounded memory; amounts are numbers, text is never a formula (X3)."""
        write_report_xlsx(path, self.costs)


@define
class Reports:
    """Reports over what verification stored; nothing is read from an ERP."""

    store: Store

    def job_costs(self, actor: Actor, project: str | None = None) -> JobCostsReport:
        """The report of a project, or of all of the company's; raises NotFound for a project that is not there."""
        with self.store.read() as connection:
            require(may_look_at_items(rights_of(connection, actor)))
            latest = list(_latest_exported(connection, actor, project))
            verified = [(item, last_verification(connection, item.id)) for item in latest]
            jobs = tuple(self._job(connection, item, row) for item, row in verified if row is not None)
        return JobCostsReport(jobs=jobs, unverified=tuple(item.project for item, row in verified if row is None))

    def _job(self, connection: Connection, item: ItemView, row: Row[Any]) -> JobReport:
        sums = {
            sub: _sums(connection.execute(_select_sums(item, row.id, sub_jobs=sub)).one(), item.digits)
            for sub in (False, True)
        }
        return JobReport(
            project=item.project,
            project_name=item.project_name,
            job=item.job,
            currency=item.currency,
            item=item.id,
            outcome=Outcome(row.outcome),
            taken_at=row.taken_at,
            since=row.first_seen_at,
            costs=Stream(lambda: self._costs(item, row)),
            job_total=sums[False],
            sub_job_total=sums[True],
            total=_added(sums.values()),
        )

    def _costs(self, item: ItemView, row: Row[Any]) -> Iterator[JobCost]:
        after: Any = None
        while True:
            with self.store.read() as connection:
                page = connection.execute(_select_costs(item, row.id, after)).all()
            yield from (_cost(one, item, row.first_seen_at) for one in page)
            if len(page) < PAGE:
                return
            after = tuple(getattr(page[-1], name) for name in KEY)


def _latest_exported(connection: Connection, actor: Actor, project: str | None) -> Iterator[ItemView]:
    """The last item of each project of which something may be in the ERP: its verification covers the whole job."""
    found = select(projects.c.id).where(projects.c.company_id == actor.company_id)
    if actor.token_projects is not None:
        found = found.where(projects.c.id.in_(sorted(actor.token_projects)))
    if project is not None:
        found = found.where(projects.c.number == project)
        if connection.execute(found).first() is None:
            raise NotFound(f"No project {project}.", remedy="List the projects: `erp-bridge project list`.")
    newest = (
        select(func.max(items.c.id))
        .where(items.c.project_id.in_(found), items.c.state.in_(_EXPORTED))
        .group_by(items.c.project_id)
    )
    query = select_items(actor.company_id).where(items.c.id.in_(newest)).order_by(projects.c.number)
    return (item_from_row(row) for row in connection.execute(query).all())


def _columns() -> dict[str, Any]:
    """Amounts of one row. In `key_outcomes` before already includes what was adopted: here it is told apart again."""
    row = key_outcomes.c
    adopted = func.coalesce(adoptions.c.original, 0) + func.coalesce(adoptions.c.changes, 0)
    before = func.coalesce(row.before_total, row.before_original + row.before_changes)
    ours = before + row.sent_original + row.sent_changes
    return {"adopted": adopted, "ours": ours - adopted, "erp": row.now_total, "difference": row.now_total - ours}


def _of_item(query: Select[Any], item: ItemView, verification_id: int) -> Select[Any]:
    row = key_outcomes.c
    named = tuple_(*(row[name] for name in KEY)).in_(exported_keys(item.project_id))
    sent_or_odd = row.outcome.not_in([Outcome.DRIFT.value]) | named
    adopted = and_(adoptions.c.item_id == item.id, same_key(adoptions, key_outcomes))
    return (
        query.select_from(key_outcomes.outerjoin(adoptions, adopted))
        .where(row.verification_id == verification_id)
        .where(sent_or_odd)
    )


def _select_costs(item: ItemView, verification_id: int, after: Any) -> Select[Any]:
    row = key_outcomes.c
    keys = [row[name] for name in KEY]
    original = func.coalesce(adoptions.c.original, 0)
    changes = func.coalesce(adoptions.c.changes, 0)
    columns: list[Any] = [
        *keys, row.outcome, row.route, row.now_original, row.now_changes, row.now_total,
        (row.before_original + row.sent_original - original).label("ours_original"),
        (row.before_changes + row.sent_changes - changes).label("ours_changes"),
        *(value.label(name) for name, value in _columns().items()),
    ]  # fmt: skip
    query = _of_item(select(*columns), item, verification_id).order_by(*keys).limit(PAGE)
    return query if after is None else query.where(tuple_(*keys) > tuple_(*after))


def _select_sums(item: ItemView, verification_id: int, *, sub_jobs: bool) -> Select[Any]:
    columns = _columns()
    readable = and_(columns["ours"].is_not(None), columns["erp"].is_not(None))
    sums = [func.coalesce(func.sum(value).filter(readable), 0).label(name) for name, value in columns.items()]
    columns_shown: list[Any] = [func.count().label("keys"), func.count().filter(readable).label("readable"), *sums]
    query = select(*columns_shown)
    row = key_outcomes.c
    return _of_item(query, item, verification_id).where(row.sub_job != "" if sub_jobs else row.sub_job == "")


def _sums(row: Row[Any], digits: int) -> JobCostTotals:
    return JobCostTotals(
        keys=row.keys,
        readable=row.readable,
        ours=from_units(int(row.ours), digits),
        erp=from_units(int(row.erp), digits),
        adopted=from_units(int(row.adopted), digits),
        difference=from_units(int(row.difference), digits),
    )


def _added(parts: Iterable[JobCostTotals]) -> JobCostTotals:
    one, other = parts
    return JobCostTotals(
        keys=one.keys + other.keys,
        readable=one.readable + other.readable,
        ours=one.ours + other.ours,
        erp=one.erp + other.erp,
        adopted=one.adopted + other.adopted,
        difference=one.difference + other.difference,
    )


def _cost(row: Row[Any], item: ItemView, since: datetime) -> JobCost:
    def amount(units: int | None) -> Decimal | None:
        return None if units is None else from_units(units, item.digits)

    return JobCost(
        project=item.project,
        job=item.job,
        key=LineKey(row.sub_job, row.cost_code, row.category),
        ours_original=amount(row.ours_original),
        ours_changes=amount(row.ours_changes),
        ours_total=amount(row.ours),
        erp_original=amount(row.now_original),
        erp_changes=amount(row.now_changes),
        erp_total=amount(row.now_total),
        adopted=from_units(row.adopted, item.digits),
        difference=amount(row.difference),
        outcome=Outcome(row.outcome),
        route=row.route,
        since=since,
    )
