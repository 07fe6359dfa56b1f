"""A control job and its sub jobs. In CMiC a sub job is a job of its own, which owns its phases and its budget."""

from collections.abc import Iterator, Mapping
from typing import Final

from attrs import frozen

from erp_bridge_cmic.client import Cmic
from erp_bridge_cmic.settings import CmicSettings
from erp_bridge_cmic.wire import any_of, equal, text
from erp_bridge_core.contract import JobStatus
from erp_bridge_core.contract.errors import NotFound

PENDING: Final = "P"
STATUSES: Final = {PENDING: JobStatus.PENDING, "I": JobStatus.OPEN, "C": JobStatus.CLOSED}
#: How many jobs one query names: a URL has bounds.
JOBS_A_QUERY: Final = 20


@frozen(kw_only=True)
class Job:
    """One job. `status` is CMiC's letter: P pending, I in process, C closed."""

    code: str
    name: str
    status: str
    control: str
    takes_changes: bool

    @property
    def is_pending(self) -> bool:
        """Not started: its original budget can still be edited."""
        return self.status == PENDING


@frozen(kw_only=True)
class Family:
    """A control job with the jobs below it, and which of them a line's sub job names."""

    control: Job
    jobs: Mapping[str, Job]
    own: str

    def code_of(self, sub_job: str) -> str:
        """The job that a line belongs to: that of lines without a sub job, or the sub job itself."""
        return sub_job or self.own

    def sub_job_of(self, code: str) -> str:
        """A line's sub job, given the job that it belongs to."""
        return "" if code == self.own else code

    def job_of(self, sub_job: str) -> Job | None:
        """The job that a line belongs to, None when there is no such job below this control job."""
        return self.jobs.get(self.code_of(sub_job))

    @property
    def sub_jobs(self) -> Iterator[Job]:
        """The jobs that lines name as their sub job."""
        return (job for code, job in self.jobs.items() if code not in {self.own, self.control.code})


def own_job(settings: CmicSettings, control: str) -> str:
    """The job of lines without a sub job."""
    return settings.own_lines_job.replace("{job}", control)


def read_family(client: Cmic, control: str) -> Family:
    """Read a control job and its sub jobs; raises `NotFound` when CMiC shows no such job to this account."""
    settings, names = client.erp.settings, client.erp.settings.names
    below = f" or {equal({names.job_control: control})}" if names.job_control else ""
    query = f"{equal({names.job_company: settings.company})} and ({equal({'JobCode': control})}{below})"
    jobs = {job.code: job for job in _jobs(client, query)}
    if control not in jobs:
        raise NotFound(
            f"CMiC shows no job {control} in company {settings.company}.",
            remedy="Check the code; a job outside of the API account's job security groups is not visible.",
        )
    return Family(control=jobs[control], jobs=jobs, own=own_job(settings, control))


def read_job_status(client: Cmic, code: str) -> str:
    """The status letter of one job as it is now; raises `NotFound`."""
    names = client.erp.settings.names
    query = equal({names.job_company: client.erp.settings.company, "JobCode": code})
    found = next(_jobs(client, query), None)
    if found is None:
        raise NotFound(f"CMiC shows no job {code} any more.", remedy="Look at the job in CMiC.")
    return found.status


def _jobs(client: Cmic, query: str) -> Iterator[Job]:
    names = client.erp.settings.names
    fields = (
        "JobVUuid", "JobCode", "JobName", names.job_control, names.job_status, names.job_transactions, names.job_pci,
    )  # fmt: skip
    for row in client.rows("jcjob", fields=fields, query=query, identity="JobVUuid"):
        flags = [text(row, name) for name in (names.job_transactions, names.job_pci) if name]
        yield Job(
            code=text(row, "JobCode"),
            name=text(row, "JobName"),
            status=text(row, names.job_status),
            control=text(row, names.job_control),
            # With transactions off, PCIs are still taken where PCI entry is on.
            takes_changes=not flags or any(flag != "N" for flag in flags),
        )


def queries_by_job(settings: CmicSettings, *, company: str, job: str, codes: list[str]) -> Iterator[str]:
    """Queries that find all rows of these jobs; `company` and `job` name the attributes."""
    for start in range(0, len(codes), JOBS_A_QUERY):
        some = codes[start : start + JOBS_A_QUERY]
        yield f"{equal({company: settings.company})} and {any_of(job, some)}"
