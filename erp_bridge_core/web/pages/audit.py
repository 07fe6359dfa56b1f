"""The audit trail: who did what, when, as whom; found by a filter, as a file, and whether it is whole (X1)."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Response, get

from erp_bridge_core.app import Application
from erp_bridge_core.audit.entries import AuditEntry
from erp_bridge_core.audit.files import beginning_of, end_of, write_trail
from erp_bridge_core.audit.trail import MOST_SHOWN
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.rights import rights_of
from erp_bridge_core.people.rules import may_look_at_items, require
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.downloads import CSV, download
from erp_bridge_core.web.forms import Field, Filled, Form
from erp_bridge_core.web.given import GivenActor, GivenApplication
from erp_bridge_core.web.moments import of_one_moment
from erp_bridge_core.web.paging import PAGE_ROWS
from erp_bridge_core.web.rendering import render


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError("is no day") from error


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise ValueError("is no number of an entry")
    return int(text)


def _filter(name: str, label: str, **more: Any) -> Field:
    return Field(name=name, label=label, required=False, blank=None, **{"longest": 200, **more})


_SEARCH: Final = Form(
    (
        _filter("person", "Who", hint="A login."),
        _filter("verb", "Act", hint="As the table says it."),
        _filter("subject", "On what", hint="item, project, person …"),
        _filter("subject_id", "Which of them"),
        _filter("since", "From", kind="date", read=_day),
        _filter("until", "To", kind="date", read=_day),
        _filter("before", "Before", kind="hidden", read=_number, longest=18),
    )
)


@get("/audit", sync_to_thread=True)
@of_one_moment
def show_audit(request: WebRequest, application: GivenApplication, actor: GivenActor) -> Response[str]:
    """The newest acts that match, a page of them."""
    return _page(request, application, actor, _SEARCH.read(request.query_params))


@get("/audit/csv", sync_to_thread=True)
def download_audit(request: WebRequest, application: GivenApplication, actor: GivenActor) -> Response[Any]:
    """The acts that match as CSV, the newest first."""
    filled = _SEARCH.read(request.query_params)
    if not filled.is_good:
        return _page(request, application, actor, filled)
    found = _found(application, actor, filled, limit=MOST_SHOWN)
    return download(partial(write_trail, entries=found), "audit.csv", CSV)


@get("/audit/check", sync_to_thread=True)
def check_audit(request: WebRequest, application: GivenApplication, actor: GivenActor) -> Response[str]:
    """Read the whole trail, and say whether it is whole."""
    return render(request, "audit_check.html", check=application.audit.inspect(actor))


def _page(request: WebRequest, application: Application, actor: Actor, filled: Filled) -> Response[str]:
    found = _found(application, actor, filled, limit=PAGE_ROWS + 1)
    shown = found[:PAGE_ROWS]
    return render(
        request,
        "audit.html",
        status=200 if filled.is_good else 422,
        form=filled,
        entries=shown,
        query=_query(filled.typed),
        older=shown[-1].sequence if len(found) > PAGE_ROWS else None,
        most=MOST_SHOWN,
    )


def _found(application: Application, actor: Actor, filled: Filled, *, limit: int) -> tuple[AuditEntry, ...]:
    """The entries that match; none where the filter is not right, for whoever may look at all."""
    if not filled.is_good:
        _require_may_look(application, actor)
        return ()
    zone = application.companies.show(actor).time_zone
    wanted = dict(filled.values)
    since, until = wanted.pop("since"), wanted.pop("until")
    return application.audit.show(
        actor,
        **wanted,
        since=beginning_of(since, zone),
        until=end_of(until, zone),
        limit=limit,
    )


def _require_may_look(application: Application, actor: Actor) -> None:
    with application.store.read() as connection:
        require(may_look_at_items(rights_of(connection, actor)))


def _query(typed: Mapping[str, str]) -> str:
    return urlencode({name: text for name, text in typed.items() if text and name != "before"})


HANDLERS: Final = (show_audit, download_audit, check_audit)
