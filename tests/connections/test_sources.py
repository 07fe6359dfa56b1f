"""Connections to budget sources: added, opened with a private folder, kept apart from those to ERPs, and removed."""

import os
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from attrs import evolve
from budget_services import JOB, Services, build_services, link_project
from memory_erp import NAME
from memory_source import CODE, MemorySource, source_adapter
from memory_source import NAME as OFFICE
from sqlalchemy import insert, update

from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.configuration.configuration import Configuration
from erp_bridge_core.configuration.connector import ConnectorConfig
from erp_bridge_core.configuration.kinds import ConnectionKind
from erp_bridge_core.connections import authorizing
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import (
    BadInput,
    BadSettings,
    NotAllowed,
    NotPossibleNow,
    SignInFailed,
    StorageError,
)
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import memberships, people, source_links, source_requests
from erp_bridge_core.store.tables.columns import Utc

SECRET = {"hook_secret": "env:HOOSIER_HOOK"}


@pytest.fixture
def plugin(monkeypatch: pytest.MonkeyPatch) -> MemorySource:
    """The source, whose secret is known to this host."""
    monkeypatch.setenv("HOOSIER_HOOK", "between us")
    return MemorySource()


@pytest.fixture
def services(store: Store, audit: AuditTrail, home: Path, clock: Clock, plugin: MemorySource) -> Services:
    """The services over books and an office in memory; nothing is connected yet."""
    services = build_services(store, audit, home, clock)
    object.__setattr__(services.registry, "sources", {OFFICE: source_adapter(plugin)})
    return services


@pytest.fixture
def office(services: Services, administrator: Actor) -> int:
    """The id of a connection to the office."""
    return services.connections.add(administrator, "office", source=OFFICE, settings=SECRET).id


@pytest.fixture
def other(services: Services, administrator: Actor, manager: Actor) -> Actor:
    """Another administrator."""
    with services.store.begin() as connection:
        connection.execute(
            update(memberships).where(memberships.c.person_id == manager.person_id).values(administrator=True)
        )
    return evolve(manager, signed_in_at=administrator.signed_in_at)


def config_of(services: Services) -> ConnectorConfig:
    """How the connector is configured now."""
    return Configuration.read(services.connections.home).connection("office").connector


def test_a_source_is_connected_as_an_erp_is(services: Services, administrator: Actor, office: int) -> None:
    """It has its kind and plugin, stands as `source` in the file, and lists are of both kinds or of one."""
    books = services.connections.add(administrator, "books", erp=NAME, settings={})
    found = services.connections.list(administrator, ConnectionKind.SOURCE)
    assert [(office, "office", ConnectionKind.SOURCE, OFFICE)] == [(e.id, e.name, e.kind, e.plugin) for e in found]
    assert (books,) == services.connections.list(administrator, ConnectionKind.ERP)
    assert {"books", "office"} == {each.name for each in services.connections.list(administrator)}
    assert f'source = "{OFFICE}"' in (services.connections.home / "erp-bridge.toml").read_text()


@pytest.mark.parametrize("named", [{}, {"erp": NAME, "source": OFFICE}])
def test_exactly_one_plugin_is_named(services: Services, administrator: Actor, named: dict[str, str]) -> None:
    """Neither and both are refused, in the file too."""
    with pytest.raises(BadInput, match="one ERP or to one budget source"):
        services.connections.add(administrator, "more", settings={}, **named)
    lines = "\n".join(f'{kind} = "{name}"' for kind, name in named.items())
    (services.connections.home / "erp-bridge.toml").write_text(f'[connections.more]\ncompany = "hoosier"\n{lines}\n')
    with pytest.raises(BadSettings) as caught:
        Configuration.read(services.connections.home)
    assert ["connections.more.erp"] == [fault.where for fault in caught.value.faults]


