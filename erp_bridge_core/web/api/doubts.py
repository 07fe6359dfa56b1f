"""`/items/{item_id}/export/doubts`: what nobody can know, with the evidence, before it is settled (E6)."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from attrs import frozen

from erp_bridge_core.web.api.items import ItemId
from erp_bridge_core.web.api.models import made_all
from erp_bridge_core.web.api.operations import Operations
from erp_bridge_core.web.api.problems import ProblemFault
from erp_bridge_core.web.given import GivenActor, GivenApplication

_on = Operations("exports")


@frozen(kw_only=True)
class TrialModel:
    """One try at a write, or one look for it: what it is called, when, and what it showed."""

    title: str
    at: datetime
    outcome: str
    evidence: Mapping[str, Any]


@frozen(kw_only=True)
class DoubtModel:
    """One write in doubt: what was asked, tried and seen. `faults` say why the asking person can't settle it now.

    `since` is when the first try began; `until` when the ERP can no longer carry it out, as far as is known.
    """

    reference: str
    title: str
    state: str
    lines: int
    payload_hash: str
    request: Mapping[str, Any]
    evidence: Mapping[str, Any]
    trials: list[TrialModel]
    since: datetime | None
    until: datetime | None
    faults: list[ProblemFault]


@_on.read("/items/{item_id:int}/export/doubts", "What is in doubt", HTTPStatus.CONFLICT)
def list_doubts(application: GivenApplication, actor: GivenActor, item_id: ItemId) -> list[DoubtModel]:
    """List an export's writes that are in doubt, to 50 at once; the next ones follow when these are settled."""
    return made_all(DoubtModel, application.exports.doubts(actor, item_id))


HANDLERS: Final = (list_doubts,)
