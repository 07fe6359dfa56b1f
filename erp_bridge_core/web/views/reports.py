"""The job costs report as pages show it: a page of its keys, and sums by sub job or cost code with their bars."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final
from urllib.parse import urlencode

from attrs import evolve, frozen

from erp_bridge_core.app import Application
from erp_bridge_core.exports.report_queries import KeySearch
from erp_bridge_core.exports.reports import GroupSums, JobCost, JobReport
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.web.addresses import path_to
from erp_bridge_core.web.paging import PAGE_ROWS, Slice, offset_of

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

    def keys(self) -> KeySearch:
        """The search as the report takes it."""
        sub_job = {"": None, JOB_ITSELF: ""}.get(self.sub_job, self.sub_job)
        return KeySearch(
            sub_job=sub_job, text=self.text, differing=self.differing, offset=offset_of(self.page), limit=PAGE_ROWS
        )

    def query(self, **changed: str) -> str:
        """The search as a query, without its page."""
        asked = {"sub_job": self.sub_job, "text": self.text, "differing": "yes" if self.differing else "", **changed}
        return urlencode({name: value for name, value in asked.items() if value})


@frozen(kw_only=True)
class Span:
    """One bar: where it begins and how long it is, in hundredths of the chart's width, as SVG writes them."""

    start: str
    length: str


@frozen(kw_only=True)
class Bars:
    """A group with its two bars."""

    group: GroupSums
    ours: Span
    erp: Span


@frozen(kw_only=True)
class JobCosts:
    """What a page shows of one job: bars by sub job (`by_cost_code` once one is chosen), and a page of keys."""

    job: JobReport
    bars: Sequence[Bars]
    left_out: int
    by_cost_code: bool
    sub_jobs: Sequence[str]
    keys: Slice[JobCost]


def report_path(number: str, *rest: str) -> str:
    """The address of a project's job costs report."""
    return path_to("projects", number, "job-costs", *rest)


def job_costs(application: Application, actor: Actor, project: str, search: CostSearch) -> JobCosts | None:
    """A page of a job's keys, and bars: of its sub jobs, or of cost codes where one is chosen or there is but one.

    None where nothing of the project was read back yet.
    """
    keys = search.keys()
    found = application.reports.find_costs(actor, project, keys, by_cost_code=bool(search.sub_job))
    if found is None:
        return None
    detailed = bool(search.sub_job) or len(found.by_sub_job) < 2  # noqa: PLR2004 -- one bar compares nothing
    if detailed and not search.sub_job:
        found = application.reports.find_costs(actor, project, keys, by_cost_code=True) or found
    sub_jobs = tuple(evolve(each, name=each.name or JOB_ITSELF) for each in found.by_sub_job)
    groups = found.by_cost_code if detailed else sub_jobs
    return JobCosts(
        job=found.job,
        bars=bars_of(groups),
        left_out=max(0, len(groups) - MOST_BARS),
        by_cost_code=detailed,
        sub_jobs=tuple(each.name for each in sub_jobs),
        keys=Slice(rows=found.rows, offset=keys.offset, limit=PAGE_ROWS, total=found.total),
    )


def bars_of(groups: Iterable[GroupSums]) -> tuple[Bars, ...]:
    """The largest groups with their bars on one scale, on which zero is where the negative amounts end."""
    largest = sorted(groups, key=lambda group: -max(abs(group.ours), abs(group.erp)))[:MOST_BARS]
    amounts = [_ZERO, *(amount for group in largest for amount in (group.ours, group.erp))]
    lowest, highest = min(amounts), max(amounts)
    width = highest - lowest or Decimal(1)

    def span(amount: Decimal) -> Span:
        start, length = (min(amount, _ZERO) - lowest) / width, abs(amount) / width
        return Span(start=f"{start * _WHOLE:.2f}", length=f"{length * _WHOLE:.2f}")

    return tuple(Bars(group=group, ours=span(group.ours), erp=span(group.erp)) for group in largest)
