"""The simulated ERP: what its service takes and refuses, and what its desk does."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from erp_bridge_core.contract import BookEntry, JobSetup, LineKey, Mischief
from erp_bridge_core.contract.errors import BadInput, NotFound

from erp_bridge_acme.simulator.simulator import ThisSimulator

SIMULATOR = ThisSimulator()
JOB = JobSetup(
    job="B 1/2",
    name="Bridge",
    cost_codes=(("", "01-100", "General"),),
    categories=(("L", "Labor", "labor"), ("M", "Material", "material")),
)
LINE = {
    "line": 1,
    "sub_job": "",
    "cost_code": "01-100",
    "category": "L",
    "amount": "-12.50",
    "description": "Credit",
    "quantity": None,
    "unit": "",
}
Ask = Callable[..., requests.Response]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A simulated company with one job."""
    SIMULATOR.setup(tmp_path, [JOB])
    return tmp_path


@pytest.fixture
def ask(home: Path) -> Iterator[Ask]:
    """Ask its service as a client does."""
    with SIMULATOR.serve(home) as served, requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {served.secrets['token']}"

        def do(method: str, path: str, **options: Any) -> requests.Response:
            return session.request(method, f"{served.settings['url']}/{path}", timeout=10, **options)

        yield do


def enter(ask: Ask, **changes: Any) -> requests.Response:
    """Send an entry of one line."""
    return ask("POST", "jobs/B%201%2F2/entries", json={"reference": "R", "revision": None, "lines": [LINE], **changes})


def held(home: Path) -> list[BookEntry]:
    """What is posted."""
    return list(SIMULATOR.ledger(home, JOB.job))


def test_an_entry_counts_once_it_is_posted(home: Path, ask: Ask) -> None:
    """Until then the books hold nothing of it."""
    assert {"entry": 1, "taken": [1], "refused": []} == enter(ask).json()
    assert [] == [entry for entry in held(home) if entry.original_entries]
    list(SIMULATOR.post(home, JOB.job))
    (entry,) = held(home)
    assert (LineKey("", "01-100", "L"), "-12.50", 1) == (entry.key, str(entry.original), entry.original_entries)


def test_a_reference_is_taken_once_even_after_the_entry_was_removed(home: Path, ask: Ask) -> None:
    """For ever means for ever."""
    enter(ask)
    SIMULATOR.desk()["remove"].run(home, job=JOB.job)
    again = enter(ask)
    assert (409, "DUPLICATE_REFERENCE") == (again.status_code, again.json()["error"]["code"])


@pytest.mark.parametrize(
    "changes",
    [
        {"reference": 1},
        {"lines": []},
        {"lines": ["x"]},
        {"lines": [{}]},
        {"lines": [LINE, LINE]},
        {"lines": [{**LINE, "amount": 1.5}]},
        {"lines": [{**LINE, "amount": "1.005"}]},
        {"lines": [{**LINE, "description": {}}]},
        {"lines": [LINE] * 101},
        {"revision": "x"},
    ],
)
def test_an_entry_that_is_not_right_is_refused_whole(home: Path, ask: Ask, changes: dict[str, Any]) -> None:
    """In the ERP's own shape; nothing of it is kept, its reference is still free."""
    refused = enter(ask, **changes)
    assert (400, "BAD_ENTRY") == (refused.status_code, refused.json()["error"]["code"])
    assert [] == SIMULATOR.desk()["entries"].run(home, job=JOB.job)


def test_a_line_of_an_unknown_code_is_refused_in_words(ask: Ask) -> None:
    """The others are taken."""
    told = enter(ask, lines=[LINE, {**LINE, "line": 2, "cost_code": "99"}]).json()
    assert ([1], [{"line": 2, "words": "The cost code is not on the job."}]) == (told["taken"], told["refused"])


def test_a_closed_job_takes_nothing(home: Path, ask: Ask) -> None:
    """Until all is calm again."""
    SIMULATOR.mischief()[Mischief.CLOSED_JOB](home, JOB.job, ())
    assert (422, "JOB_CLOSED") == ((refused := enter(ask)).status_code, refused.json()["error"]["code"])
    SIMULATOR.calm(home)
    assert enter(ask).ok


@pytest.mark.parametrize("mischief", [Mischief.CAPPED_READS, Mischief.HIDDEN_ROWS])
def test_rows_that_are_not_told_are_counted(home: Path, ask: Ask, mischief: Mischief) -> None:
    """So that a client can tell a list that is not whole from one that is."""
    enter(ask, lines=[{**LINE, "category": category, "line": number} for number, category in enumerate("LM")])
    SIMULATOR.mischief()[mischief](home, JOB.job, ())
    page = ask("GET", "jobs/B%201%2F2/figures").json()
    assert (1, 2) == (len(page["rows"]), page["total"])


def test_a_person_types_what_is_wrong(home: Path) -> None:
    """The desk tells it and does nothing."""
    desk = SIMULATOR.desk()
    with pytest.raises(NotFound):
        desk["post"].run(home, job="none")
    with pytest.raises(BadInput):
        desk["job-status"].run(home, job=JOB.job, status="gone")
    with pytest.raises(BadInput, match="is no number"):
        desk["adjust"].run(home, job=JOB.job, cost_code="01-100", category="L", amount="1,000")
