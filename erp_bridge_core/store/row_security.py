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
#: The company that a connection's transaction is narrowed to; nothing: to none.
_COMPANY: Final = "erp_bridge_company"
_SET: Final = text(f"SELECT set_config('{SETTING}', :company, true)")


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
