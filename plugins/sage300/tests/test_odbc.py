import sqlite3
from decimal import Decimal
from pathlib import Path

import pytest
from sage_doubles import make_erp

from erp_bridge_core.contract import Category, CostCode, Erp, JobStatus, LineKey, Secret, SubJob
from erp_bridge_core.contract.errors import BadSettings, NotFound, ReadFailed
from erp_bridge_sage300.masters import OdbcJob
from erp_bridge_sage300.odbc import Odbc, money
from erp_bridge_sage300.settings import OdbcTables, Sage300Settings

SageErp = Erp[Sage300Settings]
TABLES = """
CREATE TABLE JCM_MASTER__JOB (Job, Description, Status, On_Hold, Orig_Estimate_Finalized);
CREATE TABLE JCM_MASTER__EXTRA (Job, Extra, Description);
CREATE TABLE JCM_MASTER__COST_CODE (Job, Extra, Cost_Code, Description, Group_Cost_Code, Status);
CREATE TABLE JCM_MASTER__CATEGORY (Job, Extra, Cost_Code, Category, Description, Accumulate_As, Cost_Unit_Description,
    Original_Estimate REAL, Approved_Estimate_Changes REAL, Total_Estimate REAL, Original_Estimate_Units REAL);
CREATE TABLE JCM_MASTER__STANDARD_COST_CODE (Cost_Code, Description);
CREATE TABLE JCM_MASTER__STANDARD_CATEGORY (Category, Description, Accumulate_As);
INSERT INTO JCM_MASTER__JOB VALUES ('40891', 'Bridge', 'In progress', 0, 1), ('40892', 'Held', 'In progress', 1, 0);
INSERT INTO JCM_MASTER__EXTRA VALUES ('40891', '20', 'Ramp');
INSERT INTO JCM_MASTER__COST_CODE VALUES ('40891', '', '105-06845', 'Engineering', 0, 'In progress'),
    ('40891', '20', '300-000', 'Group', 1, 'Closed'), ('40892', '', '1', '', 0, '');
INSERT INTO JCM_MASTER__CATEGORY VALUES
    ('40891', '', '105-06845', 'LAB', 'Labor', 'Labor', 'hour', 10300.0, 250.25, 10550.25, 0),
    ('40891', '20', '105-06845', 'LAB', 'Labor', 'Labor', '', 0.1, NULL, 0.1, 0);
INSERT INTO JCM_MASTER__STANDARD_COST_CODE VALUES ('301-00010', 'Base');
INSERT INTO JCM_MASTER__STANDARD_CATEGORY VALUES ('LAB', 'Labor', 'Labor');
"""


def source(root: Path, **settings: object) -> SageErp:
    """A connection to a real ODBC source, SQLite behind it."""
    pyodbc = pytest.importorskip("pyodbc", exc_type=ImportError)
    if "SQLite3" not in pyodbc.drivers():
        pytest.skip("no ODBC driver for SQLite: run tools/install-odbc.sh")
    path = root / "sage.db"
    with sqlite3.connect(path) as connection:
        connection.executescript(TABLES)
    connection.close()
    return make_erp(root, odbc_connection=Secret(f"DRIVER=SQLite3;Database={path};PWD=hush"), **settings)


@pytest.fixture
def odbc_erp(tmp_path: Path) -> SageErp:
    """A connection with ODBC alone."""
    (tmp_path / "reports").mkdir()
    return source(tmp_path)


def test_header_says_status_and_whether_the_original_is_finalized(odbc_erp: SageErp) -> None:
    """Both come from the job's master record."""
    header = OdbcJob(odbc_erp, "40891").header()

    assert (JobStatus.OPEN, True, "Bridge") == (header.status, header.original_finalized, header.name)


def test_a_job_on_hold_is_held(odbc_erp: SageErp) -> None:
    """The hold flag stands beside the status."""
    assert JobStatus.HELD == OdbcJob(odbc_erp, "40892").header().status


def test_an_unknown_job_is_not_found(odbc_erp: SageErp) -> None:
    """The error names the job; a quote in it is data."""
    with pytest.raises(NotFound, match="4089"):
        OdbcJob(odbc_erp, "4089' OR '1'='1").header()


def test_masters_tell_extras_apart(odbc_erp: SageErp) -> None:
    """Cost codes and categories of an Extra are its own."""
    job = OdbcJob(odbc_erp, "40891")

    assert (
        [SubJob(code="20", name="Ramp")],
        [
            CostCode(code="105-06845", name="Engineering"),
            CostCode(code="300-000", name="Group", sub_job="20", group=True, active=False),
            CostCode(code="301-00010", name="Base", standard=True),
        ],
        Category(code="LAB", name="Labor", standard=True, kind="labor"),
    ) == (list(job.sub_jobs()), list(job.cost_codes()), list(job.categories())[-1])


def test_figures_are_exact_although_sage_holds_doubles(odbc_erp: SageErp) -> None:
    """0.1 as a double is ten cents, and NULL is nothing."""
    figures = {figure.key: (figure.original, figure.changes) for figure in OdbcJob(odbc_erp, "40891").figures()}

    assert {
        LineKey("", "105-06845", "LAB"): (Decimal("10300.00"), Decimal("250.25")),
        LineKey("20", "105-06845", "LAB"): (Decimal("0.10"), Decimal("0.00")),
    } == figures


def test_a_job_is_found_in_either_form(tmp_path: Path) -> None:
    """A formatted job of ours is asked for bare, too."""
    erp = source(tmp_path, job_sections=(2, 3))

    assert "40-891" == OdbcJob(erp, "40-891").header().job


@pytest.mark.rule("X4")
def test_a_failed_query_names_the_table_and_no_secret(tmp_path: Path) -> None:
    """The driver's own text, which may repeat the connection string, is left out."""
    erp = source(tmp_path, odbc_tables=OdbcTables(job="MASTER_JCM_JOB_1"))

    with pytest.raises(ReadFailed, match="MASTER_JCM_JOB_1") as told:
        Odbc(erp).job("40891")

    assert ("hush" in str(told.value.to_json()), None, True) == (
        False,
        told.value.__cause__,
        told.value.__suppress_context__,
    )


@pytest.mark.rule("X3")
def test_a_table_name_cannot_carry_a_query() -> None:
    """Table names are checked when the settings are read."""
    with pytest.raises(ValueError, match=r"odbc_tables\.job"):
        Sage300Settings(company="c", odbc_tables=OdbcTables(job="x; DROP TABLE y"))


@pytest.mark.parametrize("value", [1.005, float("nan"), float("inf")])
def test_a_value_that_is_no_amount_is_a_failed_read(value: float) -> None:
    """More than two decimals, or no number at all, is told."""
    with pytest.raises(ReadFailed, match="no amount"):
        money(value, "Total_Estimate")


def test_without_the_driver_the_remedy_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra that must be installed is named."""
    monkeypatch.setitem(__import__("sys").modules, "pyodbc", None)
    erp = make_erp(tmp_path, odbc_connection=Secret("x"))

    with pytest.raises(BadSettings) as told:
        Odbc(erp).job("40891")

    assert "erp-bridge-sage300[odbc]" in told.value.remedy
