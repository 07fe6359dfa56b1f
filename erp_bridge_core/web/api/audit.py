"""`/audit`: who did what, when, as whom; and whether the trail is whole (X1)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

from attrs import frozen
from litestar.params import QueryParameter

from erp_bridge_core.web.api.models import made, made_all
from erp_bridge_core.web.api.operations import Operations
from erp_bridge_core.web.api.problems import ProblemFault
from erp_bridge_core.web.given import GivenActor, GivenApplication

_on = Operations("audit")
_Filter = Annotated[str | None, QueryParameter(max_length=200)]
_Newest = Annotated[int, QueryParameter(ge=1, le=10_000, description="How many, newest first.")]


@frozen(kw_only=True)
class AuditEntryModel:
    """One act. `real_person` differs from `person` only in a demo, where one person plays several."""

    sequence: int
    at: datetime
    person: str
    real_person: str
    os_user: str
    via: str
    verb: str
    subject: str
    subject_id: str
    from_state: str | None
    to_state: str | None
    details: Mapping[str, Any]
    mac: str


@frozen(kw_only=True)
class AuditCheckModel:
    """Whether the whole trail is sound, its last entry, and what was found if it is not."""

    sound: bool
    entries: int
    last: int
    seal: str
    faults: list[ProblemFault]


@_on.read("/audit", "The newest acts")
def list_audit(
    *,
    application: GivenApplication,
    actor: GivenActor,
    subject: _Filter = None,
    subject_id: _Filter = None,
    verb: _Filter = None,
    limit: _Newest = 100,
) -> list[AuditEntryModel]:
    """List the company's newest acts, newest first."""
    found = application.audit.show(actor, subject=subject, subject_id=subject_id, verb=verb, limit=limit)
    return [made(AuditEntryModel, each, at=each.moment, details=each.facts) for each in found]


@_on.read("/audit/check", "Whether the trail is whole")
def check_audit(application: GivenApplication, actor: GivenActor) -> AuditCheckModel:
    """Read the whole trail; it finds edits, gaps, a cut tail and a swapped database."""
    found = application.audit.inspect(actor)
    return AuditCheckModel(
        sound=found.sound,
        entries=found.entries,
        last=found.head.sequence,
        seal=found.head.mac,
        faults=made_all(ProblemFault, found.faults),
    )


HANDLERS: Final = (list_audit, check_audit)
