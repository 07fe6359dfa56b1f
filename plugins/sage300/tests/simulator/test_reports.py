"""The job cost report and the list of extras."""

from simulator.office import Office, category_record, job_record

RECORDS = (job_record(), category_record("03-1000"), job_record(extra="A1"), category_record("03-1000", amount="-7.5"))


def figures(office: Office) -> list[tuple[str, ...]]:
    """Job, extra, code, category and the three figures of each row."""
    return [tuple(row.values())[1:8] for row in office.job_costs()]


def test_prints_what_is_posted(office: Office) -> None:
    """One row per category record, with the company's name; unposted entries are not visible."""
    office.bring_in(*RECORDS)
    office.do("post")
    office.bring_in(*RECORDS, approved="yes")
    office.do("report")
    assert [
        ("24-001", "", "03-1000", "LAB", "100.00", "0.00", "100.00"),
        ("24-001", "A1", "03-1000", "LAB", "-7.50", "0.00", "-7.50"),
    ] == figures(office)
    assert {"Simulated Sage 300 CRE"} == {row["Company"] for row in office.job_costs()}


def test_stays_as_printed_until_it_is_printed_again(office: Office) -> None:
    """Posting does not touch a report that lies in the share."""
    office.bring_in(*RECORDS)
    office.do("post")
    assert [] == figures(office)


def test_may_have_columns_of_unposted_amounts(office: Office) -> None:
    """With the switch the report tells what waits, original and changes apart."""
    office.switch("report_unposted", "yes")
    office.bring_in(*RECORDS[:2])
    office.bring_in(*RECORDS[:2], approved="yes")
    office.do("report")
    assert [("100.00", "100.00")] == [
        (row["Unposted Original"], row["Unposted Approved"]) for row in office.job_costs()
    ]


def test_a_stale_report_repeats_old_figures(office: Office) -> None:
    """The file is new, its figures are those of the report before."""
    office.bring_in(*RECORDS)
    office.do("report")
    office.do("post")
    office.switch("stale_report", "yes")
    office.do("report")
    assert {"0.00"} == {row["Total Estimate"] for row in office.job_costs()}
    office.switch("stale_report", "no")
    office.do("report")
    assert {"100.00", "-7.50"} == {row["Total Estimate"] for row in office.job_costs()}


def test_may_hide_or_double_rows(office: Office) -> None:
    """The switches leave out the last rows, or print the first ones twice."""
    office.bring_in(*RECORDS)
    office.switch("report_hidden", "1")
    office.switch("report_doubled", "1")
    office.do("report")
    assert ["", ""] == [row["Extra"] for row in office.job_costs()]
