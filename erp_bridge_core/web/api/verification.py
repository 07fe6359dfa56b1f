"""`/items/{item_id}/verification`: read the ERP back; and what people decide about a mismatch (V2, V5)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

from attrs import frozen
from litestar.params import JSONBody, QueryParameter

from erp_bridge_core.contract.errors import NotFound
from erp_bridge_core.exports.results import VerificationResult
from erp_bridge_core.web.api.items import ItemId
from erp_bridge_core.web.api.models import Body, Key, Reason, made
from erp_bridge_core.web.api.operations import ERP, Operations
from erp_bridge_core.web.api.sending import ConditionModel
from erp_bridge_core.web.given import GivenActor, GivenApplication

_on = Operations("verification")


@frozen(kw_only=True)
class KeyOutcomeModel:
    """One key that is not as it should be: before, sent and now; null where a figure can't be read."""

    key: Key
    outcome: str
    before_original: str | None
    before_changes: str | None
    before_total: str | None
    sent_original: str
    sent_changes: str
    now_original: str | None
    now_changes: str | None
    now_total: str | None
    times: int | None
    route: str


@frozen(kw_only=True)
class RouteModel:
    """A route of reading back, and what it can see. `proof`: its figures decide."""

    route: str
    title: str
    sees_original: bool
    sees_changes: bool
    sees_sub_jobs: bool
    sees_unposted: bool
    proof: bool
    failed: str | None
    stale: str | None


@frozen(kw_only=True)
class VerificationModel:
    """What a verification concluded; `keys` names at most 200 of `named`. `counts` is by outcome."""

    item: int
    project: str
    job: str
    outcome: str
    state: str
    taken_at: datetime
    since: datetime
    counts: Mapping[str, int]
    named: int
    keys: list[KeyOutcomeModel]
    routes: list[RouteModel]
    warnings: list[str]
    conditions: list[ConditionModel]


@frozen(kw_only=True)
class VerifiedModel:
    """One item of several: its result, or the error that kept it from being verified."""

    item: int
    project: str
    result: VerificationModel | None
    error: Mapping[str, Any] | None


class Decision(Body):
    """Why, and what was seen in the ERP; it is audited."""

    reason: Reason


@_on.act("/items/{item_id:int}/verification", "Verify an item", *ERP)
def verify_item(application: GivenApplication, actor: GivenActor, item_id: ItemId) -> VerificationModel:
    """Read the ERP back now and compare; a mismatch is an answer, not an error."""
    return _shown(application.verification.verify(actor, item_id))


@_on.read("/items/{item_id:int}/verification", "The last verification", *ERP)
def show_verification(application: GivenApplication, actor: GivenActor, item_id: ItemId) -> VerificationModel:
    """Show the last verification of an item as it was concluded; nothing is read from the ERP."""
    found = application.verification.show(actor, item_id)
    if found is None:
        raise NotFound(f"Item {item_id} was never verified.", remedy="Verify it first.")
    return _shown(found)


@_on.act("/verifications", "Verify all that waits", *ERP)
def verify_all(
    application: GivenApplication,
    actor: GivenActor,
    also_synced: Annotated[bool, QueryParameter(description="Finished items too.")] = False,  # noqa: FBT002 -- a query
) -> list[VerifiedModel]:
    """Verify every item of the company that waits; what a schedule calls."""
    found = application.verification.verify_all(actor, also_synced=also_synced)
    return [made(VerifiedModel, each, error=None if each.error is None else each.error.to_json()) for each in found]


@_on.act("/items/{item_id:int}/verification/adopt", "Adopt what the ERP shows", *ERP)
def adopt(
    application: GivenApplication, actor: GivenActor, item_id: ItemId, data: JSONBody[Decision]
) -> VerificationModel:
    """Make what the ERP shows the new baseline; what is not there at all is given back to the budget."""
    return _shown(application.verification.adopt(actor, item_id, data.reason))


@_on.act("/items/{item_id:int}/verification/accept-difference", "Accept a difference", *ERP)
def accept_difference(
    application: GivenApplication, actor: GivenActor, item_id: ItemId, data: JSONBody[Decision]
) -> VerificationModel:
    """Accept a difference with a reason; where no route can tell, take a person's word that it is posted."""
    return _shown(application.verification.accept_difference(actor, item_id, data.reason))


@_on.act("/items/{item_id:int}/verification/corrected", "Say that it was corrected", *ERP)
def corrected(
    application: GivenApplication, actor: GivenActor, item_id: ItemId, data: JSONBody[Decision]
) -> VerificationModel:
    """Say that a mismatch was corrected in the ERP: it is verified again, and stays one when it is not so."""
    return _shown(application.verification.corrected(actor, item_id, data.reason))


def _shown(result: VerificationResult) -> VerificationModel:
    return made(VerificationModel, result)


HANDLERS: Final = (verify_item, show_verification, verify_all, adopt, accept_difference, corrected)
