"""An item's snapshot as the contract's `ExportBatch`: lines and totals stream from the tables, page by page.

No page holds a transaction open while its reader works: an export may take hours.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from decimal import Decimal
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, case, exists, func, select, tuple_

from erp_bridge_core.contract.budget import ChangeHeader, ExportBatch, ExportLine, KeyTotal, LineKey, Part, Stream
from erp_bridge_core.contract.errors import NotFound
from erp_bridge_core.contract.money import QUANTITY_DIGITS, from_units
from erp_bridge_core.store.bulk import plain_rows
from erp_bridge_core.store.database import once
from erp_bridge_core.store.tables import baselines, companies, item_changes, item_lines, items, projects

#: Where the pages are read: `store.read`, or the caller's own connection while its transaction is not yet committed.
Source = Callable[[], AbstractContextManager[Connection]]

PAGE: Final = 5_000
_KEY: Final = ("sub_job", "cost_code", "category")


def load_batch(source: Source, item_id: int) -> ExportBatch:
    """The batch of an item; raises NotFound when there is no such item."""
    with source() as connection:
        item = _header(connection, item_id)
        headers = load_changes(connection, item_id, item.digits)
    return ExportBatch(
        item=str(item.id),
        version=item.version,
        company=item.company,
        project=item.project,
        project_name=item.project_name,
        job=item.job,
        currency=item.currency,
        digits=item.digits,
        first_export=item.first_export,
        content_hash=item.content_hash,
        line_count=item.line_count,
        original=from_units(item.original, item.digits),
        changes=from_units(item.changes, item.digits),
        change_headers=headers,
        lines=Stream(lambda: _lines(source, item_id, item.digits)),
        totals=Stream(lambda: _totals(source, item)),
    )


def content_hash(connection: Connection, item_id: int) -> str:
    """SHA-256 over the stored header, changes and every line of an item: what accept binds to (A4).

    Made from what the tables hold, not from what a caller believes, so that it also shows a line altered since.
    """
    item = _header(connection, item_id)
    digest = sha256()
    header = [item.company, item.project, item.version, item.job, item.currency, item.digits, item.first_export]
    _feed(digest, header)
    for change in connection.execute(_select_changes(item_id)):
        _feed(digest, [change.number, change.date.isoformat(), change.description, change.reverses, change.transfer])
    for page in _pages(lambda after: plain_rows(connection, _select_lines(item_id, after))):
        _feed(digest, *page)
    return digest.hexdigest()


_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def _feed(digest: Any, *rows: Sequence[Any]) -> None:
    """Rows as JSON, each with a comma behind it, encoded together: the hash does not depend on how they are paged."""
    digest.update(_ENCODER.encode(rows)[1:-1].encode())
    digest.update(b",")


def _header(connection: Connection, item_id: int) -> Row[Any]:
    query = (
        select(items, companies.c.code.label("company"), projects.c.number.label("project"))
        .add_columns(projects.c.name.label("project_name"))
        .join(companies, companies.c.id == items.c.company_id)
        .join(projects, projects.c.id == items.c.project_id)
        .where(items.c.id == item_id)
    )
    row = once(connection, ("item header", item_id), lambda: connection.execute(query).one_or_none())
    if row is None:
        raise NotFound(f"No item {item_id}.", remedy="List the items: `erp-bridge review list`.")
    return row


def _select_changes(item_id: int) -> Select[Any]:
    return select(item_changes).where(item_changes.c.item_id == item_id).order_by(item_changes.c.id)


def load_changes(connection: Connection, item_id: int, digits: int) -> tuple[ChangeHeader, ...]:
    """The budget changes that an item holds."""
    return tuple(
        ChangeHeader(
            number=row.number,
            date=row.date,
            description=row.description,
            lines=row.lines,
            amount=from_units(row.amount, digits),
            transfer=row.transfer,
            reverses=row.reverses,
        )
        for row in connection.execute(_select_changes(item_id))
    )


# -- lines ------------------------------------------------------------------------------------------------------------

_line = item_lines.c
_LINE_COLUMNS: Final = (
    _line.number, _line.part, _line.change_number, _line.our_sub_job, _line.our_cost_code, _line.our_category,
    _line.sub_job, _line.cost_code, _line.category, _line.description, _line.quantity, _line.unit, _line.unit_cost,
    _line.amount,
)  # fmt: skip
_PARTS: Final = {part.value: part for part in Part}


def _select_lines(item_id: int, after: int) -> Select[Any]:
    query = select(*_LINE_COLUMNS).where(_line.item_id == item_id, _line.number > after)
    return query.order_by(_line.number).limit(PAGE)


def _pages(read: Callable[[int], Sequence[tuple[Any, ...]]]) -> Iterator[Sequence[tuple[Any, ...]]]:
    """Pages of lines, whose first column is their number; one that is not full is the last."""
    after = 0
    while page := read(after):
        yield page
        if len(page) < PAGE:
            return
        after = page[-1][0]


def lines_where(
    connection: Connection, item_id: int, digits: int, condition: ColumnElement[bool]
) -> Iterator[ExportLine]:
    """The lines of an item that a condition on their columns picks, in order."""
    query = select(*_LINE_COLUMNS).where(_line.item_id == item_id, condition).order_by(_line.number)
    for row in connection.execute(query.execution_options(yield_per=PAGE)):
        yield _export_line(row, -digits)


def _lines(source: Source, item_id: int, digits: int) -> Iterator[ExportLine]:
    def read(after: int) -> Sequence[tuple[Any, ...]]:
        with source() as connection:
            return plain_rows(connection, _select_lines(item_id, after))

    for page in _pages(read):
        for row in page:
            yield _export_line(row, -digits)


def _export_line(row: Any, scale: int) -> ExportLine:
    # Unpacked, not by name: an export reads a hundred thousand of them several times.
    (number, part, change, our_sub_job, our_code, our_category, sub_job, code, category, description, quantity, unit,
     unit_cost, amount) = row  # fmt: skip
    ours = LineKey(our_sub_job, our_code, our_category)
    alike = our_sub_job == sub_job and our_code == code and our_category == category
    return ExportLine(
        number=number,
        key=ours if alike else LineKey(sub_job, code, category),
        ours=ours,
        part=_PARTS[part],
        amount=Decimal(amount).scaleb(scale),
        change=change,
        description=description,
        quantity=None if quantity is None else Decimal(quantity).scaleb(-QUANTITY_DIGITS),
        unit=unit,
        unit_cost=None if unit_cost is None else Decimal(unit_cost).scaleb(-QUANTITY_DIGITS),
    )


def find_lines(
    connection: Connection, item_id: int, *, change: str = "", offset: int, limit: int
) -> tuple[ExportLine, ...]:
    """A page of an item's lines by their numbers, or of those of one of its changes."""
    query = select(*_LINE_COLUMNS).where(_line.item_id == item_id).order_by(_line.number).limit(limit)
    # Lines are numbered from 1 without a gap.
    query = query.where(_line.change_number == change).offset(offset) if change else query.where(_line.number > offset)
    item = _header(connection, item_id)
    return tuple(_export_line(row, -item.digits) for row in connection.execute(query))