def test_a_source_is_opened_with_what_is_its_own(services: Services, office: int) -> None:
    """Settings with secrets resolved, a small memory, and a folder that nobody else may read."""
    adapter, source = services.connections.source(1, office)
    assert (OFFICE, "between us", "hoosier", "T3ST42") == (
        adapter.name, source.settings.hook_secret.reveal(), source.company, source.installation,
    )  # fmt: skip
    source.state.put("cursor", 7)
    (source.private / "token").write_text("kept")
    _, again = services.connections.source(1, office)
    assert (7, "kept") == (again.state.get("cursor"), (again.private / "token").read_text())
    assert services.connections.home in source.private.parents
    if os.name == "posix":
        assert {0o700} == {stat.S_IMODE(each.stat().st_mode) for each in (source.private, source.private.parent)}


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps access elsewhere than in mode bits")
def test_a_folder_that_others_may_read_is_refused(services: Services, office: int) -> None:
    """What was a secret may not be one any more; a link leads who knows where."""
    _, source = services.connections.source(1, office)
    source.private.chmod(0o750)
    with pytest.raises(StorageError, match="others than its owner"):
        services.connections.source(1, office)
    source.private.rmdir()
    source.private.symlink_to(services.connections.home)
    with pytest.raises(StorageError, match="others than its owner"):
        services.connections.source(1, office)


def test_the_kinds_are_not_taken_for_each_other(
    services: Services, administrator: Actor, office: int, grant_team: Callable[[int], None]
) -> None:
    """A project is linked with no source as its ERP, a source has no map, and neither is opened as the other."""
    link_project(services, administrator, grant_team)
    services.projects.create(administrator, "P-2", name="Two")
    with pytest.raises(BadInput, match="office leads to a budget source, not to an ERP"):
        services.projects.link(administrator, "P-2", "office", job=JOB)
    with pytest.raises(BadInput, match="not to an ERP"):
        services.maps.set(administrator, "office", kind="unit", ours="ea", theirs="EA")
    with pytest.raises(BadInput, match="not to an ERP"):
        services.connections.erp(1, office, JOB)
    (books,) = services.connections.list(administrator, ConnectionKind.ERP)
    with pytest.raises(BadInput, match="not to a budget source"):
        services.connections.source(1, books.id)


def test_a_check_asks_the_source(
    services: Services, administrator: Actor, approver: Actor, office: int, plugin: MemorySource
) -> None:
    """What the source yields is told; an ERP's books are not looked for."""
    office_says, connector_says = services.connections.check(approver, "office")
    assert ("The office answers.", True) == (office_says.message, office_says.ok)
    assert "connector.act_as names nobody" in connector_says.message
    plugin.read_failed = "It is closed."
    assert [False, True] == [each.ok for each in services.connections.check(approver, "office")]
    (view,) = services.connections.list(administrator)
    assert (office, None, None) == (view.id, view.erp_company, view.live)


def test_the_connector_is_set_setting_by_setting(services: Services, administrator: Actor, office: int) -> None:
    """Off at first; what is out of bounds, nobody of the company, or without who accepts changes nothing."""
    assert not config_of(services).is_on
    services.connections.change(administrator, "office", {"connector.act_as": "manager", "connector.poll_minutes": 15})
    assert ConnectorConfig(act_as="manager", poll_minutes=15) == config_of(services)
    for changes, where in (
        ({"connector.act_as": "nobody"}, "connector.act_as"),
        ({"connector.approve": False}, "connector.accept_as"),
        ({"connector.poll_minutes": 0}, "connector.poll_minutes"),
        ({"connector.close_when": "soon"}, "connector.close_when"),
        ({"connector.acknowledge": ["*"]}, "connector.acknowledge"),
        ({"connector.act_as": "No Body"}, "connector.act_as"),
    ):
        with pytest.raises(BadSettings) as caught:
            services.connections.change(administrator, "office", changes)
        assert [f"connections.office.{where}"] == [fault.where for fault in caught.value.faults]
    assert ConnectorConfig(act_as="manager", poll_minutes=15) == config_of(services)
    assert config_of(services) == services.connections.settings(administrator, "office").connector


def test_a_check_looks_at_whom_the_connector_acts_for(
    services: Services, administrator: Actor, manager: Actor, office: int
) -> None:
    """Both are named; somebody who may not sign in any more is told."""
    named = {"connector.act_as": "manager", "connector.approve": False, "connector.accept_as": "approver"}
    services.connections.change(administrator, "office", named)
    *_, looked = services.connections.check(administrator, "office")
    assert looked.ok
    assert "in the name of manager, and accepted in the name of approver" in looked.message
    with services.store.begin() as connection:
        connection.execute(update(people).where(people.c.id == manager.person_id).values(active=False))
    *_, looked = services.connections.check(administrator, "office")
    assert (False, True) == (looked.ok, "manager, whom connector.act_as names" in looked.message)


