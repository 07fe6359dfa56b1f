"""What a verification is about, from the tables: the receipt an adapter is given, and what is compared with what."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, select, tuple_

from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.contract.budget import ExportReceipt, LineKey, Stream
from erp_bridge_core.contract.postings import Outcome, RevisionSight, RouteSight
from erp_bridge_core.exports.moves import KEY, LIVE, Subject
from erp_bridge_core.mail.outbox import notify
from erp_bridge_core.store.bulk import plain_rows
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import companies, item_lines, items, key_outcomes, observations, verifications

#: How many verifications of an item keep their figures; of older ones only the conclusion stays.
KEPT: Final = 3
PAGE: Final = 5_000

#: States of an item of which something may be in the ERP.
VERIFIABLE: Final = frozenset(
    {
        ItemState.EXPORTING,
        ItemState.FAILED,
        ItemState.UNKNOWN,
        ItemState.WAITING,
        ItemState.MISMATCH,
        ItemState.SYNCED,
    }
)


def is_overtaken(connection: Connection, item: Any) -> bool:
    """Whether a later send of the project may have put something into the ERP."""
    query = select(items.c.id).where(
        items.c.project_id == item.project_id,
        items.c.version > item.version,
        items.c.state.in_(sorted(VERIFIABLE)),
    )
    return connection.execute(query.limit(1)).first() is not None


def receipt_of(store: Store, item: ItemView) -> ExportReceipt:
    """What an adapter may know for reading back: where it went and which keys it moved; nothing a write returned."""
    with store.read() as connection:
        company = connection.execute(select(companies.c.code).where(companies.c.id == item.company_id)).scalar_one()
    return ExportReceipt(
        item=str(item.id),
        version=item.version,
        company=company,
        job=item.job,
        erp_company=item.erp_company or "",
        currency=item.currency,
        digits=item.digits,
        keys=Stream(lambda: _keys(store, item.id)),
    )


def _keys(store: Store, item_id: int) -> Iterator[LineKey]:
    columns = [item_lines.c[name] for name in KEY]
    query = select(*columns).where(item_lines.c.item_id == item_id, item_lines.c.state.in_([*LIVE, "withdrawn"]))
    read: Callable[[Any], Any] = _reader(store, query.distinct().order_by(*columns).limit(PAGE), columns)
    page = read(None)
    while page:
        yield from (LineKey(*row) for row in page)
        page = read(page[-1])


def _reader(store: Store, query: Any, columns: Any) -> Callable[[Any], Any]:
    def read(after: Any) -> Any:
        wanted = query if after is None else query.where(tuple_(*columns) > tuple_(*after))
        with store.read() as connection:
            return plain_rows(connection, wanted)

    return read


def subject_of(
    connection: Connection,
    item: ItemView,
    number: int,
    *,
    sights: Iterable[RouteSight],
    revisions: Iterable[RevisionSight] = (),
    originals_count_at_once: bool = False,
) -> Subject:
    """What the comparison of that verification is about; it knows the few before it."""
    query = (
        select(verifications.c.id)
        .where(verifications.c.item_id == item.id, verifications.c.id < number)
        .order_by(verifications.c.id.desc())
        .limit(KEPT)
    )
    earlier = connection.execute(query).scalars().all()
    return Subject(
        item_id=item.id,
        project_id=item.project_id,
        verification_id=number,
        sights=tuple(sights),
        earlier=earlier,
        revisions=tuple(revisions),
        originals_count_at_once=originals_count_at_once,
    )


def forget_older(connection: Connection, item_id: int) -> None:
    """Drop the figures of older verifications: an item may wait for weeks and be verified every few minutes."""
    query = select(verifications.c.id).where(verifications.c.item_id == item_id).order_by(verifications.c.id.desc())
    older = connection.execute(query.offset(KEPT).limit(KEPT)).scalars().all()
    for table in (observations, key_outcomes):
        connection.execute(delete(table).where(table.c.verification_id.in_(older)))


def tell_accepter(connection: Connection, item: ItemView, outcome: Outcome, *, at: datetime) -> None:
    """Mail whoever accepted (M4), or sent it where nobody is on record."""
    payload = {
        "item": item.id, "project": item.project, "project_name": item.project_name, "job": item.job,
        "outcome": outcome.value,
    }  # fmt: skip
    person = item.accepted_by_id or item.sent_by_id
    notify(connection, item.company_id, kind="mismatch", people=[person], payload=payload, at=at)
