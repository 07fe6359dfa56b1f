"""The floor of a page: its rows by one bare SQL query and a minimal template, from a handler that asks for no sign-in.

The same web framework and the same server carry it, and handlers run in threads as the product's do, so that what is
compared is the product's own work: who asks, what he may, money and moments in his locale, links, forms, reasons.
"""

import sqlite3
import threading
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment
from litestar import Litestar, MediaType, Response, get
from page_list import Page

_TEMPLATE: Final = Environment(autoescape=True).from_string(
    "<!doctype html><title>{{ title }}</title><p>{{ sums }}</p><table>{% for row in rows %}<tr>{% for cell in row %}"
    "<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}</table>"
)


def create_floor(database: Path, pages: list[Page]) -> Litestar:
    """A server of which each page answers under its number."""
    by_number, kept = {page.number: page for page in pages}, threading.local()

    def connection() -> sqlite3.Connection:
        if not hasattr(kept, "connection"):
            kept.connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, isolation_level=None)
        found: sqlite3.Connection = kept.connection
        return found

    @get("/{number:int}", sync_to_thread=True)
    def show(number: int) -> Response[str]:
        """The rows, as a table without anything."""
        page = by_number[number]
        rows: list[Any] = connection().execute(page.sql).fetchall()
        sums = connection().execute(page.sums).fetchall() if page.sums else ()
        return Response(_TEMPLATE.render(title=page.title, rows=rows, sums=sums), media_type=MediaType.HTML)

    return Litestar([show], openapi_config=None, logging_config=None)
