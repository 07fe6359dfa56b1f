"""`/problems` and `/thaw`: everything in the company that waits for a person; writing frozen, and the way out."""

from typing import Final

from attrs import frozen
from litestar.params import JSONBody

from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.web.api.items import ItemSummary, summary
from erp_bridge_core.web.api.models import Body, Reason, made, made_all
from erp_bridge_core.web.api.operations import Operations
from erp_bridge_core.web.api.requests import RequestModel
from erp_bridge_core.web.given import GivenActor, GivenApplication

_on = Operations("problems")
_TROUBLED: Final = (ItemState.UNKNOWN, ItemState.MISMATCH, ItemState.FAILED)


@frozen(kw_only=True)
class FrozenModel:
    """Why writing is frozen, and the way out."""

    message: str
    remedy: str


@frozen(kw_only=True)
class Unresolved:
    """What waits for a person. `frozen` is null unless writing is frozen, as after a restore.

    `requests` are those of sources with which nothing happens until somebody decides something.
    """

    items: list[ItemSummary]
    requests: list[RequestModel]
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
        requests=made_all(RequestModel, application.requests.waiting(actor)),
        frozen=None if why is None else made(FrozenModel, why),
    )


@_on.act("/thaw", "Let writing go on")
def thaw(application: GivenApplication, actor: GivenActor, data: JSONBody[Reconciliation]) -> ThawedModel:
    """Let writing go on where it was frozen, once a person has looked in each ERP; for administrators."""
    return made(ThawedModel, application.freezing.thaw(actor, data.reason))


HANDLERS: Final = (list_problems, thaw)
