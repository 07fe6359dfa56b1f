"""The read-only SQL door, queried as public SQL against Spectrum does: the one place with the original."""

import sqlite3

import pytest
from simulator.stranger import Office, Stranger

#: Original + delta + change requests on a change order or of a type that counts, per key.
CURRENT = """
    SELECT p.Phase_Code, p.Cost_Type, p.Original_Est_Cost, coalesce(e.Est_Cost, 0),
           (SELECT coalesce(sum(d.Change_Request_Amount), 0) FROM CR_CHNG_REQ_CON_DET_MC d
            JOIN CR_CHNG_REQ_HDR_MC h USING (Company_Code, Job_Number, Customer_Code, Change_Request_Number)
            LEFT JOIN CR_CHNG_REQ_STATUS_MC s ON s.Company_Code = h.Company_Code AND s.Status_Code = h.Status
            WHERE d.Job_Number = p.Job_Number AND d.Phase_Code = p.Phase_Code AND d.Cost_Type = p.Cost_Type
              AND (h.Change_Order_Number <> '' OR s.CR_Type IN (1, 2, 5)))
    FROM JC_PHASE_MASTER_MC p
    LEFT JOIN JC_PHASE_ESTIMATES_MC e USING (Company_Code, Job_Number, Phase_Code, Cost_Type)
    WHERE trim(p.Job_Number) = '24-001' ORDER BY 1, 2"""


def query(office: Office, statement: str) -> list[tuple[object, ...]]:
    """Rows of a query through a connection that can only read."""
    path = office.home / "spectrum.sqlite3"
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    try:
        return connection.execute(statement).fetchall()
    finally:
        connection.close()


@pytest.mark.rule("V3")
def test_tells_the_original_and_what_current_is_made_of(office: Office, stranger: Stranger) -> None:
    """Original, delta and counted change requests add up to what GetPhase calls the current estimate."""
    stranger.add(cost="100.05", Current_Est_Cost="90")
    stranger.add(cost_type="M", cost="-0.05")
    office.do("change-request", job="24-001", phase="031000", cost_type="M", amount="7", status="A")
    office.do("change-request", job="24-001", phase="031000", cost_type="M", amount="9", status="P")
    rows = query(office, CURRENT)
    assert [("031000", "L", "100.05", "-10.05", 0), ("031000", "M", "-0.05", 0, 7.0)] == rows
    assert {"031000/L": "90.00", "031000/M": "6.95"} == stranger.estimated()


def test_job_numbers_have_leading_blanks(office: Office) -> None:
    """As independent scripts strip them."""
    assert [("    24-001", "Bridge", "A")] == query(
        office, "SELECT Job_Number, Job_Description, Status_Code FROM JC_JOB_MASTER_MC WHERE Job_Number LIKE '%001'"
    )


def test_lists_cost_types_and_standard_phases(office: Office) -> None:
    """What an integrator reads before a budget."""
    assert ["L", "M", "S"] == [row[0] for row in query(office, "SELECT Cost_Type FROM JC_COST_TYPE_MASTER_MC")]
    assert ("031000", "Concrete") in query(office, "SELECT Phase_Code, Description FROM JC_STD_PHASE_DESCRIPTION_MC")


def test_nothing_can_be_written_through_it(office: Office) -> None:
    """Views take no writes."""
    with pytest.raises(sqlite3.OperationalError):
        query(office, "UPDATE JC_PHASE_MASTER_MC SET Original_Est_Cost = 1")
