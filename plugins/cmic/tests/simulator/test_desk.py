"""The desk: what a person does at CMiC's screens, by command and by page."""

import pytest
import requests
from simulator.stranger import SUB_JOB, Client, row

from erp_bridge_core.contract.errors import BadInput, NotFound


def test_shows_the_cost_status_of_a_job_and_its_sub_jobs(client: Client) -> None:
    """The screen's columns, per job, phase and category."""
    client.made("jcjobcategory", row())
    client.made("jcjobcategory", row(job=SUB_JOB, amount="7.5"))
    told = client.do("cost-status", job="24-001")
    assert "24-001 / 03-1000 / L: original 100.00, posted internal and transfer 0.00, posted external 0.00" in told
    assert f"{SUB_JOB} / 03-1000 / L: original 7.50" in told


def test_enters_a_pci_by_hand(client: Client) -> None:
    """Header, lines, a line removed, approval, posting: under the rules that hold for the service too."""
    client.made("jcjobcategory", row())
    client.do("add-pci", job="24-001", type_code="INT", name="By hand")
    for amount in ("5", "7"):
        client.do("add-line", job="24-001", number="COI00000001", phase="03-1000", category="L", amount=amount)
    client.do("remove-line", job="24-001", number="COI00000001", line="1")
    with pytest.raises(BadInput, match="not approved"):
        client.do("post-pci", job="24-001", number="COI00000001")
    client.do("approve", job="24-001", number="COI00000001")
    assert "1 lines, total 7.00" in client.do("post-pci", job="24-001", number="COI00000001", date="2026-03-01")
    assert "APPROVED    POSTED" in client.do("pcis", job="24-001")
    assert "L  APPROVED  7.00" in client.do("pci", job="24-001", number="COI00000001")


def test_deletes_an_unposted_pci_and_never_a_posted_one(client: Client) -> None:
    """What is posted stays."""
    client.made("jcjobcategory", row())
    client.pci(5)
    client.pci(6, number="COI00000002")
    client.do("delete-pci", job="24-001", number="COI00000002")
    client.post_pci()
    with pytest.raises(BadInput, match="is posted"):
        client.do("delete-pci", job="24-001", number="COI00000001")
    assert ["COI00000001"] == [item["CmmCode"] for item in client.items("cmmast")]


def test_edits_a_budget_while_pending_and_revises_it_afterwards(client: Client) -> None:
    """Enter Budget stops at the start, the utility screen goes on; both are seen in the books."""
    client.made("jcjobcategory", row())
    key = {"job": "24-001", "phase": "03-1000", "category": "L"}
    client.do("edit-budget", **key, amount="1,200.50")
    client.do("start", job="24-001")
    with pytest.raises(BadInput, match="in process"):
        client.do("edit-budget", **key, amount="5")
    client.do("revise-budget", **key, amount="9")
    assert ({"03-1000 / L": ("9.00", "0.00", 3, 0)}, True) == (client.books(), "in process" in client.do("jobs"))


def test_keeps_types_and_statuses(client: Client) -> None:
    """A site makes its own codes."""
    client.do("type", type_code="SCOP", letter="I", mask="SC****", name="Scope change")
    client.do("add-status", status="BOARD", pending_type="Pending")
    client.do("add-pci", job="24-001", type_code="SCOP", name="n", status="BOARD")
    assert [("SC0001", "BOARD")] == [(i["CmmCode"], i["CmmPrepostStatCode"]) for i in client.items("cmmast")]


@pytest.mark.parametrize(
    ("act", "arguments"),
    [
        ("start", {"job": "99"}),
        ("pci", {"job": "24-001", "number": "NONE"}),
        ("activate-row", {"job": "24-001", "phase": "x", "category": "x", "active": "no"}),
    ],
)
def test_tells_what_is_not_there(client: Client, act: str, arguments: dict[str, str]) -> None:
    """A wrong name is told by name."""
    with pytest.raises(NotFound):
        client.do(act, **arguments)


@pytest.mark.parametrize(
    ("act", "arguments"),
    [
        ("switch", {"name": "nothing"}),
        ("switch", {"name": "per_second", "value": "many"}),
        ("control-flag", {"flag": "per_second", "value": "yes"}),
        ("close-period", {"through": "yesterday"}),
        ("wait", {"seconds": "-1"}),
        ("allow-pci", {"job": "24-001", "allowed": "maybe"}),
        ("edit-budget", {"job": "24-001", "phase": "03-1000", "category": "L", "amount": "much"}),
        ("add-category", {"category": "X", "control": "NONE"}),
    ],
)
def test_tells_what_is_typed_wrong(client: Client, act: str, arguments: dict[str, str]) -> None:
    """Each mistake is told with what to type instead."""
    client.made("jcjobcategory", row())
    with pytest.raises(BadInput) as mistake:
        client.do(act, **arguments)
    assert mistake.value.remedy


def test_lists_the_switches(client: Client) -> None:
    """Each with its value and what it means; what is assumed says so."""
    told = client.do("switch")
    assert (True, True) == ("per_second = 0:" in told, "(assumed" in told)


def test_does_acts_on_its_page(client: Client) -> None:
    """The page shows jobs, PCIs and cost status, and a form of its own does an act; a foreign one does not."""
    client.made("jcjobcategory", row())
    url = client.served.desk_url
    origin = url.removesuffix("/desk")
    started = requests.post(f"{url}/start", data={"job": "24-001"}, headers={"Origin": origin})
    foreign = requests.post(f"{url}/close", data={"job": "24-001"}, headers={"Origin": "http://example.org"})
    assert (200, True, 403) == (started.status_code, "is in process" in started.text, foreign.status_code)
    assert all(title in requests.get(url).text for title in ("Potential change items", "Cost status", "100.00"))


def test_keeps_the_site_in_order(client: Client) -> None:
    """A started job does not start again, a line has a place, a category stands below one at the top, tokens end."""
    client.made("jcjobcategory", row())
    client.do("start", job="24-001")
    with pytest.raises(BadInput, match="not pending"):
        client.do("start", job="24-001")
    client.pci(5)
    with pytest.raises(NotFound, match="no line 0"):
        client.do("remove-line", job="24-001", number="COI00000001", line="0")
    client.do("add-category", category="L1", control="L")
    with pytest.raises(BadInput, match="not a category at the top"):
        client.do("add-category", category="L11", control="L1")
    client.do("activate-phase", job="24-001", phase="03-1000", active="no")
    found = client.items("jcjobcostcodes", q="GjjpCode = '03-1000' and GjjpJobCode = '24-001'")
    assert ("0 tokens ended.", "N") == (client.do("expire-tokens"), found[0]["GjjpActiveFlag"])
