"""What an ERP knows of a job: header, sub jobs, cost codes, categories, and its own figures per key."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from attrs import Factory, field, frozen

from erp_bridge_core.contract.budget import LineKey, Stream


class JobStatus(StrEnum):
    """Whether an ERP job takes budgets. The profile says which the ERP has; `unknown` takes nothing."""

    PENDING = "pending"
    OPEN = "open"
    HELD = "held"
    FROZEN = "frozen"
    CLOSED = "closed"
    UNKNOWN = "unknown"


@frozen(kw_only=True)
class JobHeader:
    """A job as the ERP has it. `company` identifies the ERP's books; `live` is None where the ERP does not say."""

    company: str
    job: str
    name: str
    status: JobStatus
    live: bool | None = None
    original_finalized: bool | None = None
    facts: Mapping[str, str] = Factory(dict)


@frozen(kw_only=True)
class SubJob:
    """A sub job under a job."""

    code: str
    name: str
    active: bool = True


@frozen(kw_only=True)
class CostCode:
    """A cost code: of the company's standard list (`standard`), or of the job or one of its sub jobs."""

    code: str
    name: str = ""
    sub_job: str = ""
    standard: bool = False
    group: bool = False
    active: bool = True


@frozen(kw_only=True)
class Category:
    """A category (cost type): of the standard list (`cost_code` blank), or under one cost code of the job."""

    code: str
    name: str = ""
    sub_job: str = ""
    cost_code: str = ""
    standard: bool = False
    kind: str = ""
    active: bool = True


@frozen(kw_only=True)
class Figure:
    """The ERP's own budget figures of one key, each None where this route can't read it.

    `committed` is what is spoken for already: cost to date plus open commitments (B10).
    """

    key: LineKey
    original: Decimal | None
    changes: Decimal | None
    total: Decimal | None
    committed: Decimal | None = None
    description: str = ""
    unit: str = ""
    quantity: Decimal | None = None
    route: str = ""


@frozen(kw_only=True)
class JobReading:
    """One complete read of a job; the streams raise `ReadFailed` when they are cut short, never end early.

    `routes` names the ways it was read, `blind` what each could not see (route -> sentence).
    """

    header: JobHeader
    sub_jobs: Stream[SubJob] = field(eq=False, repr=False)
    cost_codes: Stream[CostCode] = field(eq=False, repr=False)
    categories: Stream[Category] = field(eq=False, repr=False)
    figures: Stream[Figure] = field(eq=False, repr=False)
    routes: tuple[str, ...] = ()
    blind: Mapping[str, str] = Factory(dict)


class Masters(Protocol):
    """The masters last read for the batch's job, indexed; fresh ones at accept and before the first write (B5)."""

    @property
    def header(self) -> JobHeader:
        """The job's header."""

    def sub_job(self, code: str) -> SubJob | None:
        """The sub job of that code under the job, or None."""

    def cost_code(self, code: str, *, sub_job: str = "") -> CostCode | None:
        """The job's (or sub job's) own cost code, else the standard list's, else None."""

    def category(self, code: str, *, cost_code: str = "", sub_job: str = "") -> Category | None:
        """The category under that cost code of the job, else the standard list's, else None."""
