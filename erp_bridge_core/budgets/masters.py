"""Masters as last read from the ERP: kept in tables, asked by code, bounded in memory and without a query per line."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO, Any, Final

from attrs import define, field, frozen
from sqlalchemy import Column, ColumnElement, Connection, Table, and_, delete, not_, select

from erp_bridge_core.contract.errors import NotPossibleNow
from erp_bridge_core.contract.lookup import Facts, Lookup
from erp_bridge_core.contract.masters import Category, CostCode, Figure, JobHeader, JobReading, SubJob
from erp_bridge_core.contract.money import QUANTITY_DIGITS, to_units
from erp_bridge_core.contract.structuring import converter, structure
from erp_bridge_core.store.bulk import insert_rows
from erp_bridge_core.store.paging import batched
from erp_bridge_core.store.tables import (
    master_categories,
    master_cost_codes,
    master_figures,
    master_readings,
    master_sub_jobs,
)

KEPT: Final = 2
PAGE: Final = 5_000
#: General categories that are kept made: each line asks for one of a few.
_MOST_GENERAL: Final = 1_000
_PARTS: Final = (master_sub_jobs, master_cost_codes, master_categories, master_figures)


@frozen(kw_only=True)
class MasterReading:
    """One stored reading of a job's masters: when it was taken, what it holds, and what its routes could not see."""

    id: int
    taken_at: datetime
    header: JobHeader
    routes: tuple[str, ...]
    blind: dict[str, str]
    sub_jobs: int
    cost_codes: int
    categories: int
    figures: int


@define
class StoredMasters:
    """The contract's `Masters` over one reading; values are made when asked for, the last ones kept."""

    header: JobHeader
    taken_at: datetime | None
    _sub_jobs: Lookup
    _cost_codes: Lookup
    _standard_cost_codes: Lookup
    _categories: Lookup
    #: Categories that stand under no cost code.
    _general_categories: Lookup
    _last_code: tuple[tuple[str, str] | None, CostCode | None] = field(default=(None, None), init=False)
    _general: dict[str, Category] = field(factory=dict, init=False)

    def sub_job(self, code: str) -> SubJob | None:
        """The sub job of that code under the job, or None."""
        found = self._sub_jobs.get((code,))
        return None if found is None else SubJob(code=code, name=found[0], active=found[1])

    def cost_code(self, code: str, *, sub_job: str = "") -> CostCode | None:
        """The job's (or sub job's) own cost code, else the standard list's, else None."""
        asked, found = self._last_code
        if asked != (sub_job, code):
            # Lines come by their codes, so most ask for the last one again.
            found = self._find_code(code, sub_job)
            self._last_code = (sub_job, code), found
        return found

    def category(self, code: str, *, cost_code: str = "", sub_job: str = "") -> Category | None:
        """The category under that cost code of the job, else the standard list's, else None."""
        if (own := self._categories.get((sub_job, cost_code, code))) is not None:
            return _category(code, own, sub_job=sub_job, cost_code=cost_code)
        if (known := self._general.get(code)) is not None:
            return known
        if (general := self._general_categories.get((code,))) is None:
            return None
        found = _category(code, general)
        if len(self._general) < _MOST_GENERAL:
            self._general[code] = found
        return found

    def _find_code(self, code: str, sub_job: str) -> CostCode | None:
        if (own := self._cost_codes.get((sub_job, code))) is not None:
            return CostCode(code=code, name=own[0], sub_job=sub_job, group=own[1], active=own[2])
        if (standard := self._standard_cost_codes.get((code,))) is not None:
            name, group, active = standard
            return CostCode(code=code, name=name, standard=True, group=group, active=active)
        return None


def _category(code: str, facts: Facts, *, sub_job: str = "", cost_code: str = "") -> Category:
    name, kind, active, standard = facts
    return Category(
        code=code, name=name, sub_job=sub_job, cost_code=cost_code, standard=standard, kind=kind, active=active
    )


