"""Import Estimates, through the desk: what comes in, what is refused, and what stops the whole run."""

import pytest
from simulator.office import HAND_WRITTEN, Office, category_record, job_record

from erp_bridge_core.contract.errors import BadInput, NotFound

CONCRETE = category_record("03-1000")


def test_takes_a_file_written_by_hand(office: Office) -> None:
    """A file with quoted padding, an extra, a blank quantity and a negative amount comes in whole."""
    name = office.put_bytes(HAND_WRITTEN.read_bytes())
    assert "3 records accepted (unposted batch EST0000001, total 1160.65), 0 rejected." in office.do(
        "import", file=name
    )
    office.do("post")
    assert {
        "03-1000 / LAB": ("1250.75", "0.00"),
        "03-1000 / MAT": ("9.90", "0.00"),
        "A1 / 03-1000 / LAB": ("-100.00", "0.00"),
    } == office.books()


def test_moves_no_figure_before_posting(office: Office) -> None:
    """Imported is not posted: books and masters stay as they were."""
    office.bring_in(job_record(), CONCRETE)
    assert ({}, True) == (office.books(), "total 0.00" in office.do("job", job="24-001"))


def test_one_tick_turns_the_whole_file_into_changes(office: Office) -> None:
    """With the tick every record becomes an approved change, also on another job of the file."""
    office.bring_in(job_record(), CONCRETE, job_record("24-002"), category_record("02-1000"), approved="yes")
    office.do("post")
    assert ({"03-1000 / LAB": ("0.00", "100.00")}, {"02-1000 / LAB": ("0.00", "100.00")}) == (
        office.books(),
        office.books("24-002"),
    )


def test_stops_the_whole_run_on_a_category_that_is_not_standard(office: Office) -> None:
    """Nothing comes in, no job is made, and the report has every such error."""
    told = office.bring_in(
        job_record("99-999"), CONCRETE, category_record("03-1000", "XXX"), category_record("03-1000", "YYY")
    )
    assert "The run stopped" in told
    assert "No batch is unposted." == office.do("unposted")
    assert "99-999" not in office.do("jobs")
    for error in ("line 3: category XXX is not a standard category", "line 4: category YYY"):
        assert error in office.import_report()


def test_a_stopped_run_does_not_mark_the_file(office: Office) -> None:
    """A file that stopped the run comes in without a warning once the category is there."""
    records = (job_record(), category_record("03-1000", "XXX"))
    office.bring_in(*records)
    assert "Warning" not in office.bring_in(*records)


def test_rejects_an_unknown_cost_code(office: Office) -> None:
    """The record goes into the rejection file as it was, headed by its job record; the others come in."""
    unknown = category_record("77-7777")
    told = office.bring_in(job_record(), CONCRETE, unknown)
    assert "1 records accepted" in told
    assert f"{job_record()}\n{unknown}\n" == office.rejects().replace("\r\n", "\n")
    assert "77-7777 is unknown" in office.import_report()


def test_creates_an_unknown_cost_code_when_allowed(office: Office) -> None:
    """With the box ticked the code is made on the job, named as the record says."""
    office.bring_in(job_record(), category_record("77-7777"), new_codes="yes")
    office.do("post")
    assert {"77-7777 / LAB": ("100.00", "0.00")} == office.books()


def test_takes_a_code_from_the_standard_list(office: Office) -> None:
    """A code that the job lacks but the standard list has needs no permission."""
    office.do("add-code", cost_code="09-1000", name="Paint")
    assert "1 records accepted" in office.bring_in(job_record(), category_record("09-1000"))


def test_creates_a_job_that_does_not_exist(office: Office) -> None:
    """A missing job is made by the import, which is why a mistyped job must be found elsewhere."""
    told = office.bring_in(job_record("24-999"), CONCRETE)
    assert "Sage created job 24-999." in told
    assert "24-999" in office.do("jobs")


@pytest.mark.parametrize(
    ("act", "switch", "why"),
    [
        ({"act": "close", "job": "24-001"}, "closed_jobs", "job 24-001 is closed"),
        ({"act": "hold", "job": "24-001"}, "held_jobs", "job 24-001 is on hold"),
        ({"act": "finalize", "job": "24-001"}, "finalized_original", "original estimate of job 24-001 is finalized"),
        ({"act": "make-group", "job": "24-001", "cost_code": "03-1000"}, "group_codes", "03-1000 is a group code"),
    ],
)
def test_refuses_by_state_until_the_switch_allows_it(
    office: Office, act: dict[str, str], switch: str, why: str
) -> None:
    """A closed or held job, a finalized original and a group code are refused; a switch makes Sage take them."""
    office.do(**act)
    assert "0 records accepted" in office.bring_in(job_record(), CONCRETE)
    assert why in office.import_report()
    office.switch(switch, "accept")
    assert "1 records accepted" in office.bring_in(job_record(), CONCRETE)


def test_a_finalized_original_still_takes_changes(office: Office) -> None:
    """Approved changes are not the original estimate."""
    office.do("finalize", job="24-001")
    assert "1 records accepted" in office.bring_in(job_record(), CONCRETE, approved="yes")


