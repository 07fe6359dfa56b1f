"""Everything Spectrum would not take of a batch, or would alter without a word, found beforehand (B5)."""

from collections.abc import Iterator
from typing import Final

from attrs import define, field

from erp_bridge_core.contract import ExportBatch, ExportLine, Finding, JobStatus, KeyTotal, Part, Severity
from erp_bridge_spectrum.amounts import COST_DIGITS, NOTHING, QUANTITY_DIGITS, fits
from erp_bridge_spectrum.codes import unsendable
from erp_bridge_spectrum.findings import ERROR, NOTE, WARNING, about
from erp_bridge_spectrum.planning import estimate_of
from erp_bridge_spectrum.services import SpectrumErp
from erp_bridge_spectrum.validate_codes import Codes

STATES: Final = {
    JobStatus.CLOSED: "is Complete, and takes no phases",
    JobStatus.UNKNOWN: "has a status whose meaning is not known",
}


def validate_budget(batch: ExportBatch, erp: SpectrumErp) -> Iterator[Finding]:
    """Yield all findings about a batch, the job's first, then line by line, then by key. Changes nothing."""
    yield from _job(batch, erp)
    codes = Codes(erp=erp, job=batch.job, changes_apart=erp.settings.by_change_request)
    codes.learn(batch)
    texts = _Texts(erp)
    for line in batch.lines:
        yield from codes.check(line)
        yield from texts.check(line)
        yield from _numbers(line, erp)
    yield from _totals(batch)


# -- the job -----------------------------------------------------------------------------------------------------------


def _job(batch: ExportBatch, erp: SpectrumErp) -> Iterator[Finding]:
    settings, header = erp.settings, erp.masters.header

    def job(rule: str, message: str, remedy: str, severity: Severity = ERROR) -> Finding:
        return Finding(severity=severity, rule=rule, message=message, remedy=remedy, field="job", value=batch.job)

    if header.company != settings.company:
        yield job(
            "other-company",
            f"The masters were read from company {header.company!r}, the connection's is {settings.company!r}.",
            "Sync the project again with the right connection.",
        )
    if header.status in STATES:
        yield job(
            f"job-{header.status.value}",
            f"Job {batch.job} {STATES[header.status]}.",
            "Have it made Active in Spectrum, then sync.",
        )
    if header.facts.get("status") == "Inactive":
        yield job("job-inactive", f"Job {batch.job} is Inactive in Spectrum.", "Ask whether it shall be.", WARNING)
    if settings.by_change_request and batch.has_changes and not (settings.customer or header.facts.get("customer")):
        yield job(
            "customer-missing",
            f"Job {batch.job} has no customer in Spectrum, and change requests need one with a contract.",
            "Have customer and contract set up in Spectrum, or set customer for this connection.",
        )
    if not settings.cost_types:
        yield job(
            "cost-types-not-known",
            "The company's cost types are not entered for this connection: Spectrum itself checks them when written.",
            "Enter them as cost_types, so that an unknown one is found beforehand.",
            NOTE,
        )


# -- texts -------------------------------------------------------------------------------------------------------------


@define
class _Texts:
    """Descriptions and units; of several descriptions of one phase only the first would stand."""

    erp: SpectrumErp
    _first: dict[str, ExportLine] = field(factory=dict, init=False)

    def check(self, line: ExportLine) -> Iterator[Finding]:
        """What is wrong with a line's texts."""
        units = self.erp.settings.units
        if line.unit and units and line.unit not in units:
            message = f"The unit {line.unit!r} is none of the company's units of measure."
            yield about(line, ERROR, "unit-unknown", "unit", message, remedy="Map it, or add it to units.")
        if not line.description:
            return
        if bad := unsendable(line.description):
            message = f"The description holds {bad}, which can't be sent."
            yield about(line, ERROR, "characters", "description", message, remedy="Take them out.")
        if line.part is Part.ORIGINAL:
            yield from self._shared(line)

    def _shared(self, line: ExportLine) -> Iterator[Finding]:
        phase = self.erp.settings.codes(self.erp.masters.header.job).stored(line.key.cost_code)
        first = self._first.setdefault(phase, line)
        if first.description != line.description:
            yield about(
                line,
                WARNING,
                "description-shared",
                "description",
                f"Phase {phase} has one description for all its cost types: {first.description!r} of line "
                f"{first.number} is sent, this one is not.",
                remedy="Give all lines of the phase one description, or acknowledge it.",
            )


# -- numbers -----------------------------------------------------------------------------------------------------------


def _numbers(line: ExportLine, erp: SpectrumErp) -> Iterator[Finding]:
    if not fits(line.amount, COST_DIGITS):
        message = f"{line.amount} has more than two decimals, or more than {COST_DIGITS} digits before the point."
        remedy = "Split the line over phases or cost types; use a currency of two decimals."
        yield about(line, ERROR, "amount-too-large", "amount", message, remedy=remedy)
    if line.quantity is not None and erp.settings.quantities and not fits(line.quantity, QUANTITY_DIGITS):
        yield about(
            line,
            WARNING,
            "quantity-not-sent",
            "quantity",
            f"The quantity {line.quantity} needs more than {QUANTITY_DIGITS} digits and two decimals: the amount is "
            "sent without it.",
            remedy="Round the quantity, or acknowledge it.",
        )


def _totals(batch: ExportBatch) -> Iterator[Finding]:
    """What the rows would come to, absolute; before accept the figures in Spectrum are not known yet."""
    kept = 0
    for total in batch.totals:
        estimate = estimate_of(total, changes_apart=False)
        if not fits(estimate.current, COST_DIGITS):
            yield Finding(
                severity=ERROR,
                rule="estimate-too-large",
                message=f"The estimated cost of {total.key} would be {estimate.current}, more than a row holds.",
                remedy="Split it over phases or cost types.",
                key=total.key,
                field="amount",
                value=str(estimate.current),
            )
        kept += _keeps_original(total, sent=estimate.original is not None)
    if kept:
        yield Finding(
            severity=NOTE,
            rule="original-stays",
            message=f"{kept} rows hold estimates already: their current estimate moves, their original stays as it is.",
            remedy="Nothing needs to be done; with sql_connection the original would be read, and moved too.",
        )


def _keeps_original(total: KeyTotal, *, sent: bool) -> bool:
    return total.sent_original != NOTHING and not sent