def load_masters(connection: Connection, project_id: int) -> StoredMasters | None:
    """Masters over the project's last stored reading; None when nothing was synced yet."""
    reading = connection.execute(_latest(project_id).limit(1)).one_or_none()
    if reading is None:
        return None
    sub_job, code, category = master_sub_jobs.c, master_cost_codes.c, master_categories.c
    general = (category.sub_job == "", category.cost_code == "")

    def table(places: Sequence[Column[str]], facts: Sequence[Column[Any]], *where: ColumnElement[bool]) -> Lookup:
        query = select(*places, *facts).where(places[0].table.c.reading_id == reading.id, *where)
        rows = connection.execute(query.execution_options(yield_per=PAGE))
        return Lookup.of((tuple(row[: len(places)]), tuple(row[len(places) :])) for row in rows)

    code_facts = code.name, code.is_group, code.active
    category_facts = category.name, category.kind, category.active, category.standard
    return StoredMasters(
        header=structure(JobHeader, reading.header, what="stored job header"),
        taken_at=reading.taken_at,
        sub_jobs=table([sub_job.code], [sub_job.name, sub_job.active]),
        cost_codes=table([code.sub_job, code.code], code_facts, code.standard.is_(False)),
        standard_cost_codes=table([code.code], code_facts, code.standard.is_(True), code.sub_job == ""),
        categories=table([category.sub_job, category.cost_code, category.code], category_facts, not_(and_(*general))),
        general_categories=table([category.code], category_facts, *general),
    )


def last_reading_at(connection: Connection, project_id: int) -> datetime | None:
    """When the masters of a project were last read: their age is shown wherever they decide (B5)."""
    row = connection.execute(_latest(project_id).limit(1)).one_or_none()
    return None if row is None else row.taken_at


def last_reading_id(connection: Connection, project_id: int) -> int | None:
    """The id of the project's last reading, or None."""
    row = connection.execute(_latest(project_id).limit(1)).one_or_none()
    return None if row is None else row.id


def last_header(connection: Connection, project_id: int) -> JobHeader | None:
    """The job's header as last read, or None."""
    row = connection.execute(_latest(project_id).limit(1)).one_or_none()
    return None if row is None else structure(JobHeader, row.header, what="stored job header")


def _latest(project_id: int) -> Any:
    return (
        select(master_readings).where(master_readings.c.project_id == project_id).order_by(master_readings.c.id.desc())
    )


@define
class LazyMasters:
    """The masters last stored, read when an adapter first asks for them; raises NotPossibleNow when there are none."""

    _load: Callable[[], StoredMasters | None]
    _found: StoredMasters | None = field(default=None, init=False)

    @property
    def header(self) -> JobHeader:
        """The job's header."""
        return self._masters().header

    def sub_job(self, code: str) -> SubJob | None:
        """The sub job of that code under the job, or None."""
        return self._masters().sub_job(code)

    def cost_code(self, code: str, *, sub_job: str = "") -> CostCode | None:
        """The job's (or sub job's) own cost code, else the standard list's, else None."""
        return self._masters().cost_code(code, sub_job=sub_job)

    def category(self, code: str, *, cost_code: str = "", sub_job: str = "") -> Category | None:
        """The category under that cost code of the job, else the standard list's, else None."""
        return self._masters().category(code, cost_code=cost_code, sub_job=sub_job)

    def _masters(self) -> StoredMasters:
        if self._found is None:
            self._found = self._load()
        if self._found is None:
            raise NotPossibleNow("The ERP's data is not synced yet.", remedy="Sync it: `erp-bridge project sync`.")
        return self._found


# -- storing a reading ------------------------------------------------------------------------------------------------


@define
class SpooledReading:
    """A job reading drained into a temporary file: the ERP's streams are read to their end before a transaction opens.

    A reading that is cut short raises here and nothing is stored; the database is never locked while a network is slow.
    """

    header: JobHeader
    routes: tuple[str, ...]
    blind: dict[str, str]
    _spools: dict[str, IO[str]] = field(factory=dict)
    counts: dict[str, int] = field(factory=dict)

    def rows(self, table: Table) -> Iterator[dict[str, Any]]:
        """The rows for one of the tables, from the start, by the names of their columns."""
        return (dict(zip(_COLUMNS[table.name], row, strict=True)) for row in self.plain_rows(table))

    def plain_rows(self, table: Table) -> Iterator[list[Any]]:
        """The rows for one of the tables, from the start, in the order of its `_COLUMNS`."""
        spool = self._spools[table.name]
        spool.seek(0)
        return (row for page in map(json.loads, spool) for row in page)

    def close(self) -> None:
        """Let the temporary files go."""
        for spool in self._spools.values():
            spool.close()

    def drain(self, table: Table, rows: Iterable[Sequence[Any]]) -> None:
        """Read one stream to its end: a page of rows a line of the file, as fast as it allows."""
        spool = self._spools[table.name] = TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - closed by close()
        count = 0
        for page in batched(rows, PAGE):
            spool.write(json.dumps(page) + "\n")
            count += len(page)
        self.counts[table.name] = count


