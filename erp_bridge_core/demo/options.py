"""What a demo is asked for, and what it answers."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from attrs import asdict, frozen


@frozen(kw_only=True)
class DemoOptions:
    """`budget` None: one contract of the Indiana letting, told in full. Else every job of the file, or `job` alone.

    `columns` are `FIELD=HEADER`, `where` `HEADER=VALUE`, `defaults` `FIELD=VALUE`; `duplicates` is `refuse` or `sum`.
    `erp` limits the demo to one installed adapter. With `source`, one of the installed budget sources, the contract is
    entered there, and its people ask for its export.
    """

    home: Path
    budget: Path | None = None
    columns: Sequence[str] = ()
    where: Sequence[str] = ()
    defaults: Sequence[str] = ()
    duplicates: str = "refuse"
    job: str | None = None
    erp: str | None = None
    source: str | None = None


@frozen(kw_only=True)
class DemoRequest:
    """One request of the source's users, as their own books hold it at the end.

    `heard_by` is how it was first known here: `hint`, or `poll`. `lines` are those that came of it.
    """

    id: str
    kind: str
    heard_by: str
    item: int
    lines: int
    status: str
    messages: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {**asdict(self), "messages": list(self.messages)}


@frozen(kw_only=True)
class DemoSource:
    """The source's side of one job. `synced` is what its own books hold as being in the ERP; `accepted` what we did.

    `told_falsely` counts keys of which its books hold another amount as synced than the ERP's own books have.
    """

    name: str
    project: str
    accepted: Decimal
    synced: Decimal
    told_falsely: int
    requests: tuple[DemoRequest, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain data; amounts are text."""
        return {
            "name": self.name,
            "project": self.project,
            "accepted": f"{self.accepted:f}",
            "synced": f"{self.synced:f}",
            "told_falsely": self.told_falsely,
            "requests": [each.to_json() for each in self.requests],
        }


@frozen(kw_only=True)
class DemoJob:
    """One job in one ERP. `in_erp`, `missing` and `duplicated` come from the simulator's own books.

    `lines` counts distinct keys; `missing` and `duplicated` count lines that the books hold too seldom or too often.
    `verified_by` names the routes by which the ERP was read back. `source` tells where it came from, if not from a
    file.
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
    source: DemoSource | None = None

    @property
    def is_good(self) -> bool:
        """Verified, every line in the books just once, and nothing else told to the source."""
        told = self.source is None or not self.source.told_falsely
        return self.verified and not self.missing and not self.duplicated and told

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
            **({"source": self.source.to_json()} if self.source else {}),
        }


@frozen(kw_only=True)
class DemoResult:
    """What the demo ended with, and where it left everything."""

    home: Path
    jobs: tuple[DemoJob, ...]

    @property
    def is_good(self) -> bool:
        """Every job is as it was meant to be, in every book."""
        return all(job.is_good for job in self.jobs)

    def to_json(self) -> dict[str, Any]:
        """The one document of `demo --json`."""
        return {"home": str(self.home), "jobs": [job.to_json() for job in self.jobs]}
