"""GetPhase and GetJob: filters, statuses, the row cap, cut tails, and how figures look."""

import pytest
import requests
from simulator.stranger import Office, Stranger

from erp_bridge_spectrum.simulator.company import Installation, held_job
from erp_bridge_spectrum.simulator.hand import add_row


@pytest.fixture(autouse=True)
def _phases(stranger: Stranger) -> None:
    stranger.add()
    stranger.add(cost_type="M", cost="200")
    stranger.add(phase="051000", cost="-3.5", Status_Code="C", Description="Steel")
    stranger.add(phase="021000", Job_Number="24-002", cost="7", Status_Code="I")


def keys(rows: list[dict[str, str]]) -> list[str]:
    """Job, phase and cost type of each row."""
    return [f"{row['Job_Number'].strip()} {row['Phase_Code']} {row['Cost_Type']}" for row in rows]


def test_blank_status_leaves_out_complete_phases(stranger: Stranger) -> None:
    """Active and Inactive by default; Complete has to be asked for."""
    assert ["24-001 031000 L", "24-001 031000 M", "24-002 021000 L"] == keys(stranger.get())
    assert ["24-001 051000 L"] == keys(stranger.get(pStatus_Code="C"))
    assert ["24-002 021000 L"] == keys(stranger.get(pStatus_Code="I"))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"pJob_Number": "24-002"}, ["24-002 021000 L"]),
        ({"pJob_Number": "   24-002"}, ["24-002 021000 L"]),
        ({"pJob_Number": "24-*", "pCost_Type": "M"}, ["24-001 031000 M"]),
        ({"pJob_Number": "#24-001"}, ["24-002 021000 L"]),
        ({"pCost_Type": "L,M", "pJob_Number": "24-001/24-001"}, ["24-001 031000 L", "24-001 031000 M"]),
        ({"pCost_Type": "ALL", "pSort_By": "C"}, ["24-001 031000 L", "24-002 021000 L", "24-001 031000 M"]),
        ({"pJob_Number": "24-00?", "pStatus_Code": "C"}, ["24-001 051000 L"]),
        ({"pCost_Center": "NORTH"}, []),
    ],
)
def test_filters(stranger: Stranger, values: dict[str, str], expected: list[str]) -> None:
    """Wildcards, lists, ranges and exclusions by SuperSelect, and the sort by cost type."""
    assert expected == keys(stranger.get(**values))


def test_rows_look_as_the_vendor_tells(office: Office, stranger: Stranger) -> None:
    """Every declared element in order, empty where nothing is known, the capitalised trio at the end."""
    office.do("book-cost", job="24-001", phase="05-1000", cost_type="L", amount="1.50")
    row = stranger.get(pStatus_Code="C")[0]
    assert (
        "Company_Code Job_Number Phase_Code Cost_Type Description Status_Code Unit_of_Measure JTD_Quantity JTD_Hours "
        "JTD_Actual_Dollars Projected_Quantity Projected_Hours Projected_Dollars Estimated_Quantity Estimated_Hours "
        "Current_Estimated_Dollars Cost_Center Error_Code Error_Description Error_Column"
    ) == " ".join(row)
    assert ("    24-001", "-3.50", "1.50", "") == (
        row["Job_Number"], row["Current_Estimated_Dollars"], row["JTD_Actual_Dollars"], row["Error_Code"],
    )  # fmt: skip


def test_job_numbers_without_padding(office: Office, stranger: Stranger) -> None:
    """A switch for clients of an installation that does not pad."""
    office.switch("pad_job_numbers", "no")
    assert {"24-001", "24-002"} == {row["Job_Number"] for row in stranger.get()}


