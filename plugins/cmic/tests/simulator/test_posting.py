"""The action that posts: 200 whatever it did, SUCCESS or a sentence; and what posting moves."""

from typing import Any

import pytest
from simulator.stranger import ACTION, SUB_JOB, Client, header, line, row


@pytest.fixture
def site(client: Client) -> Client:
    """A started job with two budget rows of 100 and one of its sub job."""
    client.made("jcjobcategory", row())
    client.made("jcjobcategory", row(category="M"))
    client.made("jcjobcategory", row(job=SUB_JOB))
    client.do("start", job="24-001")
    return client


def figures(site: Client) -> dict[str, int]:
    """The labor row's figures."""
    found = site.items("jcjobcategory", q="JcatJobCode = '24-001' and JcatCode = 'L'")[0]
    names = ("JcatBudgAmt", "JcatPostIntAmt", "JcatPostExtAmt", "JcatCurrBudgAmt", "JcatPendAmt")
    return {name.removeprefix("Jcat").removesuffix("Amt"): int(found[name]) for name in names}


@pytest.mark.rule("V2")
@pytest.mark.parametrize(
    ("kind", "moved"),
    [
        ("INT", {"Budg": 100, "PostInt": 20, "PostExt": 0, "CurrBudg": 120, "Pend": 0}),
        ("EXT", {"Budg": 100, "PostInt": 0, "PostExt": 20, "CurrBudg": 120, "Pend": 0}),
        ("OBC", {"Budg": 120, "PostInt": 0, "PostExt": 0, "CurrBudg": 120, "Pend": 0}),
    ],
)
def test_moves_the_row_by_class(site: Client, kind: str, moved: dict[str, int]) -> None:
    """Internal and external changes move the current budget, an original-budget one the original."""
    site.pci(15, 5, kind=kind)
    assert ("SUCCESS", moved) == (site.post_pci(), figures(site))


def test_moves_lines_from_unposted_to_posted(site: Client) -> None:
    """Posted lines leave the unposted ones, all lines at once."""
    site.pci(15, 5)
    before = (len(site.items("cmdetailunposted")), len(site.items("cmdetailposted")))
    site.post_pci()
    after = (len(site.items("cmdetailunposted")), len(site.items("cmdetailposted")))
    assert ((2, 0), (0, 2)) == (before, after)
    assert {"POSTED"} == {item["CmdPostingFlag"] for item in site.items("cmdetail")}


def test_posts_a_transfer_between_a_job_and_its_sub_job(site: Client) -> None:
    """Each side's row moves, and the books tell them apart."""
    site.made("cmmast", header(kind="TFR"))
    site.made("cmdetail", line(-30))
    site.made("cmdetail", line(30, job=SUB_JOB))
    assert "SUCCESS" == site.post_pci()
    assert {"Budg": 100, "PostInt": -30, "PostExt": 0, "CurrBudg": 70, "Pend": 0} == figures(site)
    assert {
        "03-1000 / L": ("100.00", "-30.00", 1, 1),
        "03-1000 / M": ("100.00", "0.00", 1, 0),
        f"{SUB_JOB} / 03-1000 / L": ("100.00", "30.00", 1, 1),
    } == site.books()


def test_refuses_an_unbalanced_transfer_when_the_flag_says_so(site: Client) -> None:
    """With the control flag on it must net to zero; with it off it is posted."""
    site.pci(-30, kind="TFR")
    assert "do not net to zero" in site.post_pci()
    site.do("control-flag", flag="transfers_balance", value="no")
    assert "SUCCESS" == site.post_pci()


def test_posts_an_internal_change_without_budget_effect_when_the_flag_says_so(site: Client) -> None:
    """SUCCESS, the lines are posted, and the budget stands where it was."""
    site.do("control-flag", flag="internal_moves_budget", value="no")
    site.pci(20)
    assert ("SUCCESS", 100, 0) == (site.post_pci(), figures(site)["CurrBudg"], len(site.items("cmdetailunposted")))
    assert ("100.00", "0.00", 1, 0) == site.books()["03-1000 / L"]


