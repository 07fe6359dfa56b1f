"""The *Job Costs Report* (V4): the ERP's own figures per exported key beside ours, from the last verification.

It reads the very rows from which the unlock condition "figures visible" was concluded.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from attrs import define, field, frozen
from sqlalchemy import Connection, Row, func, or_, select

from erp_bridge_core.approvals.items import ItemView, find_item, item_from_row, of_actor, select_items
from erp_bridge_core.budgets.records import find_project
from erp_bridge_core.contract.budget import LineKey, Stream
from erp_bridge_core.contract.money import from_units
from erp_bridge_core.contract.postings import Outcome
from erp_bridge_core.exports.moves import KEY
from erp_bridge_core.exports.report_files import write_report_csv, write_report_xlsx
from erp_bridge_core.exports.report_queries import KeyQueries, KeySearch, sums_by_group
from erp_bridge_core.exports.results import last_verification
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.rights import rights_of
from erp_bridge_core.people.rules import may_look_at_items, require
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import items, projects, verifications
from erp_bridge_core.store.text_search import contains

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

    @property
    def differs(self) -> bool:
        """Whether something differs, or can't be read."""
        return self.total.difference != 0 or self.total.readable != self.total.keys


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


@frozen(kw_only=True)
class FoundJobs:
    """Some jobs of the report, `total` in all; `unverified` names projects whose export was never read back."""

    jobs: tuple[JobReport, ...]
    total: int
    unverified: tuple[str, ...]


@frozen(kw_only=True)
class GroupSums:
    """Sums over the readable keys of one sub job, or of one cost code; `unread` counts the others."""

    name: str
    ours: Decimal = Decimal(0)
    erp: Decimal = Decimal(0)
    difference: Decimal = Decimal(0)
    unread: int = 0


@frozen(kw_only=True)
class FoundCosts:
    """Some keys of a job, `total` in all that match, and sums of all its keys by sub job, or of those by cost code."""

    job: JobReport
    rows: tuple[JobCost, ...]
    total: int
    by_sub_job: tuple[GroupSums, ...]
    by_cost_code: tuple[GroupSums, ...]


@frozen(kw_only=True)
class _Verified:
    """A project's last export and the last verification of it, as numbers; 0 where there was none."""

    item: int
    project: str
    verification: int


