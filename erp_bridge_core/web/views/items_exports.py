"""An export as its page shows it: how far it is, what stopped it, what is in doubt, what people are handed (E1-E6)."""

from datetime import timedelta
from typing import Final

from attrs import frozen

from erp_bridge_core.app import Application
from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.contract.effects import HandOver
from erp_bridge_core.contract.errors import ErpBridgeError, Fault, NotFound
from erp_bridge_core.contract.profile import SafetyClass, StageSight
from erp_bridge_core.exports.doubts import Doubt
from erp_bridge_core.exports.status import EffectStatus, ExportState, ExportStatus
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.web.views.items_posting import barred_from_acting

#: After how many seconds a page is renewed: while this server is at it, and while another one may be.
_HERE: Final = 2
_ELSEWHERE: Final = 5


@frozen(kw_only=True)
class ExportView:
    """An export on a page. `status` is None before its start; `renew` is in seconds, 0 when nothing goes on.

    `hand_overs` are the sheets, `unseen` why they can't be described now. `not_visible` are the stages that this ERP
    lets nobody see, with what to do instead. `barred` says why this person may not act.
    """

    status: ExportStatus | None
    is_here: bool
    renew: int
    elapsed: timedelta | None
    doubts: tuple[Doubt, ...]
    hand_overs: tuple[HandOver, ...]
    unseen: ErpBridgeError | None
    not_visible: tuple[StageSight, ...]
    barred: tuple[Fault, ...]

    @property
    def ready_to_take(self) -> bool:
        """Whether something lies ready that nobody has taken."""
        return any(not each.taken for each in self.hand_overs)


@frozen(kw_only=True)
class Subject:
    """What is settled: a write in doubt with its evidence, or one that arrived and was withdrawn in the ERP since."""

    reference: str
    doubt: Doubt | None
    effect: EffectStatus | None


def load_export(application: Application, actor: Actor, item: ItemView, *, is_here: bool) -> ExportView:
    """The export of an item; `is_here` says that this server is at it."""
    status = _status(application, actor, item.id)
    profile = application.registry.adapter(item.erp).profile
    runs = is_here or (status is not None and status.state is ExportState.RUNNING)
    for_people = any(each.safety is SafetyClass.HUMAN for each in profile.operations)
    sheets, unseen = _hand_overs(application, actor, item.id) if status and for_people and not runs else ((), None)
    return ExportView(
        status=status,
        is_here=is_here,
        renew=(_HERE if is_here else _ELSEWHERE) if runs else 0,
        elapsed=(status.finished_at or application.clock.now()) - status.started_at if status else None,
        doubts=application.exports.doubts(actor, item.id) if status and status.is_unknown else (),
        hand_overs=sheets,
        unseen=unseen,
        not_visible=tuple(each for each in profile.stages if not each.visible),
        barred=barred_from_acting(application, actor, item),
    )


def subject_of(application: Application, actor: Actor, item_id: int, reference: str) -> Subject:
    """The write of that reference; raises `NotFound` where the item has none that could be settled."""
    doubt = next((each for each in application.exports.doubts(actor, item_id) if each.reference == reference), None)
    status = application.exports.status(actor, item_id)
    effect = next((each for each in status.effects if each.reference == reference), None)
    if doubt is None and effect is None:
        raise NotFound(f"Item {item_id} has no write {reference!r}.", remedy="Its page of the export names them.")
    return Subject(reference=reference, doubt=doubt, effect=effect)


def _status(application: Application, actor: Actor, item_id: int) -> ExportStatus | None:
    try:
        return application.exports.status(actor, item_id)
    except NotFound:
        return None


def _hand_overs(
    application: Application, actor: Actor, item_id: int
) -> tuple[tuple[HandOver, ...], ErpBridgeError | None]:
    try:
        return application.exports.hand_overs(actor, item_id), None
    except ErpBridgeError as error:
        return (), error