def test_only_a_source_has_a_connector(services: Services, administrator: Actor) -> None:
    """For an ERP the section is a fault."""
    services.connections.add(administrator, "books", erp=NAME, settings={})
    with pytest.raises(BadSettings) as caught:
        services.connections.set(administrator, "books", "connector.act_as", "manager")
    assert ["connections.books.connector"] == [fault.where for fault in caught.value.faults]
    assert services.connections.settings(administrator, "books").connector is None


@pytest.mark.parametrize("setting", ["adress", "settings.url", "url.root"])
def test_a_setting_that_there_is_not_is_refused(
    services: Services, administrator: Actor, office: int, setting: str
) -> None:
    """Also one of a group that there is not; the file stays as it was."""
    before = services.connections.settings(administrator, "office").settings
    with pytest.raises(BadSettings, match="are not right"):
        services.connections.set(administrator, "office", setting, "x")
    assert before == services.connections.settings(administrator, "office").settings


@pytest.mark.rule("P3")
def test_nobody_is_made_to_accept_unseen_by_another(services: Services, administrator: Actor, office: int) -> None:
    """From a page one names oneself alone; on the host anybody may be named."""
    there = evolve(administrator, via="page")
    accepts = {"connector.approve": False, "connector.accept_as": "approver"}
    with pytest.raises(NotAllowed, match="he himself"):
        services.connections.change(there, "office", accepts)
    services.connections.change(there, "office", {**accepts, "connector.accept_as": there.login})
    services.connections.change(administrator, "office", accepts)
    assert (False, "approver") == (config_of(services).approve, config_of(services).accept_as)


def test_what_it_signed_in_with_follows_to_no_other_host(services: Services, administrator: Actor, office: int) -> None:
    """A changed host clears the private folder with the secrets, and says so; another change does not."""
    _, source = services.connections.source(1, office)
    (source.private / "token").write_text("kept")
    assert () == services.connections.set(administrator, "office", "connector.poll_minutes", 9)
    assert (source.private / "token").is_file()
    cleared = services.connections.set(administrator, "office", "http.hosts", ["elsewhere.test"])
    assert ("hook_secret", "authorization") == cleared
    assert not source.private.exists()


def test_what_it_kept_goes_with_it(services: Services, administrator: Actor, office: int) -> None:
    """Of a removed connection no token stays; one of the same name begins anew."""
    _, source = services.connections.source(1, office)
    (source.private / "token").write_text("kept")
    services.connections.remove(administrator, "office")
    assert not source.private.exists()
    new = services.connections.add(administrator, "office", source=OFFICE, settings=SECRET)
    _, again = services.connections.source(1, new.id)
    assert [] == list(again.private.iterdir())


@pytest.mark.parametrize("used", ["Project P-9 takes its budget", "Exports were asked for"])
def test_one_that_is_used_stays(services: Services, administrator: Actor, office: int, clock: Clock, used: str) -> None:
    """A source that a project takes its budget from, or that was asked over, is not removed."""
    project = services.projects.create(administrator, "P-9", name="Nine")
    link = {"project_id": project.id, "source_project": "7", "source_number": "7", "source_name": "Seven"}
    asked = {"request": "5", "kind": "create", "source_project": "7", "job": "", "found_by": "poll"}
    table, row = (source_links, link) if "takes" in used else (source_requests, asked)
    moments = {each.name: clock.now() for each in table.c if not each.nullable and isinstance(each.type, Utc)}
    with services.store.begin() as connection:
        connection.execute(insert(table).values(company_id=1, connection_id=office, **row, **moments))
    with pytest.raises(NotPossibleNow, match=used):
        services.connections.remove(administrator, "office")
    assert ["office"] == [each.name for each in services.connections.list(administrator)]


def begun(services: Services, actor: Actor, *, session: str = "here") -> dict[str, str]:
    """Begin an authorization; the answer that comes back with its person."""
    found = services.connections.authorizing.begin(actor, "office", redirect_to="https://x.test/back", session=session)
    assert f"state={found.state}" in found.address
    return {"code": CODE, "state": found.state}


def tokens(services: Services, office: int) -> list[str]:
    """What the connection keeps of its authorizations."""
    _, source = services.connections.source(1, office)
    return [each.read_text() for each in source.private.iterdir()]


