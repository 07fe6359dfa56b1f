"""Which item carries which transaction of a source, and what became of it: told by the item's lines, kept nowhere else.

A transaction is *arrived* once every line that carries it was read back, *on its way* while a line may still arrive,
and *free* otherwise: of an item that was rejected or retrieved, or of what was given back of a failed one.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    case,
    func,
    insert,
    literal,
    or_,
    select,
    union_all,
    update,
)

from erp_bridge_core.approvals.states import OPEN, ItemState
from erp_bridge_core.budgets.exported import SPOKEN_FOR
from erp_bridge_core.connector.asking import Asked, AskedFor
from erp_bridge_core.connector.values import Difference, TransactionView
from erp_bridge_core.contract.budget import LineKey, Part
from erp_bridge_core.contract.errors import BadInput, Fault, LedgerConflict, NotPossibleNow
from erp_bridge_core.contract.money import from_units, plain, to_units
from erp_bridge_core.store.paging import batched
from erp_bridge_core.store.tables import item_lines, items, source_asked, source_transactions

ARRIVED: Final = "arrived"
ON_ITS_WAY: Final = "on its way"
FREE: Final = "free"
#: Lines that are in the ERP by what was read back; a change that is only recorded there is one of them.
IN_THE_ERP: Final = ("arrived", "recorded")
_PAGE: Final = 500
_KEY: Final = ("our_sub_job", "our_cost_code", "our_category")
_own = source_transactions.c
_line = item_lines.c


def standing(*where: ColumnElement[bool]) -> Select[Any]:
    """Transactions with how they stand; `where` are conditions of `source_transactions`."""
    carried = (
        select(
            _own.id,
            func.count(_line.number).label("lines"),
            func.sum(case((_line.state.in_(IN_THE_ERP), 1), else_=0)).label("arrived"),
            func.sum(case((_line.state.in_(SPOKEN_FOR), 1), else_=0)).label("spoken_for"),
        )
        .outerjoin(item_lines, _carries())
        .where(*where)
        .group_by(_own.id)
        .subquery()
    )
    none = carried.c.lines == 0
    exported = items.c.state.in_([each.value for each in ItemState if each.is_exported])
    is_arrived = or_(and_(none, exported), and_(~none, carried.c.arrived == carried.c.lines))
    is_on_its_way = or_(and_(none, items.c.state.in_(sorted(OPEN))), carried.c.spoken_for > 0)
    found = case((is_arrived, literal(ARRIVED)), (is_on_its_way, literal(ON_ITS_WAY)), else_=literal(FREE))
    return (
        select(source_transactions, found.label("standing"), items.c.digits)
        .join(carried, carried.c.id == _own.id)
        .join(items, items.c.id == _own.item_id)
    )


def known_among(connection: Connection, connection_id: int, page: Sequence[AskedFor]) -> Mapping[str, Row[Any]]:
    """Those of a page that were carried by an item before, by the source's ids."""
    wanted = _own.connection_id == connection_id, _own.transaction.in_([each.id for each in page])
    return {row.transaction: row for row in connection.execute(standing(*wanted))}


def count_standing(connection: Connection, connection_id: int, asked: Asked) -> Mapping[str, int]:
    """How many of what a request asks for have arrived, are on their way, and are free or new."""
    counts = dict.fromkeys((ARRIVED, ON_ITS_WAY, FREE), 0)
    for page in batched(asked, _PAGE):
        known = known_among(connection, connection_id, page)
        for each in page:
            counts[known[each.id].standing if each.id in known else FREE] += 1
    return counts


def carriers_of(connection: Connection, connection_id: int, asked: Asked) -> list[int]:
    """The items on which something that a request asks for is on its way."""
    found: set[int] = set()
    for page in batched(asked, _PAGE):
        known = known_among(connection, connection_id, page).values()
        found |= {row.item_id for row in known if row.standing == ON_ITS_WAY}
    return sorted(found)


def note_asked(
    connection: Connection, row: Row[Any], asked: Asked, *, item_id: int, digits: int, numbers: Mapping[str, str]
) -> None:
    """Note what a request asks for; whatever has not arrived is carried by the item from now on.

    `numbers` are our numbers of the source's changes. Raises LedgerConflict for a transaction that arrived as something
    else, BadInput for one that is told twice or has more decimals than the currency.
    """
    seen: set[str] = set()
    for page in batched(asked, _PAGE):
        _require_once(page, seen)
        known = known_among(connection, row.connection_id, page)
        for each in page:
            if each.id not in known or known[each.id].standing == FREE:
                _require_change(each, numbers)
            if each.id in known:
                _keep(connection, known[each.id], _values(each, known[each.id].digits, numbers), item_id)
        fixed = {"company_id": row.company_id, "connection_id": row.connection_id, "item_id": item_id}
        new = [
            {**fixed, "transaction": each.id, **_values(each, digits, numbers)} for each in page if each.id not in known
        ]
        if new:
            connection.execute(insert(source_transactions), new)
        _link(connection, row, page)