@define
class Reports:
    """Reports over what verification stored; nothing is read from an ERP."""

    store: Store

    def job_costs(self, actor: Actor, project: str | None = None) -> JobCostsReport:
        """The report of a project, or of all of the company's; raises NotFound for a project that is not there."""
        with self.store.read() as connection:
            require(may_look_at_items(rights_of(connection, actor)))
            if project is not None:
                find_project(connection, actor, project)
            latest = _latest_exported(connection, actor, project=project)
            jobs = self._jobs(connection, actor, [one for one in latest if one.verification])
        return JobCostsReport(jobs=jobs, unverified=tuple(one.project for one in latest if not one.verification))

    def find_jobs(
        self, actor: Actor, *, text: str = "", differing: bool = False, offset: int = 0, limit: int
    ) -> FoundJobs:
        """Jobs with a text in their project's number or name or their own; `differing`: where something differs."""
        with self.store.read() as connection:
            require(may_look_at_items(rights_of(connection, actor)))
            latest = _latest_exported(connection, actor)
            wanted = _latest_exported(connection, actor, text=text) if text else latest
            verified = [one for one in wanted if one.verification]
            shown = verified if differing else verified[offset : offset + limit]
            jobs = self._jobs(connection, actor, shown)
        if differing:
            jobs = tuple(job for job in jobs if job.differs)
        return FoundJobs(
            jobs=jobs[offset : offset + limit] if differing else jobs,
            total=len(jobs) if differing else len(verified),
            unverified=tuple(one.project for one in latest if not one.verification),
        )

    def find_costs(
        self, actor: Actor, project: str, search: KeySearch, *, by_cost_code: bool = False
    ) -> FoundCosts | None:
        """Keys of one project's job; sums `by_cost_code` are of those that match. None where none was read back."""
        with self.store.read() as connection:
            require(may_look_at_items(rights_of(connection, actor)))
            find_project(connection, actor, project)
            latest = [one for one in _latest_exported(connection, actor, project=project) if one.verification]
            if not latest:
                return None
            item, row = find_item(connection, actor, latest[0].item), last_verification(connection, latest[0].item)
            assert row is not None
            queries = KeyQueries.of(connection, [row.id])
            rows = connection.execute(queries.costs(search)).all()
            by_sub_job = connection.execute(queries.sums("sub_job")).all()
            by_code = connection.execute(queries.sums("cost_code", search)).all() if by_cost_code else ()
            job = self._job(item, row, by_sub_job)
            counted = job.total.keys if search.is_all else connection.execute(queries.count(search)).scalar_one()
            return FoundCosts(
                job=job,
                rows=tuple(_cost(one, item, row.first_seen_at) for one in rows),
                total=int(counted),
                by_sub_job=tuple(_group(one, one.sub_job, item.digits) for one in by_sub_job),
                by_cost_code=tuple(_group(one, one.cost_code, item.digits) for one in by_code),
            )

    def _jobs(self, connection: Connection, actor: Actor, wanted: Sequence[_Verified]) -> tuple[JobReport, ...]:
        numbers = [one.verification for one in wanted]
        sums = sums_by_group(connection, KeyQueries.of(connection, numbers).sums("sub_job"))
        loaded = select_items(actor.company_id).where(items.c.id.in_([one.item for one in wanted]))
        found = {row.id: item_from_row(row) for row in connection.execute(loaded)}
        rows = connection.execute(select(verifications).where(verifications.c.id.in_(numbers)))
        verified = {row.id: row for row in rows}
        return tuple(
            self._job(found[one.item], verified[one.verification], sums.get(one.verification, [])) for one in wanted
        )

    def _job(self, item: ItemView, row: Row[Any], sums: Sequence[Row[Any]]) -> JobReport:
        of_job = _sums([one for one in sums if not one.sub_job], item.digits)
        of_sub_jobs = _sums([one for one in sums if one.sub_job], item.digits)
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
            job_total=of_job,
            sub_job_total=of_sub_jobs,
            total=_sums(sums, item.digits),
        )

    def _costs(self, item: ItemView, row: Row[Any]) -> Iterator[JobCost]:
        after: Any = None
        while True:
            with self.store.read() as connection:
                query = KeyQueries.of(connection, [row.id]).costs(KeySearch(limit=PAGE), after)
                page = connection.execute(query).all()
            yield from (_cost(one, item, row.first_seen_at) for one in page)
            if len(page) < PAGE:
                return
            after = tuple(getattr(page[-1], name) for name in KEY)


def _latest_exported(
    connection: Connection, actor: Actor, *, project: str | None = None, text: str = ""
) -> list[_Verified]:
    """The last item of each project of which something may be in the ERP: its verification covers the whole job."""
    newest = select(func.max(items.c.id)).where(*of_actor(actor), items.c.state.in_(_EXPORTED), items.c.version > 0)
    verified = (
        select(func.max(verifications.c.id)).where(verifications.c.item_id == items.c.id).correlate(items)
    ).scalar_subquery()
    query = (
        select(items.c.id, projects.c.number, verified.label("verification"))
        .join(projects, projects.c.id == items.c.project_id)
        .where(items.c.id.in_(newest.group_by(items.c.project_id)))
        .order_by(projects.c.number)
    )
    if project is not None:
        query = query.where(projects.c.number == project)
    if text:
        query = query.where(or_(*(contains(each, text) for each in (projects.c.number, projects.c.name, items.c.job))))
    rows = connection.execute(query)
    return [_Verified(item=row.id, project=row.number, verification=row.verification or 0) for row in rows]


def _group(row: Row[Any], name: str, digits: int) -> GroupSums:
    return GroupSums(
        name=name,
        ours=from_units(int(row.ours), digits),
        erp=from_units(int(row.erp), digits),
        difference=from_units(int(row.difference), digits),
        unread=row.keys - row.readable,
    )


def _sums(rows: Sequence[Row[Any]], digits: int) -> JobCostTotals:
    def total(name: str) -> int:
        return sum(int(getattr(row, name)) for row in rows)

    return JobCostTotals(
        keys=total("keys"),
        readable=total("readable"),
        ours=from_units(total("ours"), digits),
        erp=from_units(total("erp"), digits),
        adopted=from_units(total("adopted"), digits),
        difference=from_units(total("difference"), digits),
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
