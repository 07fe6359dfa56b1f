"""The services, and a project that is linked and synced."""

from collections.abc import Callable
from pathlib import Path

import pytest
from budget_services import Accountant, Services, build_services, link_project

from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.database import Store


@pytest.fixture
def services(store: Store, audit: AuditTrail, home: Path, clock: Clock) -> Services:
    """The services over books in memory; nothing is connected yet."""
    return build_services(store, audit, home, clock)


@pytest.fixture
def linked(services: Services, administrator: Actor, grant_team: Callable[[int], None]) -> Services:
    """The project P-1, linked to the job 24-001 and synced; the manager may edit and send it."""
    link_project(services, administrator, grant_team)
    return services


@pytest.fixture
def accountant(store: Store, clock: Clock) -> Accountant:
    """Whoever answers, exports and posts."""
    return Accountant(store, clock.now())
