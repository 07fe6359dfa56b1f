"""Other set-ups of a site of CMiC, under which a budget needs what it never needs on a new, pending job."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from erp_bridge_cmic.simulator import office
from erp_bridge_cmic.simulator.company import COMPANY, Company
from erp_bridge_cmic.simulator.masters import add
from erp_bridge_core.contract import Variant
from erp_bridge_core.simulation import today

_FAMILY: Final = "(SELECT job FROM job WHERE comp = :comp AND :job IN (job, ctrl))"
_NO_PHASES: Final = f"DELETE FROM job_phase WHERE comp = :comp AND job IN {_FAMILY}"  # noqa: S608 - constant
_STARTED: Final = f"UPDATE job SET status = 'I', started = :day WHERE comp = :comp AND job IN {_FAMILY}"  # noqa: S608
_ROWS: Final = f"""SELECT p.comp, p.job, p.phase, c.category FROM job_phase p JOIN master_category c ON c.comp = p.comp
    WHERE p.comp = :comp AND p.job IN {_FAMILY} ORDER BY 2, 3, 4"""  # noqa: S608 - constant


def _start_without_phases(home: Path, job: str) -> None:
    """The job and its sub jobs are in process, and nobody has assigned them a phase."""
    with Company(home).writing() as connection:
        values = {"comp": COMPANY, "job": job, "day": today(connection).isoformat()}
        connection.execute(_NO_PHASES, values)
        connection.execute(_STARTED, values)


def _rows_at_nought(home: Path, job: str) -> None:
    """Every phase of the job and its sub jobs has a row of each category, without an amount."""
    with Company(home).writing() as connection:
        screen = office.at_screen(connection)
        for row in connection.execute(_ROWS, {"comp": COMPANY, "job": job}).fetchall():
            add(screen, "job_category", dict(row))


VARIANTS: Final[Mapping[str, Variant]] = {
    "started": Variant(
        title="a started job without phases, PCIs posted by us",
        settings={"post_by": "bridge"},
        prepare=_start_without_phases,
    ),
    "rows": Variant(title="a pending job whose rows are there, without an amount", prepare=_rows_at_nought),
}
