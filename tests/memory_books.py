"""The books of a small ERP in memory: jobs, entries posted or not, and switches for what may go wrong."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from attrs import Factory, define, evolve, frozen

from erp_bridge_core.contract import Category, CostCode, Effect, JobHeader, JobStatus, LineKey, Part, SubJob
from erp_bridge_core.contract.errors import NotFound, ReadFailed

ZERO = Decimal(0)


@frozen(kw_only=True)
class Entry:
    """One budget entry in the books, as it arrived."""

    reference: str
    key: LineKey
    part: Part
    amount: Decimal
    description: str = ""


@define(kw_only=True)
class MemoryJob:
    """A job in the books. Tests change it freely to play an ERP administrator or an accountant."""

    header: JobHeader
    sub_jobs: list[SubJob] = Factory(list)
    cost_codes: list[CostCode] = Factory(list)
    categories: list[Category] = Factory(list)
    committed: dict[LineKey, Decimal] = Factory(dict)
    unposted: list[Entry] = Factory(list)
    posted: list[Entry] = Factory(list)

    def figures(self) -> dict[LineKey, tuple[Decimal, Decimal]]:
        """Original and changes per key, posted entries alone."""
        return sums_of(self.posted)

    def post(self, *, only: Callable[[Entry], bool] = lambda _: True) -> None:
        """Post the unposted entries, or some of them."""
        self.posted += [entry for entry in self.unposted if only(entry)]
        self.unposted = [entry for entry in self.unposted if not only(entry)]

    def set_status(self, status: JobStatus) -> None:
        """Close, hold or reopen the job."""
        self.header = evolve(self.header, status=status)


def sums_of(entries: Iterable[Entry]) -> dict[LineKey, tuple[Decimal, Decimal]]:
    """Original and changes per key."""
    sums: dict[LineKey, tuple[Decimal, Decimal]] = {}
    for entry in entries:
        original, changes = sums.get(entry.key, (ZERO, ZERO))
        moved = (
            (original + entry.amount, changes) if entry.part is Part.ORIGINAL else (original, changes + entry.amount)
        )
        sums[entry.key] = moved
    return sums


@define(kw_only=True)
class MemoryBooks:
    """One company's books, and switches for what may go wrong.

    `refused` keys are refused line by line in the books' own words; `before_send` and `after_send` run around each
    write and may raise; `sees_unposted`, `apart` and `read_failed` change what reading back can tell.
    """

    company: str = "BOOKS"
    live: bool | None = False
    jobs: dict[str, MemoryJob] = Factory(dict)
    refused: dict[LineKey, str] = Factory(dict)
    before_send: Callable[[Effect], None] = lambda _: None
    after_send: Callable[[Effect], None] = lambda _: None
    read_failed: str | None = None
    stale: str | None = None
    sees_unposted: bool = True
    apart: bool = True
    sends: int = 0
    references: set[str] = Factory(set)

    def add_job(
        self,
        job: str,
        *,
        name: str = "",
        sub_jobs: Sequence[str] = (),
        cost_codes: Sequence[str] = (),
        categories: Sequence[str] = (),
    ) -> MemoryJob:
        """Set up a job whose cost codes and categories are standard ones."""
        header = JobHeader(
            company=self.company, job=job, name=name or f"Job {job}", status=JobStatus.OPEN, live=self.live
        )
        self.jobs[job] = MemoryJob(
            header=header,
            sub_jobs=[SubJob(code=code, name=f"Sub job {code}") for code in sub_jobs],
            cost_codes=[CostCode(code=code, name=f"Cost code {code}", standard=True) for code in cost_codes],
            categories=[Category(code=code, name=f"Category {code}", standard=True) for code in categories],
        )
        return self.jobs[job]

    def job(self, job: str) -> MemoryJob:
        """The job, or NotFound as an adapter raises it."""
        if self.read_failed is not None:
            raise ReadFailed(self.read_failed)
        if job not in self.jobs:
            raise NotFound(f"The books have no job {job}.", remedy="Check the job's code.")
        return self.jobs[job]
