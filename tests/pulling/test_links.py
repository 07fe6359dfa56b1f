"""Which project's budget comes from which of a source's; and what a source's error means for whoever reads it."""

from typing import Any

import pytest
from budget_services import JOB, NUMBER
from memory_source import MemorySource
from pulling_desk import Desk

from erp_bridge_core.configuration.kinds import ConnectionKind
from erp_bridge_core.connections.views import ConnectionView
from erp_bridge_core.contract.errors import (
    BadInput,
    Changed,
    ErpBridgeError,
    NotAllowed,
    NotFound,
    NotPossibleNow,
    ReadFailed,
    SignInFailed,
    Throttled,
)
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.pulling.reading import told_to_whom

OFFICE = ConnectionView(id=1, company_id=1, name="office", kind=ConnectionKind.SOURCE, plugin="office")


@pytest.mark.rule("P0")
def test_one_of_theirs_for_one_of_ours(desk: Desk, administrator: Actor) -> None:
    """Linked once it is nobody else's, by this connection or by another that shows just the same; unlinked it is."""
    desk.services.projects.create(administrator, "P-2", name="Another")
    desk.services.connections.add(administrator, "again", source="office", settings={})
    for connection in ("office", "again"):
        with pytest.raises(NotPossibleNow, match="project P-1"):
            desk.pulling.link(administrator, "P-2", connection, source_project=JOB)
    assert [NUMBER] == [each.project for each in desk.pulling.projects(administrator, "office")]
    desk.pulling.unlink(administrator, NUMBER)
    link = desk.pulling.link(administrator, "P-2", "again", source_project=JOB)
    assert ("again", JOB) == (link.connection, link.source_number)
    assert link == desk.pulling.link(administrator, "P-2", "again", source_project=link.source_project)


@pytest.mark.rule("P0")
def test_another_of_theirs_asks_for_the_link_to_be_taken_away_first(desk: Desk, administrator: Actor) -> None:
    """A budget comes from one place."""
    desk.office.add_project("24-002")
    with pytest.raises(NotPossibleNow, match="is linked with 24-001"):
        desk.pulling.link(administrator, NUMBER, "office", source_project="24-002")


def test_what_can_not_be_linked_is_named(desk: Desk, administrator: Actor) -> None:
    """Another currency and one that is not active, both at once; one that is not there."""
    desk.services.projects.create(administrator, "P-2", name="Another")
    desk.office.add_project("24-002", currency="CAD")
    desk.office.change_project("24-002", active=False)
    with pytest.raises(BadInput) as error:
        desk.pulling.link(administrator, "P-2", "office", source_project="24-002")
    assert ["project P-2", "project 24-002"] == [fault.where for fault in error.value.faults]
    with pytest.raises(NotFound, match="24-999"):
        desk.pulling.link(administrator, "P-2", "office", source_project="24-999")


@pytest.mark.rule("P0")
def test_a_budget_that_is_not_the_projects_any_more_is_not_taken(
    desk: Desk, administrator: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An administrator links the project with another of the source's while the former one is read."""
    desk.office.add_project("24-002")
    desk.line("100.00")
    seen, looked, during = desk.look(), MemorySource.looked, iter([True])

    def slowly(plugin: MemorySource) -> Any:
        found = looked(plugin)
        if next(during, False):
            desk.pulling.unlink(administrator, NUMBER)
            desk.pulling.link(administrator, NUMBER, "office", source_project="24-002")
        return found

    monkeypatch.setattr(MemorySource, "looked", slowly)
    with pytest.raises(Changed, match="linked with another"):
        desk.pulling.take(desk.manager, NUMBER, look=seen.hash)
    assert {} == desk.lines()


@pytest.mark.rule("P0")
def test_linking_is_for_administrators(desk: Desk) -> None:
    """As linking with a job of the ERP is; the source's list of projects, too."""
    with pytest.raises(NotAllowed):
        desk.pulling.projects(desk.manager, "office")
    with pytest.raises(NotAllowed):
        desk.pulling.link(desk.manager, NUMBER, "office", source_project=JOB)
    with pytest.raises(NotAllowed):
        desk.pulling.unlink(desk.manager, NUMBER)


@pytest.mark.parametrize(
    ("raised", "told", "remedy"),
    [
        (Throttled("Too many.", retry_after=42.0), Throttled, "in 42 seconds"),
        (SignInFailed("Revoked."), SignInFailed, "connection authorize office"),
        (NotAllowed("No right.", remedy="Grant it there."), ReadFailed, "Grant it there. Tell an administrator"),
        (NotFound("Gone."), NotFound, "connection check office"),
        (ReadFailed("Cut short."), ReadFailed, "Try it again"),
    ],
)
def test_a_sources_error_says_who_can_put_it_right(
    raised: ErpBridgeError, told: type[ErpBridgeError], remedy: str
) -> None:
    """A right that is missing there is not one of the reader's own."""
    with pytest.raises(told) as error, told_to_whom(OFFICE, "The office"):
        raise raised
    assert remedy in error.value.remedy
    assert raised.message in error.value.message or told is Throttled
