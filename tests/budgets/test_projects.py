"""Projects: created, linked, synced; what fixes them."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from attrs import evolve
from budget_services import JOB, NUMBER, Accountant, Services, count, entry, link_project
from memory_erp import MemoryAdapter
from sqlalchemy import select

from erp_bridge_core.contract import CostCode, JobStatus, Stream
from erp_bridge_core.contract.errors import BadInput, Changed, NotAllowed, NotFound, NotPossibleNow, ReadFailed
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.tables import erp_jobs, master_cost_codes, master_readings


@pytest.mark.rule("P0", "P1")
def test_only_an_administrator_creates_and_all_faults_are_told(
    services: Services, administrator: Actor, manager: Actor
) -> None:
    """A project needs an administrator, a free number and a currency that exists."""
    with pytest.raises(NotAllowed):
        services.projects.create(manager, "P-1", name="Bridge")
    with pytest.raises(BadInput) as error:
        services.projects.create(administrator, " ", name="a\nb")
    assert 2 == len(error.value.faults)
    with pytest.raises(BadInput, match="no currency"):
        services.projects.create(administrator, "P-1", name="Bridge", currency="usd")
    assert ("USD", 2) == _money(services.projects.create(administrator, "P-1", name="Bridge"))
    assert ("JPY", 0) == _money(services.projects.create(administrator, "P-2", name="Bridge", currency="JPY"))
    with pytest.raises(BadInput, match="already"):
        services.projects.create(administrator, "P-1", name="Again")


def _money(project: Any) -> tuple[str, int]:
    return project.currency, project.digits


@pytest.mark.rule("P0")
@pytest.mark.parametrize(("status", "allowed"), [(JobStatus.OPEN, True), (JobStatus.CLOSED, False)])
def test_closed_and_missing_jobs_are_not_linked(
    linked: Services, administrator: Actor, status: JobStatus, *, allowed: bool
) -> None:
    """A job that the ERP does not know, or that is closed, is refused by name."""
    linked.projects.create(administrator, "P-2", name="Second")
    linked.books.add_job("24-002").set_status(status)
    with pytest.raises(NotFound):
        linked.projects.link(administrator, "P-2", "books", job="99-999")
    if allowed:
        assert "24-002" == linked.projects.link(administrator, "P-2", "books", job="24-002").job
    else:
        with pytest.raises(NotPossibleNow, match="is closed"):
            linked.projects.link(administrator, "P-2", "books", job="24-002")


@pytest.mark.rule("P0")
def test_job_is_linked_to_one_project(linked: Services, administrator: Actor) -> None:
    """A job linked elsewhere is refused, naming where; once unlinked there it is free."""
    linked.projects.create(administrator, "P-2", name="Second")
    with pytest.raises(NotPossibleNow, match="linked to project P-1"):
        linked.projects.link(administrator, "P-2", "books", job=JOB)
    linked.projects.unlink(administrator, NUMBER)
    assert JOB == linked.projects.link(administrator, "P-2", "books", job=JOB).job


@pytest.mark.rule("P0")
def test_first_export_fixes_the_link(
    linked: Services, administrator: Actor, manager: Actor, accountant: Accountant
) -> None:
    """Connection and job stay for good once a write may have arrived; before, not while an item is on its way."""
    linked.books.add_job("24-002")
    linked.budgets.add_line(manager, NUMBER, entry())
    item = linked.sending.send(manager, NUMBER)
    with pytest.raises(NotPossibleNow, match="on its way"):
        linked.projects.unlink(administrator, NUMBER)
    with pytest.raises(NotPossibleNow, match="on its way"):
        linked.projects.link(administrator, NUMBER, "books", job="24-002")
    accountant.export(item)
    accountant.post(item)
    with pytest.raises(NotPossibleNow) as error:
        linked.projects.unlink(administrator, NUMBER)
    assert ["P0"] == [fault.rule for fault in error.value.faults]
    with pytest.raises(NotPossibleNow):
        linked.projects.link(administrator, NUMBER, "books", job="24-002")


@pytest.mark.rule("P0")
def test_first_export_fixes_the_erps_company(
    linked: Services, administrator: Actor, approver: Actor, manager: Actor, accountant: Accountant
) -> None:
    """A connection may lead to other books until something went to the first ones: then that is told, and not kept."""
    for books in ("TEST", "BOOKS"):
        linked.books.company = books
        linked.connections.check(approver, "books")
        assert [books] == [view.erp_company for view in linked.connections.list(administrator)]
    linked.budgets.add_line(manager, NUMBER, entry())
    accountant.export(linked.sending.send(manager, NUMBER))

    linked.books.company = "OTHER"
    with pytest.raises(NotPossibleNow, match="project P-1 was exported to BOOKS, and that is fixed for good"):
        linked.connections.check(approver, "books")
    assert ["BOOKS"] == [view.erp_company for view in linked.connections.list(administrator)]


@pytest.mark.rule("R1")
def test_unlinking_keeps_the_jobs_import_closed(linked: Services, administrator: Actor) -> None:
    """The ERP job keeps its row, and what it says of import, when a project lets it go."""
    linked.projects.unlink(administrator, NUMBER)
    with linked.store.read() as connection:
        assert [(JOB, None)] == [
            tuple(row) for row in connection.execute(select(erp_jobs.c.job, erp_jobs.c.project_id))
        ]


@pytest.mark.rule("B5")
def test_sync_replaces_masters_and_keeps_the_last_two(linked: Services, manager: Actor) -> None:
    """Masters are those of the last reading; older readings than two go."""
    linked.books.jobs[JOB].cost_codes.append(CostCode(code="10-000", standard=True))
    for _ in range(3):
        reading = linked.projects.sync(manager, NUMBER)
    assert (5, 3, 2) == (reading.cost_codes, reading.categories, reading.sub_jobs)
    assert 2 == count(linked.store, master_readings)
    assert 10 == count(linked.store, master_cost_codes)


@pytest.mark.rule("B5")
def test_cut_short_reading_changes_nothing(linked: Services, manager: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a stream of the ERP is cut short, the former masters stay."""
    whole = linked.adapter.read_job

    def cut(job: str, erp: Any) -> Any:
        def codes() -> Any:
            yield CostCode(code="03-100", standard=True)
            raise ReadFailed("cut short")

        return evolve(whole(job, erp), cost_codes=Stream(codes))

    monkeypatch.setattr(type(linked.adapter), "read_job", lambda _self, job, erp: cut(job, erp))
    with pytest.raises(ReadFailed):
        linked.projects.sync(manager, NUMBER)
    assert 1 == count(linked.store, master_readings)
    assert 4 == count(linked.store, master_cost_codes)


