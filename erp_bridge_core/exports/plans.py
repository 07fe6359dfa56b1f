"""Plans: which effects an export consists of, stored once before the first of them is sent (L2)."""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, exists, func, insert, select

from erp_bridge_core.contract.budget import Stream
from erp_bridge_core.contract.effects import PlannedEffect
from erp_bridge_core.contract.errors import LedgerConflict, PluginError
from erp_bridge_core.exports.decisions import EffectState
from erp_bridge_core.exports.ledger import PAGE, ExportIdentity
from erp_bridge_core.store.bulk import insert_rows
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.paging import batched
from erp_bridge_core.store.tables import effect_lines, effects, item_lines, reserved

#: Lines of effects that are stored together, at about that many.
LINES_AT_ONCE: Final = 10 * PAGE
#: An effect by its ordinal, with its safety class, and the numbers of its lines.
_Numbered = tuple[int, tuple[PlannedEffect, str], Sequence[int]]
#: Line states that say "not in the ERP, and nothing under way": what a (new) plan may carry.
FREE_LINES: Final = ("staged",)


def store_plan(
    connection: Connection,
    identity: ExportIdentity,
    group: str,
    generation: int,
    planned: Iterable[tuple[PlannedEffect, str]],
) -> int:
    """Store a group's effects in order, each with its safety class; returns how many. All or none of them."""
    position = connection.execute(
        select(func.coalesce(func.max(effects.c.position), 0)).where(effects.c.export_id == identity.export_id)
    ).scalar_one()
    count = 0
    for page in _pages(enumerate(planned, start=1)):
        rows = [
            _effect_row(
                identity,
                effect,
                group=group,
                generation=generation,
                ordinal=ordinal,
                position=position + ordinal,
                safety=safety,
            )
            for ordinal, (effect, safety), _ in page
        ]
        lines = [numbers for _, _, numbers in page]
        if identity.item_id is None and any(map(len, lines)):
            raise PluginError(
                f"An effect of {' '.join(identity.subject)} carries lines, which only an item has.",
                remedy="Report it to the plugin's author: plan effects without lines.",
            )
        for row, numbers in zip(rows, lines, strict=True):
            row["line_count"] = len(numbers)
        _refuse_other_payloads(connection, rows)
        connection.execute(insert(effects), rows)
        _store_lines(connection, rows, lines)
        count += len(rows)
    return count


def plan_once_more(connection: Connection, identity: ExportIdentity, effect_id: int) -> None:
    """Plan the very write of an effect without lines again, last in its group: a person says that it did not arrive."""
    own = effects.c.export_id == identity.export_id
    row = connection.execute(select(effects).where(effects.c.id == effect_id)).one()
    position = connection.execute(select(func.max(effects.c.position)).where(own)).scalar_one()
    of_group = own, effects.c.group_name == row.group_name, effects.c.generation == row.generation
    ordinal = connection.execute(select(func.max(effects.c.ordinal)).where(*of_group)).scalar_one() + 1
    effect = PlannedEffect(
        operation=row.operation, lines=(), payload_hash=row.payload_hash, request=row.request, lane=row.lane
    )
    again = _effect_row(
        identity, effect, group=row.group_name, generation=row.generation, ordinal=ordinal, position=position + 1,
        safety=row.safety,
    )  # fmt: skip
    connection.execute(insert(effects).values(**again, line_count=0))


def _pages(planned: Iterable[tuple[int, tuple[PlannedEffect, str]]]) -> Iterator[list[_Numbered]]:
    """Effects with their lines' numbers, as many as fit into a page of effects and several pages of lines."""
    page: list[_Numbered] = []
    lines = 0
    for ordinal, (effect, safety) in planned:
        # A range stays one; other numbers are packed: one effect may carry a million lines.
        numbers = effect.lines if isinstance(effect.lines, range) else array("q", effect.lines)
        page.append((ordinal, (effect, safety), numbers))
        lines += len(numbers)
        if len(page) >= PAGE or lines >= LINES_AT_ONCE:
            yield page
            page, lines = [], 0
    if page:
        yield page


def has_plan(connection: Connection, export_id: int) -> bool:
    """Whether anything of an export was planned, so that its first write may have gone out."""
    planned = exists().where(effects.c.export_id == export_id)
    return bool(connection.execute(select(planned)).scalar_one())