def _fine(units: int | None) -> Decimal | None:
    return None if units is None else from_units(units, QUANTITY_DIGITS)


# -- totals -----------------------------------------------------------------------------------------------------------


def find_totals(connection: Connection, item_id: int, *, offset: int, limit: int) -> tuple[KeyTotal, ...]:
    """A page of an item's totals by key; the keys before it are counted by an index, not added up."""
    keys = [_line[name] for name in _KEY]
    page = select(*keys).where(_line.item_id == item_id).distinct().order_by(*keys).limit(limit).offset(offset)
    found = connection.execute(page).all()
    if not found:
        return ()
    item = _header(connection, item_id)
    first, last = _key(found[0]), _key(found[-1])
    rows = connection.execute(
        _select_totals(item_id, None).where(tuple_(*keys) >= tuple_(*first), tuple_(*keys) <= tuple_(*last))
    ).all()
    return tuple(_with_neighbours(connection, item, rows))


def count_keys(connection: Connection, item_id: int) -> int:
    """How many keys an item holds."""
    keys = select(*(_line[name] for name in _KEY)).where(_line.item_id == item_id).distinct().subquery()
    return int(connection.execute(select(func.count()).select_from(keys)).scalar_one())


def sum_exported(connection: Connection, item_id: int) -> tuple[Decimal, Decimal]:
    """What earlier items brought into the ERP under the keys that this one holds: originals, and changes."""
    item, own = _header(connection, item_id), item_lines.alias("own")
    same = exists().where(own.c.item_id == item_id, *(own.c[name] == _line[name] for name in _KEY))
    query = select(
        _sum_of(Part.ORIGINAL, _line.amount).label("original"), _sum_of(Part.CHANGE, _line.amount).label("changes")
    ).where(_line.item_id.in_(_earlier(item)), _line.state == "arrived", same)
    row = connection.execute(query).one()
    return from_units(int(row.original), item.digits), from_units(int(row.changes), item.digits)


