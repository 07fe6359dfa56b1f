"""A budget's file is read as a whole: every line or every fault."""

import csv
import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp_bridge_core.contract import SourceLine
from erp_bridge_core.contract.budget import LineKey
from erp_bridge_core.contract.errors import BadInput, UsageError
from erp_bridge_core.sources import ColumnMapping, FileOptions, Limits, read_budget

LETTING = Path(__file__).parents[2] / "examples" / "letting" / "indot-2026-04-08.csv"
HEAD = "Job,Extra,Cost Code,Category,Description,Quantity,Unit,Unit Cost,Amount\n"


@pytest.fixture
def read(tmp_path):
    """Read text as a budget."""
    budgets = []

    def read(text, head=HEAD, **options):
        (tmp_path / "b.csv").write_text(head + text, encoding="utf-8", newline="")
        budgets.append(read_budget(tmp_path / "b.csv", **options))
        return budgets[-1]

    yield read
    for budget in budgets:
        budget.close()


def where(budget):
    """The places of a budget's faults."""
    return [fault.where for fault in budget.faults]


@pytest.mark.rule("B1", "B8")
def test_the_letting_adds_up():
    """The real file gives 24 jobs and its total to the cent; keys that stand twice are summed on request."""
    mapping = ColumnMapping.parse(defaults=["category=S"])
    with read_budget(LETTING, mapping=mapping, duplicates="sum") as budget:
        jobs = budget.jobs()

        assert (24, 1908, 1882) == (len(jobs), sum(job.rows for job in jobs), sum(job.lines for job in jobs))
        assert Decimal("87162506.63") == sum(job.amount for job in jobs)
        assert [job.amount for job in jobs] == [sum(line.amount for line in budget.lines(job.job)) for job in jobs]
        assert not budget.warnings


@pytest.mark.rule("B8")
def test_the_letting_has_repeated_keys_which_are_refused():
    """Without the request, 17 keys in 43 rows are refused."""
    with read_budget(LETTING) as budget:
        assert (17, 43) == (budget.fault_count, budget.bad_rows)


def test_a_line_carries_all(read):
    """A line has its job, key, row, text and exact numbers."""
    budget = read('J 1,E,1-105,L,"4"" PIPE, =x",2.5,LFT,"1,000.0001","2,500.00"\n')

    assert [
        SourceLine(
            id="E\t1-105\tL", key=LineKey("E", "1-105", "L"), amount=Decimal("2500.00"), description='4" PIPE, =x',
            quantity=Decimal("2.5000"), unit="LFT", unit_cost=Decimal("1000.0001"), place="row 2",
        )
    ] == list(budget.lines("J 1"))  # fmt: skip
    assert 1 == budget.warning_count


def test_lines_can_be_read_again(read):
    """A job's lines are a stream that starts anew each time, also while another is being read."""
    lines = read("J,,1,L,,,,,1\nJ,,2,L,,,,,2\n").lines("J")

    assert 4 == sum(1 for _ in lines for _ in lines)


def test_a_file_without_a_job_column(read):
    """A file of one project needs no job; the lines stand under a blank one."""
    assert [""] == [job.job for job in read("1,5\n", head="Cost Code,Amount\n").jobs()]


@pytest.mark.rule("B8")
def test_any_fault_gives_no_line_at_all(read):
    """One bad row among good ones refuses the whole file, with every fault at once."""
    budget = read("J,,1,L,,,,,1\nJ,,2,L,,,,,NaN\nJ,,3,L,,,,,1e400\nJ,,4,L,,,,,1.005\n")

    for ask in (budget.jobs, lambda: budget.lines("J"), budget.check):
        with pytest.raises(BadInput, match=r"b\.csv has 3 faults in 3 of 4 rows\. Nothing was imported") as caught:
            ask()
        assert [f'b.csv row {row}, column "Amount"' for row in (3, 4, 5)] == [
            fault.where for fault in caught.value.faults
        ]


@pytest.mark.rule("B8")
def test_repeated_keys_are_refused_with_all_their_rows(read):
    """A key twice on a job names every row; the same key on another job or sub job is another key."""
    budget = read("J,,1,L,,,,,1\nK,,1,L,,,,,1\nJ,E,1,L,,,,,1\nJ,, 1 ,L,,,,,1\nJ,,1,L,,,,,1\n")

    assert ['b.csv rows 2, 5, 6, column "Cost Code"'] == where(budget)
    assert 3 == budget.bad_rows


@pytest.mark.rule("B8")
def test_repeated_keys_are_summed_on_request(read):
    """The sum stands at the first row, and names its rows."""
    budget = read("J,,1,L,a,1,EA,5,5\nJ,,2,L,,,,,1\nJ,,1,L,b,2,EA,6,12\n", duplicates="sum")

    first, second = budget.lines("J")
    assert (Decimal(17), Decimal(3), None) == (first.amount, first.quantity, first.unit_cost)
    assert ("rows 2, 4", "row 3") == (first.place, second.place)


def test_a_sum_that_is_too_large_is_a_fault(read):
    """Rows of one key that fit alone may not fit together."""
    assert ["b.csv row 3"] == where(read("J,,1,L,,,,,9999999999999\nJ,,1,L,,,,,9999999999999\n", duplicates="sum"))


def test_rows_are_filtered_before_they_are_judged(read):
    """A row that the filter leaves out may hold anything, and is counted."""
    budget = read("J,,1,L,,,,,1\nTotal,,,,,,,,x\n", mapping=ColumnMapping(where={"Job": "J"}))

    assert (2, 1, 0) == (budget.rows_read, budget.rows_filtered, budget.fault_count)


