"""Phases and cost types of a batch: mask, fill, two codes that become one phase, what is missing or Complete."""

from collections.abc import Iterator

from attrs import define, field

from erp_bridge_core.contract import ExportBatch, ExportLine, Finding, LineKey, Part
from erp_bridge_spectrum.codes import PhaseCodes
from erp_bridge_spectrum.findings import ERROR, NOTE, WARNING, about
from erp_bridge_spectrum.services import SpectrumErp


@define(kw_only=True)
class Codes:
    """Checks the codes of a batch's lines, each code once."""

    erp: SpectrumErp
    job: str
    changes_apart: bool
    _told: set[str] = field(factory=set, init=False)
    _phases: dict[str, str] = field(factory=dict, init=False)
    _exported: set[str] = field(factory=set, init=False)
    _brought: set[LineKey] = field(factory=set, init=False)

    @property
    def _codes(self) -> PhaseCodes:
        return self.erp.settings.codes(self.job)

    def learn(self, batch: ExportBatch) -> None:
        """Learn what is, or will be, on the job although the masters may be from before it was."""
        exported = [total.key for total in batch.totals if total.exported_original or total.exported_changes]
        self._exported.update(key.cost_code for key in exported)
        if self.changes_apart:
            self._brought.update(exported)
            self._brought.update(line.key for line in batch.lines if line.part is Part.ORIGINAL)

    def check(self, line: ExportLine) -> Iterator[Finding]:
        """What is wrong with a line's phase and cost type, or will be created."""
        code = line.key.cost_code
        if line.key.sub_job:
            message = f"Spectrum has no sub jobs, and this line is on {line.key.sub_job}."
            remedy = "Take it off the line; a master job's jobs are jobs of their own, each with its own budget."
            yield about(line, ERROR, "sub-job", "sub_job", message, remedy=remedy)
        if code not in self._told:
            self._told.add(code)
            yield from self._phase(line)
        yield from self._cost_type(line)

    # -- phases -------------------------------------------------------------------------------------------------------

    def _phase(self, line: ExportLine) -> Iterator[Finding]:
        code, codes = line.key.cost_code, self._codes
        fault = codes.fault(code)
        if fault:
            remedy = "Correct the cost code or map it; or correct phase_mask of this connection."
            yield about(line, ERROR, "phase-mask", "cost_code", f"The cost code {code!r} {fault}.", remedy=remedy)
            return
        phase = codes.stored(code)
        other = self._phases.setdefault(phase, code)
        if other != code:
            yield about(
                line,
                ERROR,
                "phases-become-equal",
                "cost_code",
                f"{other} and {code} both become phase {phase} in Spectrum, without dashes and filled.",
                remedy="Map one of them to another phase, or make one line of them.",
            )
        elif codes.shown(phase) != code:
            yield self._other_form(line, phase)
        elif code not in self._exported and self.erp.masters.cost_code(code) is None:
            message = f"Phase {code} is not on the job and will be created."
            yield about(line, NOTE, "phase-new", "cost_code", message, remedy="Nothing needs to be done.")

    def _other_form(self, line: ExportLine, phase: str) -> Finding:
        """Figures that are read back carry Spectrum's form: written in another, a code would never meet its own."""
        code, shown = line.key.cost_code, self._codes.shown(phase)
        mask = self._codes.mask
        how = f"the mask {mask} shows it as {shown}" if mask else "no phase_mask says where its dashes are"
        return about(
            line,
            ERROR,
            "phase-form",
            "cost_code",
            f"Spectrum holds {code} as phase {phase}, and {how}.",
            remedy=f"Write it as {shown}, or map it to that."
            if mask
            else "Set phase_mask (and phase_fill) of this connection, such as 999-99999.",
        )

    # -- cost types ---------------------------------------------------------------------------------------------------

    def _cost_type(self, line: ExportLine) -> Iterator[Finding]:
        key = line.key
        known = self.erp.settings.cost_types
        if known and key.category not in known:
            message = f"The cost type {key.category!r} is none of the company's."
            remedy = f"Map it to one of {', '.join(sorted(known))}; or add it to cost_types."
            yield about(line, ERROR, "cost-type-unknown", "category", message, remedy=remedy)
            return
        held = self.erp.masters.category(key.category, cost_code=key.cost_code)
        row_exists = held is not None and held.cost_code == key.cost_code
        apart = self.changes_apart and line.part is Part.CHANGE
        if apart and not row_exists and key not in self._brought:
            yield about(
                line,
                ERROR,
                "change-needs-phase",
                "category",
                f"{key} is not on the job, and a change request never creates a phase or cost type.",
                remedy="Sync, if it was made in Spectrum since; else add a line of 0.00 for it to the original budget, "
                "so that it is created first.",
            )
        if held is not None and row_exists and not held.active:
            message = f"Phase {key.cost_code} {key.category} is Complete in Spectrum."
            remedy = "Have it reopened in Spectrum" + ("." if apart else ", or acknowledge it.")
            yield about(line, ERROR if apart else WARNING, "phase-complete", "category", message, remedy=remedy)