def _effect_row(
    identity: ExportIdentity,
    effect: PlannedEffect,
    *,
    group: str,
    generation: int,
    ordinal: int,
    position: int,
    safety: str,
) -> dict[str, Any]:
    return {
        "company_id": identity.company_id,
        "export_id": identity.export_id,
        "key": identity.key(group, effect.operation, ordinal, generation),
        "reference": f"{identity.short}-{position}-{generation}",
        "position": position,
        "operation": effect.operation,
        "safety": safety,
        "group_name": group,
        "generation": generation,
        "ordinal": ordinal,
        "lane": effect.lane,
        "payload_hash": effect.payload_hash,
        "request": dict(effect.request),
        "state": EffectState.PLANNED,
        "evidence": {"adapter_version": identity.adapter_version},
        "erp_reference": "",
    }


def _refuse_other_payloads(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    for page in batched(rows, 500):
        known = connection.execute(
            select(effects.c.key, effects.c.payload_hash).where(effects.c.key.in_([row["key"] for row in page]))
        ).all()
        for key, payload_hash in known:
            raise LedgerConflict(
                f"The ledger holds {key!r} already, planned with the payload {payload_hash[:12]}.",
                remedy="Nothing was sent. The same export can't be planned twice: look at `export status`.",
            )


def _store_lines(connection: Connection, rows: Sequence[Mapping[str, Any]], lines: Sequence[Sequence[int]]) -> None:
    ids: dict[str, int] = {}
    for page in batched([row["key"] for row in rows], 500):
        found = connection.execute(select(effects.c.key, effects.c.id).where(effects.c.key.in_(page)))
        ids.update(found.all())
    every = ((ids[row["key"]], line) for row, numbers in zip(rows, lines, strict=True) for line in numbers)
    insert_rows(connection, effect_lines, ("effect_id", "line"), every)


def latest_generation(connection: Connection, export_id: int, group: str) -> int | None:
    """The newest generation of a group, None when it was never planned."""
    query = select(func.max(effects.c.generation))
    latest: int | None = connection.execute(
        query.where(effects.c.export_id == export_id, effects.c.group_name == group)
    ).scalar_one()
    return latest


def has_lines_to_plan_again(connection: Connection, identity: ExportIdentity, group: str, generation: int) -> bool:
    """Whether lines that this generation carried, and is done with, are free again (a retry, or it was abandoned)."""
    done = ("refused", "abandoned", "confirmed", "settled", "removed")
    free = select(item_lines.c.number).where(
        item_lines.c.item_id == identity.item_id, item_lines.c.state.in_(FREE_LINES)
    )
    if connection.execute(free.limit(1)).first() is None:
        return False
    # The free lines as a set of their own: a join of all three would be read once for each effect by SQLite.
    query = select(
        exists()
        .where(effects.c.export_id == identity.export_id)
        .where(effects.c.group_name == group, effects.c.generation == generation, effects.c.state.in_(done))
        .where(effect_lines.c.effect_id == effects.c.id, effect_lines.c.line.in_(free))
    )
    return bool(connection.execute(query).scalar_one())


def lines_to_send(store: Store, identity: ExportIdentity) -> Stream[int]:
    """The numbers of the item's lines that are free to be planned, in order."""
    return Stream(lambda: _pages_of_free_lines(store, identity.item_id))


def _pages_of_free_lines(store: Store, item_id: int | None) -> Iterator[int]:
    last = 0
    while True:
        with store.read() as connection:
            page = connection.execute(
                select(item_lines.c.number)
                .where(item_lines.c.item_id == item_id, item_lines.c.number > last, item_lines.c.state.in_(FREE_LINES))
                .order_by(item_lines.c.number)
                .limit(PAGE)
            ).scalars()
            numbers = list(page)
        yield from numbers
        if len(numbers) < PAGE:
            return
        last = numbers[-1]


def reserve(connection: Connection, identity: ExportIdentity, name: str) -> str | None:
    """The value reserved under a name, or None."""
    return connection.execute(
        select(reserved.c.value).where(reserved.c.export_id == identity.export_id, reserved.c.name == name)
    ).scalar_one_or_none()


def keep_reserved(connection: Connection, identity: ExportIdentity, name: str, value: str) -> None:
    """Reserve a value for all retries of an export."""
    connection.execute(
        insert(reserved).values(company_id=identity.company_id, export_id=identity.export_id, name=name, value=value)
    )
