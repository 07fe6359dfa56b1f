"""The simulator as the demo knows it: set-up, following hand-over sheets, its own books, kill and restart."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from attrs import evolve
from simulator.office import JOBS, Office, category_record, job_record

from erp_bridge_core.contract import HandOver, JobSetup, Simulator
from erp_bridge_core.contract.errors import BadInput, NotFound, StorageError
from erp_bridge_sage300.simulator import SageSimulator

KILLED = """
import os, signal, sys
from pathlib import Path
from erp_bridge_sage300.simulator import SageSimulator, importing
batches = importing.batches
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
importing.write_atomically = die
SageSimulator().desk()["import"].run(Path(sys.argv[1]), file=sys.argv[2])
"""


def sheet(location: str) -> HandOver:
    """A hand-over sheet for a file."""
    return HandOver(title="t", location=location, sha256="", lines=1, total="100.00", instructions=(), taken=True)


def follow(office: Office, *locations: str) -> str:
    """Follow the sheets; the narrative."""
    return "\n".join(SageSimulator().post(office.home, "24-001", [sheet(location) for location in locations]))


def test_keeps_the_protocol() -> None:
    """It is what the contract calls a simulator, and its acts are named as they are listed."""
    simulator: Simulator = SageSimulator()
    assert all(name == command.name for name, command in simulator.desk().items())


def test_follows_the_sheets(office: Office) -> None:
    """The folder decides the tick; afterwards books, report and hh2 have the figures."""
    original = office.put(job_record(), category_record("03-1000"), name="taken/1-original/a.jce")
    changes = office.put(job_record(), category_record("03-1000", amount="-5"), name="taken/2-approved-changes/b.jce")
    told = follow(office, original, str(office.share / changes))
    assert {"03-1000 / LAB": ("100.00", "-5.00")} == office.books()
    assert ["95.00"] == [row["Total Estimate"] for row in office.job_costs()]
    assert "a.jce with *Import as an Approved Estimate Change* left clear." in told
    assert "b.jce with *Import as an Approved Estimate Change* ticked." in told


def test_writes_rejects_where_the_sheet_says(office: Office) -> None:
    """Two sheets with a rejection file each: the second import leaves the first one's rejects alone."""
    for name, amount in (("a", "1.00"), ("b", "2.00")):
        record = category_record("77-7777", amount=amount)
        location = office.put(job_record(), record, name=f"taken/1-original/{name}.jce")
        facts = {"reject_file": str(office.share / f"rejected/{name}.jce")}
        list(SageSimulator().post(office.home, "24-001", [evolve(sheet(location), facts=facts)]))

    assert ["a.jce", "b.jce"] == sorted(path.name for path in (office.share / "rejected").iterdir())
    assert all("77-7777" in path.read_text() for path in (office.share / "rejected").iterdir())


def test_following_the_same_sheet_again_changes_nothing(office: Office) -> None:
    """A careful accountant heeds the warning, so that a repeated run does not double anything."""
    name = office.put(job_record(), category_record("03-1000"))
    follow(office, name)
    assert "The import was cancelled" in follow(office, name)
    assert {"03-1000 / LAB": ("100.00", "0.00")} == office.books()


def test_posts_the_batches_of_the_job_alone(office: Office) -> None:
    """Another job's batch waits for its own people."""
    office.bring_in(job_record("24-002"), category_record("02-1000"))
    office.bring_in(job_record(), category_record("03-1000"))
    follow(office)
    assert ({"03-1000 / LAB"}, {}) == (set(office.books()), office.books("24-002"))


def test_refuses_a_sheet_whose_folder_says_no_tick(office: Office) -> None:
    """A file elsewhere is not imported by guess."""
    with pytest.raises(BadInput, match="lies in none of"):
        follow(office, office.put(job_record(), name="other/a.jce"))


def test_sets_up_again_without_loss(office: Office) -> None:
    """A second set-up adds what is missing and keeps figures, ids and credentials."""
    office.bring_in(job_record(), category_record("03-1000"))
    office.do("post")
    with SageSimulator().serve(office.home) as served:
        before = dict(served.secrets)
    SageSimulator().setup(office.home, [*JOBS, JobSetup(job="24-003", name="New")])
    with SageSimulator().serve(office.home) as served:
        assert before == dict(served.secrets)
    assert {"03-1000 / LAB": ("100.00", "0.00")} == office.books()
    assert "24-003" in office.do("jobs")


