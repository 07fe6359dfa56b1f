"""Writing phases and budget rows: creation, patches, the freeze, and refusals that name everything at once."""

from decimal import Decimal
from typing import Any

import pytest
from simulator.stranger import SUB_JOB, Client, row


def details(response: Any) -> list[str]:
    """The sentences of a structured refusal."""
    return [problem["detail"] for problem in response.json()["o:errorDetails"]]


def test_makes_a_row_whose_identity_the_server_fills(client: Client) -> None:
    """201 with the whole row; the VUUID was sent as an empty string."""
    made = client.post("jcjobcategory", row(amount=1234.56))
    found = client.get(f"jcjobcategory/{made.json()['JcatVUuid']}").json(parse_float=Decimal)
    assert (201, Decimal("1234.56")) == (made.status_code, found["JcatBudgAmt"])


def test_keeps_amounts_exact(client: Client) -> None:
    """Sixteen digits before the point and two after it come back as they went, and tie to the cent."""
    client.session.headers["Content-Type"] = "application/json"
    body = '{"JcatBudgAmt": 1234567890123456.78,' + str(row(amount=None)).replace("'", '"').replace(
        ', "JcatBudgAmt": None', ""
    ).removeprefix("{")
    assert 201 == client.session.post(client.url("jcjobcategory"), data=body).status_code
    assert ["1234567890123456.78"] == list(client.figures().values())


def test_is_no_upsert(client: Client) -> None:
    """A second POST of the same key is refused in the database's words, and changes nothing."""
    client.made("jcjobcategory", row())
    again = client.post("jcjobcategory", row(amount=5))
    assert (400, True) == (again.status_code, details(again)[0].startswith("ORA-00001"))
    client.switch("duplicate_key", "jbo")
    assert details(client.post("jcjobcategory", row()))[0].startswith("JBO-25013")
    assert ["100"] == list(client.figures().values())


def test_names_every_problem_at_once(client: Client) -> None:
    """Missing, too long, wrong flag, unknown attribute: one answer tells all of it."""
    body = row() | {"JcatPhsCode": "x" * 17, "JcatCatActiveFlag": True, "JcatNothing": 1}
    del body["JcatExclCostWip"]
    refused = client.post("jcjobcategory", body)
    paths = {problem.get("o:errorPath") for problem in refused.json()["o:errorDetails"]}
    assert {"/JcatPhsCode", "/JcatCatActiveFlag", "/JcatNothing", "/JcatExclCostWip"} == paths


@pytest.mark.parametrize("amount", ["1.001", "x", True, 10**17, [1]])
def test_refuses_amounts_that_are_none(client: Client, amount: Any) -> None:
    """More than two decimals, or than eighteen digits, is refused and never rounded."""
    assert 400 == client.post("jcjobcategory", row(amount=amount)).status_code


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (row(job="99"), "Job 99 does not exist"),
        (row("99-9999"), "Cost Code Code 99-9999"),
        (row(category="X"), "Category Code X"),
        (row() | {"JcatWmCode": "ZZ"}, "WM Code ZZ"),
    ],
)
def test_refuses_unknown_parents(client: Client, body: dict[str, Any], words: str) -> None:
    """Job, phase, category and unit must be there."""
    assert any(words in problem for problem in details(client.post("jcjobcategory", body)))


def test_tells_a_refusal_as_text_below_version_4(client: Client) -> None:
    """The default framework's answer is in essence a message; so it is where no JSON is asked for."""
    for headers in ({"Rest-Framework-Version": "2"}, {"Accept": "*/*"}):
        refused = client.session.post(client.url("jcjobcategory"), json=row("99"), headers=headers)
        assert "Cost Code Code 99 is not an active phase of job 24-001." == refused.text


