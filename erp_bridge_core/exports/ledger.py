"""The effects ledger: rows committed before each call and after each answer, in bulk where there are many.

This is persistence alone. What to do next is decided in `decisions`, done in `runner`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from attrs import frozen
from sqlalchemy import Connection, and_, exists, func, insert, select, update

from erp_bridge_core.contract.budget import Stream
from erp_bridge_core.contract.effects import Effect, LineRefused, PlannedEffect
from erp_bridge_core.contract.errors import LedgerConflict
from erp_bridge_core.exports.decisions import AttemptOutcome, EffectState, Try
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.paging import batched
from erp_bridge_core.store.tables import attempts, effect_lines, effects, item_lines, reserved, sightings

PAGE: Final = 5_000
"""Rows per bulk statement."""

#: Line states that say "not in the ERP, and nothing under way": what a (new) plan may carry.
FREE_LINES: Final = ("staged",)


@frozen(kw_only=True)
class ExportIdentity:
    """What an effect's key is made of (L1): never a batch number, a clock or the order of rows."""

    export_id: int
    company_id: int
    company: str
    item_id: int
    version: int
    erp: str
    erp_company: str
    job: str
    adapter_version: str

    def key(self, group: str, operation: str, ordinal: int, generation: int) -> str:
        """The identity of one effect."""
        parts = (
            self.erp,
            self.erp_company,
            self.company,
            self.job,
            f"item {self.item_id}",
            f"version {self.version}",
            group,
            operation,
            str(ordinal),
            f"generation {generation}",
        )
        return "|".join(part.replace("|", "/") for part in parts)


@frozen(kw_only=True)
class Entry:
    """An effect as the ledger has it: what the adapter sees, and the ledger's own state of it."""

    id: int
    state: EffectState
    safety: str
    line_count: int
    effect: Effect


# -- planning ---------------------------------------------------------------------------------------------------------


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
    for page in batched(enumerate(planned, start=1), PAGE):
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
            for ordinal, (effect, safety) in page
        ]
        lines = [sorted(effect.lines) for _, (effect, _) in page]
        for row, numbers in zip(rows, lines, strict=True):
            row["line_count"] = len(numbers)
        _refuse_other_payloads(connection, rows)
        connection.execute(insert(effects), rows)
        _store_lines(connection, rows, lines)
        count += len(rows)
    return count


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
        "reference": f"{identity.item_id}-{position}-{generation}",
        "position": position,
        "operation": effect.operation,
        "safety": safety,
        "group_name": group,
        "generation": generation,
        "ordinal": ordinal,
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
    every = (
        {"effect_id": ids[row["key"]], "line": line}
        for row, numbers in zip(rows, lines, strict=True)
        for line in numbers
    )
    for some in batched(every, PAGE):
        connection.execute(insert(effect_lines), list(some))


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
    query = select(
        exists()
        .where(effects.c.export_id == identity.export_id)
        .where(effects.c.group_name == group, effects.c.generation == generation, effects.c.state.in_(done))
        .where(effect_lines.c.effect_id == effects.c.id)
        .where(item_lines.c.item_id == identity.item_id, item_lines.c.number == effect_lines.c.line)
        .where(item_lines.c.state.in_(FREE_LINES))
    )
    return bool(connection.execute(query).scalar_one())


def lines_to_send(store: Store, identity: ExportIdentity) -> Stream[int]:
    """The numbers of the item's lines that are free to be planned, in order."""
    return Stream(lambda: _pages_of_free_lines(store, identity.item_id))


def _pages_of_free_lines(store: Store, item_id: int) -> Iterator[int]:
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
        if not numbers:
            return
        yield from numbers
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


# -- reading ----------------------------------------------------------------------------------------------------------


def entries(store: Store, export_id: int, *, states: Sequence[EffectState]) -> Iterator[Entry]:
    """The effects of an export in these states, in the order of the plan, a page at a time."""
    last = 0
    while True:
        with store.read() as connection:
            rows = connection.execute(
                select(effects)
                .where(effects.c.export_id == export_id, effects.c.position > last, effects.c.state.in_(states))
                .order_by(effects.c.position)
                .limit(PAGE)
            ).all()
        if not rows:
            return
        for row in rows:
            yield as_entry(store, row)
        last = rows[-1].position


