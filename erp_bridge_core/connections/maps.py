"""Maps from our units, categories, cost codes, sub jobs to the ERP's: what is not mapped is told, never guessed (B9).

A kind without any entry passes codes through unchanged. A kind with at least one entry maps strictly: whatever it
does not hold is an exception, and nothing with it is sent.
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, Final

from attrs import define, field, frozen
from sqlalchemy import Connection, Select, Table, delete, func, insert, or_, select, union_all, update

from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.budgets.masters import last_reading_id
from erp_bridge_core.budgets.records import ProjectView, find_project
from erp_bridge_core.configuration.kinds import ConnectionKind
from erp_bridge_core.connections.service import Connections
from erp_bridge_core.connections.views import ConnectionView
from erp_bridge_core.contract.errors import BadInput, Fault, NotFound, NotPossibleNow
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.rights import rights_of
from erp_bridge_core.people.rules import may_administer, may_look_at_items, may_see_project, require
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.paging import batched
from erp_bridge_core.store.tables import (
    budget_changes,
    budget_lines,
    change_lines,
    maps,
    master_categories,
    master_cost_codes,
    master_figures,
    master_sub_jobs,
)

#: The kinds of maps that a profile may name, and the column of a line that each is about.
KINDS: Final = ("unit", "category", "cost_code", "sub_job")
_LONGEST: Final = 100
_PAGE: Final = 5_000
_MASTERS: Final[Mapping[str, tuple[Table, str]]] = {
    "cost_code": (master_cost_codes, "code"),
    "category": (master_categories, "code"),
    "sub_job": (master_sub_jobs, "code"),
    "unit": (master_figures, "unit"),
}


@frozen(kw_only=True)
class MapEntry:
    """One entry: our value of a kind, and the ERP's for it."""

    kind: str
    ours: str
    theirs: str


@frozen(kw_only=True)
class Unmapped:
    """A value in use that its map does not hold: how many lines use it, and what it may be meant to be.

    `suggestions` are codes of the ERP that look alike. Nobody but a person makes one of them an entry.
    """

    kind: str
    value: str
    lines: int
    suggestions: tuple[str, ...] = ()


@define
class StoredMaps:
    """The contract's `Maps` over one connection, read once when first asked."""

    store: Store
    connection_id: int
    _entries: dict[tuple[str, str], str] | None = field(default=None, init=False)

    def get(self, kind: str, ours: str) -> str | None:
        """The ERP's code for ours, or None when none was entered."""
        if self._entries is None:
            with self.store.read() as connection:
                query = select(maps).where(maps.c.connection_id == self.connection_id)
                self._entries = {(row.kind, row.ours): row.theirs for row in connection.execute(query)}
        return self._entries.get((kind, ours))


@define
class Maps:
    """The maps of a company's connections. Administrators enter them, whoever looks at ERP Integrations sees them.

    Whoever sees a budget sees its exceptions.
    """

    store: Store
    audit: AuditTrail
    connections: Connections

    def set(self, actor: Actor, connection_name: str, *, kind: str, ours: str, theirs: str) -> MapEntry:
        """Enter or change one entry."""
        entry = MapEntry(kind=kind, ours=ours, theirs=theirs)
        self.load(actor, connection_name, rows=[entry])
        return entry

    def load(self, actor: Actor, connection_name: str, *, rows: Iterable[MapEntry]) -> int:
        """Enter or change many at once, all or none; raises BadInput with every fault. Returns how many there were."""
        entries = list(rows)
        with self.store.begin() as connection:
            target = self._administered(connection, actor, connection_name)
            kinds = self.connections.profile(target).map_kinds
            if faults := [fault for entry in enumerate(entries, 1) for fault in _entry_faults(*entry, kinds)]:
                raise BadInput("The map can't be changed.", remedy="Correct what is named.", faults=faults)
            _replace(connection, target, entries)
            details = {
                "connection": target.name,
                "entries": [f"{e.kind}: {e.ours} -> {e.theirs}" for e in entries[:100]],
            }
            self.audit.record(
                connection, actor, "map.set", "connection", target.id, details={**details, "count": len(entries)}
            )
        return len(entries)

    def remove(self, actor: Actor, connection_name: str, *, kind: str, ours: str) -> None:
        """Take one entry away; raises NotFound when there is none."""
        with self.store.begin() as connection:
            target = self._administered(connection, actor, connection_name)
            where = (maps.c.connection_id == target.id, maps.c.kind == kind, maps.c.ours == ours)
            if not connection.execute(delete(maps).where(*where)).rowcount:
                raise NotFound(f"The map of {target.name} has no {kind} {ours!r}.", remedy="See `erp-bridge map list`.")
            details = {"connection": target.name, "kind": kind, "ours": ours}
            self.audit.record(connection, actor, "map.remove", "connection", target.id, details=details)

    def list(self, actor: Actor, connection_name: str, *, kind: str | None = None) -> tuple[MapEntry, ...]:
        """The entries of a connection, by kind and our value; for whoever may look at ERP Integrations (P1)."""
        with self.store.read() as connection:
            require(may_look_at_items(rights_of(connection, actor)))
            target = self.connections.find(connection, actor, connection_name, ConnectionKind.ERP)
            query = select(maps).where(maps.c.connection_id == target.id).order_by(maps.c.kind, maps.c.ours)
            rows = connection.execute(query if kind is None else query.where(maps.c.kind == kind))
            return tuple(MapEntry(kind=row.kind, ours=row.ours, theirs=row.theirs) for row in rows)

    def exceptions(self, actor: Actor, project_number: str) -> tuple[Unmapped, ...]:
        """What a project's budget uses and its connection's maps do not hold, with suggestions from the masters."""
        with self.store.read() as connection:
            project, rights = find_project(connection, actor, project_number)
            require(may_see_project(rights))
            if project.connection_id is None:
                raise NotPossibleNow(
                    f"Project {project.number} is not linked to an ERP job.",
                    remedy="Link it: `erp-bridge project link`.",
                )
            target = self.connections.by_id(connection, project.company_id, project.connection_id)
            kinds = self.connections.profile(target).map_kinds
            codes = {kind: _known_codes(connection, project, kind) for kind in kinds if kind in KINDS}
            return tuple(
                Unmapped(kind=kind, value=value, lines=lines, suggestions=suggest(value, codes[kind]))
                for kind, value, lines in unmapped_values(connection, project, kinds)
            )

    def _administered(self, connection: Connection, actor: Actor, name: str) -> ConnectionView:
        require(may_administer(rights_of(connection, actor)))
        return self.connections.find(connection, actor, name, ConnectionKind.ERP)


