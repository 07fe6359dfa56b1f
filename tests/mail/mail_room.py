"""Mail as its tests use it: the service, its server, notices to be told, and how each delivery stands."""

from pathlib import Path
from typing import Any

import tomlkit
from attrs import frozen
from post_office import PASSWORD, USER, PostOffice
from sqlalchemy import select

from erp_bridge_core.configuration.document import rewrite
from erp_bridge_core.mail.outbox import notify
from erp_bridge_core.mail.sending import Sent
from erp_bridge_core.mail.service import Mail
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import deliveries

MANAGER, APPROVER, VIEWER = "manager@builders.test", "approver@builders.test", "viewer@builders.test"


@frozen(kw_only=True)
class MailRoom:
    """One company's mail and a real server for it."""

    mail: Mail
    store: Store
    clock: Any
    home: Path
    office: PostOffice
    ca_file: str
    approver: Actor

    def configure(self, **changes: object) -> None:
        """Write `[mail]` for that server; a setting can be changed, and None leaves it out."""
        configure(self.home, self.office, self.ca_file, **changes)

    def put_password(self, password: str) -> None:
        """Put a password where the reference leads."""
        put_password(self.home, password)

    def tell(self, *people: int, company: int = 1, kind: str = "news", **payload: object) -> None:
        """Write a notice for people by their ids; by default of a kind that is about no item."""
        with self.store.begin() as connection:
            notify(connection, company, kind=kind, people=people, payload=payload, at=self.clock.now())

    def send(self) -> Sent:
        """Send what is due."""
        return self.mail.send(self.approver)

    def states(self) -> list[tuple[str, int, str | None]]:
        """State, tries and problem of every delivery, in order."""
        with self.store.read() as connection:
            query = select(deliveries.c.state, deliveries.c.tries, deliveries.c.problem).order_by(deliveries.c.id)
            return [(row.state, row.tries, row.problem) for row in connection.execute(query)]


def configure(home: Path, office: PostOffice, trusted: str, **changes: object) -> None:
    """Write `[mail]` of a home for a server whose certificate an authority has signed, in the file `trusted`."""
    put_password(home, PASSWORD)
    settings: dict[str, object] = {
        "host": "localhost", "port": office.port, "security": office.security, "username": USER,
        "password": "file:mail-password", "ca_file": trusted, "from_address": "erp-bridge@builders.test",
        "timeout": 10, **changes,
    }  # fmt: skip
    lines = [f"{name} = {_toml(value)}" for name, value in settings.items() if value is not None]
    with rewrite(home) as document:
        document["mail"] = tomlkit.parse("\n".join(lines))


def put_password(home: Path, password: str) -> None:
    """Put a password where the reference in `[mail]` leads."""
    (home / "secrets").mkdir(mode=0o700, exist_ok=True)
    secret = home / "secrets" / "mail-password"
    secret.touch(mode=0o600)
    secret.write_text(password)


def _toml(value: object) -> str:
    return str(value) if isinstance(value, int) else f'"{value}"'
