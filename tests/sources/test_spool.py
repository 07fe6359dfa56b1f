"""The temporary table keeps rows in order and counts beyond 64 bits."""

import pytest
from attrs import evolve

from erp_bridge_core.contract.errors import Fault, StorageError
from erp_bridge_core.sources.lines import Record
from erp_bridge_core.sources.spool import Spool, record_of

RECORD = Record(row=2, job="J", sub_job="", cost_code="1", category="L", amount=100)


@pytest.fixture
def spool():
    """An empty table."""
    spool = Spool()
    yield spool
    spool.close()


def fill(spool, *records):
    """Put records into the table."""
    for record in records:
        spool.add(record)
    spool.finish()


def groups(spool, job):
    """A job's records as they come out."""
    return [[record_of(row) for row in group] for group in spool.groups(job)]


def test_records_come_out_as_they_went_in(spool):
    """Every field survives, in the order of rows, each job for itself."""
    other = evolve(RECORD, row=3, job="K", description="d", quantity=5, unit="EA", unit_cost=7)
    fill(spool, RECORD, other, third := evolve(RECORD, row=4, cost_code="0"))
    spool.arrange()

    assert [[RECORD], [third]] == groups(spool, "J")
    assert [[other]] == groups(spool, "K")


def test_repeats_name_their_rows(spool):
    """Keys that stand more than once come with all their rows."""
    fill(spool, RECORD, evolve(RECORD, row=3, cost_code="2"), evolve(RECORD, row=9), evolve(RECORD, row=10, job="K"))

    assert [(("J", "", "1", "L"), [2, 9])] == list(spool.repeats())


def test_joined_rows_stand_at_the_first(spool):
    """A joined key keeps the place of its first row."""
    second, third = evolve(RECORD, row=3, cost_code="2"), evolve(RECORD, row=9)
    fill(spool, RECORD, second, third)
    spool.join([2, 9])
    spool.arrange()

    assert [[RECORD, third], [second]] == groups(spool, "J")
    assert [("J", 2, 3, 300)] == list(spool.jobs())


@pytest.mark.parametrize("sign", [1, -1])
def test_sums_may_exceed_64_bits(spool, sign):
    """Ten thousand amounts of fifteen digits are summed exactly."""
    amount = sign * (10**15 - 1)
    fill(spool, *(evolve(RECORD, row=row, cost_code=str(row), amount=amount) for row in range(10_000)))
    spool.arrange()

    assert [("J", 10_000, 10_000, amount * 10_000)] == list(spool.jobs())


def test_faults_come_in_the_order_of_rows(spool):
    """Faults told later about earlier rows come where their row stands."""
    spool.add_fault(5, "A", Fault("b row 5", "x"))
    spool.add_fault(2, "", Fault("b row 2", "y"))

    assert [(2, "b row 2"), (5, "b row 5")] == [(row, fault.where) for row, _, fault in spool.faults()]


def test_a_fault_survives_whole(spool):
    """All that is said of a fault is kept."""
    fault = Fault("b row 5", "x", value="v", expected="e", rule="B8", remedy="r")
    spool.add_fault(5, "A", fault)

    assert [(5, "A", fault)] == list(spool.faults())


def test_a_table_that_fails_is_a_storage_error(spool):
    """Whatever SQLite says is told as the host's fault, with a remedy."""
    spool.close()

    with pytest.raises(StorageError, match="temporary table"):
        list(spool.jobs())


def test_a_full_disk_is_a_storage_error(spool):
    """When the table can't grow, the disk is named, and that nothing was imported."""
    pages = spool._connection.execute("PRAGMA page_count").fetchone()[0]
    spool._connection.execute(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(StorageError, match="full") as caught:
        fill(spool, *(evolve(RECORD, row=row, description="x" * 500) for row in range(100)))

    assert "Nothing was imported" in caught.value.remedy