def test_patches_only_what_is_given(client: Client) -> None:
    """PATCH answers 200 with the row; the key can't be changed."""
    vuuid = client.made("jcjobcategory", row())["JcatVUuid"]
    patched = client.patch("jcjobcategory", vuuid, JcatBudgAmt=7, JcatWmCode="CY")
    assert (200, 7, "CY", "L") == (
        patched.status_code,
        *(patched.json()[f"Jcat{n}"] for n in ("BudgAmt", "WmCode", "Code")),
    )
    assert 400 == client.patch("jcjobcategory", vuuid, JcatCompCode="002").status_code
    assert 404 == client.patch("jcjobcategory", "0" * 32, JcatBudgAmt=7).status_code


@pytest.mark.rule("L4")
def test_counts_each_write_that_moved_an_original(client: Client) -> None:
    """The books tell how many writes made a figure up; writing the same value again moves nothing."""
    vuuid = client.made("jcjobcategory", row())["JcatVUuid"]
    client.patch("jcjobcategory", vuuid, JcatBudgAmt=100)
    client.patch("jcjobcategory", vuuid, JcatBudgUnit=10, JcatBudgRate=10)
    assert {"03-1000 / L": ("100.00", "0.00", 1, 0)} == client.books()
    client.patch("jcjobcategory", vuuid, JcatBudgAmt=130)
    assert {"03-1000 / L": ("130.00", "0.00", 2, 0)} == client.books()


def test_takes_units_times_rate(client: Client) -> None:
    """Where units and rate come alone, they make the amount, rounded to the cent."""
    body = row() | {"JcatBudgUnit": "12.5", "JcatBudgRate": "3.3333", "JcatWmCode": "CY"}
    del body["JcatBudgAmt"]
    assert 41.67 == client.made("jcjobcategory", body)["JcatBudgAmt"]


def test_freezes_the_budget_of_a_started_job(client: Client) -> None:
    """Once the job is in process the amount can't be written; other attributes and rows without one can."""
    vuuid = client.made("jcjobcategory", row())["JcatVUuid"]
    client.do("start", job="24-001")
    frozen = client.patch("jcjobcategory", vuuid, JcatBudgAmt=5)
    assert (400, True) == (frozen.status_code, "in process" in details(frozen)[0])
    assert 400 == client.post("jcjobcategory", row(category="M")).status_code
    assert 200 == client.patch("jcjobcategory", vuuid, JcatExclCostWip="Y").status_code
    client.made("jcjobcategory", row(category="M", amount=0))
    assert {"24-001 03-1000 L": "100", "24-001 03-1000 M": "0"} == client.figures()


def test_ignores_a_frozen_budget_where_the_site_does(client: Client) -> None:
    """The other possibility: 200, and nothing moved."""
    vuuid = client.made("jcjobcategory", row())["JcatVUuid"]
    client.do("start", job="24-001")
    client.switch("frozen_budget", "ignore")
    assert 200 == client.patch("jcjobcategory", vuuid, JcatBudgAmt=5).status_code
    assert {"03-1000 / L": ("100.00", "0.00", 1, 0)} == client.books()


def test_writes_nothing_to_a_closed_job(client: Client) -> None:
    """A closed job refuses rows, patches and phases; reopened, it is what it was."""
    vuuid = client.made("jcjobcategory", row())["JcatVUuid"]
    client.do("close", job="24-001")
    answers = [client.patch("jcjobcategory", vuuid, JcatBudgAmt=5), client.post("jcjobcategory", row(category="M"))]
    assert [["Job 24-001 of company 001 is closed."]] * 2 == [details(answer) for answer in answers]
    assert "pending" in client.do("reopen", job="24-001")


def test_takes_budgets_at_the_lowest_level_alone(client: Client) -> None:
    """A control phase and a control category hold no budget of their own."""
    client.do("add-phase", phase="03-1001", job="24-001")
    client.do("control-phase", job="24-001", phase="03-1001", control="03-1000")
    client.do("add-category", category="L1", control="L")
    refused = details(client.post("jcjobcategory", row()))
    assert (2, True, True) == (len(refused), "control phase" in refused[0], "control category" in refused[1])
    client.made("jcjobcategory", row("03-1001", "L1"))


