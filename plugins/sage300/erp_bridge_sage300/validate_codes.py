"""The checks of a line's codes against Sage's masters and the import file's form (B5, B7, B8)."""

from collections.abc import Iterator
from typing import Final

from attrs import define, field

from erp_bridge_core.contract import ExportLine, Finding, Severity
from erp_bridge_sage300.codes import unsafe_characters
from erp_bridge_sage300.findings import FORMULA, about, unencodable
from erp_bridge_sage300.share import SageErp

ERROR: Final = Severity.ERROR
WARNING: Final = Severity.WARNING
NOTE: Final = Severity.NOTE


@define
class Codes:
    """Checks codes line by line; remembers cost codes by their bare form, to find two that Sage would hold as one.

    A code stands on many lines: what was found good once is not looked at again.
    """

    erp: SageErp
    _bare: dict[str, tuple[str, int]] = field(factory=dict, init=False)
    _good: set[tuple[str, ...]] = field(factory=set, init=False)

    def check(self, line: ExportLine) -> Iterator[Finding]:
        """All that is wrong with a line's Extra, cost code, category and unit."""
        key, good = line.key, self._good
        places = (("sub_job", key.sub_job), ("category", key.category, line.unit), (key.sub_job, key.cost_code))
        if good.issuperset(places):
            return
        found = False
        for finding in self._check_all(line):
            found = True
            yield finding
        if not found:
            good.update(places)

    def _check_all(self, line: ExportLine) -> Iterator[Finding]:
        yield from self._characters(line)
        yield from self._extra(line)
        yield from self._cost_code(line)
        yield from self._category(line)
        yield from self._collision(line)

    def _characters(self, line: ExportLine) -> Iterator[Finding]:
        texts = {"sub_job": line.key.sub_job, "cost_code": line.key.cost_code, "category": line.key.category}
        for name, text in {**texts, "unit": line.unit}.items():
            bad = unsafe_characters(text) or unencodable(text, self.erp.settings.file_encoding)
            if text != text.strip():
                bad = "a blank at its beginning or end"
            if text.startswith(FORMULA) and not bad:
                bad = f"{text[0]} at its beginning, which a spreadsheet would take for a formula"
            if bad:
                yield about(
                    line,
                    ERROR,
                    "characters",
                    name,
                    f"{text!r} holds {bad}.",
                    remedy="Correct it, or map it to Sage's code.",
                )

    def _extra(self, line: ExportLine) -> Iterator[Finding]:
        code = line.key.sub_job
        if not code:
            return
        if not self.erp.settings.layout.carries_extras:
            yield about(
                line,
                ERROR,
                "extra-not-carried",
                "sub_job",
                "The configured record layout has no place for an Extra.",
                remedy="Give job_record or category_record a field extra, or move the line to the job itself.",
            )
        found = self.erp.masters.sub_job(code)
        if found is None:
            yield about(
                line,
                ERROR,
                "extra-unknown",
                "sub_job",
                f"The job has no Extra {code}.",
                remedy="Have it made in Sage and the list of Extras printed, then sync; or map the sub job.",
            )
        elif not found.active:
            yield about(line, ERROR, "extra-closed", "sub_job", f"Extra {code} is closed.", remedy="Have it opened.")

    def _cost_code(self, line: ExportLine) -> Iterator[Finding]:
        settings, code = self.erp.settings, line.key.cost_code
        fault = settings.comparing.cost_codes.fault(code)
        if fault and not unsafe_characters(code):
            yield about(
                line,
                ERROR,
                "cost-code-format",
                "cost_code",
                f"{code!r} {fault}.",
                remedy="Correct it, or map it to Sage's cost code.",
            )
        found = self.erp.masters.cost_code(code, sub_job=line.key.sub_job)
        if (found is None or found.standard) and line.key.sub_job and not settings.odbc_connection:
            # Without ODBC an Extra's cost codes can't be told from the job's own, so either will do.
            found = self.erp.masters.cost_code(code) or found
        if found is None:
            yield self._unknown(line)
        elif found.group:
            yield self._group(line)
        elif not found.active:
            message = f"Cost code {code} is closed."
            yield about(line, ERROR, "cost-code-closed", "cost_code", message, remedy="Have it opened in Sage.")
        elif found.standard:
            yield about(
                line,
                NOTE,
                "cost-code-created",
                "cost_code",
                f"Cost code {code} will be created under the job from Sage's standard list.",
                remedy="Nothing to do.",
            )

    def _unknown(self, line: ExportLine) -> Finding:
        settings, code = self.erp.settings, line.key.cost_code
        if settings.zero_section_is_group and settings.comparing.cost_codes.is_group(code):
            return self._group(line)
        if settings.allow_new_cost_codes:
            return about(
                line,
                WARNING,
                "cost-code-created",
                "cost_code",
                f"Cost code {code} is not on Sage's standard list and will be created by the import.",
                remedy="Check that it is no misspelling.",
            )
        return about(
            line,
            ERROR,
            "cost-code-unknown",
            "cost_code",
            f"Sage knows no cost code {code}, neither in the job nor on the standard list.",
            remedy="Have it put on Sage's standard list and sync, map it, or allow new cost codes for this connection.",
        )

    def _group(self, line: ExportLine) -> Finding:
        return about(
            line,
            ERROR,
            "cost-code-group",
            "cost_code",
            f"{line.key.cost_code} is a group code, which takes no estimate.",
            remedy="Use a cost code below it.",
        )

    def _category(self, line: ExportLine) -> Iterator[Finding]:
        code = line.key.category
        found = self.erp.masters.category(code)
        if not code or found is None or not found.standard:
            yield about(
                line,
                ERROR,
                "category-not-standard",
                "category",
                f"{code!r} is not a standard category; one such record stops the whole import.",
                remedy="Map it to one of Sage's standard categories, or have it made there and sync.",
            )
        elif not found.active:
            yield about(line, ERROR, "category-inactive", "category", f"Category {code} is inactive.", remedy="Map it.")

    def _collision(self, line: ExportLine) -> Iterator[Finding]:
        comparing = self.erp.settings.comparing
        if comparing.exactly:
            return
        code = line.key.cost_code
        other, number = self._bare.setdefault(comparing.cost_codes.bare(code), (code, line.number))
        if other != code:
            yield about(
                line,
                ERROR,
                "codes-fall-together",
                "cost_code",
                f"{code} and {other} (line {number}) are the same code without delimiters.",
                remedy="Correct or map one of them.",
            )
