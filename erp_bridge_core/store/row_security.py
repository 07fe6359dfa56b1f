"""Rows of one company alone: on PostgreSQL the database itself shows and takes no other's once a company is known.

Each table that belongs to a company has a policy over the setting `erp_bridge.company`, which holds its owner too. Our
connections begin with `*`, all companies; whoever connects otherwise sees nothing. SQLite has no such thing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection, text

SETTING: Final = "erp_bridge.company"
EVERYWHERE: Final = "*"
#: What is to be done where none of it holds.
ORDINARY_ROLE: Final = "Let an ordinary role own the database, and name that in `[database]`."
#: The company that a connection's transaction is narrowed to; nothing: to none.
_COMPANY: Final = "erp_bridge_company"
_ROLE: Final = text("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
_SET: Final = text(f"SELECT set_config('{SETTING}', :company, true)")


def bypassed_by(connection: Connection) -> str:
    """Who connects to PostgreSQL in a role that no policy holds, and why none does; blank for an ordinary role."""
    role = connection.execute(_ROLE).one()
    if role.rolsuper:
        return f"{role.rolname} is a superuser"
    return f"{role.rolname} is a role that bypasses row-level security" if role.rolbypassrls else ""


def begun(connection: Connection) -> None:
    """A transaction begins on the connection: with it the setting is what the session's is, all companies."""
    connection.info.pop(_COMPANY, None)


def narrow(connection: Connection, company_id: int) -> None:
    """To the transaction's end, or till it is narrowed anew, there are only this company's rows."""
    if connection.dialect.name != "postgresql" or connection.info.get(_COMPANY) == company_id:
        return
    connection.execute(_SET, {"company": str(company_id)})
    connection.info[_COMPANY] = company_id


@contextmanager
def everywhere(connection: Connection) -> Iterator[None]:
    """In the block there are all companies' rows, for what is of the installation and not of one company."""
    company_id: int | None = connection.info.pop(_COMPANY, None)
    if company_id is None:
        yield
        return
    connection.execute(_SET, {"company": EVERYWHERE})
    yield
    narrow(connection, company_id)
