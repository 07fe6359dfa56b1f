"""Remedies as a page tells them: where a service names a command, the reader is told the page that does the same."""

import re
from typing import Final

#: Commands that remedies name, and where a page does it.
_PAGES: Final = {
    "budget change reverse": "the change's page",
    "budget change list": "the page Budget changes",
    "budget pull": "the page From its source",
    "budget send --preview": "the page Send to ERP",
    "budget show": "the budget's page",
    "budget sub-job": "the page Sub jobs",
    "budget unlock": "the budget's page",
    "map exceptions": "the page of the connection's maps",
    "map list": "the page of the connection's maps",
    "map set": "the page of the connection's maps",
    "mail list": "the page Mail",
    "person add": "the page People",
    "person list": "the page People",
    "person password": "the person's page",
    "plugins": "the page Plugins",
    "project link-source": "the page From its source",
    "project source-projects": "the page From its source",
    "project unlink-source": "the page From its source",
    "project link": "the page of the project",
    "project list": "the page Projects",
    "project sync": "the page of the project",
    "audit check": "the check on the page Audit",
    "connection authorize": "the page of the connection",
    "connection check": "the page of the connection",
    "connection list": "the page Connections",
    "company list": "the page Company",
    "export resume": "Resume the export",
    "export start": "the button Export",
    "export": "the item's page Export",
    "connection set": "the page of the connection",
    "request poll": "the page Requests",
    "request list": "the page Requests",
    "request": "the request's page",
    "review list": "the page ERP Integrations",
    "review": "the item's page",
    "thaw": "the page Let writing go on",
    "verify": "Verify now",
    "webhooks": "the page Webhooks",
}
_COMMAND: Final = re.compile(r"(: )?`erp-bridge ([^`]+)`")
_EMPHASIS: Final = re.compile(r"(?<!\w)\*(\w[^*]*\w)\*(?!\w)")
_OPTION: Final = re.compile(r": --[a-z-]+(?: [^.\s]+)*(?=\.)")


def on_pages(text: str) -> str:
    """The remedy with pages in the place of commands and without options; an unknown command stays."""
    return _OPTION.sub(
        "", _COMMAND.sub(_page, _EMPHASIS.sub("\N{LEFT DOUBLE QUOTATION MARK}\\1\N{RIGHT DOUBLE QUOTATION MARK}", text))
    )


def _page(found: re.Match[str]) -> str:
    colon, command = found.groups()
    page = next((page for name, page in _PAGES.items() if command.startswith(name)), None)
    if page is None:
        return found[0]
    return f" on {page}" if colon else page
