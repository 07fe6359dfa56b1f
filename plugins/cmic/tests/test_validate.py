"""What is found before anything is written."""

from typing import Any

import pytest
from cmic_doubles import FACTS, Masters, header, line, make_batch, make_erp

from erp_bridge_cmic.validate import validate_budget
from erp_bridge_core.contract import JobStatus, Severity


def found(*lines: Any, masters: Masters | None = None, headers: Any = (), **settings: Any) -> list[str]:
    """The rules of all findings."""
    batch = make_batch(*lines, headers=headers)
    return [finding.rule for finding in validate_budget(batch, make_erp(masters, **settings))]


def errors(*lines: Any, **more: Any) -> list[str]:
    """The rules of all errors."""
    batch = make_batch(*lines, headers=more.pop("headers", ()))
    findings = validate_budget(batch, make_erp(more.pop("masters", None), **more))
    return [finding.rule for finding in findings if finding.severity is Severity.ERROR]


def facts(**changed: str) -> Masters:
    """Masters with other facts of the job."""
    return Masters(facts=FACTS | {name.replace("_", " "): value for name, value in changed.items()})


@pytest.mark.rule("B5")
def test_good_lines_have_no_errors() -> None:
    """A line on a known phase and category, and one on a started sub job, pass."""
    assert [] == errors(line(1, unit="EA"), line(2, sub_job="J1-A"))


@pytest.mark.rule("B5", "B7")
@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"code": "100.10"}, "cost-code-format"),
        ({"code": "777-10"}, "cost-code-unknown"),
        ({"code": "100"}, "cost-code-group"),
        ({"code": "900-10"}, "cost-code-inactive"),
        ({"category": "'L"}, "category-format"),
        ({"category": "Q"}, "category-unknown"),
        ({"category": "C"}, "category-control"),
        ({"category": "X"}, "category-inactive"),
        ({"unit": "ZZ"}, "unit-unknown"),
        ({"amount": "1.005"}, "decimals"),
    ],
)
def test_bad_lines(given: dict[str, str], rule: str) -> None:
    """Each thing that CMiC would not take of a line has its finding."""
    assert [rule] == errors(line(1, **given))


def test_unknown_sub_job_names_job_and_line() -> None:
    """A sub job that is no job below the control job is told for its line, and as a job."""
    assert ["sub-job-unknown", "job-unknown"] == errors(line(1, sub_job="J9"))


def test_phase_of_the_company_is_assigned() -> None:
    """A phase of the company's list that the job lacks will be assigned, unless the site does not want it."""
    assert (True, ["cost-code-not-on-job"]) == (
        "cost-code-created" in found(line(1, "100-20")), errors(line(1, "100-20"), assign_phases=False),
    )  # fmt: skip


@pytest.mark.rule("E4")
@pytest.mark.parametrize(
    ("masters", "settings", "rules"),
    [
        (Masters(status=JobStatus.CLOSED), {}, ["job-closed"]),
        (facts(status_J1="C"), {}, ["job-closed"]),
        (facts(status_J1="I"), {"original_route": "rows"}, ["budget-frozen"]),
        (facts(status_J1="I", takes_PCIs_J1="no"), {}, ["job-takes-no-pci"]),
        (facts(status_J1="I", PCI_type_OBC="O COO******** no own numbers"), {}, ["pci-type"]),
        (facts(status_J1="I", PCI_type_OBC="I COO******** own numbers"), {}, ["pci-type"]),
        (Masters(), {"company": "02"}, ["other-company"]),
    ],
)
def test_jobs_that_take_nothing(masters: Masters, settings: dict[str, Any], rules: list[str]) -> None:
    """A closed job, a frozen budget, a job without PCI entry, a type without own numbers: each is told once."""
    assert rules == errors(line(1), line(2, "100-20"), masters=masters, **settings)


def test_unbalanced_transfer() -> None:
    """A transfer that comes to something is refused where the control flags want it to net to zero."""
    unbalanced = (header("BC-1", "5.00", transfer=True),)
    change = line(1, change="BC-1", amount="5.00")
    assert (["transfer-unbalanced"], []) == (
        errors(change, headers=unbalanced), errors(change, headers=unbalanced, transfers_balance=False),
    )  # fmt: skip


@pytest.mark.rule("B5")
def test_findings_name_line_field_value_and_remedy() -> None:
    """A finding about a line says which, what of it, its value, and what to do."""
    finding, *_ = validate_budget(make_batch(line(4, "777-10")), make_erp(assign_phases=False))
    assert (4, "cost_code", "777-10", True) == (finding.line, finding.field, finding.value, bool(finding.remedy))
