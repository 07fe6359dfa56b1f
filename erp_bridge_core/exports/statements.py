"""The statements of the ledger's hot path, made once: making one anew takes longer than the database's answer."""

from typing import Final

from sqlalchemy import BindParameter, String, bindparam, case, func, insert, select, update

from erp_bridge_core.exports.decisions import EffectState
from erp_bridge_core.store.tables import attempts, effect_lines, effects, item_lines

#: Ids that one statement names.
NAMED_AT_ONCE: Final = 500
_BEFORE: Final = attempts.alias("before")
_SOME_EFFECTS: Final[BindParameter[int]] = bindparam("effects", expanding=True)
_THE_EFFECT: Final = effects.c.id == bindparam("effect")
TRIES: Final = (
    select(attempts.c.effect_id, attempts.c.outcome, attempts.c.deadline, attempts.c.ended_at)
    .where(attempts.c.effect_id.in_(_SOME_EFFECTS))
    .order_by(attempts.c.effect_id, attempts.c.number)
)
OPEN_ATTEMPT: Final = (
    insert(attempts)
    .values(
        number=select(1 + func.count())
        .select_from(_BEFORE)
        .where(_BEFORE.c.effect_id == bindparam("tried"))
        .scalar_subquery()
    )
    .returning(attempts.c.id, attempts.c.number)
)
CLOSE_ATTEMPT: Final = update(attempts).where(attempts.c.id == bindparam("attempt"))
MOVE_EFFECT: Final = update(effects).where(_THE_EFFECT).values(state=bindparam("moved_to"))
KEEP_REFERENCE: Final = update(effects).where(_THE_EFFECT)
_FOUND_AS: Final = bindparam("found_as", type_=String)
CONFIRM: Final = (
    update(effects)
    .where(_THE_EFFECT)
    .values(
        state=EffectState.CONFIRMED,
        evidence=bindparam("seen_as", type_=effects.c.evidence.type),
        erp_reference=case((_FOUND_AS == "", effects.c.erp_reference), else_=_FOUND_AS),
    )
)
_CARRIED: Final = select(effect_lines.c.line).where(effect_lines.c.effect_id.in_(_SOME_EFFECTS))
ALL_LINES: Final = (
    update(item_lines)
    .where(item_lines.c.item_id == bindparam("item"), item_lines.c.number.in_(_CARRIED))
    .values(state=bindparam("moved_to"))
)
LINES_ARRIVED: Final = (
    update(item_lines)
    .where(item_lines.c.item_id == bindparam("item"))
    .where(item_lines.c.number.in_(_CARRIED.where(effect_lines.c.outcome.is_distinct_from("refused"))))
    .values(state=bindparam("moved_to"))
)