def test_refuses_codes_that_do_not_fit(tmp_path: Path) -> None:
    """Every code over Sage's width, unknown kind and unknown extra is told at once."""
    wrong = JobSetup(
        job="1234567890123",
        name="x",
        sub_jobs=(("12345678901", "x"),),
        cost_codes=(("", "1234567890123", "x"), ("B9", "01", "x")),
        categories=(("LABO", "x", "labor"), ("L", "x", "magic")),
    )
    with pytest.raises(BadInput) as caught:
        SageSimulator().setup(tmp_path, [wrong])
    places = {fault.where for fault in caught.value.faults}
    assert {
        "jobs[0].job", "jobs[0].sub_jobs[0]", "jobs[0].cost_codes[0]", "jobs[0].cost_codes[1]",
        "jobs[0].categories[0]", "jobs[0].categories[1]",
    } == places  # fmt: skip


def test_holds_codes_bare_when_the_switch_says_so(office: Office) -> None:
    """How Sage stores codes is not settled; with the switch new codes lose their separators, and are still found."""
    office.switch("stored_form", "bare")
    office.do("add-code", job="24-001", cost_code="09-1000")
    office.bring_in(job_record(), category_record("09-1000"))
    office.do("post")
    assert {"091000 / LAB"} == set(office.books())


def test_formats_bare_codes_by_the_sections_of_the_company(office: Office) -> None:
    """With section lengths set, a bare code gets its separators."""
    office.switch("code_sections", "2-4")
    office.bring_in(job_record(), category_record("091234"), new_codes="yes")
    office.do("post")
    assert {"09-1234 / LAB"} == set(office.books())


def test_serves_what_a_connection_needs(office: Office) -> None:
    """Settings, secrets by reference, the share, the host and the desk page."""
    with SageSimulator().serve(office.home) as served:
        assert 200 == requests.get(served.desk_url).status_code
        assert (str(office.share), True) == (served.files_root, served.settings["hh2_url"].endswith(served.hosts[0]))
        assert "file:hh2_password" == served.settings["hh2_password"]
        assert {"hh2_api_key", "hh2_api_secret", "hh2_username", "hh2_password"} == set(served.secrets)


def test_survives_a_kill_in_the_middle_of_an_import(office: Office) -> None:
    """After SIGKILL nothing of the import is there, and it can be run again without a warning."""
    name = office.put(job_record(), category_record("03-1000"))
    killed = subprocess.run([sys.executable, "-c", KILLED, str(office.home), name], check=False)
    assert -signal.SIGKILL == killed.returncode
    assert "No batch is unposted." == office.do("unposted")
    assert "Warning" not in office.do("import", file=name)


def test_restarts_without_sessions_and_half_written_files(office: Office) -> None:
    """A restart keeps the books and removes what was half written."""
    aside = office.share / "reports" / f".aside-{os.getpid()}-job-cost.csv"
    aside.touch()
    SageSimulator().restart(office.home)
    assert (False, True) == (aside.exists(), "24-001" in office.do("jobs"))


def test_tells_that_nothing_was_set_up(tmp_path: Path) -> None:
    """An empty folder is told as such, with the remedy."""
    with pytest.raises(NotFound, match="No Sage 300 CRE simulator was set up"):
        Office(tmp_path).do("jobs")


def test_tells_that_its_books_are_damaged(office: Office) -> None:
    """Books that are no database are a storage error, not a crash."""
    for path in office.home.glob("sage300.sqlite3*"):
        path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(StorageError, match="damaged"):
        office.do("jobs")


def test_tells_that_the_share_can_not_be_written(office: Office) -> None:
    """An import whose papers can't be written is told as the host's fault and brings nothing in."""
    name = office.put(job_record(), category_record("03-1000"))
    (office.share / "rejected").write_bytes(b"a file where a folder belongs")
    with pytest.raises(StorageError, match="can't be read or written"):
        office.do("import", file=name)
    assert "No batch is unposted." == office.do("unposted")


def test_has_no_books_of_an_unknown_job(office: Office) -> None:
    """Asking for a job that Sage does not have is told by name."""
    with pytest.raises(NotFound, match="no job 99"):
        office.entries("99")
