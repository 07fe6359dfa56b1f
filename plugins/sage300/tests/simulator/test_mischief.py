"""Mischief at Sage: each does what its meaning says, and calm ends what lasts."""

from collections.abc import Sequence
from itertools import count, takewhile

import pytest
import requests
from simulator.office import Office, category_record, job_record

from erp_bridge_core.contract import HandOver, Mischief, Mischievous
from erp_bridge_core.contract.errors import NotFound
from erp_bridge_sage300.simulator import SageSimulator

JOB = "24-001"
KEYS = {"ApiKey": "hh2_api_key", "ApiSecret": "hh2_api_secret", "Username": "hh2_username", "Password": "hh2_password"}
CATEGORIES = "/JobCosting/Api/V1/JobCost.svc/jobs/categories"


def sheet(location: str) -> HandOver:
    """A hand-over sheet for a file."""
    return HandOver(title="t", location=location, sha256="", lines=1, total="100.00", instructions=(), taken=True)


@pytest.fixture
def handed(office: Office) -> tuple[HandOver, ...]:
    """Originals on two keys and a change on one of them, handed over."""
    originals = (category_record("03-1000"), category_record("05-1000", amount="50.00"))
    return (
        sheet(office.put(job_record(), *originals, name="taken/1-original/a.jce")),
        sheet(office.put(job_record(), category_record("03-1000", amount="7"), name="taken/2-approved-changes/b.jce")),
    )


def act(office: Office, mischief: Mischief, handed: Sequence[HandOver] = ()) -> None:
    """Do it."""
    SageSimulator().mischief()[mischief](office.home, JOB, handed)


def calm(office: Office) -> None:
    """End it."""
    SageSimulator().calm(office.home)


def post(office: Office, handed: Sequence[HandOver]) -> None:
    """What honest people do."""
    assert [*SageSimulator().post(office.home, JOB, handed)]


def entries(office: Office) -> dict[str, tuple[str, int, str, int]]:
    """Original and changes of each key, each with the number of its entries."""
    return {
        str(held.key): (str(held.original), held.original_entries, str(held.changes), held.change_entries)
        for held in office.entries()
    }


def report(office: Office) -> list[str]:
    """The total estimates in the job cost report."""
    return [row["Total Estimate"] for row in office.job_costs()]


def hh2(office: Office) -> list[str]:
    """Estimates that hh2 lists, page by page until an empty one."""
    with SageSimulator().serve(office.home) as served, requests.Session() as session:
        url = served.settings["hh2_url"]
        given = {name: served.secrets[secret] for name, secret in KEYS.items()}
        session.post(f"{url}/Api/Security/V3/Session.svc/authenticate", json=given)
        pages = (session.get(url + CATEGORIES, params={"page": str(page)}) for page in count())
        rows = (response.json(parse_float=str) for response in pages)
        return [row["Estimate"] for page in takewhile(bool, rows) for row in page]


def test_keeps_the_protocol() -> None:
    """The conformance suite knows it by its methods; what a file can't suffer is not offered."""
    simulator = SageSimulator()
    assert isinstance(simulator, Mischievous)
    assert Mischief.FAILS_WITH_200 not in simulator.mischief()


def test_a_double_import_shows_two_entries(office: Office, handed: tuple[HandOver, ...]) -> None:
    """Every key has twice its amount, made of two entries."""
    act(office, Mischief.LOADS_TWICE, handed)
    assert {"03-1000 / LAB": ("200.00", 2, "14.00", 2), "05-1000 / LAB": ("100.00", 2, "0.00", 0)} == entries(office)
    assert ["214.00", "100.00"] == report(office)


def test_a_wrong_tick_swaps_the_columns(office: Office, handed: tuple[HandOver, ...]) -> None:
    """Originals become changes, changes originals; hh2 and the report show it."""
    act(office, Mischief.TICKS_WRONG, handed)
    assert {"03-1000 / LAB": ("7.00", 1, "100.00", 1), "05-1000 / LAB": ("0.00", 0, "50.00", 1)} == entries(office)
    assert ["107.00", "50.00"] == report(office) == hh2(office)


def test_half_is_the_first_file_alone(office: Office, handed: tuple[HandOver, ...]) -> None:
    """The other is not loaded; somebody may still do it."""
    act(office, Mischief.LOADS_HALF, handed)
    assert {"03-1000 / LAB": ("100.00", "0.00"), "05-1000 / LAB": ("50.00", "0.00")} == office.books()
    post(office, handed)
    assert ("100.00", "7.00") == office.books()["03-1000 / LAB"]


