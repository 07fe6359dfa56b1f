"""A job as it is read: header, phases, cost types, figures."""

from decimal import Decimal
from unittest.mock import patch

import pytest
from data_exchange import JOB, Server, job_row, phase_row
from spectrum_doubles import SpectrumErp, make_erp

from erp_bridge_core.contract import JobStatus, LineKey, Secret
from erp_bridge_core.contract.errors import ReadFailed
from erp_bridge_spectrum import plugin

KEY = LineKey("", "105-06845", "L")


@pytest.mark.parametrize(
    ("status", "read"),
    [("A", JobStatus.OPEN), ("I", JobStatus.OPEN), ("C", JobStatus.CLOSED)],
)
def test_a_header_tells_status_customer_and_company(
    server: Server, erp: SpectrumErp, status: str, read: JobStatus
) -> None:
    """AddPhase takes Active and Inactive jobs alike."""
    server.jobs = [job_row(Status_Code=status)]
    header = plugin.read_job(JOB, erp).header

    assert ("100", JOB, read, "OWNER") == (header.company, header.job, header.status, header.facts["customer"])


def test_phases_carry_the_masks_form(server: Server, erp: SpectrumErp) -> None:
    """As people and budgets write them; each once."""
    server.phases = [phase_row("10506845", "L", "1.00"), phase_row("10506845", "M", "2.00", Status_Code="C")]
    reading = plugin.read_job(JOB, erp)

    assert [("105-06845", "Engineering")] == [(one.code, one.name) for one in reading.cost_codes]
    assert [("L", "", True), ("M", "", True), ("L", "105-06845", True), ("M", "105-06845", False)] == [
        (one.code, one.cost_code, one.active) for one in reading.categories
    ]


@pytest.mark.rule("V3")
def test_the_original_is_not_readable_and_says_so(server: Server, erp: SpectrumErp) -> None:
    """The estimated cost is the total; for import alone it stands in for the original."""
    server.phases = [phase_row("10506845", "L", "1.00")]
    reading = plugin.read_job(JOB, erp)
    figures = [(one.route, one.key, one.original, one.changes, one.total) for one in reading.figures]

    assert [
        ("estimated_cost", KEY, None, None, Decimal("1.00")),
        ("current_as_original", KEY, Decimal("1.00"), None, None),
    ] == figures
    assert "original is not readable" in reading.blind["estimated_cost"]


def test_with_sql_original_and_changes_are_read_apart(server: Server) -> None:
    """What SQL tells of the original, and the rest of the estimated cost."""
    server.phases = [phase_row("10506845", "L", "1.00")]
    erp = make_erp(sql_connection=Secret("DSN=x"))
    with patch("erp_bridge_spectrum.reading.read_originals", return_value={("10506845", "L"): Decimal("0.75")}):
        reading = plugin.read_job(JOB, erp)
        figures = {one.route: (one.original, one.changes, one.total) for one in reading.figures}

    assert (Decimal("0.75"), Decimal("0.25"), Decimal("1.00")) == figures["sql"]
    assert "sql" == reading.routes[0]


def test_a_read_that_is_cut_short_raises_from_its_stream(server: Server) -> None:
    """Never an early end."""
    server.phases = [phase_row(f"1050684{number}", "L", "1.00") for number in range(3)]
    reading = plugin.read_job(JOB, make_erp(row_cap=3))

    with pytest.raises(ReadFailed):
        list(reading.figures)
