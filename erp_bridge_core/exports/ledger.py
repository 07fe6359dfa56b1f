"""The effects ledger: rows committed before each call and after each answer, in bulk where there are many.

This is persistence alone. Plans are stored in `plans`, what to do next is decided in `decisions`, done in `runner`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from attrs import frozen
from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    exists,
    insert,
    or_,
    select,
    update,
)

from erp_bridge_core.contract.budget import Stream
from erp_bridge_core.contract.effects import Effect, LineRefused
from erp_bridge_core.exports.decisions import HARMLESS, AttemptOutcome, EffectState, Try
from erp_bridge_core.exports.statements import (
    CLOSE_ATTEMPT,
    CONFIRM,
    LINES_ARRIVED,
    MOVE_LINES,
    NAMED_AT_ONCE,
    OPEN_ATTEMPT,
    RECORD_ANSWER,
    TRIES,
)
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.paging import batched
from erp_bridge_core.store.tables import attempts, effect_lines, effects, item_lines, sightings

PAGE: Final = 5_000
"""Rows per bulk statement."""


@frozen(kw_only=True)
class ExportIdentity:
    """What an effect's key is made of (L1): never a batch number, a clock or the order of rows.

    `subject` is what is brought there, in words; `short` the same in an effect's reference. `item_id` is None for what
    is no item: its effects carry no lines.
    """

    export_id: int
    company_id: int
    company: str
    item_id: int | None
    subject: tuple[str, ...]
    short: str
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
            *self.subject,
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
    lane: str | None = None


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
        for row in rows:
            yield as_entry(store, row)
        if len(rows) < PAGE:
            return
        last = rows[-1].position


def as_entry(store: Store, row: Any) -> Entry:
    """The value of a row of `effects`."""
    return Entry(
        id=row.id,
        state=EffectState(row.state),
        safety=row.safety,
        line_count=row.line_count,
        lane=row.lane,
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
        yield from numbers
        if len(numbers) < PAGE:
            return
        last = numbers[-1]


def may_have_gone_out() -> ColumnElement[bool]:
    """Whether any try at an effect (a row of `effects`) may have changed something: all others proved harmless (L4)."""
    tried = attempts.c.outcome
    return exists().where(attempts.c.effect_id == effects.c.id, or_(tried.is_(None), tried.not_in(sorted(HARMLESS))))


def tries(connection: Connection, effect_id: int) -> tuple[Try, ...]:
    """Every attempt at an effect, in order."""
    return tries_at(connection, [effect_id])[effect_id]


def tries_at(connection: Connection, effect_ids: Sequence[int]) -> Mapping[int, tuple[Try, ...]]:
    """Every attempt at each of some effects, in order; none for one that was never tried."""
    found: dict[int, tuple[Try, ...]] = dict.fromkeys(effect_ids, ())
    for page in batched(effect_ids, NAMED_AT_ONCE):
        for effect_id, outcome, deadline, ended_at in connection.execute(TRIES, {"effects": page}):
            known = None if outcome is None else AttemptOutcome(outcome)
            found[effect_id] += (Try(outcome=known, deadline=deadline, ended_at=ended_at),)
    return found


# -- attempts ---------------------------------------------------------------------------------------------------------


def open_attempt(connection: Connection, entry: Entry, *, company_id: int, item_id: int | None, epoch: int, now: float,
                 deadline: float) -> tuple[int, int]:  # fmt: skip
    """Record the intent to send: (attempt id, its number). Committed before any byte goes out."""
    values = {
        "company": company_id, "effect": entry.id, "item": item_id, "lines_state": "sent", "epoch": epoch, "now": now,
        "deadline": deadline, "evidence": "{}",
    }  # fmt: skip
    ((attempt_id, number),) = OPEN_ATTEMPT.rows(connection, values)
    return attempt_id, number


def close_attempt(
    connection: Connection, attempt_id: int, outcome: AttemptOutcome, evidence: Mapping[str, Any], *, now: float
) -> None:
    """Record how a try ended."""
    told = json.dumps(dict(evidence))
    CLOSE_ATTEMPT.rows(connection, {"attempt": attempt_id, "outcome": outcome.value, "evidence": told, "now": now})


def record_answer(
    connection: Connection, entry: Entry, attempt_id: int, outcome: AttemptOutcome, *, reference: str,
    evidence: Mapping[str, Any], now: float,
) -> None:  # fmt: skip
    """Record that a try was answered, and where the ERP (or the share) has the effect, as its answer said."""
    values = {
        "effect": entry.id, "attempt": attempt_id, "outcome": outcome.value, "reference": reference,
        "evidence": json.dumps(dict(evidence)), "now": now,
    }  # fmt: skip
    RECORD_ANSWER.rows(connection, values)


def prove_offered(connection: Connection, entry: Entry, *, now: float) -> None:
    """The doubted tries did offer it: it was seen where it was offered, or taken over from there (class `human`)."""
    doubted = attempts.c.outcome.is_(None) | (attempts.c.outcome == AttemptOutcome.DOUBTFUL)
    connection.execute(
        update(attempts)
        .where(attempts.c.effect_id == entry.id, doubted)
        .values(outcome=AttemptOutcome.OFFERED, ended_at=now, evidence={"seen": "offered, or taken over"})
    )


def record_sightings(
    connection: Connection, company_id: int, seen: Sequence[tuple[int, str, Mapping[str, Any]]], *, now: float
) -> None:
    """Keep what was seen, as evidence: of which effect, what kind, and how."""
    rows = [
        {"company_id": company_id, "effect_id": effect_id, "seen_at": now, "kind": kind, "evidence": dict(evidence)}
        for effect_id, kind, evidence in seen
    ]
    connection.execute(insert(sightings), rows)


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
    item_id: int | None,
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


def confirm(connection: Connection, item_id: int | None, found: Sequence[tuple[int, str, Mapping[str, Any]]]) -> None:
    """Conclude many effects, and their lines, as arrived: by which reference, with what evidence."""
    if not found:
        return
    rows = [
        {"effect": effect_id, "found_as": reference, "seen_as": dict(evidence)}
        for effect_id, reference, evidence in found
    ]
    connection.execute(CONFIRM, rows)
    for page in batched([effect_id for effect_id, _, _ in found], NAMED_AT_ONCE):
        connection.execute(LINES_ARRIVED, {"item": item_id, "effects": page, "moved_to": "arrived"})


def refuse_lines(connection: Connection, entry: Entry, item_id: int | None, refused: Sequence[LineRefused]) -> None:
    """Record single lines that the ERP refused, with its own words.

    A refusal that is seen again changes nothing: a later effect may carry the line by now, and have brought it there.
    """
    if not refused:
        return
    known = select(effect_lines.c.line).where(effect_lines.c.effect_id == entry.id, effect_lines.c.outcome == "refused")
    told = set(connection.execute(known).scalars())
    new = [line for line in refused if line.line not in told]
    for line in new:
        connection.execute(
            update(effect_lines)
            .where(effect_lines.c.effect_id == entry.id, effect_lines.c.line == line.line)
            .values(outcome="refused", words=line.words, meaning=line.meaning, remedy=line.remedy)
        )
    _move_some_lines(connection, entry.id, item_id, [line.line for line in new], "refused")


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


def reopen_refused_acts(connection: Connection, export_id: int) -> int:
    """Let refused effects that carry no lines be tried again on a retry, such as an approval; returns how many.

    Nothing of theirs can be freed and planned anew. Where their generation carries lines, those form the next one.
    """
    refused = _refused_acts(export_id)
    return int(connection.execute(update(effects).where(refused).values(state=EffectState.OPEN)).rowcount)


def has_refused_acts(connection: Connection, export_id: int) -> bool:
    """Whether an effect that carries no lines, such as an approval, was refused and waits for a retry."""
    return bool(connection.execute(select(exists().where(_refused_acts(export_id)))).scalar_one())


def _refused_acts(export_id: int) -> ColumnElement[bool]:
    beside = effects.alias("beside")
    with_lines = (
        exists()
        .where(beside.c.export_id == effects.c.export_id, beside.c.group_name == effects.c.group_name)
        .where(beside.c.generation == effects.c.generation, effect_lines.c.effect_id == beside.c.id)
    )
    return and_(effects.c.export_id == export_id, effects.c.state == EffectState.REFUSED, ~with_lines)


def move_lines(connection: Connection, entry: Entry, item_id: int | None, state: str) -> None:
    """Give every line that an effect carries, refused ones apart where they arrived, the same state."""
    _move_lines(connection, entry.id, item_id, state)


def settled_as(connection: Connection, entry: Entry) -> str | None:
    """How a person settled an effect, None when nobody did."""
    settled: str | None = connection.execute(select(effects.c.settled_as).where(effects.c.id == entry.id)).scalar_one()
    return settled


def _move_lines(connection: Connection, effect_id: int, item_id: int | None, state: str) -> None:
    # A line that an effect was refused for may have come by a later one: that it arrived, or went, is not true of it.
    if state in {"arrived", "withdrawn"}:
        connection.execute(LINES_ARRIVED, {"item": item_id, "effects": [effect_id], "moved_to": state})
    else:
        MOVE_LINES.rows(connection, {"item": item_id, "effect": effect_id, "lines_state": state})


def _move_some_lines(
    connection: Connection, effect_id: int, item_id: int | None, lines: Sequence[int], state: str
) -> None:
    carried = select(effect_lines.c.line).where(effect_lines.c.effect_id == effect_id)
    for page in batched(lines, 500):
        connection.execute(
            update(item_lines)
            .where(item_lines.c.item_id == item_id, item_lines.c.number.in_(page), item_lines.c.number.in_(carried))
            .values(state=state)
        )
