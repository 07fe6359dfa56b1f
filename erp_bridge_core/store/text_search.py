"""Text that people search for, whatever its case: in any alphabet, and fast where all letters are ASCII."""

from typing import Any, Final

from sqlalchemy import ColumnElement, String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

#: The name of the function that folds the case of any letter: SQLite's own `lower` knows ASCII alone, PostgreSQL's what
#: the locale of the database does. Its connections give it to SQLite, the migrations to PostgreSQL.
CASEFOLD: Final = "erp_bridge_casefold"


class folded(FunctionElement[str]):  # noqa: N801 -- reads as a function of SQL
    """A text without its case."""

    type = String()
    inherit_cache = True


@compiles(folded)
def _casefold(element: folded, compiler: Any, **named: Any) -> str:
    return f"{CASEFOLD}({compiler.process(element.clauses, **named)})"


def casefold(text: str | None) -> str | None:
    """What SQLite calls for each row."""
    return None if text is None else text.casefold()


def contains(column: ColumnElement[Any], text: str) -> ColumnElement[bool]:
    """Whether a column holds a text, in capitals or not."""
    if text.isascii():
        return column.icontains(text, autoescape=True)
    return folded(column).contains(text.casefold(), autoescape=True)