def test_assigns_a_phase_to_a_job(client: Client) -> None:
    """A phase comes from the company's list; a second time it is a duplicate, another phase is unknown."""
    phase = {"GjjpCompCode": "001", "GjjpJobCode": SUB_JOB, "GjjpCode": "05-1000", "GjjpCtrlCode": "ALL"}
    phase |= {"GjjpActiveFlag": "Y", "GjjpFactorableFlg": "N", "GjjpVUuid": ""}
    vuuid = client.made("jcjobcostcodes", phase)["GjjpVUuid"]
    refused = [client.post("jcjobcostcodes", phase), client.post("jcjobcostcodes", phase | {"GjjpCode": "99"})]
    assert [True, True] == [
        details(refused[0])[0].startswith("ORA-00001"),
        details(refused[1])[0].startswith("Cost Code Code 99"),
    ]
    assert 200 == client.patch("jcjobcostcodes", vuuid, GjjpActiveFlag="N").status_code
    assert 400 == client.post("jcjobcategory", row("05-1000", job=SUB_JOB)).status_code


def test_shows_posted_changes_in_a_pending_budget_where_the_site_does(client: Client) -> None:
    """While a job is pending its budget may be shown with posted changes; the books keep them apart."""
    client.made("jcjobcategory", row())
    client.pci(20)
    assert "SUCCESS" == client.post_pci()
    shown = [client.figures("JcatBudgAmt")]
    client.switch("pending_budget_shows", "with_changes")
    shown.append(client.figures("JcatBudgAmt"))
    assert [["100"], ["120"]] == [list(figures.values()) for figures in shown]
    assert {"03-1000 / L": ("100.00", "20.00", 1, 1)} == client.books()


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"a": 1, "a": 2}', b'{"JcatBudgAmt": NaN}', b"\xff"])
def test_refuses_a_body_that_is_no_object(client: Client, body: bytes) -> None:
    """Broken JSON, a list, a name that stands twice, a number that is none: 400."""
    headers = {"Content-Type": "application/json"}
    assert 400 == client.session.post(client.url("jcjobcategory"), data=body, headers=headers).status_code


def test_refuses_another_content_type(client: Client) -> None:
    """A row is JSON of the framework's types or plain."""
    assert 415 == client.session.post(client.url("jcjobcategory"), data="a=b").status_code
    kind = {"Content-Type": "application/vnd.oracle.adf.resourceItem+json"}
    assert 201 == client.session.post(client.url("jcjobcategory"), json=row(), headers=kind).status_code


def test_moves_a_row_to_another_category_with_its_journal(client: Client) -> None:
    """The category is listed as updatable; a row that carries PCI lines stays where it is."""
    vuuid = client.made("jcjobcategory", row())["JcatVUuid"]
    assert 200 == client.patch("jcjobcategory", vuuid, JcatCode="M").status_code
    assert {"03-1000 / M": ("100.00", "0.00", 1, 0)} == client.books()
    client.made("jcjobcategory", row())
    client.pci(5)
    other = client.items("jcjobcategory", q="JcatCode = 'L'")[0]["JcatVUuid"]
    assert 400 == client.patch("jcjobcategory", other, JcatCode="S").status_code


def test_takes_a_row_without_an_amount(client: Client) -> None:
    """Null is no amount: the row stands at nought and nothing is counted."""
    client.made("jcjobcategory", row(amount=None))
    assert (["0"], {}) == (list(client.figures().values()), client.books())


def test_may_keep_rows_to_the_sub_jobs(client: Client) -> None:
    """Where a control job only groups, its own rows are refused; a job made for them takes them."""
    client.switch("control_jobs_hold_rows", "no")
    assert "is a control job" in client.post("jcjobcategory", row()).text
    assert ("Job 24-001-00 is pending.", "Job 24-001-00 is there already.") == (
        client.do("add-job", job="24-001-00", control="24-001"),
        client.do("add-job", job="24-001-00", control="24-001"),
    )
    client.do("add-phase", phase="03-1000", job="24-001-00")
    client.made("jcjobcategory", row(job="24-001-00"))
