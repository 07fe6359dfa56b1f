"""The statements of the ledger's hot path, made once: making one anew takes longer than the database's answer."""

from typing import Final

from sqlalchemy import BindParameter, String, bindparam, case, func, insert, select, update

from erp_bridge_core.exports.decisions import EffectState
from erp_bridge_core.store.prepared import Prepared
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
_OWN_LINES: Final = select(effect_lines.c.line).where(effect_lines.c.effect_id == bindparam("effect"))
_MOVE_LINES: Final = (
    update(item_lines)
    .where(item_lines.c.item_id == bindparam("item"), item_lines.c.number.in_(_OWN_LINES))
    .values(state=bindparam("lines_state"))
)
MOVE_LINES: Final = Prepared(_MOVE_LINES)
#: An attempt begins: its effect is open, and its lines are sent.
OPEN_ATTEMPT: Final = Prepared(
    insert(attempts)
    .values(
        company_id=bindparam("company"),
        effect_id=bindparam("effect"),
        number=select(1 + func.count())
        .select_from(_BEFORE)
        .where(_BEFORE.c.effect_id == bindparam("effect"))
        .scalar_subquery(),
        epoch=bindparam("epoch"),
        started_at=bindparam("now"),
        deadline=bindparam("deadline"),
        evidence=bindparam("evidence"),
    )
    .returning(attempts.c.id, attempts.c.number),
    before=(update(effects).where(_THE_EFFECT).values(state=EffectState.OPEN.value), _MOVE_LINES),
)
_CLOSE_ATTEMPT: Final = (
    update(attempts)
    .where(attempts.c.id == bindparam("attempt"))
    .values(outcome=bindparam("outcome"), ended_at=bindparam("now"), evidence=bindparam("evidence"))
)
CLOSE_ATTEMPT: Final = Prepared(_CLOSE_ATTEMPT)
#: It ends with an answer, which says where the effect is.
RECORD_ANSWER: Final = Prepared(
    update(effects).where(_THE_EFFECT).values(erp_reference=bindparam("reference"), evidence=bindparam("evidence")),
    before=(_CLOSE_ATTEMPT,),
)
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
LINES_ARRIVED: Final = (
    update(item_lines)
    .where(item_lines.c.item_id == bindparam("item"))
    .where(item_lines.c.number.in_(_CARRIED.where(effect_lines.c.outcome.is_distinct_from("refused"))))
    .values(state=bindparam("moved_to"))
)
