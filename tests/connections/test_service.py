"""Connections as a service: added, checked, removed, opened."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from budget_services import JOB, NUMBER, Services, build_services, link_project
from memory_erp import NAME
from sqlalchemy import Connection

from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.configuration.configuration import Configuration
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import (
    BadInput,
    BadSettings,
    Changed,
    NotAllowed,
    NotFound,
    NotPossibleNow,
    StorageError,
)
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.database import Store


@pytest.fixture
def services(store: Store, audit: AuditTrail, home: Path, clock: Clock) -> Services:
    """The services over books in memory; nothing is connected yet."""
    return build_services(store, audit, home, clock)


@pytest.mark.rule("P0", "P1")
def test_administrator_adds_and_others_may_not(services: Services, administrator: Actor, manager: Actor) -> None:
    """A connection has a row and a place in the configuration; only an administrator makes it, once a name."""
    with pytest.raises(NotAllowed):
        services.connections.add(manager, "books", erp=NAME, settings={})
    view = services.connections.add(administrator, "books", erp=NAME, settings={"note": "hello"})
    assert (view,) == services.connections.list(administrator)
    assert {"note": "hello"} == dict(Configuration.read(services.connections.home).connection("books").settings)
    with pytest.raises(BadInput, match="taken"):
        services.connections.add(administrator, "books", erp=NAME, settings={})


def test_wrong_settings_add_nothing(services: Services, administrator: Actor) -> None:
    """Settings that the plugin's class refuses leave neither row nor configuration."""
    with pytest.raises(BadSettings):
        services.connections.add(administrator, "books", erp=NAME, settings={"nope": 1})
    assert () == services.connections.list(administrator)
    assert {} == dict(Configuration.read(services.connections.home).connections)


def test_what_only_the_file_or_only_the_database_knows_is_done_again(
    services: Services, administrator: Actor, lost_at_commit: Callable[[], AbstractContextManager[object]]
) -> None:
    """The file is written before the commit: where that fails, the same act goes through the next time."""
    acts: list[Callable[[], object]] = [
        partial(services.connections.add, administrator, "books", erp=NAME, settings={"note": "hello"}, hosts=("a.b",)),
        partial(services.connections.remove, administrator, "books"),
    ]
    for act in acts:
        with pytest.raises(StorageError), lost_at_commit():
            act()
        act()
    assert ((), {}) == (
        services.connections.list(administrator), dict(Configuration.read(services.connections.home).connections),
    )  # fmt: skip


def test_a_name_that_stands_in_the_file_otherwise_is_not_taken_over(services: Services, administrator: Actor) -> None:
    """Somebody wrote it there by hand."""
    Configuration.read(services.connections.home).add_connection("books", company="hoosier", plugin="other")
    with pytest.raises(BadSettings, match="already"):
        services.connections.add(administrator, "books", erp=NAME, settings={})


@pytest.fixture
def lost_at_commit(monkeypatch: pytest.MonkeyPatch) -> Callable[[], AbstractContextManager[object]]:
    """Lose the database as a transaction is to be committed."""

    @contextmanager
    def losing() -> Iterator[None]:
        begin = Store.begin

        @contextmanager
        def lost(self: Store, **options: Any) -> Iterator[Connection]:
            with begin(self, **options) as connection:
                yield connection
                raise StorageError("The database is gone.")

        with monkeypatch.context() as patch:
            patch.setattr(Store, "begin", lost)
            yield

    return losing


def test_old_sign_in_may_not_add(services: Services, administrator: Actor, clock: Clock) -> None:
    """Editing connections asks for a recent sign-in."""
    stale = evolve(administrator, signed_in_at=None)
    with pytest.raises(NotAllowed, match="sign-in"):
        services.connections.add(stale, "books", erp=NAME, settings={})


@pytest.mark.rule("P1")
def test_connections_are_for_who_looks_at_erp_integrations_and_checks_for_standard(
    services: Services, administrator: Actor, viewer: Actor, manager: Actor
) -> None:
    """A manager of budgets is shown none; who may only look checks none."""
    view = services.connections.add(administrator, "books", erp=NAME, settings={})
    assert (view,) == services.connections.list(viewer)
    with pytest.raises(NotAllowed, match="ERP Integrations"):
        services.connections.list(manager)
    with pytest.raises(NotAllowed, match="standard"):
        services.connections.check(viewer, "books")


@pytest.mark.rule("P0")
def test_check_keeps_which_books_these_are(services: Services, administrator: Actor, approver: Actor) -> None:
    """A check tells what it saw, and the books' identity is kept."""
    services.connections.add(administrator, "books", erp=NAME, settings={})
    (checked,) = services.connections.check(approver, "books")
    assert checked.ok
    (view,) = services.connections.list(administrator)
    assert ("BOOKS", False) == (view.erp_company, view.live)


