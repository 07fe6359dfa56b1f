from decimal import Decimal
from pathlib import Path

import pytest
from hh2_service import CODES, JOB, Service
from test_odbc import source
from test_report import HEADER, ROWS

from erp_bridge_core.contract import Category, CostCode, Erp, JobStatus, LineKey, SubJob
from erp_bridge_core.contract.errors import BadSettings, NotFound, ReadFailed
from erp_bridge_sage300.reading import read_job
from erp_bridge_sage300.settings import Sage300Settings

SageErp = Erp[Sage300Settings]


def printed(root: Path, text: str = f"{HEADER}\n{ROWS}Hoosier,40891,20,105-06845,LAB,5.00,0.00,5.00\n") -> None:
    """Put a report into the share."""
    (root / "reports").mkdir(exist_ok=True)
    (root / "reports/job-cost.csv").write_text(text)
    (root / "reports/extras.csv").write_text("Job,Extra,Description,Status\n40891,20,Ramp,In progress\n")


def test_a_job_is_read_from_hh2_the_report_and_the_extras_list(
    hh2_erp: SageErp, service: Service, tmp_path: Path
) -> None:
    """Masters by hh2, Extras by the list, figures by the report, and what is blind is said."""
    printed(tmp_path)

    reading = read_job("40891", hh2_erp)

    assert (
        ("Hoosier", "40891", JobStatus.OPEN),
        [SubJob(code="20", name="Ramp")],
        [
            CostCode(code="105-06845", name="Engineering"),
            CostCode(code="300-000", group=True),
            CostCode(code="301-00010", name="Base", standard=True),
            CostCode(code="105-06845", sub_job="20"),
        ],
        Category(code="LAB", name="Labor", standard=True, kind="labor"),
        {LineKey("", "105-06845", "LAB"): Decimal("10300.00"), LineKey("20", "105-06845", "LAB"): Decimal("5.00")},
        {"hh2", "report"},
    ) == (
        (reading.header.company, reading.header.job, reading.header.status),
        list(reading.sub_jobs),
        list(reading.cost_codes),
        list(reading.categories)[-1],
        {figure.key: figure.original for figure in reading.figures},
        set(reading.blind),
    )


def test_before_any_report_masters_can_be_read(hh2_erp: SageErp, service: Service) -> None:
    """A job can be linked before its first report; that there is none is said."""
    reading = read_job("40891", hh2_erp)

    assert ([], True) == (list(reading.figures), "not printed yet" in reading.blind["report"])


def test_a_report_of_another_company_is_refused(hh2_erp: SageErp, service: Service, tmp_path: Path) -> None:
    """Both companies are named."""
    printed(tmp_path, f"{HEADER}\nOther Co,40891,,1,LAB,1.00,0.00,1.00\n")

    with pytest.raises(ReadFailed, match=r"'Other Co'.*'Hoosier'"):
        read_job("40891", hh2_erp)


def test_a_key_twice_in_the_report_is_no_baseline(hh2_erp: SageErp, service: Service, tmp_path: Path) -> None:
    """Doubled rows can't be summed or chosen from."""
    printed(tmp_path, f"{HEADER}\n{ROWS}{ROWS}")

    with pytest.raises(ReadFailed, match="twice"):
        list(read_job("40891", hh2_erp).figures)


def test_an_unknown_job_is_not_found(hh2_erp: SageErp, service: Service) -> None:
    """The remedy is to set it up in Sage."""
    with pytest.raises(NotFound, match="'1'"):
        read_job("1", hh2_erp)


def test_a_closed_job_is_closed(hh2_erp: SageErp, service: Service) -> None:
    """hh2's numbers mean what the setting says; an inactive job is closed anyway."""
    service.rows["/jobs"] = [{**JOB, "IsActive": False}]

    assert JobStatus.CLOSED == read_job("40891", hh2_erp).header.status


def test_a_status_of_unknown_meaning_is_unknown(hh2_erp: SageErp, service: Service) -> None:
    """A number that the setting does not name takes nothing."""
    service.rows["/jobs"] = [{**JOB, "Status": 77}]

    assert JobStatus.UNKNOWN == read_job("40891", hh2_erp).header.status


def test_two_jobs_that_mean_one_are_told(hh2_erp: SageErp, service: Service) -> None:
    """Neither is chosen by chance."""
    service.rows["/jobs"] = [{**JOB, "Code": "40-891"}, {**JOB, "Code": "4-0891"}]

    with pytest.raises(ReadFailed, match="40-891, 4-0891"):
        read_job("40891", hh2_erp)


def test_bare_codes_come_in_the_sites_form(hh2_erp: SageErp, service: Service) -> None:
    """Where the site has sections, what is read bare is formatted."""
    object.__setattr__(hh2_erp.settings, "cost_code_sections", (3, 5))
    service.rows["/jobs/costcodes"] = [{**CODES[0], "Code": "10506845"}]

    assert "105-06845" == next(iter(read_job("40891", hh2_erp).cost_codes)).code


def test_without_a_masters_route_the_remedy_is_told(erp: SageErp) -> None:
    """The report alone does not know what Sage takes."""
    with pytest.raises(BadSettings, match="no route") as told:
        read_job("40891", erp)

    assert "hh2_url" in told.value.remedy


def test_odbc_gives_figures_beside_the_report(tmp_path: Path) -> None:
    """Each figure names the route it was read by."""
    printed(tmp_path)

    routes = [figure.route for figure in read_job("40891", source(tmp_path)).figures]

    assert ["report", "report", "odbc", "odbc"] == routes
