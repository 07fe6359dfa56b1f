"""A project that is linked with a job of the books and with a project of an office in memory."""

from collections.abc import Callable
from pathlib import Path

import pytest
from budget_services import JOB, NUMBER, Accountant, build_services, link_project
from memory_source import NAME, MemorySource, source_adapter
from pulling_desk import Desk

from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.pulling.service import Pulling
from erp_bridge_core.store.database import Store


def no_lock(company_id: int, connection_id: int, source_project: str, *, locked: bool) -> None:
    """Nothing of these tests is locked there: that goes by the ledger."""
    raise NotImplementedError(company_id, connection_id, source_project, locked)


@pytest.fixture
def plugin(monkeypatch: pytest.MonkeyPatch) -> MemorySource:
    """The office, with a project for the job 24-001."""
    monkeypatch.setenv("OFFICE_HOOK", "between us")
    plugin = MemorySource()
    plugin.office.add_project(JOB, name="Bean Blossom Creek", sub_jobs=("A",))
    return plugin


@pytest.fixture
def desk(
    *,
    store: Store,
    audit: AuditTrail,
    home: Path,
    clock: Clock,
    plugin: MemorySource,
    administrator: Actor,
    manager: Actor,
    grant_team: Callable[[int], None],
) -> Desk:
    """The project P-1, linked on both sides; nothing was taken yet."""
    services = build_services(store, audit, home, clock)
    object.__setattr__(services.registry, "sources", {NAME: source_adapter(plugin)})
    link_project(services, administrator, grant_team)
    services.connections.add(administrator, "office", source=NAME, settings={"hook_secret": "env:OFFICE_HOOK"})
    pulling = Pulling(store, audit, services.connections, clock, no_lock)
    pulling.link(administrator, NUMBER, "office", source_project=JOB)
    return Desk(manager=manager, plugin=plugin, services=services, pulling=pulling, audit=audit)


@pytest.fixture
def accountant(store: Store, clock: Clock) -> Accountant:
    """Whoever answers, exports and posts."""
    return Accountant(store, clock.now())