def test_refuses_an_extra_that_the_job_lacks(office: Office) -> None:
    """An unknown extra is refused; a switch makes the import create it."""
    assert "1 rejected" in office.bring_in(job_record(extra="B9"), CONCRETE)
    office.switch("missing_extra", "create")
    assert "1 records accepted" in office.bring_in(job_record(extra="B9"), CONCRETE)


def test_warns_of_a_file_taken_before_and_doubles_it(office: Office) -> None:
    """The same content under another name is warned of and comes in again: the amounts double."""
    office.bring_in(job_record(), CONCRETE)
    again = office.do("import", file=office.put(job_record(), CONCRETE, name="1-original/other.jce"))
    assert "Warning: other.jce was imported before, as a.jce in batch EST0000001." in again
    office.do("post")
    assert [("200.00", 2)] == [(str(entry.original), entry.original_entries) for entry in office.entries()]


def test_a_person_may_heed_the_warning(office: Office) -> None:
    """Cancelled at the warning, nothing comes in."""
    office.bring_in(job_record(), CONCRETE)
    assert "cancelled" in office.bring_in(job_record(), CONCRETE, again="no")
    assert 1 == len(office.do("unposted").splitlines())


def test_overwrites_the_rejection_file_on_each_run(office: Office) -> None:
    """The rejects of the run before are gone, also when the next run rejects nothing."""
    office.bring_in(job_record(), category_record("77-7777"))
    office.bring_in(job_record(), CONCRETE)
    assert "" == office.rejects()


def test_the_rejection_file_is_the_next_import_file(office: Office) -> None:
    """What was rejected comes in as it stands once the cause is mended."""
    office.bring_in(job_record(extra="A1"), CONCRETE, category_record("77-7777"))
    office.do("add-code", cost_code="77-7777")
    assert "1 records accepted" in office.do("import", file="rejected/estimates.jce")
    office.do("post")
    assert {"A1 / 03-1000 / LAB", "A1 / 77-7777 / LAB"} == set(office.books())


def test_takes_the_job_typed_into_the_dialog(office: Office) -> None:
    """A file without a job record goes to the job and extra that the person typed; with none it is refused."""
    assert "1 rejected" in office.bring_in(CONCRETE)
    assert "1 records accepted" in office.bring_in(CONCRETE, job="24-001", extra="A1")


@pytest.mark.parametrize(
    ("record", "why"),
    [
        ('P,"x"', "not a record"),
        ('C,"03-1000","Text","LAB"', "12 fields, not 4"),
        (category_record("03-1000", amount="123456789.00"), "amount: '123456789.00' is not a number"),
        (category_record("03-1000", amount="1.005"), "amount: '1.005'"),
        (category_record("03-1000", amount="1e3"), "amount: '1e3'"),
        (category_record("03-1000", amount=""), "amount: ''"),
        (category_record("03-1000", day="13452026"), "date:"),
        (category_record("03-1000").replace('"LS"', '"FEET-"'), "unit 'FEET-' is longer than 4"),
        (category_record("03-1000").replace('"Text"', '"a "quoted" text"'), "not a record"),
    ],
)
def test_rejects_a_record_that_is_not_right(office: Office, record: str, why: str) -> None:
    """A malformed record is rejected with its reason and kept as it was; the others come in."""
    assert "1 records accepted" in office.bring_in(job_record(), record, CONCRETE)
    assert why in office.import_report()
    assert record in office.rejects()


@pytest.mark.parametrize("content", [b"", b"\x00" * 10_000])
def test_refuses_a_file_that_is_none(office: Office, content: bytes) -> None:
    """An empty or binary file is refused as a whole, naming it, and changes nothing."""
    with pytest.raises(BadInput, match=r"a\.jce is"):
        office.do("import", file=office.put_bytes(content))
    assert "No batch is unposted." == office.do("unposted")


@pytest.mark.parametrize("name", ["../sage300.sqlite3", "/etc/passwd"])
def test_takes_files_of_the_share_alone(office: Office, name: str) -> None:
    """A path outside the share is refused, for the file as for the rejection file."""
    with pytest.raises(BadInput, match="does not lie below"):
        office.do("import", file=name)
    with pytest.raises(BadInput, match="does not lie below"):
        office.bring_in(CONCRETE, rejects=name)


def test_names_a_file_that_is_not_there(office: Office) -> None:
    """A missing file is told by name."""
    with pytest.raises(NotFound, match=r"no file gone\.jce"):
        office.do("import", file="gone.jce")


def test_finds_codes_written_without_separators(office: Office) -> None:
    """Sage reformats incoming codes itself, so the bare form means the same job and cost code."""
    assert "1 records accepted" in office.bring_in(job_record("24001"), category_record("031000"))
    office.do("post")
    assert {"03-1000 / LAB": ("100.00", "0.00")} == office.books()


def test_reads_another_layout_of_the_job_record(office: Office) -> None:
    """The letter and the fields of the job record are not publicly known, so they are switches."""
    office.switch("job_record", "H")
    office.switch("job_record_fields", "date,extra,job")
    assert "1 records accepted" in office.bring_in('H,04082026,"A1","24-001"', CONCRETE)