def as_entry(store: Store, row: Any) -> Entry:
    """The value of a row of `effects`."""
    return Entry(
        id=row.id,
        state=EffectState(row.state),
        safety=row.safety,
        line_count=row.line_count,
        effect=Effect(
            key=row.key,
            reference=row.reference,
            operation=row.operation,
            group=row.group_name,
            generation=row.generation,
            ordinal=row.ordinal,
            payload_hash=row.payload_hash,
            request=row.request,
            lines=Stream(lambda: _pages_of_effect_lines(store, row.id)),
        ),
    )


def _pages_of_effect_lines(store: Store, effect_id: int) -> Iterator[int]:
    last = 0
    while True:
        with store.read() as connection:
            numbers = list(
                connection.execute(
                    select(effect_lines.c.line)
                    .where(effect_lines.c.effect_id == effect_id, effect_lines.c.line > last)
                    .order_by(effect_lines.c.line)
                    .limit(PAGE)
                ).scalars()
            )
        if not numbers:
            return
        yield from numbers
        last = numbers[-1]


def tries(connection: Connection, effect_id: int) -> tuple[Try, ...]:
    """Every attempt at an effect, in order."""
    rows = connection.execute(
        select(attempts).where(attempts.c.effect_id == effect_id).order_by(attempts.c.number)
    ).all()
    return tuple(
        Try(
            outcome=None if row.outcome is None else AttemptOutcome(row.outcome),
            deadline=row.deadline,
            ended_at=row.ended_at,
        )
        for row in rows
    )


# -- attempts ---------------------------------------------------------------------------------------------------------


def open_attempt(connection: Connection, entry: Entry, *, company_id: int, item_id: int, epoch: int, now: float,
                 deadline: float) -> tuple[int, int]:  # fmt: skip
    """Record the intent to send: (attempt id, its number). Committed before any byte goes out."""
    number = 1 + int(
        connection.execute(
            select(func.count()).select_from(attempts).where(attempts.c.effect_id == entry.id)
        ).scalar_one()
    )
    result = connection.execute(
        insert(attempts).values(
            company_id=company_id,
            effect_id=entry.id,
            number=number,
            epoch=epoch,
            started_at=now,
            deadline=deadline,
            evidence={},
        )
    )
    _move_effect(connection, entry.id, EffectState.OPEN)
    _move_lines(connection, entry.id, item_id, "sent")
    assert result.inserted_primary_key is not None
    return int(result.inserted_primary_key[0]), number


def close_attempt(
    connection: Connection, attempt_id: int, outcome: AttemptOutcome, evidence: Mapping[str, Any], *, now: float
) -> None:
    """Record how a try ended."""
    connection.execute(
        update(attempts)
        .where(attempts.c.id == attempt_id)
        .values(outcome=outcome, evidence=dict(evidence), ended_at=now)
    )


def prove_offered(connection: Connection, entry: Entry, *, now: float) -> None:
    """The doubted tries did offer it: it was seen lying where it was offered (class `human`)."""
    doubted = attempts.c.outcome.is_(None) | (attempts.c.outcome == AttemptOutcome.DOUBTFUL)
    connection.execute(
        update(attempts)
        .where(attempts.c.effect_id == entry.id, doubted)
        .values(outcome=AttemptOutcome.OFFERED, ended_at=now, evidence={"seen": "lying where it was offered"})
    )


def keep_reference(connection: Connection, entry: Entry, reference: str, evidence: Mapping[str, Any]) -> None:
    """Keep where the ERP (or the share) has it, as its answer said."""
    connection.execute(
        update(effects).where(effects.c.id == entry.id).values(erp_reference=reference, evidence=dict(evidence))
    )


def record_sighting(
    connection: Connection, entry: Entry, company_id: int, kind: str, evidence: Mapping[str, Any], *, now: float
) -> None:
    """Keep what was seen, as evidence."""
    connection.execute(
        insert(sightings).values(
            company_id=company_id, effect_id=entry.id, seen_at=now, kind=kind, evidence=dict(evidence)
        )
    )


# -- outcomes ---------------------------------------------------------------------------------------------------------