def test_an_edit_is_posted_and_shown(office: Office, handed: tuple[HandOver, ...]) -> None:
    """One key has 1.00 more, by an entry more."""
    post(office, handed)
    act(office, Mischief.EDITS_ENTRY)
    assert ("101.00", 2, "7.00", 1) == entries(office)["03-1000 / LAB"]
    assert ["108.00", "50.00"] == report(office) == hh2(office)


def test_an_edit_needs_no_figure_on_the_job(office: Office) -> None:
    """Before anything was loaded it falls on the job's first cost code."""
    act(office, Mischief.EDITS_ENTRY)
    assert {"03-1000 / LAB": ("1.00", "0.00")} == office.books()


def test_an_unposted_batch_is_removed_and_the_rest_posted(office: Office, handed: tuple[HandOver, ...]) -> None:
    """The first file's batch is gone without a trace."""
    act(office, Mischief.REMOVES_ENTRY, handed)
    assert {"03-1000 / LAB": ("0.00", 0, "7.00", 1)} == entries(office)
    assert "No batch is unposted." == office.do("unposted")


def test_a_posted_entry_is_taken_back_by_another(office: Office, handed: tuple[HandOver, ...]) -> None:
    """Nothing posted is deleted: the last entry is reversed."""
    post(office, handed)
    act(office, Mischief.REMOVES_ENTRY)
    assert ("100.00", 1, "0.00", 2) == entries(office)["03-1000 / LAB"]


def test_nothing_can_be_removed_where_nothing_came(office: Office) -> None:
    """It is told, not passed over."""
    with pytest.raises(NotFound, match="no entry that was imported"):
        act(office, Mischief.REMOVES_ENTRY)


def test_what_nobody_took_over_is_posted_early(office: Office) -> None:
    """A file is loaded from the folder where it waits; staging is nobody's business, a second load is refused."""
    waiting = office.put(job_record(), category_record("03-1000"), name="1-original/a.jce")
    office.put(job_record(), category_record("05-1000"), name="staging/b.jce")
    act(office, Mischief.POSTS_EARLY)
    early = entries(office)
    post(office, [sheet(waiting)])
    assert {"03-1000 / LAB": ("100.00", 1, "0.00", 0)} == early == entries(office)


def test_reads_stay_as_they_were_until_calm(office: Office, handed: tuple[HandOver, ...]) -> None:
    """What is posted later is in the books, not in the report and not in hh2, whatever is printed or synced."""
    post(office, handed[:1])
    act(office, Mischief.STALE_READS)
    post(office, handed)
    assert (["100.00", "50.00"], "7.00") == (report(office), office.books()["03-1000 / LAB"][1])
    assert report(office) == hh2(office)
    calm(office)
    assert ["107.00", "50.00"] == report(office) == hh2(office)


def test_long_lists_end_early_until_calm(office: Office, handed: tuple[HandOver, ...]) -> None:
    """The second page of hh2 is empty as if the list ended there."""
    office.switch("page_size", "1")
    post(office, handed)
    act(office, Mischief.CAPPED_READS)
    assert ["107.00"] == hh2(office)
    calm(office)
    assert ["107.00", "50.00"] == hh2(office)


def test_the_last_row_of_the_job_hides_until_calm(office: Office, handed: tuple[HandOver, ...]) -> None:
    """Neither report nor hh2 shows it; another job's rows stay."""
    post(office, handed)
    office.do("enter", job="24-002", cost_code="02-1000", category="LAB", amount="3")
    act(office, Mischief.HIDDEN_ROWS)
    assert ["107.00", "3.00"] == report(office) == hh2(office)
    calm(office)
    assert ["107.00", "50.00", "3.00"] == report(office)
    assert {"107.00", "50.00", "3.00"} == set(hh2(office))


def test_a_closed_job_takes_nothing_until_calm(office: Office, handed: tuple[HandOver, ...]) -> None:
    """Every record is refused; calm opens the job, and a corrected load goes through."""
    act(office, Mischief.CLOSED_JOB)
    assert "2 rejected" in office.do("import", file=handed[0].location)
    assert {} == office.books()
    calm(office)
    assert "2 records accepted" in office.do("import", file=handed[0].location)


def test_sessions_end(office: Office) -> None:
    """A session that was good is none any more."""
    with SageSimulator().serve(office.home) as served, requests.Session() as session:
        url = served.settings["hh2_url"]
        given = {name: served.secrets[secret] for name, secret in KEYS.items()}
        session.post(f"{url}/Api/Security/V3/Session.svc/authenticate", json=given)
        before = session.get(url + CATEGORIES).status_code
        act(office, Mischief.EXPIRES_TOKENS)
        assert (200, 401) == (before, session.get(url + CATEGORIES).status_code)