@pytest.mark.rule("P1")
def test_list_shows_what_the_actor_may_see(
    linked: Services, administrator: Actor, manager: Actor, approver: Actor
) -> None:
    """A manager sees his projects; who looks at ERP Integrations sees all; a stranger to the company none."""
    linked.projects.create(administrator, "P-2", name="Second")
    assert [["P-1"], ["P-1", "P-2"], []] == [
        [project.number for project in linked.projects.list(actor)]
        for actor in (manager, approver, evolve(manager, company_id=2))
    ]


def test_link_helper_is_what_the_other_tests_stand_on(
    services: Services, administrator: Actor, grant_team: Any, manager: Actor
) -> None:
    """A linked and synced project shows its ERP, books and job."""
    link_project(services, administrator, grant_team)
    project = services.projects.show(manager, NUMBER)
    assert ("memory", "BOOKS", JOB, False) == (project.erp, project.erp_company, project.job, project.live)


@pytest.fixture
def meanwhile(linked: Services, monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Have something done while a job is read."""
    read = MemoryAdapter.read_job

    def during(act: Callable[[], object]) -> None:
        def read_job(adapter: MemoryAdapter, job: str, erp: Any) -> Any:
            found = read(adapter, job, erp)
            monkeypatch.setattr(MemoryAdapter, "read_job", read)
            act()
            return found

        monkeypatch.setattr(MemoryAdapter, "read_job", read_job)

    return during


@pytest.mark.rule("P0", "B5")
def test_a_job_that_is_not_the_projects_any_more_is_not_kept(
    linked: Services, administrator: Actor, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    """An administrator links the project elsewhere while its former job is read: no figure of that becomes its own."""
    linked.books.add_job("24-002")
    linked.connections.add(administrator, "more", erp=linked.adapter.name, settings={})
    imports = partial(linked.budgets.import_from_erp, mode="override")
    for connection, job, act in (("more", JOB, imports), ("books", "24-002", linked.projects.sync)):
        meanwhile(partial(linked.projects.link, administrator, NUMBER, connection, job=job))
        with pytest.raises(Changed, match="linked elsewhere"):
            act(administrator, NUMBER)
    assert 1 == count(linked.store, master_readings)


def test_a_connection_that_is_removed_while_the_job_is_read_is_not_linked(
    linked: Services, administrator: Actor, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    """It is told as what it is, and not as a database that can't be used."""
    linked.connections.add(administrator, "more", erp=linked.adapter.name, settings={})
    linked.projects.create(administrator, "P-2", name="Second")
    linked.books.add_job("24-002")
    meanwhile(partial(linked.connections.remove, administrator, "more"))
    with pytest.raises(NotFound, match="more"):
        linked.projects.link(administrator, "P-2", "more", job="24-002")
