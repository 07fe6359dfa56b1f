"""What reading back concluded, as the page of an item's posting shows it (V1, V2, V5)."""

from collections.abc import Sequence

from attrs import frozen

from erp_bridge_core.app import Application
from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.contract.errors import Fault, NotAllowed
from erp_bridge_core.contract.postings import Outcome, RouteSight
from erp_bridge_core.contract.profile import StageSight, UnlockCondition
from erp_bridge_core.exports.results import VerificationResult
from erp_bridge_core.people.actor import Actor


@frozen(kw_only=True)
class Route:
    """One way of reading the ERP back: what it saw this time, in a sentence, and how it bears on the outcome."""

    sight: RouteSight
    sentence: str


@frozen(kw_only=True)
class PostingView:
    """The last verification, None before the first; `required` are the conditions as the ERP's profile names them.

    `is_mismatch`: a person has to decide. `may_declare`: no route can tell, so that a person's word is asked for.
    `barred` says why this person can't decide. `is_here`: the ERP is being read by this server now.
    """

    result: VerificationResult | None
    routes: tuple[Route, ...]
    required: tuple[UnlockCondition, ...]
    not_visible: tuple[StageSight, ...]
    is_mismatch: bool
    may_declare: bool
    barred: tuple[Fault, ...]
    is_here: bool


def load_posting(application: Application, actor: Actor, item: ItemView, *, is_here: bool) -> PostingView:
    """What is known of an item's posting; nothing is read from the ERP."""
    result = application.verification.show(actor, item.id)
    profile = application.connections.profile_of(item.erp, item.connection)
    untold = result is not None and result.outcome is Outcome.NOT_VERIFIABLE and item.state is ItemState.WAITING
    return PostingView(
        result=result,
        routes=tuple(Route(sight=sight, sentence=_sentence(sight)) for sight in (result.routes if result else ())),
        required=profile.unlock_conditions,
        not_visible=tuple(each for each in profile.stages if not each.visible),
        is_mismatch=item.state is ItemState.MISMATCH,
        may_declare=untold,
        barred=barred_from_acting(application, actor, item),
        is_here=is_here,
    )


def barred_from_acting(application: Application, actor: Actor, item: ItemView) -> tuple[Fault, ...]:
    """Why a person may not act on an item at all; nothing where he may."""
    with application.store.read() as connection:
        try:
            application.exports.may_export(connection, actor, item.project_id)
        except NotAllowed as error:
            return error.faults
    return ()


def _sentence(sight: RouteSight) -> str:
    if sight.failed:
        return f"could not be read: {sight.failed}"
    if sight.stale:
        return f"was read, but is from before the export: {sight.stale}"
    unseen = _unseen(sight)
    role = "decides" if sight.proof else "confirms"
    return f"{role}; it does not see {', '.join(unseen)}" if unseen else role


def _unseen(sight: RouteSight) -> Sequence[str]:
    seen = {
        "original budgets apart": sight.sees_original,
        "changes apart": sight.sees_changes,
        "sub jobs": sight.sees_sub_jobs,
        "unposted entries": sight.sees_unposted,
    }
    return [name for name, is_seen in seen.items() if not is_seen]
