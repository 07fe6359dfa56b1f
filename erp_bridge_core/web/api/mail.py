"""`/mail`: what people were told, or are to be (workflow section 7)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Final

import msgspec
from attrs import frozen
from litestar.params import JSONBody, PathParameter, QueryParameter

from erp_bridge_core.mail.deliveries import DeliveryState
from erp_bridge_core.web.api.models import Body, made, made_all
from erp_bridge_core.web.api.operations import ERP, Operations
from erp_bridge_core.web.given import GivenActor, GivenApplication

_on = Operations("mail")
_Number = Annotated[int, PathParameter(ge=1, le=2**63 - 1, description="The mail's number.")]
_State = Annotated[DeliveryState | None, QueryParameter(name="state", description="Mail in this state alone.")]
_Newest = Annotated[int, QueryParameter(ge=1, le=10_000, description="How many, newest first.")]


@frozen(kw_only=True)
class MailModel:
    """One person's mail; `problem` is why it was not sent so far."""

    id: int
    kind: str
    item: int | None
    login: str
    name: str
    address: str
    state: str
    tries: int
    created_at: datetime
    due_at: datetime
    sent_at: datetime | None
    day: date | None
    problem: str
    message_id: str


@frozen(kw_only=True)
class ShownMailModel:
    """One mail with its words as they would go out now."""

    delivery: MailModel
    subject: str
    text: str


@frozen(kw_only=True)
class SummaryModel:
    """A daily summary that was made: the numbers of the items in its two sections, and of requests of a source."""

    login: str
    day: date
    waiting: list[int]
    troubled: list[int]
    requests: list[int]


@frozen(kw_only=True)
class SentModel:
    """What one run did, by the numbers of the mails; `error` is what ended it before nothing more was due."""

    sent: list[int]
    put_off: list[int]
    given_up: list[int]
    error: Mapping[str, Any] | None
    summaries: list[SummaryModel]


@frozen(kw_only=True)
class PutBack:
    """The mails that are due again."""

    mail: list[int]


@frozen(kw_only=True)
class Tested:
    """A test message that was sent."""

    message_id: str


class TestAddress(Body):
    """Where to send a test."""

    address: Annotated[str, msgspec.Meta(min_length=1, max_length=320)]


@_on.read("/mail", "The company's mail")
def list_mail(
    application: GivenApplication, actor: GivenActor, wanted: _State = None, limit: _Newest = 100
) -> list[MailModel]:
    """List the company's newest mail; for administrators."""
    return made_all(MailModel, application.mail.list(actor, state=wanted, limit=limit))


@_on.read("/mail/{number:int}", "One mail")
def show_mail(application: GivenApplication, actor: GivenActor, number: _Number) -> ShownMailModel:
    """Show one mail with its words; for administrators."""
    return made(ShownMailModel, application.mail.show(actor, number))


@_on.act("/mail/send", "Send what is due", *ERP)
def send_mail(application: GivenApplication, actor: GivenActor) -> SentModel:
    """Make the daily summaries that are due, then send the mail that is due; what a schedule calls."""
    summaries = application.mail.make_summaries(actor)
    done = application.mail.send(actor)
    return made(
        SentModel,
        done,
        error=None if done.error is None else done.error.to_json(),
        summaries=made_all(SummaryModel, summaries),
    )


@_on.act("/mail/summaries", "Make what summaries are due")
def make_summaries(application: GivenApplication, actor: GivenActor) -> list[SummaryModel]:
    """Make the daily summaries that are due, without sending anything; each is made once a day."""
    return made_all(SummaryModel, application.mail.make_summaries(actor))


@_on.act("/mail/retry", "Send given-up mail again")
def retry_all_mail(application: GivenApplication, actor: GivenActor) -> PutBack:
    """Make all mail that was given up due again; for administrators."""
    return PutBack(mail=list(application.mail.retry(actor)))


@_on.act("/mail/{number:int}/retry", "Send one given-up mail again")
def retry_mail(application: GivenApplication, actor: GivenActor, number: _Number) -> PutBack:
    """Make one mail that was given up due again; for administrators."""
    return PutBack(mail=list(application.mail.retry(actor, number)))


@_on.act("/mail/test", "Send a test", *ERP)
def test_mail(application: GivenApplication, actor: GivenActor, data: JSONBody[TestAddress]) -> Tested:
    """Send a mail at once, to see whether mail works; for administrators who signed in recently."""
    return Tested(message_id=str(application.mail.test(actor, data.address)["Message-ID"]))


HANDLERS: Final = (list_mail, show_mail, send_mail, make_summaries, retry_all_mail, retry_mail, test_mail)
