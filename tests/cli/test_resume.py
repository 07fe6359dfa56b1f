"""Taking up exports on a schedule: a token that can do that and nothing else."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_runs import Run
from memory_books import MemoryBooks

from erp_bridge_core.app import Application

Schedule = Callable[..., Run]


@pytest.fixture
def schedule(run: Run, home: Path, bare: Run, monkeypatch: pytest.MonkeyPatch) -> Schedule:
    """Make somebody a token that may resume, and run commands by it."""

    def make(owner: str = "abe", *limits: str) -> Run:
        made = run("--as", owner, "person", "token", "schedule", "--verb", "resume", *limits, "--json")
        monkeypatch.setenv("ERP_BRIDGE_TOKEN", made.document["token"])
        return lambda *arguments: bare("--home", home, *arguments, "--json")

    return make


@pytest.fixture
def started(sent: int, abe: Run, home: Path) -> int:
    """An item whose export a person started, and whose process ended before anything was sent."""
    assert 0 == abe("review", "accept", sent, "--confirm-import-closes").status
    with Application.open(home) as application:
        application.exports.start(application.people.actor_as("abe", "hoosier", "tester"), sent)
    return sent


@pytest.mark.rule("P5", "L4")
def test_a_schedules_token_takes_up_what_a_person_started(started: int, schedule: Schedule, books: MemoryBooks) -> None:
    """By its one verb the export goes through, each line once; resuming again finds nothing to do."""
    token = schedule()
    before = len(books.jobs["24-001"].unposted)
    ran = token("export", "resume")

    assert (0, [(started, "complete")]) == (
        ran.status,
        [(each["item_id"], each["state"]) for each in ran.document["exports"]],
    )
    assert (0, 2) == (before, len(books.jobs["24-001"].unposted))
    assert [] == token("export", "resume").document["exports"]


@pytest.mark.rule("P5")
@pytest.mark.parametrize("policy", ["false", "true"])
@pytest.mark.parametrize(
    "act",
    [
        "review accept {item} --confirm-import-closes",
        "review reject {item} --reason no",
        "budget retrieve 24-001",
        "budget show 24-001",
        "person list",
    ],
)
def test_it_can_do_nothing_else(
    sent: int, as_ada: Callable[..., Any], schedule: Schedule, *, act: str, policy: str
) -> None:
    """Neither accepting nor anything else, even where the company lets tokens accept."""
    as_ada("company", "policy", f"approve_by_token={policy}")
    ran = schedule()(*act.format(item=sent).split(" "))

    assert (1, "not_allowed") == (ran.status, ran.document["error"])


@pytest.mark.rule("P5", "P3")
def test_it_starts_no_export(sent: int, abe: Run, schedule: Schedule, books: MemoryBooks) -> None:
    """An accepted item waits for a person to start it."""
    assert 0 == abe("review", "accept", sent, "--confirm-import-closes").status
    token = schedule()

    assert [] == token("export", "resume").document["exports"]
    assert (1, "not_allowed") == (
        token("export", "start", sent).status,
        token("export", "start", sent).document["error"],
    )
    assert 0 == len(books.jobs["24-001"].unposted)


@pytest.mark.rule("P5", "E6")
@pytest.mark.parametrize("act", ["retry {item}", "take {item}", "settle {item} E1 arrived --reason x"])
def test_it_neither_retries_nor_takes_nor_settles(started: int, schedule: Schedule, act: str) -> None:
    """What decides about an export that was started stays with people."""
    ran = schedule()("export", *act.format(item=started).split(" "))

    assert (1, "not_allowed") == (ran.status, ran.document["error"])


@pytest.mark.rule("P5")
def test_its_owner_must_be_an_approver(started: int, schedule: Schedule, books: MemoryBooks) -> None:
    """A project manager's token resumes nothing: a token has no more rights than its owner."""
    ran = schedule("mia")("export", "resume")

    assert (1, "not_allowed") == (ran.status, ran.document["error"])
    assert 0 == len(books.jobs["24-001"].unposted)


@pytest.mark.rule("P5")
def test_a_token_of_other_projects_leaves_the_rest_alone(
    started: int, *, as_ada: Callable[..., Any], schedule: Schedule, abe: Run
) -> None:
    """Limited to a project, it takes up that project's exports alone, and no other's stops it."""
    as_ada("project", "create", "24-002", "--name", "Road")
    ran = schedule("abe", "--project", "24-002")("export", "resume")

    assert (0, []) == (ran.status, ran.document["exports"])
    assert "running" == abe("export", "status", started).document["export"]["state"]
