"""The simulator as the demo knows it: set-up, what people do after an export, its own books, kill and restart."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from simulator.stranger import JOBS, SUB_JOB, Client, row

from erp_bridge_cmic.simulator import CmicSimulator, sub_job_code
from erp_bridge_core.contract import HandOver, JobSetup, Simulator
from erp_bridge_core.contract.errors import BadInput, NotFound, StorageError

SERVED = """
import sys
from pathlib import Path
from erp_bridge_cmic.simulator import CmicSimulator
with CmicSimulator().serve(Path(sys.argv[1])) as served:
    print(served.settings["base_url"], flush=True)
    sys.stdin.read()
"""


def test_keeps_the_protocol() -> None:
    """It is what the contract calls a simulator, and its acts are named as they are listed."""
    simulator: Simulator = CmicSimulator()
    assert all(name == command.name for name, command in simulator.desk().items())


@pytest.mark.parametrize(
    ("job", "sub_job", "code"),
    [("24-001", "A1", "24-001-A1"), ("24-001", "A100", "24001A100"), ("24-001", "24-001-A1", "24-001-A1")],
)
def test_gives_a_sub_job_a_job_code_of_its_own(job: str, sub_job: str, code: str) -> None:
    """Control job, hyphen, sub job; without hyphens where that is too long; as it stands where it is one already."""
    assert code == sub_job_code(job, sub_job)


@pytest.mark.parametrize(
    "setup",
    [
        JobSetup(job="24-001-0001", name="Long"),
        JobSetup(job="24-001", name="Bridge", sub_jobs=(("TOO-LONG-A", "Sub"),)),
        JobSetup(job="1", name="n", cost_codes=(("", "1" * 17, "Long"), ("Z", "1", "No such sub job"))),
        JobSetup(job="24-009", name="n", categories=(("x" * 17, "", ""),)),
    ],
)
def test_refuses_codes_that_do_not_fit(tmp_path: Path, setup: JobSetup) -> None:
    """Codes longer than CMiC's are refused, never cut."""
    with pytest.raises(BadInput):
        CmicSimulator().setup(tmp_path, [setup])


def test_sets_up_again_without_loss(client: Client) -> None:
    """A second set-up adds what is missing and keeps figures and credentials."""
    client.made("jcjobcategory", row())
    CmicSimulator().setup(client.home, [*JOBS, JobSetup(job="24-003", name="New")])
    assert ["24-001", SUB_JOB, "24-002", "24-003"] == [
        item["JobCode"] for item in client.items("jcjob", orderBy="JobCode")
    ]
    assert 1 == len(client.figures())


def test_makes_pending_jobs_below_their_control_job(client: Client) -> None:
    """Jobs are pending, and a sub job names its control job."""
    found = {item["JobCode"]: (item["JobStatusCode"], item["JobCtrlCode"]) for item in client.items("jcjob")}
    assert {"24-001": ("P", "ALL"), SUB_JOB: ("P", "24-001"), "24-002": ("P", "ALL")} == found


def test_posts_what_people_post(client: Client) -> None:
    """Pending is approved and posted, approved posted; pre-pending, rejected and what CMiC refuses is told and left."""
    client.made("jcjobcategory", row())
    for place, status in enumerate(("APPROVED", "PENDING", "PREPEND", "REJECTED"), start=1):
        client.pci(place, number=f"COI0000000{place}", status=status)
    client.pci(9, number="COT00000001", kind="TFR")
    sheet = HandOver(title="Sheet", location="", sha256="", lines=0, total="0", instructions=(), taken=True)
    told = list(CmicSimulator().post(client.home, "24-001", [sheet]))
    assert 6 == len(told)
    assert "COI00000002 of job 24-001 was approved. PCI COI00000002 of job 24-001 is posted" in told[2]
    assert [True, True, True] == ["left alone" in told[3], "left alone" in told[4], "net to zero" in told[5]]
    assert {"03-1000 / L": ("100.00", "3.00", 1, 2)} == client.books()


def test_posts_nothing_twice(client: Client) -> None:
    """People who come again find nothing to do."""
    client.made("jcjobcategory", row())
    client.pci(5)
    list(CmicSimulator().post(client.home, "24-001"))
    assert "No PCI" in next(iter(CmicSimulator().post(client.home, "24-001")))
    assert {"03-1000 / L": ("100.00", "5.00", 1, 1)} == client.books()


def test_survives_a_kill(client: Client) -> None:
    """What a killed server had answered is there when it comes back."""
    with subprocess.Popen(
        [sys.executable, "-c", SERVED, str(client.home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        base = process.stdout.readline().strip()
        url = f"{base}/jc-rest-api/rest/1/jcjobcategory"
        assert 201 == requests.post(url, json=row(), auth=client.session.auth).status_code
        process.kill()
        assert -signal.SIGKILL == process.wait()
    CmicSimulator().restart(client.home)
    assert {"03-1000 / L": ("100.00", "0.00", 1, 0)} == client.books()


def test_restarts_without_tokens_and_late_writes(client: Client) -> None:
    """A crash ends what was under way, and stale reads with it."""
    client.switch("write_fault", "late")
    with pytest.raises(requests.ConnectionError):
        client.post("jcjobcategory", row())
    client.do("freeze-reads")
    CmicSimulator().restart(client.home)
    client.made("jcjobcategory", row(amount=1))
    assert ("No write is late.", ["1"]) == (client.do("release"), list(client.figures().values()))


def test_tells_that_nothing_was_set_up(tmp_path: Path) -> None:
    """An empty folder is told as such, with the remedy."""
    with pytest.raises(NotFound, match="No CMiC simulator was set up"):
        list(CmicSimulator().ledger(tmp_path, "24-001"))


def test_tells_that_its_books_are_damaged(home: Path) -> None:
    """Books that are no database are a storage error, not a crash."""
    for path in home.glob("cmic.sqlite3*"):
        path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(StorageError, match="damaged"):
        list(CmicSimulator().ledger(home, "24-001"))


def test_has_no_books_of_an_unknown_job(home: Path) -> None:
    """Asking for a job that CMiC does not have is told by name."""
    with pytest.raises(NotFound, match="no job 99"):
        list(CmicSimulator().ledger(home, "99"))


def test_adds_up_lines_to_the_cent(client: Client) -> None:
    """The books tie to what was sent, line by line."""
    client.made("jcjobcategory", row(amount="0.01"))
    client.pci(*(f"0.{cents:02d}" for cents in range(1, 60)))
    client.post_pci()
    assert {"03-1000 / L": ("0.01", "17.70", 1, 59)} == client.books()
