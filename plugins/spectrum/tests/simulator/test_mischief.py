"""Mischief at Spectrum: each does what its meaning says, and calm ends what lasts or is armed."""

import pytest
import requests
from simulator.stranger import Office, Stranger

from erp_bridge_core.contract import Mischief, Mischievous
from erp_bridge_core.contract.errors import NotFound
from erp_bridge_spectrum.simulator import SpectrumSimulator

JOB = "24-001"


def act(office: Office, mischief: Mischief) -> None:
    """Do it."""
    SpectrumSimulator().mischief()[mischief](office.home, JOB, ())


def calm(office: Office) -> None:
    """End it."""
    SpectrumSimulator().calm(office.home)


def change(stranger: Stranger, number: str = "EB0001") -> None:
    """Save a change request of 50.00 on 031000 / L that counts."""
    assert [] == stranger.put(
        "ARChangeRequest", Job_Number=JOB, Customer_Code="OWNER", Change_Request_Number=number, CR_Description="More",
        CR_Status="A", Cost_Reimbursable_Flag="N", CR_Phase_Code="031000", CR_Cost_Type="L",
        Change_Request_Amount="50.00",
    )  # fmt: skip


def entries(office: Office, key: str = "031000 / L") -> tuple[str, int, str, int]:
    """Original and changes of a key, each with the number of its entries."""
    held = next(held for held in office.entries() if str(held.key) == key)
    return (str(held.original), held.original_entries, str(held.changes), held.change_entries)


@pytest.fixture
def budget(stranger: Stranger) -> Stranger:
    """Two rows."""
    stranger.add(cost="100")
    stranger.add(phase="051000", cost_type="M", cost="50", Description="Steel")
    return stranger


def test_keeps_the_protocol() -> None:
    """The conformance suite knows it by its methods; what one row a call can't suffer is not offered."""
    simulator = SpectrumSimulator()
    assert isinstance(simulator, Mischievous)
    assert not {Mischief.APPLIES_SOME, Mischief.OMITS_ROWS, Mischief.POSTS_EARLY} & set(simulator.mischief())


def test_the_next_put_is_refused_once(office: Office, budget: Stranger) -> None:
    """A good reply with a code, nothing done; a test of the connection is no write; asked again, it is done."""
    act(office, Mischief.FAILS_WITH_200)
    assert ["S"] == [code for code, _ in budget.put("TestConnection")]
    refused = budget.add(cost="9")
    assert ["I"] == [row["error_code"] for row in refused]
    assert "100.00" == entries(office)[0]
    assert ([], "9.00") == (budget.add(cost="9"), entries(office)[0])


def test_calm_disarms(office: Office, budget: Stranger) -> None:
    """What did not strike yet never does."""
    act(office, Mischief.FAILS_WITH_200)
    calm(office)
    assert [] == budget.add(cost="9")


def test_reads_stay_as_they_were_until_calm(office: Office, budget: Stranger) -> None:
    """What is written later is in the books, not in what a Get shows."""
    act(office, Mischief.STALE_READS)
    budget.add(cost="9")
    assert ("100.00", "9.00") == (budget.estimated()["031000/L"], entries(office)[0])
    calm(office)
    assert "9.00" == budget.estimated()["031000/L"]


def test_a_restart_thaws_reads(office: Office, budget: Stranger) -> None:
    """A new process knows nothing of old figures."""
    office.do("freeze-reads")
    budget.add(cost="9")
    SpectrumSimulator().restart(office.home)
    assert "9.00" == budget.estimated()["031000/L"]


def test_long_answers_end_without_a_word_until_calm(office: Office, budget: Stranger) -> None:
    """At the installation's cap no row warns."""
    office.switch("row_cap", "1")
    act(office, Mischief.CAPPED_READS)
    assert ["031000"] == [row["Phase_Code"] for row in budget.get(pJob_Number=JOB)]
    calm(office)
    assert ["", "W"] == [row["Error_Code"] for row in budget.get(pJob_Number=JOB)]


