"""Mischief: what CMiC's service may answer or hide, and what people at its screens may do meanwhile.

No batch is carried out in part, for CMiC does one in a single transaction.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from sqlite3 import Row
from typing import Final

from erp_bridge_cmic.simulator import access, desk_changes, desk_jobs, desk_service, office
from erp_bridge_cmic.simulator.books import check_job, shown
from erp_bridge_cmic.simulator.company import COMPANY, Company, fact
from erp_bridge_cmic.simulator.numbers import next_number
from erp_bridge_cmic.simulator.switches import SWITCHES
from erp_bridge_core.contract import HandOver, Mischief
from erp_bridge_core.contract.errors import NotFound

Act = Callable[[Path, str, Sequence[HandOver]], None]
HandOvers = Sequence[HandOver]

_ONE: Final = 100
_EXTERNAL: Final = "EXT"
_BY_HAND: Final = "Entered by hand"
#: What lasts or is armed, and the value that ends it.
_LASTING: Final = {"cut_pages": "no", "post_refusals": "0", "short_batches": "0"}
_REOPENED: Final = "UPDATE job SET status = iif(started IS NULL, 'P', 'I') WHERE status = 'C'"

_ROWS: Final = """
    SELECT r.job, r.phase, r.category, r.entered + r.posted_original AS original, r.posted_original, j.status
    FROM job_category r JOIN job j ON j.comp = r.comp AND j.job = r.job
    WHERE r.comp = :comp AND :job IN (j.job, j.ctrl)"""
_FIRST_ROW: Final = f"{_ROWS} ORDER BY r.job <> :job, r.job, r.phase, r.category LIMIT 1"
_OUR_LAST_ROW: Final = f"""{_ROWS} AND r.entered <> 0 AND :user IN (r.creator, r.updater)
    ORDER BY r.job <> :job DESC, r.job DESC, r.phase DESC, r.category DESC LIMIT 1"""
_OUR_UNPOSTED: Final = """
    SELECT h.job, h.number FROM pci h JOIN job j ON j.comp = h.comp AND j.job = h.job
    WHERE h.comp = :comp AND :job IN (j.job, j.ctrl) AND h.posted IS NULL AND h.creator = :user
    ORDER BY h.created DESC, h.number DESC LIMIT 1"""
_OUR_LAST_POSTING: Final = """
    SELECT p.job, p.phase, p.category, p.amount FROM posting p
    JOIN pci h ON h.comp = p.comp AND h.job = p.master AND h.number = p.number
    JOIN job j ON j.comp = p.comp AND j.job = p.job
    WHERE p.comp = :comp AND :job IN (j.job, j.ctrl) AND h.creator = :user ORDER BY p.id DESC LIMIT 1"""


def calm(company: Company) -> None:
    """End what lasts and what is armed: the service shows all jobs and the books, closed jobs are open again."""
    company.thaw_reads()
    with company.writing() as connection:
        for name, value in _LASTING.items():
            SWITCHES.set(connection, name, value)
        connection.execute("UPDATE job SET visible = 'Y'")
        connection.execute(_REOPENED)


# -- what the service answers -----------------------------------------------------------------------------------------


def _fails_with_200(home: Path, _job: str, _handed: HandOvers) -> None:
    """Posting alone answers 200 to what it does not do."""
    desk_service.switch(home, name="post_refusals", value="1")


def _omits_rows(home: Path, _job: str, _handed: HandOvers) -> None:
    """A batch alone carries several rows."""
    desk_service.switch(home, name="short_batches", value="1")


def _stale_reads(home: Path, _job: str, _handed: HandOvers) -> None:
    Company(home).freeze_reads()


def _capped_reads(home: Path, _job: str, _handed: HandOvers) -> None:
    desk_service.switch(home, name="cut_pages", value="yes")


def _hidden_rows(home: Path, job: str, _handed: HandOvers) -> None:
    """The last sub job leaves the service's security group with all its rows; the job itself where it has none."""
    with Company(home).writing() as connection:
        last = connection.execute("SELECT max(job) FROM job WHERE comp = ? AND ctrl = ?", (COMPANY, job)).fetchone()[0]
    desk_jobs.show_to_service(home, job=last or job, visible="no")


def _expires_tokens(home: Path, _job: str, _handed: HandOvers) -> None:
    with Company(home).writing() as connection:
        access.expire_tokens(office.at_screen(connection))


