"""Masters as last read from the ERP: kept in tables, asked by code, bounded in memory and without a query per line."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO, Any, Final

from attrs import asdict, define, field, frozen
from sqlalchemy import Connection, Table, delete, select

from erp_bridge_core.contract.budget import LineKey
from erp_bridge_core.contract.errors import NotPossibleNow
from erp_bridge_core.contract.masters import Category, CostCode, Figure, JobHeader, JobReading, SubJob
from erp_bridge_core.contract.money import QUANTITY_DIGITS, to_units
from erp_bridge_core.contract.structuring import converter, structure
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
    """The contract's `Masters` over one reading; codes are plain tuples in memory, values are made when asked for."""

    header: JobHeader
    taken_at: datetime | None
    _sub_jobs: dict[str, tuple[str, bool]]
    _cost_codes: dict[tuple[str, str, bool], tuple[str, bool, bool]]
    _categories: dict[tuple[str, str, str], tuple[str, str, bool, bool]]

    def sub_job(self, code: str) -> SubJob | None:
        """The sub job of that code under the job, or None."""
        found = self._sub_jobs.get(code)
        return None if found is None else SubJob(code=code, name=found[0], active=found[1])

    def cost_code(self, code: str, *, sub_job: str = "") -> CostCode | None:
        """The job's (or sub job's) own cost code, else the standard list's, else None."""
        for place in ((sub_job, code, False), ("", code, True)):
            if (found := self._cost_codes.get(place)) is not None:
                name, group, active = found
                return CostCode(code=code, name=name, sub_job=place[0], standard=place[2], group=group, active=active)
        return None

    def category(self, code: str, *, cost_code: str = "", sub_job: str = "") -> Category | None:
        """The category under that cost code of the job, else the standard list's, else None."""
        for place in ((sub_job, cost_code, code), ("", "", code)):
            if (found := self._categories.get(place)) is not None:
                name, kind, active, standard = found
                return Category(
                    code=code, name=name, sub_job=place[0], cost_code=place[1], standard=standard, kind=kind,
                    active=active,
                )  # fmt: skip
        return None


def masters_of(reading: JobReading, *, taken_at: datetime | None = None) -> StoredMasters:
    """Masters over a reading just taken, as for the checks at accept and before the first write (B5)."""
    return StoredMasters(
        header=reading.header,
        taken_at=taken_at,
        sub_jobs={row.code: (row.name, row.active) for row in reading.sub_jobs},
        cost_codes={
            (row.sub_job, row.code, row.standard): (row.name, row.group, row.active) for row in reading.cost_codes
        },
        categories={
            (row.sub_job, row.cost_code, row.code): (row.name, row.kind, row.active, row.standard)
            for row in reading.categories
        },
    )


def load_masters(connection: Connection, project_id: int) -> StoredMasters | None:
    """Masters over the project's last stored reading; None when nothing was synced yet."""
    reading = connection.execute(_latest(project_id).limit(1)).one_or_none()
    if reading is None:
        return None
    sub_jobs, cost_codes, categories = (_rows(connection, table, reading.id) for table in _PARTS[:3])
    return StoredMasters(
        header=structure(JobHeader, reading.header, what="stored job header"),
        taken_at=reading.taken_at,
        sub_jobs={row.code: (row.name, row.active) for row in sub_jobs},
        cost_codes={(row.sub_job, row.code, row.standard): (row.name, row.is_group, row.active) for row in cost_codes},
        categories={
            (row.sub_job, row.cost_code, row.code): (row.name, row.kind, row.active, row.standard) for row in categories
        },
    )


def _rows(connection: Connection, table: Table, reading_id: int) -> Iterable[Any]:
    return connection.execute(select(table).where(table.c.reading_id == reading_id))


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
        """The rows for one of the tables, from the start."""
        spool = self._spools[table.name]
        spool.seek(0)
        return (json.loads(line) for line in spool)

    def close(self) -> None:
        """Let the temporary files go."""
        for spool in self._spools.values():
            spool.close()

    def drain(self, table: Table, rows: Iterable[dict[str, Any]]) -> None:
        """Read one stream to its end."""
        spool = self._spools[table.name] = TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - closed by close()
        count = 0
        for row in rows:
            spool.write(json.dumps(row, ensure_ascii=True) + "\n")
            count += 1
        self.counts[table.name] = count


def spool_reading(reading: JobReading, digits: int) -> SpooledReading:
    """Drain a reading; raises whatever its streams raise (`ReadFailed` when one was cut short)."""
    spooled = SpooledReading(header=reading.header, routes=reading.routes, blind=dict(reading.blind))
    try:
        spooled.drain(master_sub_jobs, map(asdict, reading.sub_jobs))
        spooled.drain(master_cost_codes, map(_cost_code_row, reading.cost_codes))
        spooled.drain(master_categories, map(asdict, reading.categories))
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
        for page in batched(reading.rows(table), PAGE):
            rows = [{**row, "company_id": company_id, "reading_id": reading_id} for row in page]
            connection.execute(table.insert(), rows)
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


def _cost_code_row(cost_code: CostCode) -> dict[str, Any]:
    row = asdict(cost_code)
    row["is_group"] = row.pop("group")
    return row


def _figure_row(figure: Figure, digits: int) -> dict[str, Any]:
    key: LineKey = figure.key
    return {
        **asdict(key),
        "route": figure.route,
        "description": figure.description[:200],
        "unit": figure.unit[:32],
        "quantity": None if figure.quantity is None else to_units(figure.quantity, QUANTITY_DIGITS),
        "original": None if figure.original is None else to_units(figure.original, digits),
        "changes": None if figure.changes is None else to_units(figure.changes, digits),
        "total": None if figure.total is None else to_units(figure.total, digits),
        "committed": None if figure.committed is None else to_units(figure.committed, digits),
    }