def spool_reading(reading: JobReading, digits: int) -> SpooledReading:
    """Drain a reading; raises whatever its streams raise (`ReadFailed` when one was cut short)."""
    spooled = SpooledReading(header=reading.header, routes=reading.routes, blind=dict(reading.blind))
    try:
        spooled.drain(master_sub_jobs, ((row.code, row.name, row.active) for row in reading.sub_jobs))
        spooled.drain(master_cost_codes, map(_cost_code_row, reading.cost_codes))
        spooled.drain(master_categories, map(_category_row, reading.categories))
        spooled.drain(master_figures, (_figure_row(figure, digits) for figure in reading.figures))
    except BaseException:
        spooled.close()
        raise
    return spooled


def store_reading(
    connection: Connection, company_id: int, project_id: int, *, reading: SpooledReading, at: datetime
) -> MasterReading:
    """Replace the project's masters by a reading, in the caller's transaction; the last two readings are kept."""
    values = {
        "company_id": company_id,
        "project_id": project_id,
        "taken_at": at,
        "header": converter.unstructure(reading.header),
        "routes": list(reading.routes),
        "blind": reading.blind,
    }
    inserted = connection.execute(master_readings.insert().values(**values)).inserted_primary_key
    reading_id = int(inserted[0]) if inserted else 0
    for table in _PARTS:
        rows = ((company_id, reading_id, *row) for row in reading.plain_rows(table))
        insert_rows(connection, table, ("company_id", "reading_id", *_COLUMNS[table.name]), rows)
    _forget_older(connection, project_id)
    counts = reading.counts
    return MasterReading(
        id=reading_id,
        taken_at=at,
        header=reading.header,
        routes=reading.routes,
        blind=reading.blind,
        sub_jobs=counts[master_sub_jobs.name],
        cost_codes=counts[master_cost_codes.name],
        categories=counts[master_categories.name],
        figures=counts[master_figures.name],
    )


def _forget_older(connection: Connection, project_id: int) -> None:
    older = [row.id for row in connection.execute(_latest(project_id).offset(KEPT))]
    for table in _PARTS:
        connection.execute(delete(table).where(table.c.reading_id.in_(older)))
    connection.execute(delete(master_readings).where(master_readings.c.id.in_(older)))


#: What is spooled of a reading, in order.
_COLUMNS: Final = {
    master_sub_jobs.name: ("code", "name", "active"),
    master_cost_codes.name: ("sub_job", "code", "name", "standard", "is_group", "active"),
    master_categories.name: ("sub_job", "cost_code", "code", "name", "kind", "standard", "active"),
    master_figures.name: (
        "route", "sub_job", "cost_code", "category", "description", "unit", "quantity", "original", "changes", "total",
        "committed",
    ),
}  # fmt: skip


def _cost_code_row(row: CostCode) -> tuple[Any, ...]:
    return row.sub_job, row.code, row.name, row.standard, row.group, row.active


def _category_row(row: Category) -> tuple[Any, ...]:
    return row.sub_job, row.cost_code, row.code, row.name, row.kind, row.standard, row.active


def _figure_row(figure: Figure, digits: int) -> tuple[Any, ...]:
    key = figure.key
    quantity = None if figure.quantity is None else to_units(figure.quantity, QUANTITY_DIGITS)
    amounts = (figure.original, figure.changes, figure.total, figure.committed)
    units = [None if amount is None else to_units(amount, digits) for amount in amounts]
    text = figure.description[:200], figure.unit[:32]
    return figure.route, key.sub_job, key.cost_code, key.category, *text, quantity, *units
