"""`/audit`: who did what, when, as whom; and whether the trail is whole (X1)."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import partial
from typing import Annotated, Any, Final

from attrs import frozen
from litestar import Response
from litestar.params import QueryParameter

from erp_bridge_core.app import Application
from erp_bridge_core.audit.entries import AuditEntry
from erp_bridge_core.audit.files import beginning_of, end_of, write_trail
from erp_bridge_core.audit.trail import MOST_SHOWN
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.web.api.models import made, made_all
from erp_bridge_core.web.api.operations import Operations
from erp_bridge_core.web.api.problems import ProblemFault
from erp_bridge_core.web.downloads import CSV, download
from erp_bridge_core.web.given import GivenActor, GivenApplication

_on = Operations("audit")
_Filter = Annotated[str | None, QueryParameter(max_length=200)]
_Person = Annotated[str | None, QueryParameter(max_length=200, description="What he did, or what was done as him.")]
_Since = Annotated[date | None, QueryParameter(description="From the beginning of that day, in the company's zone.")]
_Until = Annotated[date | None, QueryParameter(description="To the end of that day.")]
_Before = Annotated[int | None, QueryParameter(ge=1, le=2**63 - 1, description="Before the entry of that number.")]
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
    person: _Person = None,
    since: _Since = None,
    until: _Until = None,
    before: _Before = None,
    limit: _Newest = 100,
) -> list[AuditEntryModel]:
    """List the company's newest acts that match, newest first; the last one's number as `before` leads on."""
    wanted = {"subject": subject, "subject_id": subject_id, "verb": verb, "person": person}
    found = _found(application, actor, since, until, before=before, limit=limit, **wanted)
    return [made(AuditEntryModel, each, at=each.moment, details=each.facts) for each in found]


@_on.read("/audit/csv", "The newest acts as CSV", media_type=CSV)
def download_audit_csv(
    *,
    application: GivenApplication,
    actor: GivenActor,
    subject: _Filter = None,
    subject_id: _Filter = None,
    verb: _Filter = None,
    person: _Person = None,
    since: _Since = None,
    until: _Until = None,
) -> Response[bytes]:
    """Write the acts that match as CSV in UTF-8, newest first; text is never a formula there."""
    wanted = {"subject": subject, "subject_id": subject_id, "verb": verb, "person": person}
    found = _found(application, actor, since, until, limit=MOST_SHOWN, **wanted)
    return download(partial(write_trail, entries=found), "audit.csv", CSV)


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


def _found(
    application: Application, actor: Actor, since: date | None, until: date | None, **wanted: Any
) -> tuple[AuditEntry, ...]:
    """The acts that match, of days as the company counts them."""
    zone = application.companies.show(actor).time_zone
    return application.audit.show(actor, since=beginning_of(since, zone), until=end_of(until, zone), **wanted)


HANDLERS: Final = (list_audit, download_audit_csv, check_audit)
