"""Everything CMiC would not take of a batch, found before anything is written (B5): first the jobs, then each line."""

from collections.abc import Iterator
from typing import Final

from erp_bridge_cmic.jobs import PENDING, own_job
from erp_bridge_cmic.meant import BY_PCI, BY_ROWS
from erp_bridge_cmic.sign_in import CmicErp
from erp_bridge_cmic.validate_lines import check_line
from erp_bridge_core.contract import ExportBatch, Finding, JobStatus, Part, Severity

STARTED: Final = "I"
CLOSED: Final = "C"
ERROR: Final = Severity.ERROR
#: How a job's status is told.
WORDS: Final = {CLOSED: "is closed", "": "is not below the control job, or not visible to the API account"}


def validate_budget(batch: ExportBatch, erp: CmicErp) -> Iterator[Finding]:
    """Yield all findings about a batch. Changes nothing."""
    yield from _header(batch, erp)
    jobs = _Jobs(batch, erp)
    for line in batch.lines:
        yield from check_line(line, erp)
        jobs.needs(line.key.sub_job, line.part)
    yield from jobs.findings()
    yield from _changes(batch, erp)


def _header(batch: ExportBatch, erp: CmicErp) -> Iterator[Finding]:
    header = erp.masters.header
    if header.company != erp.settings.books:
        yield _about_job(
            "other-company",
            batch.job,
            f"The masters were read from {header.company}, the connection leads to {erp.settings.books}.",
            "Sync the project again with the right connection.",
        )
    if header.status in {JobStatus.CLOSED, JobStatus.UNKNOWN}:
        yield _about_job(
            f"job-{header.status.value}",
            batch.job,
            f"Job {batch.job} {'is closed' if header.status is JobStatus.CLOSED else 'has an unknown status'} in CMiC.",
            "Have it opened in CMiC, then sync.",
        )


def _about_job(rule: str, job: str, message: str, remedy: str) -> Finding:
    return Finding(severity=ERROR, rule=rule, message=message, remedy=remedy, field="job", value=job)


class _Jobs:
    """What the batch needs of each job: rows for originals, PCIs for the rest."""

    def __init__(self, batch: ExportBatch, erp: CmicErp) -> None:
        self._facts, self._settings, self._batch = erp.masters.header.facts, erp.settings, batch
        self._needs: dict[str, set[str]] = {}

    def needs(self, sub_job: str, part: Part) -> None:
        """Remember by which route a line of this sub job goes."""
        job = sub_job or own_job(self._settings, self._batch.job)
        self._needs.setdefault(job, set()).add(self._route(job) if part is Part.ORIGINAL else BY_PCI)

    def _route(self, job: str) -> str:
        if self._settings.original_route != "by_status":
            return self._settings.original_route
        return BY_PCI if self._facts.get(f"status {job}") == STARTED else BY_ROWS

    def findings(self) -> Iterator[Finding]:
        """What keeps a job from being written to."""
        for job, routes in sorted(self._needs.items()):
            status = self._facts.get(f"status {job}", "")
            if status in WORDS:
                yield _about_job(
                    "job-closed" if status else "job-unknown",
                    job,
                    f"Job {job} {WORDS[status]} in CMiC.",
                    "Have it opened, or put below the control job, in CMiC; then sync.",
                )
                continue
            yield from self._route_findings(job, status, routes)

    def _route_findings(self, job: str, status: str, routes: set[str]) -> Iterator[Finding]:
        if BY_ROWS in routes and status != PENDING:
            yield _about_job(
                "budget-frozen",
                job,
                f"Job {job} was started, which freezes its original budget; the connection writes to rows alone.",
                "Set original_route to by_status, or book the difference as a budget change.",
            )
        if BY_PCI in routes and self._facts.get(f"takes PCIs {job}") == "no":
            yield _about_job(
                "job-takes-no-pci",
                job,
                f"Job {job} takes no PCIs: Allow Transactions and Allow PCI Entry are both off.",
                "Switch on Allow PCI Entry for the job in CMiC, then sync.",
            )
        if BY_PCI in routes and self._route(job) == BY_PCI:
            yield from self._type_findings(self._settings.type_original, "O")

    def _type_findings(self, code: str, letter: str) -> Iterator[Finding]:
        yield from type_findings(self._facts.get(f"PCI type {code}", ""), code, letter)


def _changes(batch: ExportBatch, erp: CmicErp) -> Iterator[Finding]:
    settings, facts = erp.settings, erp.masters.header.facts
    for header in batch.change_headers:
        if header.transfer and header.amount != 0 and settings.transfers_balance:
            yield Finding(
                severity=ERROR,
                rule="transfer-unbalanced",
                message=f"Budget change {header.number} is a transfer and comes to {header.amount}, not to zero.",
                remedy="Correct its lines, or make it a scope change.",
                field="amount",
                value=f"{header.amount:f}",
            )
    letters = {"E" if settings.scope_change_class == "external" else "I", "T"} if batch.change_headers else set()
    for letter in sorted(letters):
        code = settings.types[letter]
        yield from type_findings(facts.get(f"PCI type {code}", ""), code, letter)


def type_findings(fact: str, code: str, letter: str) -> Iterator[Finding]:
    """What is wrong with a PCI type, as it was read with the job."""
    shown, _, rest = fact.partition(" ")
    if not fact:
        why, remedy = f"CMiC has no PCI type {code}.", "Correct the connection's type_* settings, then sync."
    elif shown != letter:
        why = f"PCI type {code} is of class {shown}, not {letter}."
        remedy = "Correct the connection's type_* settings, then sync."
    elif rest.endswith("no own numbers"):
        why = f"PCI type {code} does not let a number be given, without which a PCI could be created twice."
        remedy = "Switch on the override of its number mask in CMiC (PCI Types), then sync."
    else:
        return
    severity = ERROR if letter != "T" else Severity.WARNING
    yield Finding(severity=severity, rule="pci-type", message=why, remedy=remedy, field="change", value=code)
