"""A person at the simulator's desk, as the tests see them: files in the share, acts, and the simulator's own books."""

import csv
from pathlib import Path
from typing import Any

from attrs import frozen

from erp_bridge_core.contract import BookEntry, JobSetup
from erp_bridge_sage300.simulator import SageSimulator

CATEGORIES = (("LAB", "Labor", "labor"), ("MAT", "Material", "material"), ("SUB", "Subcontract", "subcontract"))
JOBS = (
    JobSetup(
        job="24-001",
        name="Bridge",
        sub_jobs=(("A1", "Curbs"),),
        cost_codes=(("", "03-1000", "Concrete"), ("", "05-1000", "Steel"), ("A1", "03-1000", "Concrete")),
        categories=CATEGORIES,
    ),
    JobSetup(job="24-002", name="Road", cost_codes=(("", "02-1000", "Asphalt"),), categories=CATEGORIES),
)
HAND_WRITTEN = Path(__file__).parent / "fixtures" / "hand-written.jce"


def job_record(job: str = "24-001", extra: str = "") -> str:
    """A job record."""
    return f'J,"{job}","{extra}",04082026'


def category_record(code: str, category: str = "LAB", amount: str = "100.00", *, day: str = "04082026") -> str:
    """A category record."""
    return f'C,"{code:>15}","Text","{category}",{day},1.00,"LS",{amount},,,"",""'


@frozen
class Office:
    """One simulated company below `home`."""

    home: Path

    @property
    def share(self) -> Path:
        """The folder shared with Sage."""
        return self.home / "share"

    def put(self, *records: str, name: str = "1-original/a.jce") -> str:
        """Put a file of records into the share; its name."""
        return self.put_bytes("".join(f"{record}\r\n" for record in records).encode(), name=name)

    def put_bytes(self, content: bytes, *, name: str = "1-original/a.jce") -> str:
        """Put a file into the share; its name."""
        path = self.share / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return name

    def do(self, act: str, **arguments: str) -> str:
        """Do an act at the desk; what it told, as one text."""
        return "\n".join(SageSimulator().desk()[act].run(self.home, **arguments))

    def bring_in(self, *records: str, **arguments: str) -> str:
        """Import a file of these records; what was told."""
        return self.do("import", file=self.put(*records), **arguments)

    def switch(self, name: str, value: str) -> None:
        """Set a switch."""
        self.do("switch", name=name, value=value)

    def books(self, job: str = "24-001") -> dict[str, tuple[str, str]]:
        """Posted original and changes per key, from the simulator's own books."""
        return {str(entry.key): (str(entry.original), str(entry.changes)) for entry in self.entries(job)}

    def entries(self, job: str = "24-001") -> list[BookEntry]:
        """The simulator's own books."""
        return list(SageSimulator().ledger(self.home, job))

    def rejects(self) -> str:
        """The rejection file."""
        return (self.share / "rejected/estimates.jce").read_text()

    def import_report(self) -> str:
        """The Estimate Import Report."""
        return (self.share / "reports/estimate-import.txt").read_text()

    def job_costs(self) -> list[dict[str, str | Any]]:
        """The rows of the job cost report as it lies in the share."""
        with (self.share / "reports/job-cost.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
