"""What a batch is told beforehand about its job, texts and numbers."""

from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from spectrum_doubles import HEADER, KnownMasters, SpectrumErp, line, make_batch, make_erp

from erp_bridge_core.contract import ExportLine, JobHeader, JobStatus, Severity
from erp_bridge_spectrum import plugin

GOOD = line(1, "105-06845", "1.00", description="Engineering")


def rules(erp: SpectrumErp, *lines: ExportLine, **batch: Any) -> list[tuple[str, str, int | None]]:
    """Severity, rule and line of every finding."""
    made = make_batch(lines or (GOOD,), **batch)
    return [(one.severity.value, one.rule, one.line) for one in plugin.validate_budget(made, erp)]


def erp_with(header: JobHeader, **settings: Any) -> SpectrumErp:
    """A connection whose masters have this header."""
    return make_erp(KnownMasters(header=header), **settings)


def test_a_good_batch_is_found_good(erp: SpectrumErp) -> None:
    """Nothing to say, not even of signs beyond ASCII."""
    assert [] == rules(erp)
    assert [] == rules(erp, line(1, "105-06845", "1.00", description="Caf\u00e9\u00a0\u2014 Nord"))


@pytest.mark.rule("B5")
@pytest.mark.parametrize(
    ("header", "found"),
    [
        (evolve(HEADER, status=JobStatus.CLOSED), ("error", "job-closed", None)),
        (evolve(HEADER, status=JobStatus.UNKNOWN), ("error", "job-unknown", None)),
        (evolve(HEADER, company="200"), ("error", "other-company", None)),
        (evolve(HEADER, facts={"status": "Inactive"}), ("warning", "job-inactive", None)),
    ],
)
def test_a_job_that_takes_no_phases_is_told(header: JobHeader, found: tuple[str, str, None]) -> None:
    """Complete, of an unknown status, of another company; Inactive is only warned of."""
    assert [found] == rules(erp_with(header))


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({"unit": "XX"}, ("error", "unit-unknown", 1)),
        ({"description": "a\tb"}, ("error", "characters", 1)),
        ({"description": "a\ud800b"}, ("error", "characters", 1)),
        ({"amount": "100000000.00"}, ("error", "amount-too-large", 1)),
        ({"amount": "1.005"}, ("error", "amount-too-large", 1)),
        ({"quantity": Decimal("1.2345")}, ("warning", "quantity-not-sent", 1)),
        ({"quantity": Decimal(10000000)}, ("warning", "quantity-not-sent", 1)),
    ],
)
def test_what_spectrum_would_not_hold_is_told(more: dict[str, Any], found: tuple[str, str, int]) -> None:
    """Each with its line."""
    one = line(1, "105-06845", more.pop("amount", "1.00"), **more)

    assert found in rules(make_erp(units=("LS",)), one)


def test_a_row_that_would_grow_too_large_is_told(erp: SpectrumErp) -> None:
    """The sum with what stands in Spectrum, absolute, must fit."""
    assert ("error", "estimate-too-large", None) in rules(erp, before={"105-06845": "99999999.00"})


def test_several_descriptions_of_one_phase_are_warned_of(erp: SpectrumErp) -> None:
    """Only the first would stand."""
    other = line(2, "105-06845", "1.00", category="M", description="Other")

    assert [("warning", "description-shared", 2)] == rules(erp, GOOD, other)


@pytest.mark.rule("E4")
def test_an_original_that_stays_is_told(erp: SpectrumErp) -> None:
    """A difference of an exported original moves the current estimate alone."""
    assert [("note", "original-stays", None)] == rules(erp, before={"105-06845": "5.00"})


def test_change_requests_need_a_customer() -> None:
    """Told at send, and only when there is a change."""
    settings = {
        "change_route": "change_request", "change_request_status": {"approved": "A"}, "change_request_prefix": "EB",
    }  # fmt: skip
    erp = erp_with(evolve(HEADER, facts={}), **settings)

    assert [("error", "customer-missing", None)] == rules(erp, line(1, "105-06845", "1.00", change="7"))
    assert [] == rules(erp)
    assert [] == rules(erp_with(HEADER, **settings), line(1, "105-06845", "1.00", change="7"))


def test_unknown_cost_types_of_the_company_are_told_once() -> None:
    """No service lists them: Spectrum itself will check."""
    assert [("note", "cost-types-not-known", None)] == rules(make_erp(cost_types={}))


def test_findings_are_the_same_each_time(erp: SpectrumErp) -> None:
    """Same input, same findings, same order; every one has a remedy."""
    bad = [line(number, "1-1", "0.001", category="X", description="\t", unit="?") for number in (1, 2)]
    once = list(plugin.validate_budget(make_batch(bad), erp))

    assert once == list(plugin.validate_budget(make_batch(bad), erp))
    assert all(one.remedy for one in once)
    assert {1, 2} <= {one.line for one in once if one.severity is Severity.ERROR}
