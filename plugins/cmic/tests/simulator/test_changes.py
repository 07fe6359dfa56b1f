"""Potential change items: types, headers with their numbers and statuses, and lines that have no key."""

from typing import Any

import pytest
from simulator.stranger import SUB_JOB, Client, header, line, row


@pytest.fixture
def site(client: Client) -> Client:
    """A job with two budget rows of 100, one of its sub job, started."""
    client.made("jcjobcategory", row())
    client.made("jcjobcategory", row(category="M"))
    client.made("jcjobcategory", row(job=SUB_JOB))
    client.do("start", job="24-001")
    return client


def test_lists_types_and_statuses(site: Client) -> None:
    """Types are bound to classes, statuses to pending types."""
    assert {"EXT": "E", "INT": "I", "TFR": "T", "OBC": "O"} == {
        item["CmtTypeCode"]: item["CmtClassCode"] for item in site.items("cmtype")
    }
    assert {"Pre-Pending", "Pending", "Approved", "Rejected"} == {
        item["CmsPendType"] for item in site.items("cmstatus")
    }


def test_makes_a_type(site: Client) -> None:
    """A type is made with a class and a mask; one without digits, or of no class, is refused."""
    body = {"CmtCompCode": "001", "CmtTypeCode": "TEST", "CmtName": "Test", "CmtClassCode": "T", "CmtVUuid": ""}
    body |= {"CmtChgOrdNumberMask": "TEST****", "CmtAllowCostsFlag": "Y"}
    site.made("cmtype", body)
    wrong = [{"CmtChgOrdNumberMask": "TEST"}, {"CmtClassCode": "X"}, {"CmtCompCode": "9"}, {}]
    assert [400] * 4 == [site.post("cmtype", body | change).status_code for change in wrong]


def test_numbers_by_the_mask(site: Client) -> None:
    """A number left blank is the mask's next in the job, after those that were typed."""
    site.made("cmmast", header("COI00000007"))
    assert "COI00000008" == site.made("cmmast", header(""))["CmmCode"]
    assert "COT00000001" == site.made("cmmast", header("", kind="TFR"))["CmmCode"]


def test_runs_out_of_numbers(site: Client) -> None:
    """A mask of one digit numbers nine PCIs in a job, and refuses the tenth."""
    site.do("type", type_code="ONE", mask="ONE*")
    numbers = [site.made("cmmast", header("", kind="ONE"))["CmmCode"] for _ in range(9)]
    refused = site.post("cmmast", header("", kind="ONE"))
    assert ("ONE9", 400, True) == (numbers[-1], refused.status_code, "no number left" in refused.text)


def test_takes_a_typed_number_only_where_the_type_allows(site: Client) -> None:
    """Without the override flag a typed number is refused, the mask's is given."""
    site.do("type", type_code="INT", own_numbers="no")
    assert (400, 201) == (site.post("cmmast", header()).status_code, site.post("cmmast", header("")).status_code)


def test_has_one_pci_of_a_number(site: Client) -> None:
    """Company, job and number are the key of a PCI."""
    site.pci()
    refused = site.post("cmmast", header())
    assert (400, True) == (refused.status_code, "ORA-00001" in refused.text)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"CmmTypeCode": "NONE"}, "PCI Type NONE"),
        ({"CmmPrepostStatCode": "NONE"}, "PCI Status NONE"),
        ({"CmmJobCode": "99"}, "Job 99"),
        ({"CmmCalcProjAmtMethod": "X"}, "CmmCalcProjAmtMethod"),
        ({"CmmName": ""}, "CmmName is required"),
        ({"CmmCode": "COI000000001"}, "longer than 11"),
        ({"CmmRefDate": "03/01/2026"}, "is not a date"),
    ],
)
def test_refuses_a_header_that_does_not_fit(site: Client, change: dict[str, Any], words: str) -> None:
    """Type, status, job, method, name, number and date are checked."""
    assert words in site.post("cmmast", header() | change).text


def test_takes_pcis_while_transactions_are_off_when_pci_entry_is_on(site: Client) -> None:
    """*Allow PCI Entry* is enough; with both off nothing is taken."""
    site.do("allow-transactions", job="24-001", allowed="no")
    site.made("cmmast", header(""))
    site.do("allow-pci", job="24-001", allowed="no")
    assert "neither transactions nor PCI entry" in site.post("cmmast", header("")).text


def test_keeps_two_lines_that_are_alike(site: Client) -> None:
    """A line has no key: sent twice, it is there twice."""
    site.pci(20, 20)
    assert [20, 20] == [item["CmdCostAmt"] for item in site.items("cmdetail", q="CmdChgCode = 'COI00000001'")]


