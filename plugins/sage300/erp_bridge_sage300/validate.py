"""Everything Sage 300 CRE would not take of a batch, found before anything is written (B5)."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from erp_bridge_core.contract import ExportBatch, ExportLine, Finding, JobStatus, Part, Severity
from erp_bridge_sage300.codes import unsafe_characters
from erp_bridge_sage300.content import DESCRIPTION_LENGTH
from erp_bridge_sage300.findings import FORMULA, about, unencodable
from erp_bridge_sage300.records import CENTS, fits_file
from erp_bridge_sage300.share import SageErp
from erp_bridge_sage300.validate_codes import Codes

BARE_JOB: Final = 10
SURE_AMOUNT: Final = Decimal("99999.99")
ERROR: Final = Severity.ERROR
WARNING: Final = Severity.WARNING
STATES: Final = {
    JobStatus.CLOSED: "is closed",
    JobStatus.HELD: "is on hold",
    JobStatus.FROZEN: "is frozen",
    JobStatus.UNKNOWN: "has a status whose meaning is not known",
}


def validate_budget(batch: ExportBatch, erp: SageErp) -> Iterator[Finding]:
    """Yield all findings about a batch, the job's first, then line by line. Changes nothing."""
    yield from _job(batch, erp)
    codes = Codes(erp)
    for line in batch.lines:
        yield from codes.check(line)
        yield from _description(line, erp)
        yield from _numbers(line, erp)


# -- the job -----------------------------------------------------------------------------------------------------------


def _job(batch: ExportBatch, erp: SageErp) -> Iterator[Finding]:
    settings, header = erp.settings, erp.masters.header

    def job(rule: str, message: str, remedy: str, severity: Severity = ERROR) -> Finding:
        return Finding(severity=severity, rule=rule, message=message, remedy=remedy, field="job", value=batch.job)

    if header.company != settings.company:
        yield job(
            "other-company",
            f"The masters were read from {header.company!r}, the connection's company is {settings.company!r}.",
            "Sync the project again with the right connection.",
        )
    if header.status in STATES:
        yield job(
            f"job-{header.status.value}",
            f"Job {batch.job} {STATES[header.status]} in Sage.",
            "Have it opened in Sage (or hh2_job_statuses corrected), then sync.",
        )
    fault = settings.comparing.jobs.fault(batch.job)
    if fault:
        yield job("job-format", f"Job {batch.job!r} {fault}.", "Link the project to the job as Sage writes it.")
    bare = settings.comparing.jobs.bare(batch.job)
    if len(bare) > BARE_JOB:
        yield job(
            "job-too-long",
            f"Job {batch.job!r} has {len(bare)} characters without delimiters; Sage holds {BARE_JOB}.",
            "Link the project to the job's right code.",
        )
    yield from _finalized(batch, erp)


def _finalized(batch: ExportBatch, erp: SageErp) -> Iterator[Finding]:
    if not erp.masters.header.original_finalized:
        return
    line = next((line for line in batch.lines if line.part is Part.ORIGINAL), None)
    if line is not None:
        refuse = erp.settings.original_when_finalized == "refuse"
        yield Finding(
            severity=ERROR if refuse else WARNING,
            rule="original-finalized",
            message=f"The original estimate of job {batch.job} is finalized in Sage, and this holds original amounts.",
            remedy="Book the difference as a budget change, or have the original estimate opened in Sage.",
            field="amount",
        )


# -- texts and numbers -------------------------------------------------------------------------------------------------


def _description(line: ExportLine, erp: SageErp) -> Iterator[Finding]:
    settings, text = erp.settings, line.description
    bad = unsafe_characters(text) or unencodable(text, settings.file_encoding)
    if bad:
        refuse = settings.unsafe_descriptions == "refuse"
        yield about(
            line,
            ERROR if refuse else WARNING,
            "characters",
            "description",
            f"The description holds {bad}" + ("." if refuse else ", which will be replaced."),
            remedy="Correct the description, or set unsafe_descriptions or file_encoding for this connection.",
        )
    if len(text) > DESCRIPTION_LENGTH and settings.long_descriptions == "refuse":
        yield about(
            line,
            ERROR,
            "too-long",
            "description",
            f"The description has {len(text)} characters, Sage holds {DESCRIPTION_LENGTH}.",
            remedy="Shorten it.",
        )
    if text.startswith(FORMULA):
        yield about(
            line,
            WARNING,
            "formula",
            "description",
            f"The description begins with {text[0]}: it is text to Sage, but a spreadsheet that opens the file would "
            "take it for a formula.",
            remedy="Begin it with a letter, or open the file with care.",
        )


def _numbers(line: ExportLine, erp: SageErp) -> Iterator[Finding]:
    settings, amount = erp.settings, line.amount
    if amount != amount.quantize(CENTS):
        yield about(
            line,
            ERROR,
            "decimals",
            "amount",
            f"{amount} has more than two decimals.",
            remedy="Sage takes two decimals; book the project in a currency that has them.",
        )
    if abs(amount) >= 10**settings.amount_digits:
        yield about(
            line,
            ERROR,
            "too-large",
            "amount",
            f"{amount} has more than {settings.amount_digits} digits before the point.",
            remedy="Split the line over cost codes or categories.",
        )
    elif settings.amount_width == "unsure" and abs(amount) > SURE_AMOUNT:
        yield about(
            line,
            WARNING,
            "amount-width",
            "amount",
            f"{amount} is above {SURE_AMOUNT}: whether the import file's field holds more is not documented.",
            remedy="Try one import, then set amount_width to digits (it does) or positions (it doesn't).",
        )
    if not fits_file(line.quantity):
        refuse = settings.quantity_over == "refuse"
        yield about(
            line,
            ERROR if refuse else WARNING,
            "quantity-not-sent",
            "quantity",
            f"The quantity {line.quantity} needs more than the file's eight digits and two decimals"
            + ("." if refuse else ", and will not be sent; the amount will."),
            remedy="Round the quantity, or leave it out.",
        )
