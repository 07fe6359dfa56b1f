"""Desk commands made from functions: names, helps, arguments, and the page that shows them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import pytest

from erp_bridge_core.contract.errors import BadInput, NotFound
from erp_bridge_core.simulation import Request, Section
from erp_bridge_core.simulation.commands import desk_commands, desk_page


def job_status(home: Path, *, job: Annotated[str, "the job's code"], new_status: str = "open") -> Sequence[str]:
    """Open or close a job.

    More about it.
    """
    if job == "none":
        raise NotFound("There is no such job.")
    if new_status == "odd":
        raise ValueError("odd is no status")
    return [f"{home.name}: {job} is {new_status}"]


COMMANDS = desk_commands(job_status)


def submit(home: Path, body: bytes) -> tuple[int, str]:
    """Status and text of the page once a form was sent."""
    page = desk_page(
        home, title="Desk", path="/desk", commands=COMMANDS, sections=lambda: [Section(title="A", headers=(), rows=())]
    )
    headers = {"origin": "http://127.0.0.1"}
    reply = page.answer(Request(method="POST", path="/desk/job-status", headers=headers, body=body))
    assert reply is not None
    return reply.status, reply.body


def test_a_function_says_what_its_command_is() -> None:
    """Name, help and arguments come from the function; what has a default need not be given."""
    command = COMMANDS["job-status"]
    assert ("job-status", "Open or close a job") == (command.name, command.help)
    assert (("job", "the job's code", True), ("new_status", "new status", False)) == command.arguments


def test_blank_text_counts_as_not_given(tmp_path: Path) -> None:
    """A form sends every field; the default stands for what was left blank."""
    assert [f"{tmp_path.name}: 1 is open"] == COMMANDS["job-status"].run(tmp_path, job="1", new_status="")


def test_the_page_runs_a_command_in_its_home(tmp_path: Path) -> None:
    """The form's fields are the command's arguments."""
    status, body = submit(tmp_path, b"job=1&new_status=closed")
    assert (200, True) == (status, f"{tmp_path.name}: 1 is closed" in body)


@pytest.mark.parametrize(
    ("body", "told"), [(b"job=none", "There is no such job."), (b"job=1&new_status=odd", "odd is no status")]
)
def test_a_mistake_is_told_on_the_page(tmp_path: Path, body: bytes, told: str) -> None:
    """Neither the contract's errors nor a wrong value end in a server error."""
    status, page = submit(tmp_path, body)
    assert (400, True) == (status, told in page)


def test_a_wrong_value_is_told_as_bad_input(tmp_path: Path) -> None:
    """On the command line it is a mistake too, not a defect."""
    with pytest.raises(BadInput, match="odd is no status"):
        COMMANDS["job-status"].run(tmp_path, job="1", new_status="odd")