#: What an effect's state makes of the lines it carries.
LINE_STATES: Final[Mapping[EffectState, str]] = {
    EffectState.CONFIRMED: "arrived",
    EffectState.REFUSED: "refused",
    EffectState.UNKNOWN: "unknown",
    EffectState.CONFLICT: "unknown",
    EffectState.ABANDONED: "staged",
    EffectState.DUPLICATED: "arrived",
    EffectState.REMOVED: "withdrawn",
}


def conclude(
    connection: Connection,
    entry: Entry,
    item_id: int,
    state: EffectState,
    *,
    reference: str = "",
    evidence: Mapping[str, Any] | None = None,
    refused: Sequence[LineRefused] = (),
    unmapped: Sequence[int] = (),
) -> None:
    """Give an effect its state and its lines theirs; lines it refused or left out are told apart (L10)."""
    values: dict[str, Any] = {"state": state}
    if reference:
        values["erp_reference"] = reference
    if evidence is not None:
        values["evidence"] = dict(evidence)
    connection.execute(update(effects).where(effects.c.id == entry.id).values(**values))
    if state in LINE_STATES:
        _move_lines(connection, entry.id, item_id, LINE_STATES[state])
    refuse_lines(connection, entry, item_id, refused)
    _move_some_lines(connection, entry.id, item_id, unmapped, "unknown")


def refuse_lines(connection: Connection, entry: Entry, item_id: int, refused: Sequence[LineRefused]) -> None:
    """Record single lines that the ERP refused, with its own words."""
    for line in refused:
        connection.execute(
            update(effect_lines)
            .where(effect_lines.c.effect_id == entry.id, effect_lines.c.line == line.line)
            .values(outcome="refused", words=line.words, meaning=line.meaning, remedy=line.remedy)
        )
    _move_some_lines(connection, entry.id, item_id, [line.line for line in refused], "refused")


def tell_all_refused(connection: Connection, entry: Entry, words: str, meaning: str, remedy: str) -> None:
    """Record that an effect was refused as a whole, on each of its lines."""
    connection.execute(
        update(effect_lines)
        .where(effect_lines.c.effect_id == entry.id)
        .values(outcome="refused", words=words, meaning=meaning, remedy=remedy)
    )


def free_refused_lines(connection: Connection, item_id: int) -> int:
    """Make refused and withdrawn lines free for the next generation of a retry; returns how many."""
    result = connection.execute(
        update(item_lines)
        .where(item_lines.c.item_id == item_id, item_lines.c.state.in_(("refused", "withdrawn")))
        .values(state="staged")
    )
    return int(result.rowcount)


def move_lines(connection: Connection, entry: Entry, item_id: int, state: str) -> None:
    """Give every line that an effect carries, refused ones apart where they arrived, the same state."""
    _move_lines(connection, entry.id, item_id, state)


def settled_as(connection: Connection, entry: Entry) -> str | None:
    """How a person settled an effect, None when nobody did."""
    settled: str | None = connection.execute(select(effects.c.settled_as).where(effects.c.id == entry.id)).scalar_one()
    return settled


def _move_effect(connection: Connection, effect_id: int, state: EffectState) -> None:
    connection.execute(update(effects).where(effects.c.id == effect_id).values(state=state))


def _move_lines(connection: Connection, effect_id: int, item_id: int, state: str) -> None:
    carried = select(effect_lines.c.line).where(effect_lines.c.effect_id == effect_id)
    if state == "arrived":
        carried = carried.where(effect_lines.c.outcome.is_distinct_from("refused"))
    connection.execute(
        update(item_lines)
        .where(and_(item_lines.c.item_id == item_id, item_lines.c.number.in_(carried)))
        .values(state=state)
    )


def _move_some_lines(connection: Connection, effect_id: int, item_id: int, lines: Sequence[int], state: str) -> None:
    carried = select(effect_lines.c.line).where(effect_lines.c.effect_id == effect_id)
    for page in batched(lines, 500):
        connection.execute(
            update(item_lines)
            .where(item_lines.c.item_id == item_id, item_lines.c.number.in_(page), item_lines.c.number.in_(carried))
            .values(state=state)
        )