@pytest.mark.rule("P0")
def test_another_companys_connection_is_not_found(services: Services, administrator: Actor) -> None:
    """A connection of another company is told as missing, by name and by opening it."""
    view = services.connections.add(administrator, "books", erp=NAME, settings={})
    stranger = evolve(administrator, company_id=2, company="other")
    with services.store.read() as connection, pytest.raises(NotFound):
        services.connections.find(connection, stranger, "books")
    with pytest.raises(NotFound):
        services.connections.erp(2, view.id, JOB)


def test_used_connection_stays(services: Services, administrator: Actor, grant_team: Callable[[int], None]) -> None:
    """A connection that a project is linked over is not removed; an unused one goes with its configuration."""
    link_project(services, administrator, grant_team)
    with pytest.raises(NotPossibleNow, match="P-1"):
        services.connections.remove(administrator, "books")
    services.projects.unlink(administrator, NUMBER)
    services.connections.remove(administrator, "books")
    assert {} == dict(Configuration.read(services.connections.home).connections)


def test_opened_connection_reads_maps_masters_and_state(
    services: Services, administrator: Actor, grant_team: Callable[[int], None]
) -> None:
    """What an adapter is given leads to the tables: maps, the masters last read, and its small memory."""
    link_project(services, administrator, grant_team)
    services.maps.set(administrator, "books", kind="unit", ours="ea", theirs="EA")
    with services.store.read() as connection:
        view = services.connections.find(connection, administrator, "books")
    _, erp = services.connections.erp(1, view.id, JOB)
    erp.state.put("cursor", {"version": 7})
    _, again = services.connections.erp(1, view.id, JOB)
    assert ("EA", None, {"version": 7}) == (
        again.maps.get("unit", "ea"), again.maps.get("unit", "lf"), again.state.get("cursor"),
    )  # fmt: skip
    assert ("hoosier", "T3ST42", "open") == (again.company, again.installation, again.masters.header.status)
    code = again.masters.cost_code("03-100", sub_job="A")
    assert code is not None
    assert code.standard
    assert again.masters.cost_code("77-777") is None
    assert again.masters.sub_job("A") is not None
    assert again.masters.category("L", cost_code="03-100") is not None


def test_configuration_of_another_erp_is_told(services: Services, administrator: Actor) -> None:
    """A configuration file that was changed to another company is refused when the connection is opened."""
    view = services.connections.add(administrator, "books", erp=NAME, settings={})
    path = services.connections.home / "erp-bridge.toml"
    path.write_text(path.read_text().replace("hoosier", "elsewhere"))
    with pytest.raises(BadSettings, match="elsewhere"):
        services.connections.erp(1, view.id, JOB)


def test_several_settings_are_changed_in_one_act_or_none_is(services: Services, administrator: Actor) -> None:
    """A fault in one leaves all as they were; one that somebody else changed meanwhile is told."""
    services.connections.add(administrator, "books", erp=NAME, settings={"note": "old"})
    seen = services.connections.settings(administrator, "books")
    with pytest.raises(BadSettings):
        services.connections.change(administrator, "books", {"note": "new", "nope": "1"}, revision=seen.revision)
    assert seen == services.connections.settings(administrator, "books")

    services.connections.change(administrator, "books", {"note": "new", "http.hosts": ["a.test"]})
    now = services.connections.settings(administrator, "books")
    assert ({"note": "new"}, ("a.test",)) == (dict(now.settings), now.hosts)
    with pytest.raises(Changed):
        services.connections.change(administrator, "books", {"note": "newer"}, revision=seen.revision)


@pytest.mark.rule("P0", "X4")
def test_from_elsewhere_only_the_companys_own_secrets_are_named(services: Services, administrator: Actor) -> None:
    """A page can't lead another's secret to a host of its own, nor open this host; on the host both are done."""
    there = evolve(administrator, via="page")
    services.connections.add(there, "books", erp=NAME, settings={"note": "env:HOOSIER_NOTE"})
    for setting in ("env:ELSEWHERE_NOTE", "file:other-note", "keyring:other/user", "env:ERP_BRIDGE_NOTE"):
        with pytest.raises(BadSettings, match="secrets of others"):
            services.connections.change(there, "books", {"note": setting})
        with pytest.raises(BadSettings, match="secrets of others"):
            services.connections.add(there, "more", erp=NAME, settings={"note": setting})
    for setting, value in (("http.plain_http", True), ("http.ca_file", "/ca.pem")):
        with pytest.raises(NotAllowed, match="on the host alone"):
            services.connections.change(there, "books", {setting: value})
    services.connections.change(administrator, "books", {"note": "env:ELSEWHERE_NOTE", "http.plain_http": True})
    assert services.connections.settings(administrator, "books").plain_http