def test_changes_and_removes_lines(site: Client) -> None:
    """PATCH answers 200 with the row, DELETE 204; then it is gone."""
    site.pci()
    vuuid = site.made("cmdetail", line(20))["CmdVUuid"]
    assert 25 == site.patch("cmdetail", vuuid, CmdCostAmt=25).json()["CmdCostAmt"]
    deleted = site.session.delete(f"{site.url('cmdetail')}/{vuuid}").status_code
    assert (204, 404, []) == (deleted, site.get(f"cmdetail/{vuuid}").status_code, site.items("cmdetail"))


def test_takes_lines_of_the_header_job_and_its_sub_jobs(site: Client) -> None:
    """A line may stand on a sub job of the header's job, on no other."""
    site.pci()
    site.made("cmdetail", line(5, job=SUB_JOB))
    assert "is not a sub-job" in site.post("cmdetail", line(5, job="24-002")).text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"CmdChgCode": "COI00000009"}, "does not exist in job"),
        ({"CmdCatCode": "S"}, "Cost Code Code 03-1000 with Category Code S"),
        ({"CmdBillAmt": 5}, "does not allow a billing amount"),
        ({"CmdStatusCode": "NONE"}, "PCI Status NONE"),
        ({"CmdWmCode": "ZZ"}, "WM Code ZZ"),
        ({"CmdPostingFlag": "POSTED"}, "is not one of UNPOSTED"),
    ],
)
def test_refuses_a_line_that_does_not_fit(site: Client, change: dict[str, Any], words: str) -> None:
    """Header, budget row, billing, status and unit are checked."""
    site.pci()
    assert words in site.post("cmdetail", line(20) | change).text


def test_refuses_a_line_on_an_inactive_row(site: Client) -> None:
    """An inactive category takes no transactions."""
    site.do("activate-row", job="24-001", phase="03-1000", category="L", active="no")
    site.pci()
    assert "is not active" in site.post("cmdetail", line(20)).text


def test_shows_an_unapproved_pci_in_the_pending_columns_alone(site: Client) -> None:
    """Pending and approved stand in Pending, pre-pending in Pre-pending, rejected nowhere; current is as it was."""
    vuuid = site.pci(20, status="PENDING")
    seen = []
    for status in ("PENDING", "APPROVED", "PREPEND", "REJECTED"):
        assert 200 == site.patch("cmmast", vuuid, CmmPrepostStatCode=status).status_code
        found = site.items("jcjobcategory", q="JcatJobCode = '24-001' and JcatCode = 'L'")[0]
        seen.append(tuple(int(found[name]) for name in ("JcatCurrBudgAmt", "JcatPendAmt", "JcatPrependAmt")))
    assert [(100, 20, 0), (100, 20, 0), (100, 0, 20), (100, 0, 0)] == seen


def test_may_not_approve_by_patch(site: Client) -> None:
    """A site may keep the status to its screens; the description says so."""
    vuuid = site.pci(status="PENDING")
    site.switch("approve_by_patch", "no")
    described = site.get("cmmast/describe").json()["Resources"]["cmmast"]["attributes"]
    assert [False] == [held["updatable"] for held in described if held["name"] == "CmmPrepostStatCode"]
    assert 400 == site.patch("cmmast", vuuid, CmmPrepostStatCode="APPROVED").status_code


def test_may_take_no_lines_once_approved(site: Client) -> None:
    """A site may close a PCI to lines when it is approved."""
    site.switch("lines_on_approved", "no")
    site.pci()
    assert "takes no more lines" in site.post("cmdetail", line(20)).text


def test_takes_quantity_times_rate_for_the_amount(site: Client) -> None:
    """Where no amount comes, quantity and rate make it, on creation and on a patch."""
    site.pci()
    body = {name: value for name, value in line(0).items() if name != "CmdCostAmt"}
    made = site.made("cmdetail", body | {"CmdQty": 3, "CmdRate": "-2.5", "CmdWmCode": "CY"})
    patched = site.patch("cmdetail", made["CmdVUuid"], CmdQty=4).json()
    assert (-7.5, -10) == (made["CmdCostAmt"], patched["CmdCostAmt"])


def test_refuses_costs_where_the_type_has_none(site: Client) -> None:
    """A type may be for billing alone."""
    body = {"CmtCompCode": "001", "CmtTypeCode": "BILL", "CmtName": "Billing", "CmtClassCode": "E", "CmtVUuid": ""}
    site.made("cmtype", body | {"CmtChgOrdNumberMask": "B***", "CmtAllowCostsFlag": "N"})
    site.made("cmmast", header("", kind="BILL"))
    assert "does not allow costs" in site.post("cmdetail", line(5, number="B001")).text
    assert 201 == site.post("cmdetail", line(0, number="B001") | {"CmdBillAmt": 5}).status_code


def test_moves_a_line_to_no_header_that_is_not_there(site: Client) -> None:
    """The header job of a line is updatable, but only to one that has such a PCI."""
    site.pci(5)
    vuuid = site.items("cmdetail")[0]["CmdVUuid"]
    assert "does not exist in job 24-002" in site.patch("cmdetail", vuuid, CmdMastJobCode="24-002").text
