"""The simulator as a whole: set-up, the desk, faults of the server, kill and restart."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from simulator.stranger import COMPANY, JOBS, V1, Desk, Stranger, open_stranger

from erp_bridge_core.contract import JobSetup
from erp_bridge_core.contract.errors import BadInput, NotFound, StorageError
from erp_bridge_procore.simulator import ProcoreSimulator

SERVE = """
import sys
from pathlib import Path
from erp_bridge_procore.simulator import ProcoreSimulator
with ProcoreSimulator().serve(Path(sys.argv[1])) as served:
    print(served.settings["api_url"], flush=True)
    sys.stdin.read()
"""


def test_survives_a_kill(desk: Desk) -> None:
    """What was answered before SIGKILL is there after it, tokens too."""
    with open_stranger(desk.home) as stranger:
        wbs, project, headers = stranger.wbs(), stranger.project, dict(stranger.session.headers)
    with subprocess.Popen(
        [sys.executable, "-c", SERVE, str(desk.home)], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        body = {"project_id": project, "budget_line_item": {"wbs_code_id": wbs, "original_budget_amount": 12.5}}
        made = requests.post(f"{url}/rest/v1.1/budget_line_items", json=body, headers=headers, timeout=30)
        os.kill(process.pid, signal.SIGKILL)
        assert (201, -signal.SIGKILL) == (made.status_code, process.wait(timeout=30))
    with open_stranger(desk.home) as stranger:
        stranger.session.headers.update(headers)
        assert ["12.5"] == [row["original_budget_amount"] for row in stranger.rows()]


def test_a_restart_ends_tokens_and_stale_reads(desk: Desk, stranger: Stranger) -> None:
    """The books stay."""
    desk.do("freeze-reads")
    desk.budget(L="5")
    assert [] == stranger.rows()
    ProcoreSimulator().restart(desk.home)
    assert 401 == stranger.ask("GET", f"{V1}/me").status_code
    stranger.sign_in()
    assert 1 == len(stranger.rows())


def test_sets_up_again_without_loss(desk: Desk) -> None:
    """A second set-up adds what is missing."""
    desk.budget(L="5")
    more = JobSetup(
        job="24-001", name="Other", cost_codes=(("", "09-1000", "Paint"),), categories=(("X", "x", "other"),)
    )
    ProcoreSimulator().setup(desk.home, [*JOBS, more])
    desk.do("set-line", project="24-001", code="09-1000.X", amount="1")
    assert ["03-1000.L", "09-1000.X"] == [
        line.split(":")[0] for line in desk.do("budget", project="24-001").split("\n")[1:]
    ]


def test_refuses_codes_that_procore_can_not_hold(tmp_path: Path) -> None:
    """All of them at once."""
    wrong = JobSetup(
        job="1", name="x", sub_jobs=(("", "x"),), cost_codes=(("", "a/b", "x"),), categories=(("é", "x", "other"),)
    )
    with pytest.raises(BadInput) as caught:
        ProcoreSimulator().setup(tmp_path, [wrong])
    assert 3 == len(caught.value.faults)


def test_tells_that_nothing_was_set_up_or_is_damaged(tmp_path: Path, desk: Desk) -> None:
    """Neither is a crash."""
    with pytest.raises(NotFound, match="No Procore simulator was set up"):
        Desk(tmp_path).do("people")
    for path in desk.home.glob("procore.sqlite3*"):
        path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(StorageError, match="can't be used"):
        desk.do("people")


def test_an_error_may_come_though_it_was_done(desk: Desk, stranger: Stranger) -> None:
    """By a switch: a 500 leaves the caller in doubt."""
    project = stranger.project
    states = []
    for commits in ("no", "yes"):
        desk.switch("errors_500_commit", commits)
        desk.switch("errors_500", "1")
        assert 500 == stranger.ask("POST", f"{V1}/projects/{project}/budget/lock").status_code
        states.append(stranger.get(f"{V1}/projects/{project}/budget")["locked"])
    assert [False, True] == states


def test_a_reply_may_be_lost(desk: Desk, stranger: Stranger) -> None:
    """What was asked is done all the same."""
    project = stranger.project
    desk.switch("lost_replies", "1")
    with pytest.raises(requests.ConnectionError):
        requests.post(
            f"{stranger.url}{V1}/projects/{project}/budget/lock", headers=dict(stranger.session.headers), timeout=30
        )
    desk.switch("lost_replies", "0")
    assert {"locked": True} == stranger.get(f"{V1}/projects/{project}/budget")


def test_a_budget_may_change_while_it_is_read(desk: Desk, stranger: Stranger) -> None:
    """By a switch, after a page."""
    desk.budget(L="5")
    desk.switch("edits_while_read", "1")
    assert ["5.0", "6.0"] == [stranger.rows()[0]["original_budget_amount"] for _ in range(2)]


def test_the_desk_is_a_page_for_people_here(desk: Desk, stranger: Stranger) -> None:
    """It takes forms of its own page, from its own address, and shows what it did."""
    page, form = stranger.served.desk_url, {"project": "24-001", "code": "03-1000.L", "amount": "12.50"}
    own = {"Origin": stranger.url}
    done = requests.post(f"{page}/set-line", data=form, headers=own, timeout=30)
    assert "has 12.50 as its original budget" in done.text
    foreign = [{}, {"Origin": "http://elsewhere.example"}, {**own, "Host": "elsewhere.example"}]
    assert [403, 403, 403] == [
        requests.post(f"{page}/set-line", data=form, headers=headers, timeout=30).status_code for headers in foreign
    ]
    mistake = requests.post(f"{page}/set-line", data={**form, "code": "99"}, headers=own, timeout=30)
    assert (400, True) == (mistake.status_code, "has no code 99" in mistake.text)
    assert "1 forged" not in desk.do("people")


def test_every_act_has_a_name_of_its_own() -> None:
    """And one that the command line leaves free."""
    acts = ProcoreSimulator().desk()
    assert all(name == command.name for name, command in acts.items())
    assert set() == set(acts) & {"set-up", "serve", "ledger", "restart"}


def test_switches_are_listed_and_checked(desk: Desk) -> None:
    """What one may be is told."""
    assert "spike_limit = 0" in desk.do("switch")
    with pytest.raises(BadInput, match="one of"):
        desk.switch("error_shape", "xml")
    with pytest.raises(BadInput, match="no switch"):
        desk.switch("nothing", "1")


def test_companies_that_are_not_connected_are_not_listed(desk: Desk, stranger: Stranger) -> None:
    """And once the app is removed, nothing is answered."""
    assert [COMPANY] == [each["id"] for each in stranger.get(f"{V1}/companies")]
    desk.do("connect", connected="no")
    assert 403 == stranger.ask("GET", f"{V1}/budget_views").status_code
