"""What the tests of mail share: certificates, a mail server, and the service over the database of the fixtures."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from attrs import frozen

# The helpers beside these tests are plain modules; importlib mode does not put their folder on the path.
sys.path.insert(0, str(Path(__file__).parent))

from mail_room import MailRoom
from post_office import PostOffice

from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.mail.service import Mail
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.database import Store
from erp_bridge_core.wire.redaction import Redactor


@frozen(kw_only=True)
class Authority:
    """A certificate authority made for one run of the tests, and where its certificate lies."""

    authority: trustme.CA
    ca_file: Path


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The authority that the mail servers' certificates come from."""
    made = Authority(authority=trustme.CA(), ca_file=tmp_path_factory.mktemp("authority") / "ca.pem")
    made.authority.cert_pem.write_to_path(str(made.ca_file))
    return made


@pytest.fixture
def office(authority: Authority) -> Iterator[PostOffice]:
    """A mail server on loopback that asks for STARTTLS and a sign-in."""
    with PostOffice(authority.authority) as served:
        yield served


@pytest.fixture
def room(  # noqa: PLR0917 -- each is a fixture
    store: Store, audit: AuditTrail, clock: Any, home: Path, office: PostOffice, authority: Authority, approver: Actor
) -> MailRoom:
    """The service over the database of the fixtures, configured for that server."""
    service = Mail(store, audit, Redactor(), clock, home, demo=False)
    room = MailRoom(
        mail=service,
        store=store,
        clock=clock,
        home=home,
        office=office,
        ca_file=str(authority.ca_file),
        approver=approver,
    )
    room.configure()
    return room