def kinds_in_use(connection: Connection, connection_id: int, kinds: Iterable[str]) -> tuple[str, ...]:
    """The kinds of a connection's maps that hold an entry, and therefore map strictly."""
    query = select(maps.c.kind).where(maps.c.connection_id == connection_id).distinct()
    entered = set(connection.execute(query).scalars())
    return tuple(kind for kind in kinds if kind in entered and kind in KINDS)


def unmapped_values(
    connection: Connection, project: ProjectView, kinds: Iterable[str]
) -> tuple[tuple[str, str, int], ...]:
    """Kind, value and number of lines of what a project uses and its connection's maps do not hold."""
    if project.connection_id is None:
        return ()
    found: list[tuple[str, str, int]] = []
    for kind in kinds_in_use(connection, project.connection_id, kinds):
        used = _used(project, kind).subquery()
        entry = (maps.c.connection_id == project.connection_id) & (maps.c.kind == kind) & (maps.c.ours == used.c.value)
        query = (
            select(used.c.value, func.count().label("lines"))
            .outerjoin(maps, entry)
            .where(maps.c.id.is_(None))
            .group_by(used.c.value)
            .order_by(used.c.value)
        )
        found += [(kind, row.value, row.lines) for row in connection.execute(query)]
    return tuple(found)


def suggest(value: str, codes: Iterable[str]) -> tuple[str, ...]:
    """Codes that look like a value: the same but for case and punctuation first, then close ones; three at most."""
    known = list(codes)
    alike = [code for code in known if _bare(code) == _bare(value)]
    near = get_close_matches(value, known, n=3, cutoff=0.6)
    return tuple(dict.fromkeys([*alike, *near]))[:3]


def _bare(code: str) -> str:
    return "".join(character for character in code.casefold() if character.isalnum()).lstrip("0")


def _used(project: ProjectView, kind: str) -> Any:
    lines, changed = budget_lines.c, change_lines.c
    of_lines = select(lines[kind].label("value")).where(
        lines.project_id == project.id, lines[kind] != "", or_(lines.removed.is_(False), lines.amount != 0)
    )
    of_changes = (
        select(changed[kind].label("value"))
        .join(budget_changes, budget_changes.c.id == changed.change_id)
        .where(budget_changes.c.project_id == project.id, budget_changes.c.status == "approved", changed[kind] != "")
    )
    return union_all(of_lines, of_changes)


def _known_codes(connection: Connection, project: ProjectView, kind: str) -> tuple[str, ...]:
    table, column = _MASTERS[kind]
    reading = last_reading_id(connection, project.id)
    query: Select[Any] = select(table.c[column]).where(table.c.reading_id == reading, table.c[column] != "").distinct()
    return tuple(connection.execute(query.order_by(table.c[column])).scalars())


def _entry_faults(number: int, entry: MapEntry, kinds: Iterable[str]) -> list[Fault]:
    known = tuple(kinds)
    faults = []
    if entry.kind not in known:
        expected = f"one of {', '.join(known)}"
        faults.append(Fault(f"rows[{number}].kind", "no such map", value=entry.kind, expected=expected, rule="B9"))
    for name, value in (("ours", entry.ours), ("theirs", entry.theirs)):
        if not value.strip() or not value.isprintable() or len(value) > _LONGEST:
            expected = f"one line of 1 to {_LONGEST} visible characters"
            faults.append(Fault(f"rows[{number}].{name}", "not a code", value=value, expected=expected, rule="B9"))
    return faults


def _replace(connection: Connection, target: ConnectionView, entries: list[MapEntry]) -> None:
    query = select(maps.c.kind, maps.c.ours).where(maps.c.connection_id == target.id)
    known = {(row.kind, row.ours) for row in connection.execute(query)}
    wanted = {(entry.kind, entry.ours): entry.theirs for entry in entries}
    for (kind, ours), theirs in wanted.items():
        if (kind, ours) in known:
            where = (maps.c.connection_id == target.id, maps.c.kind == kind, maps.c.ours == ours)
            connection.execute(update(maps).where(*where).values(theirs=theirs))
    fresh = [
        {"company_id": target.company_id, "connection_id": target.id, "kind": kind, "ours": ours, "theirs": theirs}
        for (kind, ours), theirs in wanted.items()
        if (kind, ours) not in known
    ]
    for page in batched(fresh, _PAGE):
        connection.execute(insert(maps), list(page))
