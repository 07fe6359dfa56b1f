"""Which database a home uses: the section `[database]` of its configuration, changed whole or not at all."""

from pathlib import Path

import tomlkit

from erp_bridge_core.configuration.database_server import DatabaseConfig, database_faults
from erp_bridge_core.configuration.document import rewrite
from erp_bridge_core.contract.errors import BadInput


def require_server(to: DatabaseConfig) -> None:
    """Raise `BadInput` with every fault of what is to name a PostgreSQL database."""
    if faults := list(database_faults(to)):
        raise BadInput("The database can't be used. Nothing was done.", faults=faults)


def switch_database(home: Path, to: DatabaseConfig) -> None:
    """From here on the home's database is that one; comments and everything else in the file stay."""
    with rewrite(home) as document:
        section = document.setdefault("database", tomlkit.table())
        section["url"] = to.url
        section.pop("password", None)
        if to.password:
            section["password"] = to.password
