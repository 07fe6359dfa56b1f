"""`/connections/{name}/map`: our codes and the ERP's; and what of a budget has no entry (B9)."""

from functools import partial
from typing import Annotated, Final

import msgspec
from attrs import frozen
from litestar import Response
from litestar.params import FromPath, FromQuery, JSONBody

from erp_bridge_core.connections.map_files import write_map
from erp_bridge_core.connections.maps import MapEntry
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.api.models import Body, Done, Limit, Name, Offset, listed, made_all
from erp_bridge_core.web.api.operations import Operations
from erp_bridge_core.web.downloads import CSV, download
from erp_bridge_core.web.given import GivenActor, GivenApplication
from erp_bridge_core.web.paging import PAGE_ROWS, Slice

_on = Operations("maps")


@frozen(kw_only=True)
class MapEntryModel:
    """One entry: `kind` is unit, category, cost_code or sub_job."""

    kind: str
    ours: str
    theirs: str


@frozen(kw_only=True)
class MapPage:
    """Some entries of all."""

    items: list[MapEntryModel]
    total: int
    next_offset: int | None


@frozen(kw_only=True)
class UnmappedModel:
    """What a budget uses and its maps do not hold; suggestions are never applied by themselves."""

    kind: str
    value: str
    lines: int
    suggestions: list[str]


class Entry(Body):
    """An entry to enter or change."""

    kind: Name
    ours: Name
    theirs: Name


class Entries(Body):
    """Entries to enter or change, all or none."""

    entries: Annotated[list[Entry], msgspec.Meta(min_length=1, max_length=50_000)]


@_on.read("/connections/{name:str}/map", "A connection's map")
def list_map(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    name: FromPath[str],
    kind: FromQuery[str | None] = None,
    offset: Offset = 0,
    limit: Limit = PAGE_ROWS,
) -> Response[MapPage]:
    """List the entries of a connection, by kind and our value."""
    found = Slice.of(application.maps.list(actor, name, kind=kind), offset=offset, limit=limit)
    return listed(request, MapPage, MapEntryModel, found)


@_on.read("/connections/{name:str}/map/csv", "A connection's map as CSV", media_type=CSV)
def download_map(application: GivenApplication, actor: GivenActor, name: FromPath[str]) -> Response[bytes]:
    """Write every entry as CSV, in the columns that the command `map load` and the page take."""
    return download(partial(write_map, entries=application.maps.list(actor, name)), "map.csv", CSV)


@_on.put("/connections/{name:str}/map", "Enter map entries")
def load_map(application: GivenApplication, actor: GivenActor, name: FromPath[str], data: JSONBody[Entries]) -> Done:
    """Enter or change many entries at once, all or none; the others stay."""
    rows = [MapEntry(kind=each.kind, ours=each.ours, theirs=each.theirs) for each in data.entries]
    count = application.maps.load(actor, name, rows=rows)
    return Done(done=f"Entries entered: {count}.")


@_on.remove("/connections/{name:str}/map", "Remove a map entry")
def remove_map_entry(
    *,
    application: GivenApplication,
    actor: GivenActor,
    name: FromPath[str],
    kind: FromQuery[str],
    ours: FromQuery[str],
) -> None:
    """Take one entry away."""
    application.maps.remove(actor, name, kind=kind, ours=ours)


@_on.read("/projects/{number:str}/map-exceptions", "What is not mapped")
def list_map_exceptions(application: GivenApplication, actor: GivenActor, number: FromPath[str]) -> list[UnmappedModel]:
    """List what a project's budget uses and its connection's maps do not hold."""
    return made_all(UnmappedModel, application.maps.exceptions(actor, number))


HANDLERS: Final = (list_map, download_map, load_map, remove_map_entry, list_map_exceptions)
