"""`[database]` of the configuration: the PostgreSQL server that holds the installation; without it, an SQLite file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from attrs import frozen
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from erp_bridge_core.configuration.secrets import HOW, SecretStore, is_reference
from erp_bridge_core.contract.errors import Fault
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.postgresql import MOST

_SHAPE: Final = "postgresql://user@host:5432/name"
#: What may follow the name of a database: how the server is reached, never who we are or how sessions behave.
_PARAMETERS: Final = frozenset(
    {"host", "port", "sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl", "channel_binding", "gssencmode",
     "target_session_attrs"}
)  # fmt: skip
_FEWEST: Final = 4
_LARGEST: Final = 1_000


@frozen(kw_only=True)
class DatabaseConfig:
    """Where the installation's database is; without a `url` it is the file `erp-bridge.db` of the home.

    `url` is `postgresql://user@host:5432/name`; `password`, a reference, is what that user shows, blank where the
    server knows him otherwise. `connections` is how many each process has to the server at once, at most.
    """

    url: str = ""
    password: str = ""
    connections: int = MOST

    def store(self, file: Path, secrets: SecretStore) -> Store:
        """The database, opened: the server's, or the SQLite file. Raises `BadSettings` for a missing password."""
        if not self.url:
            return Store.at(file)
        place = make_url(self.url)
        if self.password:
            place = place.set(password=secrets.resolve(self.password).reveal())
        return Store.open(place, connections=self.connections)


def database_faults(database: DatabaseConfig) -> Iterator[Fault]:
    """Everything that is wrong with `[database]`; a fault never shows the address, which might hold a password."""
    if not database.url:
        if database != DatabaseConfig():
            yield Fault("database.url", "is missing", expected=_SHAPE)
        return
    yield from _address_faults(database.url)
    if database.password and not is_reference(database.password):
        yield Fault("database.password", "a secret must not stand in the configuration itself", remedy=HOW)
    if not _FEWEST <= database.connections <= _LARGEST:
        expected = f"{_FEWEST} to {_LARGEST}"
        yield Fault("database.connections", "out of bounds", value=str(database.connections), expected=expected)


def _address_faults(url: str) -> Iterator[Fault]:
    try:
        place = make_url(url)
    except (ArgumentError, ValueError):
        yield Fault("database.url", "is no address of a database", expected=_SHAPE)
        return
    if place.drivername != "postgresql":
        yield Fault("database.url", "is no address of a PostgreSQL database", expected=_SHAPE)
        return
    if place.password is not None:
        yield Fault("database.url", "a password must not stand in it", remedy=f"Write `password`. {HOW}")
    if not place.username or not place.database:
        yield Fault("database.url", "names no user or no database", expected=_SHAPE)
    for name in sorted(set(place.query) - _PARAMETERS):
        yield Fault("database.url", f"must not say {name}", expected=f"of {', '.join(sorted(_PARAMETERS))}")
