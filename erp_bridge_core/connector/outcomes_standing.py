"""How requests stand here, from the tables: what there is to tell of each, and of each of its transactions."""

from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any, Final

from attrs import field, frozen
from sqlalchemy import Connection, Row, and_, case, func, or_, select

from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.connector.outcomes_said import Refused, Standing
from erp_bridge_core.connector.transactions import IN_THE_ERP
from erp_bridge_core.contract.budget import LineKey, Stream
from erp_bridge_core.contract.source import TransactionOutcome
from erp_bridge_core.exports.status import ExportState, count_lines, failed_lines
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import (
    exports,
    item_lines,
    items,
    outcome_looks,
    outcome_transactions,
    projects,
    source_asked,
    source_requests,
    source_transactions,
    verifications,
)

_PAGE: Final = 2_000
_KEY: Final = ("our_sub_job", "our_cost_code", "our_category")
_DOUBTFUL: Final = ("sent", "unknown")
_EXPORTED: Final = frozenset(state for state in ItemState if state.is_exported)

#: The ERP's own sentences on posting, by the ERP's name.
HowPosted = Callable[[str], tuple[str, ...]]


def to_look_at(connection: Connection, company_id: int | None = None, *, all_open: bool = False) -> list[Row[Any]]:
    """Requests that are open at their source, and whose item or reasons moved since they were looked at; or all."""
    moved = or_(
        outcome_looks.c.request_id.is_(None),
        outcome_looks.c.item_id.is_distinct_from(source_requests.c.item_id),
        outcome_looks.c.revision.is_distinct_from(items.c.revision),
        outcome_looks.c.tried_at.is_distinct_from(source_requests.c.tried_at),
    )
    query = (
        select(source_requests, items.c.revision)
        .outerjoin(items, items.c.id == source_requests.c.item_id)
        .outerjoin(outcome_looks, outcome_looks.c.request_id == source_requests.c.id)
        .where(source_requests.c.open)
        .order_by(source_requests.c.id)
    )
    if company_id is not None:
        query = query.where(source_requests.c.company_id == company_id)
    return list(connection.execute(query if all_open else query.where(moved)))


def companies_in_a_hurry(connection: Connection) -> frozenset[int]:
    """The companies that have something to look at now."""
    return frozenset(row.company_id for row in to_look_at(connection))


def standing_of(connection: Connection, request: Row[Any], how_posted: HowPosted) -> Standing:
    """How a request stands."""
    if request.item_id is None:
        return Standing(
            project=_project(connection, request.project_id),
            job=request.job,
            tried=request.tried_at is not None,
            reasons=tuple(request.reasons),
            done=_carriers(connection, request.id) if request.done_at is not None else (),
        )
    item = connection.execute(
        select(items, projects.c.number.label("project")).join(projects).where(items.c.id == request.item_id)
    ).one()
    export = connection.execute(
        select(exports.c.erp, exports.c.state, exports.c.failure).where(exports.c.item_id == item.id)
    ).one_or_none()
    lines, state = count_lines(connection, item.id), ItemState(item.state)
    return Standing(
        item=item.id,
        state=state,
        job=item.job,
        project=item.project,
        reason=item.reason or "",
        total=lines.total,
        arrived=lines.arrived + lines.recorded,
        released=lines.released if state in _EXPORTED else 0,
        refused=refused_of(connection, item.id) if state is ItemState.FAILED else (),
        failure=export.failure if export is not None else None,
        lies_ready=export is not None and export.state == ExportState.OFFERED,
        seen=_seen(connection, item.id) if state is ItemState.MISMATCH else "",
        how_posted=how_posted(export.erp) if export is not None else (),
    )


def refused_of(connection: Connection, item_id: int) -> tuple[Refused, ...]:
    """The lines of an item that the ERP refused."""
    return tuple(
        Refused(
            key=LineKey(each.sub_job, each.cost_code, each.category), words=each.words, meaning=each.meaning,
            remedy=each.remedy,
        )
        for each in failed_lines(connection, item_id)
    )  # fmt: skip


def _project(connection: Connection, project_id: int | None) -> str:
    found = connection.execute(select(projects.c.number).where(projects.c.id == project_id)).scalar_one_or_none()
    return str(found or "")


