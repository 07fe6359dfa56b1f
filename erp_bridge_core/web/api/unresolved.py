"""`/problems`: everything in the company that waits for a person: failed, unknown, mismatched; writing frozen."""

from typing import Final

from attrs import frozen

from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.audit.freezing import require_thawed
from erp_bridge_core.contract.errors import Frozen
from erp_bridge_core.web.api.items import ItemSummary, summary
from erp_bridge_core.web.api.models import made
from erp_bridge_core.web.api.operations import Operations
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
    """What waits for a person. `frozen` is null unless writing is frozen, as after a restore."""

    items: list[ItemSummary]
    frozen: FrozenModel | None


@_on.read("/problems", "What is unresolved")
def list_problems(application: GivenApplication, actor: GivenActor) -> Unresolved:
    """List everything unresolved in the company."""
    found = [row for state in _TROUBLED for row in application.reviews.list(actor, filter=state).rows]
    frozen_because: FrozenModel | None = None
    with application.store.read() as connection:
        try:
            require_thawed(connection)
        except Frozen as error:
            frozen_because = made(FrozenModel, error)
    return Unresolved(items=[summary(row) for row in found], frozen=frozen_because)


HANDLERS: Final = (list_problems,)
