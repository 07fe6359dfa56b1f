"""What a demo is asked for, and what it answers."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from attrs import frozen


@frozen(kw_only=True)
class DemoOptions:
    """`budget` None: one contract of the Indiana letting, told in full. Else every job of the file, or `job` alone.

    `columns` are `FIELD=HEADER`, `where` `HEADER=VALUE`, `defaults` `FIELD=VALUE`; `duplicates` is `refuse` or `sum`.
    `erp` limits the demo to one installed adapter.
    """

    home: Path
    budget: Path | None = None
    columns: Sequence[str] = ()
    where: Sequence[str] = ()
    defaults: Sequence[str] = ()
    duplicates: str = "refuse"
    job: str | None = None
    erp: str | None = None


@frozen(kw_only=True)
class DemoJob:
    """One job in one ERP. `in_erp`, `missing` and `duplicated` come from the simulator's own books.

    `lines` counts distinct keys; `missing` and `duplicated` count lines that the books hold too seldom or too often.
    `verified_by` names the routes by which the ERP was read back.
    """

    erp: str
    job: str
    lines: int
    original_budget: Decimal
    budget_changes: Decimal
    revised_budget: Decimal
    state: str
    verified: bool
    in_erp: Decimal
    missing: int
    duplicated: int
    verified_by: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain data; amounts are text."""
        return {
            "erp": self.erp,
            "job": self.job,
            "lines": self.lines,
            "original_budget": f"{self.original_budget:f}",
            "budget_changes": f"{self.budget_changes:f}",
            "revised_budget": f"{self.revised_budget:f}",
            "state": self.state,
            "verified": self.verified,
            "in_erp": f"{self.in_erp:f}",
            "missing": self.missing,
            "duplicated": self.duplicated,
            "verified_by": list(self.verified_by),
        }


@frozen(kw_only=True)
class DemoResult:
    """What the demo ended with, and where it left everything."""

    home: Path
    jobs: tuple[DemoJob, ...]

    @property
    def is_good(self) -> bool:
        """Every job verified, and every line in the books just once."""
        return all(job.verified and not job.missing and not job.duplicated for job in self.jobs)

    def to_json(self) -> dict[str, Any]:
        """The one document of `demo --json`."""
        return {"home": str(self.home), "jobs": [job.to_json() for job in self.jobs]}
