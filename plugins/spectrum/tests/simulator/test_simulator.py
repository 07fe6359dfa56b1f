"""The simulator as the demo knows it: set-up, posting nothing, its own books, kill and restart."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from simulator.stranger import JOBS, Office, Stranger

from erp_bridge_core.contract import JobSetup, Simulator
from erp_bridge_core.contract.errors import BadInput, NotFound, StorageError
from erp_bridge_spectrum.simulator import SpectrumSimulator

SERVE = """
import sys
from pathlib import Path
from erp_bridge_spectrum.simulator import SpectrumSimulator
with SpectrumSimulator().serve(Path(sys.argv[1])) as served:
    print(served.settings["url"], served.secrets["authorization_id"], flush=True)
    sys.stdin.read()
"""


def test_keeps_the_protocol() -> None:
    """It is what the contract calls a simulator, and its acts are named as they are listed."""
    simulator: Simulator = SpectrumSimulator()
    assert all(name == command.name for name, command in simulator.desk().items())


def test_acts_have_names_that_the_command_line_leaves_free() -> None:
    """Its own commands are not hidden by the desk's."""
    assert set() == set(SpectrumSimulator().desk()) & {"set-up", "serve", "ledger", "follow-sheets", "restart"}


def test_nothing_has_to_be_posted(office: Office, stranger: Stranger) -> None:
    """It says so, and what cost activity shows."""
    stranger.add(cost="100", Current_Est_Cost="130")
    told = list(SpectrumSimulator().post(office.home, "24-001"))
    assert told[0].startswith("Nothing has to be posted in Spectrum")
    assert "Job 24-001: original 100.00, changes 30.00, Estimated Cost 130.00" == told[-1]


def test_sets_up_jobs_with_masks_for_their_codes(office: Office) -> None:
    """Groups and digits of the codes; sub jobs are passed over; a customer and contract are there."""
    told = office.do("jobs")
    assert "24-001      A  mask 99-9999 (fill trailing)  customer OWNER  contract 24-001  Bridge" in told
    assert "A1" not in told


def test_sets_up_no_phases(office: Office, stranger: Stranger) -> None:
    """A budget brings them."""
    assert ([], []) == (office.entries(), stranger.get())


def test_sets_up_again_without_loss(office: Office, stranger: Stranger) -> None:
    """A second set-up adds what is missing, widens a mask, and keeps figures and the Authorization ID."""
    stranger.add()
    more = JobSetup(job="24-001", name="Other", cost_codes=(("", "03-1000A", "x"),), categories=(("X", "x", "other"),))
    SpectrumSimulator().setup(office.home, [more, JobSetup(job="24-003", name="New")])
    assert [] == stranger.add()
    assert [] == stranger.add(phase="031000A", cost_type="X")
    assert {"031000 / L", "031000A / X"} == set(office.books())
    assert [] == office.entries("24-003")


def test_refuses_codes_that_do_not_fit(tmp_path: Path) -> None:
    """Everything over Spectrum's widths, with forbidden characters, of unknown kind is told at once."""
    wrong = JobSetup(
        job="12345678901",
        name="x",
        cost_codes=(("", "123-456-789-012-345-678-901", "x"), ("", "1/2", "x"), ("", "1-2", "x")),
        categories=(("LABO", "x", "labor"), ("L", "x", "magic")),
        units=("EACH", "LF"),
    )
    with pytest.raises(BadInput) as caught:
        SpectrumSimulator().setup(tmp_path, [wrong])
    assert [
        "jobs[0].job", "jobs[0].cost_codes[0]", "jobs[0].cost_codes[1]", "jobs[0].categories[0]", "jobs[0].units[0]",
        "jobs[0].categories[1]",
    ] == [fault.where for fault in caught.value.faults]  # fmt: skip


def test_serves_what_a_connection_needs(office: Office) -> None:
    """Address, company, the Authorization ID by reference, what no service lists, the host, the desk page."""
    with office.open() as (_, served):
        settings = served.settings
        assert ("SIM", "file:authorization_id") == (settings["company"], settings["authorization_id"])
        assert str(settings["url"]).endswith(served.hosts[0])
        assert {"24-001": "99-9999", "24-002": "99-9999"} == settings["phase_masks"]
        assert ({"L": "Labor", "M": "Material", "S": "Subcontract"}, True) == (
            settings["cost_types"], "L.F" in settings["units"],
        )  # fmt: skip
        assert len(served.secrets["authorization_id"]) <= 20
        assert 200 == requests.get(served.desk_url, timeout=30).status_code


@pytest.mark.rule("L14")
def test_survives_a_kill(office: Office) -> None:
    """What was answered before SIGKILL is there after it, and its change requests count."""
    with subprocess.Popen(
        [sys.executable, "-c", SERVE, str(office.home)], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        stranger = Stranger(*process.stdout.readline().split())
        for phase in ("031000", "051000"):
            assert [] == stranger.add(phase=phase)
        os.kill(process.pid, signal.SIGKILL)
        assert -signal.SIGKILL == process.wait(timeout=30)
    assert {"031000 / L": ("100.00", "0.00"), "051000 / L": ("100.00", "0.00")} == office.books()
    with office.open() as (again, _):
        assert 2 == len(again.estimated())


def test_restart_drops_tokens_and_late_writes(office: Office, stranger: Stranger) -> None:
    """What had not been carried out when it crashed never is; the books stay."""
    stranger.add()
    office.switch("late_writes", "1")
    with pytest.raises(requests.ConnectionError):
        stranger.add(cost="120")
    SpectrumSimulator().restart(office.home)
    assert "No write is late." == office.do("release")
    assert {"031000 / L": ("100.00", "0.00")} == office.books()


def test_tells_that_nothing_was_set_up(tmp_path: Path) -> None:
    """An empty folder is told as such, with the remedy."""
    with pytest.raises(NotFound, match="No Spectrum simulator was set up"):
        Office(tmp_path).do("jobs")


def test_tells_that_its_books_are_damaged(office: Office) -> None:
    """Books that are no database are a storage error, not a crash."""
    for path in office.home.glob("spectrum.sqlite3*"):
        path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(StorageError, match="damaged"):
        office.do("jobs")


def test_has_no_books_of_an_unknown_job(office: Office) -> None:
    """Asking for a job that Spectrum does not have is told by name."""
    with pytest.raises(NotFound, match="no job 99"):
        office.entries("99")


def test_a_long_job_list_is_set_up_once(office: Office) -> None:
    """The same set-up twice changes nothing."""
    before = office.do("jobs")
    SpectrumSimulator().setup(office.home, JOBS)
    assert before == office.do("jobs")
