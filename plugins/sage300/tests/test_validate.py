from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from sage_doubles import LINES, KnownMasters, line, make_batch, make_erp

from erp_bridge_core.contract import Erp, ExportLine, JobHeader, JobStatus, Severity
from erp_bridge_sage300.settings import Sage300Settings
from erp_bridge_sage300.validate import validate_budget

SageErp = Erp[Sage300Settings]


def rules(erp: SageErp, lines: Iterable[ExportLine] = LINES, **batch: Any) -> list[tuple[str, str, int | None]]:
    """The findings as severity, rule and line."""
    return [(one.severity.value, one.rule, one.line) for one in validate_budget(make_batch(lines, **batch), erp)]


def with_header(erp: SageErp, **header: Any) -> SageErp:
    """The connection with another job header."""
    known = JobHeader(**{"company": "Hoosier", "job": "40891", "name": "", "status": JobStatus.OPEN, **header})
    return evolve(erp, masters=KnownMasters(header=known))


def test_a_good_batch_has_no_findings(erp: SageErp) -> None:
    """Nothing is said about what Sage takes."""
    assert [] == rules(erp)


@pytest.mark.rule("B5")
@pytest.mark.parametrize("status", [JobStatus.CLOSED, JobStatus.HELD, JobStatus.FROZEN, JobStatus.UNKNOWN])
def test_a_job_that_takes_nothing_is_an_error(erp: SageErp, status: JobStatus) -> None:
    """Closed, held, frozen and unknown are told apart."""
    assert [("error", f"job-{status.value}", None)] == rules(with_header(erp, status=status))


def test_masters_of_another_company_are_an_error(erp: SageErp) -> None:
    """Codes of another data folder prove nothing."""
    assert [("error", "other-company", None)] == rules(with_header(erp, company="Other Co"))


@pytest.mark.rule("E4")
def test_a_finalized_original_takes_changes_alone(erp: SageErp, tmp_path: Path) -> None:
    """Originals are refused, or warned of where the site says so; changes go through."""
    finalized = with_header(erp, original_finalized=True)
    lenient = with_header(make_erp(tmp_path, original_when_finalized="warn"), original_finalized=True)

    assert ([("error", "original-finalized", None)], [("warning", "original-finalized", None)], []) == (
        rules(finalized),
        rules(lenient),
        rules(finalized, LINES[3:]),
    )


@pytest.mark.parametrize(
    ("bad", "found"),
    [
        ({"code": "777-00001"}, ("error", "cost-code-unknown", 1)),
        ({"code": "300-000"}, ("error", "cost-code-group", 1)),
        ({"code": "400-000"}, ("error", "cost-code-group", 1)),
        ({"code": "900-00001"}, ("error", "cost-code-closed", 1)),
        ({"code": "301-00010"}, ("note", "cost-code-created", 1)),
        ({"category": "XXX"}, ("error", "category-not-standard", 1)),
        ({"category": ""}, ("error", "category-not-standard", 1)),
        ({"extra": "99"}, ("error", "extra-unknown", 1)),
        ({"unit": 'f"t'}, ("error", "characters", 1)),
        ({"unit": "=1"}, ("error", "characters", 1)),
        ({"description": 'a "quoted" word'}, ("error", "characters", 1)),
        ({"description": "two\nlines"}, ("error", "characters", 1)),
        ({"description": "Straße"}, ("error", "characters", 1)),
        ({"description": "=SUM(A1)"}, ("warning", "formula", 1)),
        ({"amount": "1.005"}, ("error", "decimals", 1)),
        ({"amount": "100000000.00"}, ("error", "too-large", 1)),
        ({"amount": "-100000.00"}, ("warning", "amount-width", 1)),
        ({"quantity": Decimal("1.0005")}, ("warning", "quantity-not-sent", 1)),
    ],
)
@pytest.mark.rule("B5")
def test_what_sage_would_not_take_is_found(erp: SageErp, bad: dict[str, Any], found: tuple[str, str, int]) -> None:
    """Each fault names its line and its rule."""
    made = {"code": "105-06845", "amount": "1.00", **bad}

    assert found in rules(erp, [line(1, made.pop("code"), made.pop("amount"), **made)])


def test_every_finding_has_field_value_and_remedy(erp: SageErp) -> None:
    """A person can act on each."""
    lines = [line(1, "777-00001", "1.005", category="XXX", extra="99", description="=1")]
    found = list(validate_budget(make_batch(lines), erp))

    assert (5, True) == (len(found), all(one.field and one.value and one.remedy and one.message for one in found))


@pytest.mark.rule("B8")
def test_two_codes_that_fall_together_bare_are_an_error_naming_both(erp: SageErp, tmp_path: Path) -> None:
    """Sage might hold them as one; a site that compares exactly has no such fear."""
    lines = [line(1, "105-06845", "1.00"), line(2, "1050-6845", "1.00")]
    found = [one for one in validate_budget(make_batch(lines), erp) if one.rule == "codes-fall-together"]

    assert (1, True, False) == (
        len(found),
        "105-06845" in found[0].message and "1050-6845" in found[0].message,
        any(rule == "codes-fall-together" for _, rule, _ in rules(make_erp(tmp_path, compare_codes="exactly"), lines)),
    )


def test_a_code_that_does_not_fit_the_sections_is_an_error(tmp_path: Path) -> None:
    """The format is shown."""
    erp = make_erp(tmp_path, cost_code_sections=(2, 4, 3), job_sections=(2, 3))

    assert {("error", "job-format", None), ("error", "cost-code-format", 1)} <= set(rules(erp, LINES[:1]))


def test_a_job_too_long_without_delimiters_is_an_error(erp: SageErp) -> None:
    """Sage holds ten characters of a job, delimiters apart."""
    assert [("error", "job-too-long", None)] == rules(erp, job="12345678901")


def test_new_cost_codes_are_a_warning_where_allowed(tmp_path: Path) -> None:
    """What will be created is shown and acknowledged."""
    erp = make_erp(tmp_path, allow_new_cost_codes=True)

    assert [("warning", "cost-code-created", 1)] == rules(erp, [line(1, "777-00001", "1.00")])


def test_an_extra_without_a_place_in_the_layout_is_an_error(tmp_path: Path) -> None:
    """Category records alone can't carry an Extra."""
    erp = make_erp(tmp_path, job_record="")

    assert [("error", "extra-not-carried", 3)] == rules(erp)


@pytest.mark.parametrize(
    ("settings", "bad", "severity"),
    [
        ({"amount_width": "positions"}, {"amount": "100000.00"}, Severity.ERROR),
        ({"amount_width": "digits"}, {"amount": "100000.00"}, None),
        ({"quantity_over": "refuse"}, {"quantity": Decimal("1.0005")}, Severity.ERROR),
        ({"unsafe_descriptions": "replace"}, {"description": 'a "b"'}, Severity.WARNING),
        ({"file_encoding": "cp1252"}, {"description": "Straße"}, None),
        ({"long_descriptions": "refuse"}, {"description": "x" * 31}, Severity.ERROR),
        ({}, {"description": "x" * 31}, None),
    ],
)
def test_a_site_decides_what_is_refused(
    tmp_path: Path, settings: dict[str, Any], bad: dict[str, Any], severity: Severity | None
) -> None:
    """Settings turn a warning into an error, or silence it."""
    made = {"amount": "1.00", **bad}
    batch = make_batch([line(1, "105-06845", made.pop("amount"), **made)])

    found = [one.severity for one in validate_budget(batch, make_erp(tmp_path, **settings))]

    assert ([] if severity is None else [severity]) == found