def test_a_person_authorizes_once(services: Services, administrator: Actor, manager: Actor, office: int) -> None:
    """The code is redeemed for where the person went; the same answer does nothing again, nor for who may not."""
    answer = begun(services, administrator)
    with pytest.raises(NotAllowed):
        services.connections.authorizing.finish(manager, "office", answer, session="here")
    services.connections.authorizing.finish(administrator, "office", answer, session="here")
    assert ["https://x.test/back"] == tokens(services, office)
    with pytest.raises(NotAllowed, match="has ended already"):
        services.connections.authorizing.finish(administrator, "office", answer, session="here")
    with pytest.raises(NotAllowed):
        begun(services, evolve(administrator, signed_in_at=None))
    with pytest.raises(NotAllowed):
        begun(services, manager)


@pytest.mark.parametrize("wrong", ["state", "session", "person", "replaced"])
def test_only_who_began_it_ends_it(
    services: Services, administrator: Actor, other: Actor, office: int, wrong: str
) -> None:
    """Another's answer, and one of another session or of an earlier begin, is not redeemed, and ends nothing."""
    answer = begun(services, administrator)
    good = begun(services, administrator) if wrong == "replaced" else answer
    came = {**answer, "state": "made up"} if wrong == "state" else answer
    with pytest.raises(NotAllowed, match="not begun by you"):
        services.connections.authorizing.finish(
            other if wrong == "person" else administrator,
            "office",
            came,
            session="elsewhere" if wrong == "session" else "here",
        )
    assert [] == tokens(services, office)
    services.connections.authorizing.finish(administrator, "office", good, session="here")
    assert 1 == len(tokens(services, office))


def test_what_goes_wrong_there_is_told(services: Services, administrator: Actor, office: int) -> None:
    """A refusal with the source's words, an answer without a code, a code that is not taken, and one that is late."""
    finish = services.connections.authorizing.finish
    state = {"state": begun(services, administrator)["state"]}
    told = {"error": "access_denied", "error_description": "Ask \x1bsomebody."}
    with pytest.raises(NotAllowed, match=r"not let in by office: access_denied: Ask \\x1bsomebody"):
        finish(administrator, "office", {**state, **told}, session="here")
    state = {"state": begun(services, administrator)["state"]}
    with pytest.raises(BadInput, match="no code"):
        finish(administrator, "office", state, session="here")
    state = {"state": begun(services, administrator)["state"]}
    with pytest.raises(SignInFailed, match="does not know this code"):
        finish(administrator, "office", {**state, "code": "guessed"}, session="here")
    assert [] == tokens(services, office)


def test_an_answer_that_is_late_is_refused(
    services: Services, administrator: Actor, office: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever leaves his browser open for long begins again."""
    answer = begun(services, administrator)
    monkeypatch.setattr(authorizing, "MOST", timedelta(seconds=-1))
    with pytest.raises(NotAllowed, match="took too long"):
        services.connections.authorizing.finish(administrator, "office", answer, session="here")
    assert [] == tokens(services, office)


def test_an_erp_is_authorized_by_nobody(services: Services, administrator: Actor, office: int) -> None:
    """Nor is anything handed in to it; to a source it is, for those who look at items alone."""
    services.connections.add(administrator, "books", erp=NAME, settings={})
    with pytest.raises(BadInput, match="not to a budget source"):
        services.connections.authorizing.begin(administrator, "books", redirect_to="")
    with pytest.raises(BadInput, match="not to a budget source"):
        services.connections.metadata(administrator, "books", "books")


@pytest.mark.rule("P1")
def test_what_is_handed_in_is_made_of_the_erps_profile(
    services: Services, administrator: Actor, viewer: Actor, manager: Actor, office: int
) -> None:
    """For a connection to an ERP, by whoever may look at items."""
    services.connections.add(administrator, "books", erp=NAME, settings={})
    found = services.connections.metadata(viewer, "office", "books")
    assert (NAME, 12) == (found["erp"], found["limits"]["cost_code"])
    with pytest.raises(BadInput, match="not to an ERP"):
        services.connections.metadata(viewer, "office", "office")
    with pytest.raises(NotAllowed):
        services.connections.metadata(manager, "office", "books")
