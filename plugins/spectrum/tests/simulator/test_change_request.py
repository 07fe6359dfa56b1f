"""ARChangeRequest: an upsert by company, job, customer and number, whose status decides what it moves."""

import pytest
from simulator.stranger import Office, Stranger


def change(stranger: Stranger, **values: str) -> list[tuple[str, str]]:
    """Save a change request of 50.00 on 031000 / L, cost only."""
    given = {
        "Job_Number": "24-001", "Customer_Code": "OWNER", "Change_Request_Number": "EB-1", "CR_Description": "More",
        "CR_Status": "A", "Cost_Reimbursable_Flag": "N", "CR_Phase_Code": "031000", "CR_Cost_Type": "L",
        "Change_Request_Amount": "50.00", **values,
    }  # fmt: skip
    return stranger.put("ARChangeRequest", **given)


@pytest.fixture(autouse=True)
def _phases(stranger: Stranger) -> None:
    stranger.add(cost="100")
    stranger.add(cost_type="M", cost="200")


def test_a_posting_status_moves_the_current_estimate(office: Office, stranger: Stranger) -> None:
    """Cost only posts to Job Cost; the original stays."""
    assert [] == change(stranger)
    assert {"031000 / L": ("100.00", "50.00"), "031000 / M": ("200.00", "0.00")} == office.books()
    assert {"031000/L": "150.00", "031000/M": "200.00"} == stranger.estimated()


def test_saving_it_again_changes_nothing(office: Office, stranger: Stranger) -> None:
    """The same key is the same request and line, so a repeat is no second one."""
    change(stranger)
    change(stranger)
    assert ("50.00", 1) == (str(office.entries()[0].changes), office.entries()[0].change_entries)


def test_saving_it_with_another_amount_replaces_the_line(office: Office, stranger: Stranger) -> None:
    """Amounts are absolute, negative ones are taken, and a blank leaves the stored one."""
    change(stranger)
    change(stranger, Change_Request_Amount="-20.5")
    change(stranger, Change_Request_Amount="")
    assert ("100.00", "-20.50") == office.books()["031000 / L"]


@pytest.mark.parametrize(
    ("status", "changes"), [("P", "0.00"), ("A", "50.00"), ("E", "50.00"), ("N", "50.00"), ("V", "0.00")]
)
def test_the_action_type_decides(office: Office, stranger: Stranger, status: str, changes: str) -> None:
    """Action types 1, 2 and 3 post by default, 4 (none) and 5 (reverse) do not."""
    assert [] == change(stranger, CR_Status=status, CR_Billing_Item_Code="1")
    assert ("100.00", changes) == office.books()["031000 / L"]


def test_which_action_types_post_is_a_switch(office: Office, stranger: Stranger) -> None:
    """Screen and public SQL disagree over 3 and 5."""
    office.switch("posting_types", "1,2,5")
    change(stranger)
    assert ("100.00", "0.00") == office.books()["031000 / L"]


def test_a_change_order_makes_it_count_whatever_its_status(office: Office, stranger: Stranger) -> None:
    """The status is consulted only for requests on no change order."""
    change(stranger, CR_Status="P")
    office.do("change-order", job="24-001", number="EB-1", order="CO-1")
    assert ("100.00", "50.00") == office.books()["031000 / L"]
    assert "on change order CO-1" in office.do("change-requests", job="24-001")


@pytest.mark.parametrize(("flag", "switch"), [("Y", "reimbursable_posts"), ("N", "other_requests_post")])
def test_receivables_can_keep_requests_from_job_cost(
    office: Office, stranger: Stranger, flag: str, switch: str
) -> None:
    """Two switches of the A/R installation, one for each kind of request."""
    change(stranger, Cost_Reimbursable_Flag=flag)
    office.switch(switch, "no")
    assert ("100.00", "0.00") == office.books()["031000 / L"]


@pytest.mark.rule("V3")
def test_a_current_estimate_sent_after_it_counts_it_once(office: Office, stranger: Stranger) -> None:
    """AddPhase's current estimate is the whole; the request stays and is part of it."""
    change(stranger)
    stranger.add(cost="", Current_Est_Cost="180")
    assert {"031000/L": "180.00", "031000/M": "200.00"} == stranger.estimated()
    office.do("execute", job="24-001", number="EB-1", status="R")
    assert "130.00" == stranger.estimated()["031000/L"]


