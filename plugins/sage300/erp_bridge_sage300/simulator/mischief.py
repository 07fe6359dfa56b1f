"""Mischief: what the accounting office may do wrong with what was handed over, and what report and hh2 may hide."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from sqlite3 import Connection
from typing import Final

from attrs import evolve

from erp_bridge_core.contract import HandOver, Mischief
from erp_bridge_core.contract.errors import NotFound
from erp_bridge_sage300.simulator import hh2
from erp_bridge_sage300.simulator.batches import batches_of_job, remove_batch
from erp_bridge_sage300.simulator.codes import held_job
from erp_bridge_sage300.simulator.company import Company
from erp_bridge_sage300.simulator.dialog import ImportDialog
from erp_bridge_sage300.simulator.hand import HandEntry, enter_by_hand, set_status
from erp_bridge_sage300.simulator.hand_overs import TICKS, fill_in, post_and_show, show, takes_tick
from erp_bridge_sage300.simulator.importing import import_estimates
from erp_bridge_sage300.simulator.switches import SWITCHES

Act = Callable[[Path, str, Sequence[HandOver]], None]
HandOvers = Sequence[HandOver]

#: What lasts, and the value that ends it.
_LASTING: Final = {"stale_report": "no", "stale_sync": "no", "hh2_pages": "0", "hidden_job": ""}

#: 1.00 more on a key that the job has, else on any cost code with the first of the standard categories.
_ONE_MORE: Final = """
    SELECT extra, code, coalesce(category, (SELECT min(category) FROM standard_category)) AS category,
        'original' AS kind, 100 AS amount
    FROM cost_code LEFT JOIN category USING (job, extra, code)
    WHERE job = ? AND NOT group_code ORDER BY category IS NULL, extra, code, category LIMIT 1"""

#: The reverse of the last entry that was imported and posted.
_LAST_REVERSED: Final = """
    SELECT extra, code, category, kind, -amount AS amount FROM posted JOIN batch USING (batch)
    WHERE job = ? AND source = 'Import Estimates' ORDER BY run DESC, sequence DESC LIMIT 1"""


def calm(company: Company) -> None:
    """End what lasts, then let report and hh2 show the figures of now."""
    with company.writing() as connection:
        for name, value in _LASTING.items():
            SWITCHES.set(connection, name, value)
        for row in connection.execute("SELECT job FROM job WHERE status = 'Closed'").fetchall():
            set_status(connection, row["job"], "In progress")
    _finish(show(company))


# -- what report and hh2 show -----------------------------------------------------------------------------------------


def _stale_reads(home: Path, _job: str, _handed: HandOvers) -> None:
    _finish(show(Company(home)))
    with Company(home).writing() as connection:
        SWITCHES.set(connection, "stale_report", "yes")
        SWITCHES.set(connection, "stale_sync", "yes")


def _capped_reads(home: Path, _job: str, _handed: HandOvers) -> None:
    with Company(home).writing() as connection:
        SWITCHES.set(connection, "hh2_pages", "1")


def _hidden_rows(home: Path, job: str, _handed: HandOvers) -> None:
    with Company(home).writing() as connection:
        SWITCHES.set(connection, "hidden_job", held_job(connection, job))
    _finish(show(Company(home)))


def _expires_tokens(home: Path, _job: str, _handed: HandOvers) -> None:
    with Company(home).writing() as connection:
        hh2.end_sessions(connection)


# -- what the accounting office does ----------------------------------------------------------------------------------


def _closed_job(home: Path, job: str, _handed: HandOvers) -> None:
    with Company(home).writing() as connection:
        set_status(connection, job, "Closed")
    _finish(show(Company(home)))


def _posts_early(home: Path, job: str, _handed: HandOvers) -> None:
    """Load every file that lies in one of the two folders, whether anybody has taken it over or not."""
    company = Company(home)
    for path in sorted(company.share.rglob("*.jce")):
        location = path.relative_to(company.share)
        if TICKS.keys() & set(location.parts):
            ticked = takes_tick(str(location))
            import_estimates(company, ImportDialog(file=str(location), approved_change=ticked, import_again=False))
    _finish(post_and_show(company, job))


def _loads_twice(home: Path, job: str, handed: HandOvers) -> None:
    company = Company(home)
    for hand_over in handed:
        import_estimates(company, fill_in(company, hand_over))
        import_estimates(company, evolve(fill_in(company, hand_over), import_again=True))
    _finish(post_and_show(company, job))


def _ticks_wrong(home: Path, job: str, handed: HandOvers) -> None:
    company = Company(home)
    for hand_over in handed:
        right = fill_in(company, hand_over)
        import_estimates(company, evolve(right, approved_change=not right.approved_change))
    _finish(post_and_show(company, job))


def _loads_half(home: Path, job: str, handed: HandOvers) -> None:
    company = Company(home)
    for hand_over in handed[:1]:
        import_estimates(company, fill_in(company, hand_over))
    _finish(post_and_show(company, job))


def _edits_entry(home: Path, job: str, _handed: HandOvers) -> None:
    with Company(home).writing() as connection:
        _enter(connection, job, _ONE_MORE, "has no cost code")
    _finish(show(Company(home)))


def _removes_entry(home: Path, job: str, handed: HandOvers) -> None:
    """Load what was handed over and remove the first batch that is unposted; all posted: reverse the last entry."""
    company = Company(home)
    for hand_over in handed:
        import_estimates(company, fill_in(company, hand_over))
    with company.writing() as connection:
        waiting = batches_of_job(connection, held_job(connection, job))
        if waiting:
            remove_batch(connection, waiting[0])
        else:
            _enter(connection, job, _LAST_REVERSED, "has no entry that was imported")
    _finish(post_and_show(company, job))


def _enter(connection: Connection, job: str, chosen: str, lacking: str) -> None:
    row = connection.execute(chosen, (held_job(connection, job),)).fetchone()
    if row is None:
        raise NotFound(f"Job {job} {lacking}.", remedy="Let something arrive on the job first.")
    enter_by_hand(connection, HandEntry(job=job, **dict(row)))


def _finish(told: Iterable[str]) -> None:
    for _ in told:
        pass


ACTS: Final[Mapping[Mischief, Act]] = {
    Mischief.STALE_READS: _stale_reads,
    Mischief.CAPPED_READS: _capped_reads,
    Mischief.HIDDEN_ROWS: _hidden_rows,
    Mischief.CLOSED_JOB: _closed_job,
    Mischief.EXPIRES_TOKENS: _expires_tokens,
    Mischief.POSTS_EARLY: _posts_early,
    Mischief.LOADS_TWICE: _loads_twice,
    Mischief.TICKS_WRONG: _ticks_wrong,
    Mischief.LOADS_HALF: _loads_half,
    Mischief.EDITS_ENTRY: _edits_entry,
    Mischief.REMOVES_ENTRY: _removes_entry,
}