def test_names_job_number_flag_and_status_when_not_approved(site: Client) -> None:
    """The refusal is a sentence in a 200."""
    site.pci(20, status="PENDING")
    words = (
        "PCI is not approved. Company: 001, Job: 24-001, Change: COI00000001, Approved Flag: N, PCI Status: PENDING."
    )
    assert words == site.post_pci()


def test_never_posts_twice(site: Client) -> None:
    """A second post is refused in words, the figures stay; nothing un-posts or changes it."""
    vuuid = site.pci(20)
    line_vuuid = site.items("cmdetail")[0]["CmdVUuid"]
    site.post_pci()
    assert ("already posted" in site.post_pci(), 120) == (True, figures(site)["CurrBudg"])
    answers = [
        site.patch("cmmast", vuuid, CmmName="x"),
        site.patch("cmdetail", line_vuuid, CmdCostAmt=1),
        site.post("cmdetail", line(1)),
        site.session.delete(f"{site.url('cmdetail')}/{line_vuuid}"),
    ]
    assert [400] * 4 == [answer.status_code for answer in answers]


def test_refuses_what_can_not_be_posted(site: Client) -> None:
    """Unknown, empty, a closed period, a closed job: each in words, none with an HTTP error."""
    told = [site.post_pci("COI00000009")]
    site.pci()
    told.append(site.post_pci())
    site.made("cmdetail", line(20))
    site.do("close-period", through="2026-03-02")
    told.append(site.post_pci())
    site.do("close", job="24-001")
    told.append(site.post_pci(day="2026-03-03"))
    wanted = ("does not exist", "no details", "period of 2026-03-02 is closed", "Job 24-001 is closed")
    assert all(words in found for words, found in zip(wanted, told, strict=True)), told


def test_posts_to_a_closed_period_when_the_project_allows(site: Client) -> None:
    """A project option lifts the period's bar; a later day needs none."""
    site.do("close-period", through="2026-03-02")
    site.pci(20)
    site.do("control-flag", flag="post_to_closed_period", value="yes")
    assert "SUCCESS" == site.post_pci()


def test_may_want_every_line_approved(site: Client) -> None:
    """Where a site counts the lines' statuses, one that is pending holds the PCI back."""
    site.switch("approval", "lines")
    site.pci(20)
    site.made("cmdetail", line(1) | {"CmdStatusCode": "PENDING"})
    refused = site.post_pci()
    site.do("approve", job="24-001", number="COI00000001")
    assert ("not approved" in refused, "SUCCESS") == (True, site.post_pci())


@pytest.mark.parametrize(
    ("fault", "result", "current"),
    [
        ("refuses", "PCI can't be posted at this time.", 100),
        ("false_success", "SUCCESS", 100),
        ("posts_and_fails", "An unexpected error occurred.", 120),
    ],
)
def test_may_answer_otherwise_than_it_did(site: Client, fault: str, result: str, current: int) -> None:
    """Neither SUCCESS nor a failure proves anything; the figure does."""
    site.pci(20)
    site.switch("postcm", fault)
    assert (result, current) == (site.post_pci(), figures(site)["CurrBudg"])


@pytest.mark.parametrize(
    "body",
    [
        {"name": "post", "parameters": []},
        {"name": "postCm", "parameters": {"compCode": "001"}},
        {"name": "postCm", "parameters": [{"compCode": "001", "jobCode": "1"}]},
        {"name": "postCm", "parameters": [{"compCode": "001"}]},
        {"name": "postCm", "parameters": [{"compCode": "1"}, {"jobCode": "1"}, {"chgCode": "1"}, {"postDate": "1"}]},
    ],
)
def test_refuses_a_body_that_is_not_the_action(site: Client, body: dict[str, Any]) -> None:
    """Name and single-key parameters are needed, all four of them; the media type too."""
    assert 400 == site.session.post(site.url("postcm"), json=body, headers=ACTION).status_code
    assert 415 == site.session.post(site.url("postcm"), json=body).status_code
