"""`/problems` and `/thaw`: everything in the company that waits for a person; writing frozen, and the way out."""

from datetime import datetime
from typing import Final

from attrs import frozen
from litestar.params import JSONBody

from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.connector.troubles import RequestTrouble
from erp_bridge_core.web.api.items import ItemSummary, summary
from erp_bridge_core.web.api.models import Body, Reason, made
from erp_bridge_core.web.api.operations import Operations
from erp_bridge_core.web.api.requests import OutcomeModel, RequestModel
from erp_bridge_core.web.given import GivenActor, GivenApplication

_on = Operations("problems")
_TROUBLED: Final = (ItemState.UNKNOWN, ItemState.MISMATCH, ItemState.FAILED)


@frozen(kw_only=True)
class FrozenModel:
    """Why writing is frozen, and the way out."""

    message: str
    remedy: str


@frozen(kw_only=True)
class RequestTroubleModel:
    """A request of a source that waits for somebody, or, with `outcome`, of which its source could not be told.

    `what` is wrong in a sentence, `way_out` what to do about it.
    """

    request: RequestModel
    what: str
    way_out: str
    since: datetime
    outcome: OutcomeModel | None


@frozen(kw_only=True)
class Unresolved:
    """What waits for a person. `frozen` is null unless writing is frozen, as after a restore."""

    items: list[ItemSummary]
    requests: list[RequestTroubleModel]
    frozen: FrozenModel | None


@frozen(kw_only=True)
class ThawedModel:
    """The reason that had frozen writing, and the items that are to be accepted anew."""

    was: str
    items_to_accept_anew: list[int]


class Reconciliation(Body):
    """What was looked at, and what was found; it is audited."""

    reason: Reason


@_on.read("/problems", "What is unresolved")
def list_problems(application: GivenApplication, actor: GivenActor) -> Unresolved:
    """List everything unresolved in the company."""
    found = [row for state in _TROUBLED for row in application.reviews.list(actor, filter=state).rows]
    why = application.freezing.why(actor)
    return Unresolved(
        items=[summary(row) for row in found],
        requests=[_trouble(each) for each in application.requests.waiting(actor)],
        frozen=None if why is None else made(FrozenModel, why),
    )


def _trouble(found: RequestTrouble) -> RequestTroubleModel:
    outcome = None if found.outcome is None else made(OutcomeModel, found.outcome)
    return made(RequestTroubleModel, found, request=made(RequestModel, found.request), outcome=outcome)


@_on.act("/thaw", "Let writing go on")
def thaw(application: GivenApplication, actor: GivenActor, data: JSONBody[Reconciliation]) -> ThawedModel:
    """Let writing go on where it was frozen, once a person has looked in each ERP; for administrators."""
    return made(ThawedModel, application.freezing.thaw(actor, data.reason))


HANDLERS: Final = (list_problems, thaw)