# -- what people do ---------------------------------------------------------------------------------------------------


def _closed_job(home: Path, job: str, _handed: HandOvers) -> None:
    with Company(home).writing() as connection:
        check_job(connection, job)
        connection.execute("UPDATE job SET status = 'C' WHERE comp = ? AND ? IN (job, ctrl)", (COMPANY, job))


def _posts_early(home: Path, job: str, _handed: HandOvers) -> None:
    """Approve and post each PCI as it lies, but for rejected ones; what CMiC refuses stays."""
    with Company(home).writing() as connection:
        for pci in office.unposted(connection, job):
            if pci["pending_type"] != "Rejected":
                office.approve_and_post(office.at_screen(connection), pci)


def _edits_entry(home: Path, job: str, _handed: HandOvers) -> None:
    """In the row while its job is pending, else by a posted PCI."""
    row = _find(home, job, _FIRST_ROW)
    if row is None:
        raise NotFound(f"Job {job} has no budget row.", remedy="Let something arrive on the job first.")
    if row["status"] == "P":
        _set_original(home, row, row["original"] + _ONE)
    else:
        _post_by_hand(home, job, row, _ONE)


def _removes_entry(home: Path, job: str, _handed: HandOvers) -> None:
    """Delete our last unposted PCI; where there is none, clear our last row, or else reverse our last posted line."""
    pci, row, posting = (_find(home, job, chosen) for chosen in (_OUR_UNPOSTED, _OUR_LAST_ROW, _OUR_LAST_POSTING))
    if pci is not None:
        desk_changes.delete_pci(home, job=pci["job"], number=pci["number"])
    elif row is not None:
        _set_original(home, row, row["posted_original"])
    elif posting is not None:
        _post_by_hand(home, job, posting, -posting["amount"])
    else:
        raise NotFound(f"Job {job} has nothing of the service.", remedy="Let something arrive on the job first.")


def _takes_number(home: Path, job: str, _handed: HandOvers) -> None:
    """Enter a PCI of each type, which takes the next number of its mask."""
    with Company(home).reading() as connection:
        kinds = [row["type"] for row in connection.execute("SELECT type FROM pci_type WHERE comp = ?", (COMPANY,))]
    for kind in kinds:
        desk_changes.add_pci(home, job=job, type_code=kind, name=_BY_HAND)


def _set_original(home: Path, row: Row, cents: int) -> None:
    screen = desk_jobs.edit_budget if row["status"] == "P" else desk_jobs.revise_budget
    screen(home, job=row["job"], phase=row["phase"], category=row["category"], amount=shown(cents))


def _post_by_hand(home: Path, job: str, row: Row, cents: int) -> None:
    with Company(home).reading() as connection:
        kind = "SELECT mask FROM pci_type WHERE comp = ? AND type = ?"
        mask = connection.execute(kind, (COMPANY, _EXTERNAL)).fetchone()["mask"]
        number = next_number(office.at_screen(connection), COMPANY, job, mask) or ""
    desk_changes.add_pci(home, job=job, type_code=_EXTERNAL, name=_BY_HAND)
    desk_changes.add_line(
        home, job=job, number=number, phase=row["phase"], category=row["category"], amount=shown(cents),
        line_job=row["job"],
    )  # fmt: skip
    desk_changes.approve(home, job=job, number=number)
    desk_changes.post_pci(home, job=job, number=number)


def _find(home: Path, job: str, chosen: str) -> Row | None:
    with Company(home).reading() as connection:
        check_job(connection, job)
        user = fact(connection, "user")
        row: Row | None = connection.execute(chosen, {"comp": COMPANY, "job": job, "user": user}).fetchone()
        return row


ACTS: Final[Mapping[Mischief, Act]] = {
    Mischief.FAILS_WITH_200: _fails_with_200,
    Mischief.OMITS_ROWS: _omits_rows,
    Mischief.STALE_READS: _stale_reads,
    Mischief.CAPPED_READS: _capped_reads,
    Mischief.HIDDEN_ROWS: _hidden_rows,
    Mischief.CLOSED_JOB: _closed_job,
    Mischief.EXPIRES_TOKENS: _expires_tokens,
    Mischief.POSTS_EARLY: _posts_early,
    Mischief.EDITS_ENTRY: _edits_entry,
    Mischief.REMOVES_ENTRY: _removes_entry,
    Mischief.TAKES_NUMBER: _takes_number,
}