def test_numbers_a_request_without_number(office: Office, stranger: Stranger) -> None:
    """The chosen number comes back with code G; a repeat makes another request."""
    answers = [
        stranger.responses(
            "ARChangeRequest", Job_Number="24-001", Customer_Code="OWNER", CR_Status="A", CR_Phase_Code="031000",
            CR_Cost_Type="L", Change_Request_Amount="5",
        )
        for _ in range(2)
    ]  # fmt: skip
    assert [("G", "Change_Request_Number", "1"), ("G", "Change_Request_Number", "2")] == [
        (row["error_code"], row["column"], row["desc"]) for answer in answers for row in answer
    ]
    assert ("100.00", "10.00") == office.books()["031000 / L"]


def test_one_request_holds_several_lines(office: Office, stranger: Stranger) -> None:
    """Each line is a call of its own with the same header."""
    change(stranger)
    change(stranger, CR_Cost_Type="M", Change_Request_Amount="-50")
    assert {"031000 / L": ("100.00", "50.00"), "031000 / M": ("200.00", "-50.00")} == office.books()


def test_the_last_status_sent_holds_for_the_whole_request(office: Office, stranger: Stranger) -> None:
    """The header is repeated on every line: a pending one on the last unposts them all."""
    change(stranger)
    change(stranger, CR_Cost_Type="M", CR_Status="P")
    assert {("100.00", "0.00"), ("200.00", "0.00")} == set(office.books().values())


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"CR_Phase_Code": "051000"}, [("I", "CR_Phase_Code")]),
        ({"CR_Cost_Type": "S"}, [("I", "CR_Phase_Code")]),
        ({"CR_Cost_Type": ""}, [("M", "CR_Cost_Type")]),
        ({"CR_Phase_Code": ""}, [("M", "CR_Phase_Code")]),
        ({"Customer_Code": "ELSE"}, [("I", "Customer_Code")]),
        ({"Customer_Code": ""}, [("M", "Customer_Code")]),
        ({"CR_Status": ""}, [("M", "CR_Status")]),
        ({"CR_Status": "Z"}, [("I", "CR_Status")]),
        ({"CR_Status": "P", "Approved_Date": "04/08/2026"}, [("I", "Approved_Date")]),
        ({"Origination_Date": "4/8/2026"}, [("I", "Origination_Date")]),
        ({"Origination_Date": "02/30/2026"}, [("I", "Origination_Date")]),
        ({"CR_Status": "E"}, [("M", "CR_Billing_Item_Code")]),
        ({"CR_Billing_Item_Code": "9"}, [("I", "CR_Billing_Item_Code")]),
        ({"Default_Billing_Total": "Y"}, [("I", "Default_Billing_Total")]),
        ({"Job_Number": "99"}, [("I", "Job_Number")]),
    ],
)
def test_refuses(office: Office, stranger: Stranger, values: dict[str, str], expected: list[tuple[str, str]]) -> None:
    """It never makes phases, contracts or billing items; nothing of a refused call is kept."""
    assert expected == change(stranger, **values)
    assert "Job 24-001 has no change request." == office.do("change-requests", job="24-001")


def test_refuses_a_complete_phase(office: Office, stranger: Stranger) -> None:
    """Phase and cost type must not be Complete."""
    office.do("phase-status", job="24-001", phase="031000", status="C", cost_type="L")
    assert [("I", "CR_Phase_Code")] == change(stranger)
    assert [] == change(stranger, CR_Cost_Type="M")


def test_refuses_a_job_without_contract(office: Office, stranger: Stranger) -> None:
    """Change requests need a customer's contract on the job."""
    office.do("contract", job="24-001")
    assert [("I", "Customer_Code")] == change(stranger)


@pytest.mark.parametrize(("day", "expected"), [("04/30/2026", []), ("05-01-2026", [("I", "Approved_Date")])])
def test_days_lie_in_the_processing_dates(
    office: Office, stranger: Stranger, day: str, expected: list[tuple[str, str]]
) -> None:
    """Slash or dash; days outside the current processing dates are refused."""
    office.switch("processing_from", "2026-04-01")
    office.switch("processing_through", "2026-04-30")
    assert expected == change(stranger, Approved_Date=day)