def _carriers(connection: Connection, request_id: int) -> tuple[ItemState, ...]:
    query = (
        select(items.c.state)
        .join(source_transactions, source_transactions.c.item_id == items.c.id)
        .join(source_asked, source_asked.c.transaction_id == source_transactions.c.id)
        .where(source_asked.c.request_id == request_id)
        .distinct()
    )
    return tuple(sorted(ItemState(state) for state in connection.execute(query).scalars()))


def _seen(connection: Connection, item_id: int) -> str:
    query = select(verifications.c.outcome).where(verifications.c.item_id == item_id)
    return str(connection.execute(query.order_by(verifications.c.id.desc()).limit(1)).scalar_one_or_none() or "")


# -- transactions -----------------------------------------------------------------------------------------------------


@frozen
class Arrivals:
    """What is to be said of single transactions: those of which it is more than that they have not arrived."""

    digest: str
    rows: tuple[dict[str, Any], ...] = field(repr=False)


def arrivals_of(connection: Connection, request: Row[Any], refused: tuple[Refused, ...]) -> Arrivals:
    """What became of all that a request asks for."""
    words = {each.key: each.sentence for each in refused}
    digest, rows = sha256(), []
    for row in connection.execute(_carried(request.id)):
        arrived = _arrived(row)
        message = words.get(LineKey(*(getattr(row, name) for name in _KEY)), "") if arrived is False else ""
        if arrived is not False or message:
            digest.update(f"{row.id} {arrived} {message}\n".encode())
            rows.append(
                {"transaction_id": row.id, "company_id": request.company_id, "arrived": arrived, "message": message}
            )
    return Arrivals(digest.hexdigest(), tuple(rows))


def _carried(request_id: int) -> Any:
    """Each transaction of a request with its item's state, and how many of the lines that carry it stand where."""
    same = [item_lines.c[name] == source_transactions.c[name] for name in (*_KEY, "part")]
    number = source_transactions.c.change_number
    same.append(or_(number == "", item_lines.c.change_number == number))
    line = item_lines.c.state
    return (
        select(
            source_transactions.c.id,
            *(source_transactions.c[name] for name in _KEY),
            items.c.state,
            func.count(item_lines.c.number).label("lines"),
            func.sum(case((line.in_(IN_THE_ERP), 1), else_=0)).label("arrived"),
            func.sum(case((line.in_(_DOUBTFUL), 1), else_=0)).label("doubtful"),
        )
        .join(source_asked, source_asked.c.transaction_id == source_transactions.c.id)
        .join(items, items.c.id == source_transactions.c.item_id)
        .outerjoin(item_lines, and_(item_lines.c.item_id == items.c.id, *same))
        .where(source_asked.c.request_id == request_id)
        .group_by(source_transactions.c.id, *(source_transactions.c[name] for name in _KEY), items.c.state)
        .order_by(source_transactions.c.id)
    )


def _arrived(row: Row[Any]) -> bool | None:
    if not row.lines:  # what nets to nothing needs no line
        return ItemState(row.state) in _EXPORTED
    if row.doubtful:
        return None
    return bool(row.arrived == row.lines)


def told_transactions(store: Store, outcome: Row[Any], code: str) -> Stream[TransactionOutcome]:
    """What an outcome says of every transaction of its request, a page at a time."""
    return Stream(lambda: _pages(store, outcome, code))


def _pages(store: Store, outcome: Row[Any], code: str) -> Iterator[TransactionOutcome]:
    said = and_(
        outcome_transactions.c.transaction_id == source_transactions.c.id,
        outcome_transactions.c.outcome_id == outcome.id,
    )
    query = (
        select(
            source_transactions.c.id,
            source_transactions.c.transaction,
            outcome_transactions.c.outcome_id,
            outcome_transactions.c.arrived,
            outcome_transactions.c.message,
        )
        .join(source_asked, source_asked.c.transaction_id == source_transactions.c.id)
        .outerjoin(outcome_transactions, said)
        .where(source_asked.c.request_id == outcome.request_id)
        .order_by(source_transactions.c.id)
        .limit(_PAGE)
    )
    last, rows = 0, list[Row[Any]]()
    while not last or len(rows) == _PAGE:
        with store.read() as connection:
            rows = list(connection.execute(query.where(source_transactions.c.id > last)))
        for row in rows:
            yield TransactionOutcome(
                id=row.transaction,
                arrived=False if row.outcome_id is None else row.arrived,
                reference=f"{code}-t-{row.id}",
                message=row.message or "",
            )
        last = rows[-1].id if rows else -1