def differences(connection: Connection, item_id: int, digits: int, *, most: int) -> tuple[Difference, ...]:
    """Keys of ours of which an item holds something else than the transactions that it was made to carry."""
    held = _amounts(_line, _line.item_id == item_id, asked=literal(0), held=_line.amount)
    asked = _amounts(_own, _own.item_id == item_id, asked=_own.amount, held=literal(0))
    both = union_all(held, asked).subquery()
    columns = [both.c[name] for name in (*_KEY, "part")]
    sums = func.sum(both.c.asked), func.sum(both.c.held)
    found = (
        select(*columns, sums[0].label("asked"), sums[1].label("held"))
        .group_by(*columns)
        .having(sums[0] != sums[1])
        .order_by(*columns)
        .limit(most)
    )
    return tuple(
        Difference(
            key=LineKey(*(getattr(row, name) for name in _KEY)), part=Part(row.part),
            asked=from_units(int(row.asked), digits), held=from_units(int(row.held), digits),
        )
        for row in connection.execute(found)
    )  # fmt: skip


def transactions_of(
    connection: Connection, request_id: int, *, offset: int = 0, limit: int | None = None
) -> Iterator[TransactionView]:
    """What a request asks for and what became of each, in the order in which it was asked for."""
    ids = select(source_asked.c.transaction_id).where(source_asked.c.request_id == request_id)
    ids = ids.order_by(source_asked.c.transaction_id).offset(offset)
    if limit is not None:
        ids = ids.limit(limit)
    for row in connection.execute(standing(_own.id.in_(ids.subquery().select())).order_by(_own.id)):
        yield TransactionView(
            id=row.transaction,
            key=LineKey(row.our_sub_job, row.our_cost_code, row.our_category),
            part=Part(row.part),
            amount=from_units(row.amount, row.digits),
            change=row.change,
            change_number=row.change_number,
            item=row.item_id,
            arrived={ARRIVED: True, FREE: False}.get(row.standing),
        )


def _require_once(page: Sequence[AskedFor], seen: set[str]) -> None:
    for each in page:
        if each.id in seen:
            raise BadInput(
                "The request can't be understood.",
                faults=[Fault(f"transaction {each.id}", "is told twice")],
                remedy="Have it put right at the source.",
            )
        seen.add(each.id)


def _carries() -> ColumnElement[bool]:
    """Whether a line of an item carries a transaction."""
    return and_(
        _line.item_id == _own.item_id,
        _line.part == _own.part,
        *(_line[name] == _own[name] for name in _KEY),
        or_(_own.change_number == "", _line.change_number == _own.change_number),
    )


def _values(each: AskedFor, digits: int, numbers: Mapping[str, str]) -> dict[str, Any]:
    try:
        amount = to_units(each.amount, digits)
    except ValueError as error:
        raise BadInput(
            "The request can't be understood.",
            faults=[Fault(f"transaction {each.id}", str(error), value=plain(each.amount), rule="B1")],
            remedy="Have it put right at the source.",
        ) from error
    key = each.key
    return {
        "our_sub_job": key.sub_job, "our_cost_code": key.cost_code, "our_category": key.category,
        "part": each.part.value, "amount": amount, "change": each.change,
        "change_number": numbers.get(each.change, "") if each.part is Part.CHANGE else "",
    }  # fmt: skip


def note_arrived(connection: Connection, row: Row[Any], asked: Asked) -> None:
    """Note what a request asks for, all of which has arrived before; raises as `note_asked`."""
    for page in batched(asked, _PAGE):
        known = known_among(connection, row.connection_id, page)
        for each in page:
            _require_as_it_was(known[each.id], _values(each, known[each.id].digits, {}))
        _link(connection, row, page)


def _require_change(each: AskedFor, numbers: Mapping[str, str]) -> None:
    """What carries a change is told by our number of it, so that there must be one."""
    if each.part is Part.CHANGE and each.change not in numbers:
        raise NotPossibleNow(
            "The request asks for a budget change that is not among those that were taken.",
            faults=[Fault(f"transaction {each.id}", "is of no approved change of the budget", value=each.change)],
            remedy="Look at the change at the source: it may have been voided, or hold no line.",
        )


def _keep(connection: Connection, known: Row[Any], values: Mapping[str, Any], item_id: int) -> None:
    """One that is known: what arrived stays as it is, what is free goes with the new item."""
    if known.standing == FREE:
        connection.execute(update(source_transactions).where(_own.id == known.id).values(item_id=item_id, **values))
    else:
        _require_as_it_was(known, values)


def _require_as_it_was(known: Row[Any], values: Mapping[str, Any]) -> None:
    names = (*_KEY, "part", "amount")
    if any(getattr(known, name) != values[name] for name in names):
        was = f"{known.our_cost_code} {known.our_category} {plain(from_units(known.amount, known.digits))}"
        raise LedgerConflict(
            f"Transaction {known.transaction} is asked for as something else than it was before.",
            faults=[
                Fault(
                    f"transaction {known.transaction}", f"was {was} on item {known.item_id}",
                    remedy="Ask the administrator of the source how one id came to mean two things.",
                )
            ],
        )  # fmt: skip


def _link(connection: Connection, row: Row[Any], page: Sequence[AskedFor]) -> None:
    wanted = _own.connection_id == row.connection_id, _own.transaction.in_([each.id for each in page])
    linked = select(source_asked.c.transaction_id).where(source_asked.c.request_id == row.id)
    names = ["request_id", "transaction_id", "company_id"]
    chosen = select(literal(row.id), _own.id, literal(row.company_id)).where(*wanted, _own.id.not_in(linked))
    connection.execute(insert(source_asked).from_select(names, chosen))


def _amounts(table: Any, where: ColumnElement[bool], *, asked: Any, held: Any) -> Select[Any]:
    key = [table[name] for name in (*_KEY, "part")]
    return select(*key, asked.label("asked"), held.label("held")).where(where)
