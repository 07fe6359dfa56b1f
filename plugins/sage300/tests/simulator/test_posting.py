"""Post Entries and unposted batches."""

import sqlite3

import pytest
from simulator.office import Office, category_record, job_record

from erp_bridge_core.contract.errors import NotFound

RECORDS = (
    job_record(),
    category_record("03-1000", amount="100.00"),
    category_record("05-1000", amount="50.25"),
    job_record(extra="A1"),
    category_record("03-1000", "MAT", amount="7.00"),
)


def test_rolls_up_and_keeps_extras_apart(office: Office) -> None:
    """Amounts on the job go into its own totals, those on an extra into the extra and the job's totals of extras."""
    office.bring_in(*RECORDS)
    office.bring_in(*RECORDS, approved="yes")
    office.do("post")
    told = office.do("job", job="24-001")
    for line in (
        "own totals: original 150.25, approved 150.25, pending 0.00, total 300.50",
        "totals of extras: original 7.00, approved 7.00, pending 0.00, total 14.00",
        "extra A1  Curbs  In progress: original 7.00, approved 7.00, pending 0.00, total 14.00",
        "03-1000        LAB  original 100.00, approved 100.00, pending 0.00, total 200.00",
    ):
        assert line in told


def test_posts_single_batches(office: Office) -> None:
    """Only the batch that is named is posted; the other waits."""
    office.bring_in(*RECORDS[:2])
    office.bring_in(*RECORDS[:3])
    assert "Run 1 posted 1 entries; 2 wait unposted." == office.do("post", batch="EST0000001")
    assert {"03-1000 / LAB": ("100.00", "0.00")} == office.books()


def test_posts_the_first_entries_only(office: Office) -> None:
    """A posting that stops half way leaves the rest in its batch, and a later run takes it."""
    office.bring_in(*RECORDS)
    office.do("post", first="2")
    assert {"03-1000 / LAB": ("100.00", "0.00"), "05-1000 / LAB": ("50.25", "0.00")} == office.books()
    assert "1 entries  original 7.00" in office.do("unposted")
    assert "Run 2 posted 1 entries; 0 wait unposted." == office.do("post")


def test_numbers_each_posting_by_run_and_sequence(office: Office) -> None:
    """A posted transaction carries its run, its sequence, its batch and its accounting date."""
    office.bring_in(*RECORDS, accounting_date="2026-05-31")
    office.do("post")
    lines = office.do("posted", job="24-001").splitlines()
    assert ["1/3", "1/2", "1/1"] == [line.split()[0] for line in lines]
    assert all("EST0000001  2026-05-31" in line and "Original estimate" in line for line in lines)


def test_refuses_a_closed_period(office: Office) -> None:
    """Entries dated in a closed period wait, the others are posted; a switch lets Sage post them all."""
    office.bring_in(job_record(), category_record("03-1000", day="03312026"), category_record("05-1000"))
    office.switch("closed_through", "2026-03-31")
    assert "posted 1 entries; 1 wait unposted. 1 were refused" in office.do("post")
    office.switch("closed_period", "post")
    assert "posted 1 entries; 0 wait" in office.do("post")


def test_removes_an_unposted_batch(office: Office) -> None:
    """A removed batch never reaches the books."""
    office.bring_in(*RECORDS)
    assert "Removed batch EST0000001 with 3 entries." == office.do("remove", batch="EST0000001")
    assert "Nothing was posted" in office.do("post")
    assert {} == office.books()


@pytest.mark.parametrize("act", ["remove", "post"])
def test_names_a_batch_that_is_not_unposted(office: Office, act: str) -> None:
    """A posted batch can neither be removed nor posted again."""
    office.bring_in(*RECORDS)
    office.do("post")
    with pytest.raises(NotFound, match="no unposted batch EST0000001"):
        office.do(act, batch="EST0000001")


def test_never_deletes_a_posted_entry(office: Office) -> None:
    """The books themselves refuse it."""
    office.bring_in(*RECORDS)
    office.do("post")
    connection = sqlite3.connect(office.home / "sage300.sqlite3")
    with pytest.raises(sqlite3.IntegrityError, match="reversing entry"):
        connection.execute("DELETE FROM posted")
    connection.close()


def test_keeps_batch_ids_within_ten_characters(office: Office) -> None:
    """Sage's column takes ten."""
    office.bring_in(*RECORDS)
    assert 10 == len(office.do("unposted").split()[0])