def test_get_job(stranger: Stranger) -> None:
    """Jobs by status and customer, with description, contract and customer."""
    first, second = stranger.get("GetJob", pCustomer_Code="OWN*")
    assert ("24-001", "Bridge", "OWNER", "24-001", "A") == (
        first["Job_Number"].strip(), first["Job_Description"], first["Customer_Code"], first["Contract_Number"],
        first["Status_Code"],
    )  # fmt: skip
    assert "24-002" == second["Job_Number"].strip()
    assert [] == stranger.get("GetJob", pStatus_Code="C")


def test_get_job_shows_complete_jobs_when_asked(office: Office, stranger: Stranger) -> None:
    """As for phases."""
    office.do("job-status", job="24-001", status="C")
    assert ["24-001"] == [row["Job_Number"].strip() for row in stranger.get("GetJob", pStatus_Code="C")]
    assert ["24-002"] == [row["Job_Number"].strip() for row in stranger.get("GetJob", pSort_By="C")]


@pytest.mark.rule("L7")
def test_the_row_cap_ends_with_a_warning(office: Office, stranger: Stranger) -> None:
    """The row after the cap carries code W and nothing else; without it the cut can't be seen."""
    office.switch("row_cap", "2")
    capped = stranger.get()
    assert ["", "", "W"] == [row["Error_Code"] for row in capped]
    assert ("", "") == (capped[2]["Phase_Code"], capped[2]["Job_Number"])
    office.switch("cap_warning", "no")
    assert 2 == len(stranger.get())
    office.switch("row_cap", "3")
    office.switch("cap_warning", "yes")
    assert ["", "", ""] == [row["Error_Code"] for row in stranger.get()]


def test_the_default_cap_is_five_hundred(stranger: Stranger, office: Office) -> None:
    """Five hundred rows and the warning."""
    office.do("add-job", job="BIG", name="Big", mask="9999")
    installation = Installation(office.home)
    with installation.writing() as connection:
        job = held_job(connection, "SIM", "BIG")
        for number in range(501):
            add_row(connection, job, f"{number:04}", "L", "x")
    capped = stranger.get(pJob_Number="BIG")
    assert (501, "W") == (len(capped), capped[500]["Error_Code"])


@pytest.mark.rule("L7")
def test_a_large_answer_loses_its_tail(office: Office, stranger: Stranger) -> None:
    """Every row is whole, the envelope never ends; a smaller answer keeps its tail."""
    office.switch("cut_tail", "3")
    reply = stranger.call("GetPhase", {}).text
    assert (True, 3) == (reply.endswith("</response>"), len(stranger.get()))
    assert stranger.call("GetPhase", {"pJob_Number": "24-002"}).text.endswith("</SOAP-ENV:Envelope>")


def test_hidden_and_doubled_rows(office: Office, stranger: Stranger) -> None:
    """Reads that lie: rows left out at the end, rows twice at the start."""
    office.switch("hidden_rows", "1")
    office.switch("doubled_rows", "1")
    assert ["24-001 031000 L", "24-001 031000 L", "24-001 031000 M"] == keys(stranger.get())


def test_an_operator_sees_its_jobs_alone(office: Office, stranger: Stranger) -> None:
    """The operator's job security filters phases and jobs without a word."""
    office.do("authorize", authorization=stranger.authorization, jobs="24-002")
    assert ["24-002 021000 L"] == keys(stranger.get())
    assert 1 == len(stranger.get("GetJob"))


def test_wrong_parameters_are_rows_of_the_answer(stranger: Stranger) -> None:
    """A plain parameter outside its values is refused in the capitalised trio."""
    row = stranger.get(pStatus_Code="Z")[0]
    assert ("I", "pStatus_Code", "") == (row["Error_Code"], row["Error_Column"], row["Phase_Code"])


def test_answers_get_of_other_addresses_with_404(stranger: Stranger) -> None:
    """Nothing else is served."""
    for path in ("/wsdls/Nothing.jws", "/ws/Nothing", "/wsdls/AddPhase", "/AddPhase", "/ws/GetPhase"):
        assert 404 == requests.get(stranger.url + path, timeout=30).status_code
