"""Maps: entered, listed, taken away; what they lack is told with suggestions and never guessed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from budget_services import NUMBER, Services, build_services, entry, link_project

from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.connections.maps import MapEntry, suggest
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import BadInput, NotAllowed, NotFound
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.database import Store


@pytest.fixture
def linked(  # noqa: PLR0917 - what it stands on are fixtures
    store: Store,
    audit: AuditTrail,
    home: Path,
    clock: Clock,
    administrator: Actor,
    grant_team: Callable[[int], None],
) -> Services:
    """The services, with the project P-1 linked and synced."""
    services = build_services(store, audit, home, clock)
    link_project(services, administrator, grant_team)
    return services


@pytest.mark.rule("B9")
def test_entries_are_set_changed_listed_and_removed(linked: Services, administrator: Actor) -> None:
    """One value of a kind has one entry; the last one set counts."""
    linked.maps.set(administrator, "books", kind="unit", ours="ea", theirs="EACH")
    linked.maps.set(administrator, "books", kind="unit", ours="ea", theirs="EA")
    assert (MapEntry(kind="unit", ours="ea", theirs="EA"),) == linked.maps.list(administrator, "books")
    linked.maps.remove(administrator, "books", kind="unit", ours="ea")
    assert () == linked.maps.list(administrator, "books", kind="unit")
    with pytest.raises(NotFound):
        linked.maps.remove(administrator, "books", kind="unit", ours="ea")


@pytest.mark.rule("B9", "P1")
def test_load_is_all_or_nothing(linked: Services, administrator: Actor, manager: Actor) -> None:
    """Every bad entry is told and none is kept; only an administrator enters any."""
    rows = [
        MapEntry(kind="unit", ours="ea", theirs="EA"),
        MapEntry(kind="colour", ours="red", theirs="RED"),
        MapEntry(kind="unit", ours="", theirs="a\nb"),
    ]
    with pytest.raises(BadInput) as error:
        linked.maps.load(administrator, "books", rows=rows)
    assert ["rows[2].kind", "rows[3].ours", "rows[3].theirs"] == [fault.where for fault in error.value.faults]
    assert () == linked.maps.list(administrator, "books")
    with pytest.raises(NotAllowed):
        linked.maps.load(manager, "books", rows=rows[:1])


@pytest.mark.rule("B9")
def test_kind_without_entries_has_no_exceptions(linked: Services, manager: Actor) -> None:
    """Codes pass unchanged where no map is kept."""
    linked.budgets.add_line(manager, NUMBER, entry("ANY"))
    assert () == linked.maps.exceptions(manager, NUMBER)


@pytest.mark.rule("B9")
def test_exceptions_count_lines_and_suggest(linked: Services, manager: Actor, administrator: Actor) -> None:
    """Once a map is kept, each value that it lacks is listed with its lines and like codes, and stays unmapped."""
    linked.budgets.add_line(manager, NUMBER, entry("03100", "L"))
    linked.budgets.add_line(manager, NUMBER, entry("03100", "M"))
    linked.budgets.add_line(manager, NUMBER, entry("05-100", "M"))
    linked.maps.set(administrator, "books", kind="cost_code", ours="05-100", theirs="05-100")
    for _ in range(2):
        (found,) = linked.maps.exceptions(manager, NUMBER)
        assert ("cost_code", "03100", 2) == (found.kind, found.value, found.lines)
        assert "03-100" == found.suggestions[0]


@pytest.mark.rule("B9")
def test_suggestions_prefer_the_same_code_written_otherwise() -> None:
    """Case and punctuation first, then close ones, three at most; nothing alike gives none."""
    assert ("3-100", "03-100x", "03-101") == suggest("03.100", ["03-101", "3-100", "99", "03-100x"])[:3]
    assert () == suggest("concrete", ["1", "2"])