def _totals(source: Source, item: Row[Any]) -> Iterator[KeyTotal]:
    after: tuple[str, str, str] | None = None
    while True:
        with source() as connection:
            page = connection.execute(_select_totals(item.id, after)).all()
            if not page:
                return
            after = _key(page[-1])
            found = tuple(_with_neighbours(connection, item, page))
        yield from found


def _with_neighbours(connection: Connection, item: Row[Any], page: Sequence[Row[Any]]) -> Iterator[KeyTotal]:
    """A page's totals with what was exported before, and what stood in the ERP at accept."""
    first, last = _key(page[0]), _key(page[-1])
    exported = _keyed(connection, _select_exported(item, first, last))
    before = _keyed(connection, _select_before(item.id, first, last))
    for row in page:
        key = _key(row)
        yield _key_total(row, exported.get(key), before.get(key), item.digits)


def _key(row: Row[Any]) -> tuple[str, str, str]:
    return row.sub_job, row.cost_code, row.category


def _keyed(connection: Connection, query: Select[Any]) -> dict[tuple[str, str, str], Row[Any]]:
    return {_key(row): row for row in connection.execute(query)}


def _sum_of(part: Part, column: Any) -> Any:
    return func.coalesce(func.sum(case((_line.part == part.value, column), else_=0)), 0)


def _select_totals(item_id: int, after: tuple[str, str, str] | None) -> Select[Any]:
    keys = [_line[name] for name in _KEY]
    ours = [func.min(_line[f"our_{name}"]).label(f"our_{name}") for name in _KEY]
    query = select(
        *keys,
        *ours,
        _sum_of(Part.ORIGINAL, _line.amount).label("original"),
        _sum_of(Part.CHANGE, _line.amount).label("changes"),
        func.sum(_line.quantity).label("quantity"),
        func.max(_line.description).label("description"),
        func.max(_line.unit).label("unit"),
    ).where(_line.item_id == item_id)
    if after is not None:
        query = query.where(tuple_(*keys) > tuple_(*after))
    return query.group_by(*keys).order_by(*keys).limit(PAGE)


def _select_exported(item: Row[Any], first: tuple[str, str, str], last: tuple[str, str, str]) -> Select[Any]:
    """What earlier items brought into the ERP, by the ERP's key: its index makes a page one range of each item."""
    keys = [_line[name] for name in _KEY]
    return (
        select(
            *keys,
            _sum_of(Part.ORIGINAL, _line.amount).label("original"),
            _sum_of(Part.CHANGE, _line.amount).label("changes"),
            func.sum(_line.quantity).label("quantity"),
        )
        .where(_line.item_id.in_(_earlier(item)), _line.state == "arrived")
        .where(tuple_(*keys) >= tuple_(*first), tuple_(*keys) <= tuple_(*last))
        .group_by(*keys)
    )


def _earlier(item: Row[Any]) -> Select[Any]:
    return select(items.c.id).where(items.c.project_id == item.project_id, items.c.version < item.version)


def _select_before(item_id: int, first: tuple[str, str, str], last: tuple[str, str, str]) -> Select[Any]:
    keys = [baselines.c[name] for name in _KEY]
    return select(baselines).where(
        baselines.c.item_id == item_id, tuple_(*keys) >= tuple_(*first), tuple_(*keys) <= tuple_(*last)
    )


def _key_total(row: Any, exported: Row[Any] | None, before: Row[Any] | None, digits: int) -> KeyTotal:
    sub_job, code, category, our_sub_job, our_code, our_category, original, changes, quantity, description, unit = row
    quantities = [each for each in (quantity, exported and exported.quantity) if each is not None]
    return KeyTotal(
        key=LineKey(sub_job, code, category),
        ours=LineKey(our_sub_job, our_code, our_category),
        sent_original=from_units(original, digits),
        sent_changes=from_units(changes, digits),
        exported_original=from_units(exported.original if exported else 0, digits),
        exported_changes=from_units(exported.changes if exported else 0, digits),
        before_original=_coarse(before and before.original, digits),
        before_changes=_coarse(before and before.changes, digits),
        before_total=_coarse(before and before.total, digits),
        description=description,
        unit=unit,
        quantity=_fine(sum(quantities)) if quantities else None,
    )


def _coarse(units: int | None, digits: int) -> Decimal | None:
    return None if units is None else from_units(units, digits)
