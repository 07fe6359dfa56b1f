"""Phases and cost types that Spectrum would refuse, confuse, or create."""

import pytest
from attrs import evolve
from spectrum_doubles import SpectrumErp, line, make_batch, make_erp

from erp_bridge_core.contract import ExportLine, Finding, LineKey
from erp_bridge_spectrum import plugin


def findings(erp: SpectrumErp, *lines: ExportLine, **batch: dict[str, str]) -> list[Finding]:
    """What is found about a batch's codes."""
    return list(plugin.validate_budget(make_batch(lines, **batch), erp))


def rules(erp: SpectrumErp, *lines: ExportLine, **batch: dict[str, str]) -> list[tuple[str, int | None]]:
    """Rules and lines."""
    return [(one.rule, one.line) for one in findings(erp, *lines, **batch)]


@pytest.mark.parametrize("code", ["105-068456", "105-A6845", "-"])
def test_a_code_that_breaks_the_mask_is_refused(erp: SpectrumErp, code: str) -> None:
    """Told once however many lines have it."""
    assert [("phase-mask", 1)] == rules(erp, line(1, code, "1.00"), line(2, code, "1.00", category="M"))


@pytest.mark.rule("B8")
@pytest.mark.parametrize(("fill", "other"), [("trailing", "105"), ("none", "1050-0000")])
def test_two_codes_that_become_one_phase_are_refused_by_name(fill: str, other: str) -> None:
    """By filling, or by taking the dashes out."""
    erp = make_erp(phase_fill=fill)
    found = findings(erp, line(1, "105-00000", "1.00"), line(2, other, "1.00"))
    equal = [one for one in found if one.rule == "phases-become-equal"]

    assert [f"105-00000 and {other} both become phase 10500000 in Spectrum, without dashes and filled."] == [
        one.message for one in equal
    ]


def test_a_code_in_another_form_than_the_masks_is_refused() -> None:
    """Read back it would be another key; the remedy names the form."""
    (short,) = findings(make_erp(phase_fill="trailing"), line(1, "105", "1.00"))
    (bare,) = findings(make_erp(phase_mask=""), line(1, "105-06845", "1.00"))

    assert ("phase-form", "Write it as 105-00000, or map it to that.") == (short.rule, short.remedy)
    assert "phase-form" == bare.rule
    assert "Set phase_mask" in bare.remedy


@pytest.mark.rule("B7")
def test_a_line_on_a_sub_job_is_refused(erp: SpectrumErp) -> None:
    """Whoever asks, the adapter itself refuses it, with the remedy."""
    (found,) = findings(erp, evolve(line(1, "105-06845", "1.00"), key=LineKey("STR", "105-06845", "L")))

    assert ("sub-job", "sub_job", "STR") == (found.rule, found.field, found.value)
    assert "Take it off the line" in found.remedy


@pytest.mark.rule("B7")
def test_a_new_phase_is_shown_as_created(erp: SpectrumErp) -> None:
    """Not when an earlier export made it, although the masters are older."""
    assert [("phase-new", 1)] == rules(erp, line(1, "777-00001", "1.00"))
    assert [] == rules(erp, line(1, "777-00001", "1.00", change="2"), exported={"777-00001": "5.00"})


def test_an_unknown_cost_type_is_refused(erp: SpectrumErp) -> None:
    """Only where the company's are entered."""
    odd = line(1, "105-06845", "1.00", category="Q")

    assert [("cost-type-unknown", 1)] == rules(erp, odd)
    assert [("cost-types-not-known", None)] == rules(make_erp(cost_types={}), odd)


def test_a_change_request_creates_no_phase(request_erp: SpectrumErp) -> None:
    """What is neither on the job nor an original of the batch is refused; what was exported is on the job."""
    change = line(1, "777-00001", "1.00", change="2")

    assert ("change-needs-phase", 1) in rules(request_erp, change)
    assert [("phase-new", 1)] == rules(request_erp, change, line(2, "777-00001", "0.00"))
    assert [] == rules(request_erp, change, exported={"777-00001": "5.00"})


def test_a_complete_phase_is_told(erp: SpectrumErp, request_erp: SpectrumErp) -> None:
    """A change request takes none; of AddPhase it isn't known, so it is warned of."""
    change = line(1, "202-00010", "1.00", category="M", change="2")

    assert ["warning"] == [one.severity.value for one in findings(erp, change)]
    assert ["error"] == [one.severity.value for one in findings(request_erp, change)]
