"""The job costs report as pages show it: a page of its keys, and sums by sub job or cost code with their bars."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final
from urllib.parse import urlencode

from attrs import define, frozen

from erp_bridge_core.exports.reports import JobCost, JobReport
from erp_bridge_core.web.addresses import path_to
from erp_bridge_core.web.paging import PAGE_ROWS, Slice

#: Bars of a chart; what is beyond them is told in a sentence, and stands in the table of keys.
MOST_BARS: Final = 30
#: The choice of the keys that stand on the job itself: no sub job has such a code.
JOB_ITSELF: Final = "(job)"
_WHOLE: Final = Decimal(100)
_ZERO: Final = Decimal(0)


@frozen(kw_only=True)
class CostSearch:
    """Which keys somebody asked for: of one sub job, with a text in their codes, only those that differ."""

    sub_job: str = ""
    text: str = ""
    differing: bool = False
    page: int = 1

    @property
    def is_all(self) -> bool:
        """Whether nothing is left out."""
        return not (self.sub_job or self.text or self.differing)

    def takes(self, cost: JobCost) -> bool:
        """Whether a key is among them; one that can't be read counts as differing."""
        key = cost.key
        of_sub_job = self.sub_job in {"", key.sub_job or JOB_ITSELF}
        named = self.text.casefold() in f"{key.sub_job} {key.cost_code} {key.category}".casefold()
        return of_sub_job and named and not (self.differing and cost.difference == 0)

    def query(self, **changed: str) -> str:
        """The search as a query, without its page."""
        asked = {"sub_job": self.sub_job, "text": self.text, "differing": "yes" if self.differing else "", **changed}
        return urlencode({name: value for name, value in asked.items() if value})


@frozen(kw_only=True)
class Span:
    """One bar: where it begins and how long it is, in hundredths of the chart's width, as SVG writes them."""

    start: str
    length: str


@define(kw_only=True)
class Group:
    """Sums over the readable keys of one sub job, or of one cost code; `unread` counts the others."""

    name: str
    ours: Decimal = _ZERO
    erp: Decimal = _ZERO
    difference: Decimal = _ZERO
    unread: int = 0

    def add(self, cost: JobCost) -> None:
        """Count one key in."""
        if cost.ours_total is None or cost.erp_total is None or cost.difference is None:
            self.unread += 1
            return
        self.ours += cost.ours_total
        self.erp += cost.erp_total
        self.difference += cost.difference


@frozen(kw_only=True)
class Bars:
    """A group with its two bars."""

    group: Group
    ours: Span
    erp: Span


@frozen(kw_only=True)
class JobCosts:
    """What a page shows of one job: bars by sub job (`by_cost_code` once one is chosen), and a page of keys."""

    bars: Sequence[Bars]
    left_out: int
    by_cost_code: bool
    sub_jobs: Sequence[str]
    keys: Slice[JobCost]


def report_path(number: str, *rest: str) -> str:
    """The address of a project's job costs report."""
    return path_to("projects", number, "job-costs", *rest)


def job_costs(job: JobReport, search: CostSearch) -> JobCosts:
    """Read the job's keys once: only a page of them and the sums are kept."""
    offset = (max(1, search.page) - 1) * PAGE_ROWS
    shown: list[JobCost] = []
    total = 0
    by_sub_job: dict[str, Group] = {}
    by_cost_code: dict[str, Group] = {}
    for cost in job.costs:
        sub_job = cost.key.sub_job or JOB_ITSELF
        by_sub_job.setdefault(sub_job, Group(name=sub_job)).add(cost)
        if not search.takes(cost):
            continue
        by_cost_code.setdefault(cost.key.cost_code, Group(name=cost.key.cost_code)).add(cost)
        if offset <= total < offset + PAGE_ROWS:
            shown.append(cost)
        total += 1
    detailed = bool(search.sub_job) or len(by_sub_job) < 2  # noqa: PLR2004 -- one bar compares nothing
    groups = (by_cost_code if detailed else by_sub_job).values()
    return JobCosts(
        bars=bars_of(groups),
        left_out=max(0, len(groups) - MOST_BARS),
        by_cost_code=detailed,
        sub_jobs=tuple(by_sub_job),
        keys=Slice(rows=shown, offset=offset, limit=PAGE_ROWS, total=total),
    )


def bars_of(groups: Iterable[Group]) -> tuple[Bars, ...]:
    """The largest groups with their bars on one scale, on which zero is where the negative amounts end."""
    largest = sorted(groups, key=lambda group: -max(abs(group.ours), abs(group.erp)))[:MOST_BARS]
    amounts = [_ZERO, *(amount for group in largest for amount in (group.ours, group.erp))]
    lowest, highest = min(amounts), max(amounts)
    width = highest - lowest or Decimal(1)

    def span(amount: Decimal) -> Span:
        start, length = (min(amount, _ZERO) - lowest) / width, abs(amount) / width
        return Span(start=f"{start * _WHOLE:.2f}", length=f"{length * _WHOLE:.2f}")

    return tuple(Bars(group=group, ours=span(group.ours), erp=span(group.erp)) for group in largest)