def test_the_last_row_hides_until_calm(office: Office, budget: Stranger) -> None:
    """Each Get of phases lacks one."""
    act(office, Mischief.HIDDEN_ROWS)
    assert {"031000/L"} == set(budget.estimated())
    calm(office)
    assert {"031000/L", "051000/M"} == set(budget.estimated())


def test_a_closed_job_takes_nothing_until_calm(office: Office, budget: Stranger) -> None:
    """No estimate is written on a Complete job; calm makes it Active."""
    act(office, Mischief.CLOSED_JOB)
    assert ["Job_Number"] == [row["column"] for row in budget.add(cost="9")]
    calm(office)
    assert ([], "9.00") == (budget.add(cost="9"), entries(office)[0])


def test_tokens_end(office: Office, stranger: Stranger) -> None:
    """A token of enhanced authentication that was good is none any more."""
    office.switch("enhanced_authentication", "yes")
    credentials = dict(line.split(": ") for line in office.do("oauth-client").splitlines())
    form = {"grant_type": "client_credentials", "scope": "spectrumapi", **credentials}
    token = requests.post(f"{stranger.url}/connect/token", data=form, timeout=30).json()["access_token"]

    def status() -> int:
        bearer = {"Authorization": f"Bearer {token}"}
        return requests.post(f"{stranger.url}/ws/TestConnection", data=b"", headers=bearer, timeout=30).status_code

    before = status()
    act(office, Mischief.EXPIRES_TOKENS)
    assert (500, 401) == (before, status())


def test_an_edit_is_in_the_current_estimate(office: Office, budget: Stranger) -> None:
    """One key has 1.00 more, by an entry more."""
    act(office, Mischief.EDITS_ENTRY)
    assert (("100.00", 1, "1.00", 1), "101.00") == (entries(office), budget.estimated()["031000/L"])


def test_our_last_change_request_is_rejected(office: Office, budget: Stranger) -> None:
    """It counts no more; the one before and a person's own still do."""
    change(budget)
    change(budget, "EB0002")
    office.do("change-request", job=JOB, phase="031000", cost_type="L", amount="3", number="ZZ", status="A")
    act(office, Mischief.REMOVES_ENTRY)
    assert ("100.00", 1, "53.00", 2) == entries(office)


def test_our_last_row_is_cleared_where_no_request_stands(office: Office, budget: Stranger) -> None:
    """A row that a person made stays, and services never delete: the figures go to nought."""
    office.do("add-phase", job=JOB, phase="99-1000", cost_type="L")
    office.do("enter", job=JOB, phase="99-1000", cost_type="L", current="3")
    change(budget)
    for _ in range(2):
        act(office, Mischief.REMOVES_ENTRY)
    assert {"031000 / L": ("100.00", "0.00"), "051000 / M": ("0.00", "0.00"), "991000 / L": ("0.00", "3.00")} == (
        office.books()
    )


@pytest.mark.parametrize("mischief", [Mischief.EDITS_ENTRY, Mischief.REMOVES_ENTRY, Mischief.TAKES_NUMBER])
def test_nothing_can_be_touched_where_nothing_came(office: Office, mischief: Mischief) -> None:
    """It is told, not passed over."""
    with pytest.raises(NotFound):
        act(office, mischief)


def test_what_is_not_ours_is_not_removed(office: Office) -> None:
    """A person's row alone is nothing to take back."""
    office.do("add-phase", job=JOB, phase="03-1000", cost_type="L")
    with pytest.raises(NotFound):
        act(office, Mischief.REMOVES_ENTRY)


def test_the_number_after_our_last_one_is_taken(office: Office, budget: Stranger) -> None:
    """It keeps its form and counts nothing yet; where we made none, Spectrum's own next number is taken."""
    act(office, Mischief.TAKES_NUMBER)
    change(budget, "EB0009")
    act(office, Mischief.TAKES_NUMBER)
    told = office.do("change-requests", job=JOB).splitlines()
    assert ["1", "EB0009", "EB0010"] == [line.split()[0] for line in told]
    assert ("100.00", 1, "50.00", 1) == entries(office)
