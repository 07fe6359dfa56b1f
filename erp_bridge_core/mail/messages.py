"""A letter as a message: text and HTML by templates; headers by the standard library, which refuses line ends there."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from typing import TYPE_CHECKING

from attrs import frozen

from erp_bridge_core.configuration.mail_server import MailConfig
from erp_bridge_core.mail.letters import Letter
from erp_bridge_core.mail.texts import header_text
from erp_bridge_core.people.texts import email_faults

if TYPE_CHECKING:
    from jinja2 import Environment


@frozen(kw_only=True)
class Envelope:
    """What a message is besides its letter: the same for every try of one delivery (M5)."""

    name: str
    address: str
    message_id: str
    at: datetime


def compose(letter: Letter, envelope: Envelope, config: MailConfig) -> EmailMessage:
    """The message of a letter, for one recipient."""
    message = EmailMessage(policy=SMTP)
    sender = config.from_address or "erp-bridge@localhost"
    message["From"] = Address(display_name=header_text(config.from_name), addr_spec=sender)
    message["To"] = Address(display_name=header_text(envelope.name), addr_spec=envelope.address)
    if reply_to := _reply_to(letter, config):
        message["Reply-To"] = Address(addr_spec=reply_to)
    message["Subject"] = header_text(letter.subject)
    message["Date"] = format_datetime(envelope.at)
    message["Message-ID"] = envelope.message_id
    # So that no holiday notice answers a program (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(render(letter, "letter.txt"))
    message.add_alternative(render(letter, "letter.html"), subtype="html")
    return message


def render(letter: Letter, template: str) -> str:
    """A letter by one of the two templates: `letter.txt`, or `letter.html`, which escapes all that it is given."""
    return _environment().get_template(template).render(letter=letter)


def _reply_to(letter: Letter, config: MailConfig) -> str:
    """Where answers go; an address that was stored before and is none is left out."""
    wanted = letter.reply_to or config.reply_to
    return wanted if wanted and not email_faults(wanted) else ""


@cache
def _environment() -> "Environment":
    # Here, since most commands write no mail.
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    return Environment(
        loader=PackageLoader("erp_bridge_core.mail"),
        autoescape=select_autoescape(enabled_extensions=("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