@pytest.mark.parametrize(("mapping", "remedy"), [(None, "right file"), (ColumnMapping(where={"Job": "X"}), "filter")])
def test_no_line_at_all_is_a_fault(read, mapping, remedy):
    """A header alone, or a filter that leaves everything out, imports nothing and says so."""
    text = "J,,1,L,,,,,1\n" if mapping else ""

    assert remedy in read(text, mapping=mapping).faults[0].remedy


@pytest.mark.rule("B8")
def test_missing_columns_are_told_at_once(read):
    """A file whose columns do not fit is refused before its rows are read, every column named."""
    with pytest.raises(BadInput, match=r"columns of b\.csv do not fit: 2") as caught:
        read("", mapping=ColumnMapping(columns={"job": "Nr"}, where={"Pos": "1"}))

    assert ['b.csv column "Nr"', 'b.csv column "Pos"'] == [fault.where for fault in caught.value.faults]


def test_a_file_that_breaks_off_tells_the_faults_before_it_too(read):
    """Broken quotes and the bad rows before them are told together."""
    assert ['b.csv row 2, column "Amount"', "b.csv row 3"] == where(read('J,,1,L,,,,,x\nJ,,"2,L,,,,,1\n'))


def test_faults_in_memory_are_bounded(read):
    """Beyond the limit faults are counted, not kept."""
    budget = read("".join(f"J,,{row},L,,,,,x\n" for row in range(9)), limits=Limits(faults=4))

    assert (4, 9) == (len(budget.faults), budget.fault_count)
    with pytest.raises(BadInput, match="9 faults in 9 of 9 rows; the first 4 follow"):
        budget.check()


@pytest.mark.parametrize("choice", [{"duplicates": "merge"}, {"style": "swiss"}])
def test_an_unknown_choice_is_bad_usage(read, choice):
    """A way of reading that does not exist is answered with those that do."""
    with pytest.raises(UsageError, match="is no way to read") as caught:
        read("J,,1,L,,,,,1\n", **choice)

    assert "Say one of" in caught.value.remedy


def test_progress_is_told(read):
    """The number of rows read is told as it grows."""
    told = []
    read("".join(f"J,,{row},L,,,,,1\n" for row in range(2500)), progress=told.append)

    assert [1000, 2000] == told


def test_guessed_columns_are_reported(read):
    """Who imports sees which columns nobody named, and gets a mapping to remember."""
    budget = read("J,,1,L,,,,,1\n", mapping=ColumnMapping(columns={"sub_job": "Extra"}))

    assert "sub_job" not in budget.guessed
    assert "Extra" == budget.columns["sub_job"]
    assert "Amount" == budget.columns["amount"]


def test_a_workbook_reads_like_its_csv(tmp_path):
    """The same budget as a workbook gives the same lines."""
    book = openpyxl.Workbook()
    book.active.append(["Cost Code", "Quantity", "Unit Cost", "Amount"])
    book.active.append(["1-105", 0.1, 0.3, 0.03])
    book.active.append([106, None, None, -87162506.63])
    book.save(tmp_path / "b.xlsx")

    with read_budget(tmp_path / "b.xlsx") as budget:
        assert [("1-105", Decimal("0.03")), ("106", Decimal("-87162506.63"))] == [
            (line.key.cost_code, line.amount) for line in budget.lines("")
        ]


def test_a_workbook_tells_odd_cells(tmp_path):
    """A date as a code and a formula without a result are faults, never blanks."""
    book = openpyxl.Workbook()
    book.active.append(["Cost Code", "Quantity", "Unit Cost", "Amount"])
    book.active.append(["1", 2, 3, "=B2*C2"])
    book.active.append([date(2026, 1, 5), 2, 3, 6])
    book.save(tmp_path / "b.xlsx")

    with read_budget(tmp_path / "b.xlsx") as budget:
        assert ['b.xlsx row 2, column "Amount"', 'b.xlsx row 3, column "Cost Code"'] == where(budget)


codes = st.text("ABC019 .-", min_size=1, max_size=8).filter(str.strip)
texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"]), max_size=9)
fine = st.none() | st.integers(-(10**9), 10**9).map(lambda units: Decimal(units).scaleb(-4))
rows = st.tuples(codes, codes, codes, texts, fine, texts, fine, st.integers(-(10**14), 10**14))


@pytest.mark.rule("B8", "X3")
@given(
    st.lists(rows, min_size=1, max_size=6, unique_by=lambda row: tuple(cell.strip() for cell in row[:3])),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from([",", ";", "\t"]),
)
def test_what_is_written_is_what_is_read(tmp_path_factory, cells, encoding, delimiter):
    """Any budget written as CSV gives the same lines, whatever its encoding, delimiter, quotes and scripts."""
    path = tmp_path_factory.mktemp("budget") / "b.csv"
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(["Extra", "Cost Code", "Category", "Description", "Quantity", "Unit", "Unit Cost", "Amount"])
    writer.writerows([*row[:7], Decimal(row[7]).scaleb(-2)] for row in cells)
    path.write_bytes(out.getvalue().encode(encoding))

    with read_budget(path, options=FileOptions(delimiter=delimiter)) as budget:
        found = [
            (*map(str, (line.key.sub_job, line.key.cost_code, line.key.category)), line.description, line.quantity,
             line.unit, line.unit_cost, int(line.amount.scaleb(2)))
            for line in budget.lines("")
        ]  # fmt: skip
    wanted = [tuple(cell.strip(" ") if isinstance(cell, str) else cell for cell in row) for row in cells]
    # A cell of nothing but blanks of any kind is blank.
    assert [tuple("" if str(cell).isspace() else cell for cell in row) for row in wanted] == found
