"""AddPhase: absolute values, blanks that leave, noughts that clear, and everything that is refused."""

from datetime import date

import pytest
from simulator.stranger import Office, Stranger


def test_adds_a_phase(office: Office, stranger: Stranger) -> None:
    """Original estimates become current ones where those are blank; the answer of a success is empty."""
    assert [] == stranger.add(cost="1234.50")
    assert {"031000 / L": ("1234.50", "0.00")} == office.books()
    assert {"031000/L": "1234.50"} == stranger.estimated(pJob_Number="24-001")


@pytest.mark.rule("V3")
def test_keeps_original_and_current_apart(office: Office, stranger: Stranger) -> None:
    """A current estimate beside the original makes the difference a change."""
    stranger.add(cost="100", Current_Est_Cost="130.25")
    assert {"031000 / L": ("100.00", "30.25")} == office.books()
    assert {"031000/L": "130.25"} == stranger.estimated()


def test_writing_the_same_again_changes_nothing(office: Office, stranger: Stranger) -> None:
    """Values are absolute: one entry of each kind, however often they are sent."""
    for _ in range(3):
        stranger.add(cost="100", Current_Est_Cost="130")
    entry = office.entries()[0]
    assert (1, 1) == (entry.original_entries, entry.change_entries)


def test_counts_each_write_that_moved_a_figure(office: Office, stranger: Stranger) -> None:
    """Another current estimate is another entry of a change, and leaves the original alone."""
    stranger.add(cost="100")
    stranger.add(cost="", Current_Est_Cost="130")
    stranger.add(cost="", Current_Est_Cost="120")
    entry = office.entries()[0]
    assert (1, 2, "100.00", "20.00") == (
        entry.original_entries, entry.change_entries, str(entry.original), str(entry.changes),
    )  # fmt: skip


def test_a_key_that_a_change_alone_made_has_no_entry_of_the_original(office: Office, stranger: Stranger) -> None:
    """A row made at nought with a current estimate counts as a change; one made at nought alone as an original."""
    stranger.add(cost="0", Current_Est_Cost="50")
    stranger.add(cost="0", cost_type="M")
    assert [(0, 1), (1, 0)] == [(entry.original_entries, entry.change_entries) for entry in office.entries()]


def test_blank_leaves_and_nought_clears(office: Office, stranger: Stranger) -> None:
    """A blank element leaves the stored value alone; a nought is a value."""
    stranger.add(cost="100", Current_Est_Cost="130", Unit_of_Measure="LF", Original_Est_Hours="8")
    stranger.add(cost="", Description="")
    row = stranger.get()[0]
    assert ("130.00", "LF", "8.00", "Concrete") == (
        row["Current_Estimated_Dollars"], row["Unit_of_Measure"], row["Estimated_Hours"], row["Description"],
    )  # fmt: skip
    stranger.add(cost="0", Current_Est_Cost="0")
    assert {"031000 / L": ("0.00", "0.00")} == office.books()


@pytest.mark.parametrize(
    ("rule", "expected"), [("reset", ("90.00", "0.00")), ("move", ("90.00", "30.00")), ("stay", ("90.00", "40.00"))]
)
def test_an_update_of_the_original_alone(
    office: Office, stranger: Stranger, rule: str, expected: tuple[str, str]
) -> None:
    """What a blank current estimate then becomes is not known: a switch."""
    office.switch("current_on_update", rule)
    stranger.add(cost="100", Current_Est_Cost="130")
    stranger.add(cost="90")
    assert {"031000 / L": expected} == office.books()


@pytest.mark.rule("V3")
def test_display_only_ignores_current_estimates_without_a_word(office: Office, stranger: Stranger) -> None:
    """With *Current Estimate display only?* the answer is a success and the current estimate the original."""
    office.do("display-only", value="yes")
    assert [] == stranger.add(cost="100", Current_Est_Cost="130", Current_Est_Hours="4")
    assert [] == stranger.add(cost="", Current_Est_Cost="140")
    assert {"031000/L": "100.00"} == stranger.estimated()
    office.do("display-only", value="no")
    stranger.add(cost="", Current_Est_Cost="140")
    assert {"031000/L": "140.00"} == stranger.estimated()


def test_cuts_long_text_silently(stranger: Stranger) -> None:
    """Text over its Max is cut without a word, in a description as in a code."""
    assert [] == stranger.add(Description="D" * 30)
    assert [] == stranger.add(phase="051000", cost_type="M   and more", Description="Steel")
    described = {row["Cost_Type"]: row["Description"] for row in stranger.get()}
    assert {"L": "D" * 25, "M": "Steel"} == described


def test_refuses_long_text_when_the_switch_says_so(office: Office, stranger: Stranger) -> None:
    """The vendor's order of checks lists lengths, so the other reading is a switch."""
    office.switch("long_text", "refuse")
    assert [("I", "Description")] == stranger.put(
        Job_Number="24-001", Phase_Code="031000", Cost_Type="L", Description="D" * 26, Price_Method_Code="F"
    )


@pytest.mark.parametrize("sign", list("/*?\"'><#,&~"))
def test_refuses_forbidden_characters_in_codes(stranger: Stranger, sign: str) -> None:
    """No key field takes them; a description does."""
    refused = stranger.add(phase=f"0310{sign}0", Description=f"a{sign}b")
    assert [("I", "Phase_Code")] == [(row["error_code"], row["column"]) for row in refused]
    assert [] == stranger.add(Description=f"a{sign}b")
    assert f"a{sign}b" == stranger.get()[0]["Description"]


@pytest.mark.parametrize("phase", ["03-1000", "0310000", "03100X", "03 100"])
def test_refuses_phases_that_break_the_mask(stranger: Stranger, phase: str) -> None:
    """Dashes, a digit too many, a letter for a digit."""
    assert [("I", "Phase_Code")] == [(row["error_code"], row["column"]) for row in stranger.add(phase=phase)]


@pytest.mark.parametrize(("fill", "held"), [("trailing", "310000"), ("leading", "000310")])
def test_fills_short_phases_with_noughts(office: Office, stranger: Stranger, fill: str, held: str) -> None:
    """Two codes may become one phase by it."""
    office.do("mask", job="24-001", mask="99-9999", fill=fill)
    stranger.add(phase="310")
    assert [f"{held} / L"] == list(office.books())


def test_tells_every_wrong_value_at_once(stranger: Stranger) -> None:
    """Several responses for several elements; texts begin with the element's name."""
    refused = stranger.responses(
        Job_Number="24-001", Phase_Code="031000", Cost_Type="L", Original_Est_Cost="$5", Original_Est_Quantity="1,000",
        Original_Est_Hours="12345678", Price_Method_Code="Q", Status_Code="X",
    )  # fmt: skip
    assert [
        ("I", "Original_Est_Quantity"), ("I", "Original_Est_Cost"), ("I", "Original_Est_Hours"),
        ("I", "Price_Method_Code"), ("I", "Status_Code"),
    ] == [(row["error_code"], row["column"]) for row in refused]  # fmt: skip
    assert all(row["desc"].startswith(row["column"]) for row in refused)


def test_tells_required_elements_before_wrong_values(stranger: Stranger) -> None:
    """Required fields are checked with the authorisation, before types and masks."""
    assert [("M", "Job_Number"), ("M", "Cost_Type")] == stranger.put(Phase_Code="0", Original_Est_Cost="x")


@pytest.mark.parametrize(
    ("cost", "fits"),
    [
        ("99999999.99", True), ("-99999999.99", True), ("100000000", False), ("1.005", False), ("- 5", False),
        ("+5", False), ("1e3", False), (".5", True), ("NaN", False), ("٣", False),
    ],
)  # fmt: skip
def test_takes_numbers_of_the_right_shape(stranger: Stranger, cost: str, fits: bool) -> None:  # noqa: FBT001
    """Eight digits and two decimals, a minus in front without a blank, nothing else."""
    expected = [] if fits else [("I", "Original_Est_Cost")]
    assert expected == [(row["error_code"], row["column"]) for row in stranger.add(cost=cost)]


def test_refuses_what_no_master_holds(stranger: Stranger) -> None:
    """Cost type, unit, workers' compensation code and cost center come from masters; all are told at once."""
    refused = stranger.put(
        Job_Number="24-001", Phase_Code="031000", Cost_Type="Q", Description="x", Unit_of_Measure="ZZ",
        Work_Comp_Code="1", Phase_Cost_Center="1", Price_Method_Code="F",
    )  # fmt: skip
    assert {"Unit_of_Measure", "Work_Comp_Code", "Phase_Cost_Center", "Cost_Type"} == {column for _, column in refused}
    assert {"I"} == {code for code, _ in refused}


def test_takes_what_masters_hold(office: Office, stranger: Stranger) -> None:
    """A cost center once the company uses them, a workers' compensation code, and a unit of the job's set-up."""
    office.switch("cost_centers", "pending")
    office.do("add-code", kind="cost_center", code="NORTH")
    office.do("add-code", kind="work_comp", code="5403")
    assert [] == stranger.add(Phase_Cost_Center="NORTH", Work_Comp_Code="5403", Unit_of_Measure="L.F")
    assert "NORTH" == stranger.get()[0]["Cost_Center"]


@pytest.mark.parametrize(("status", "codes"), [("C", [("I", "Job_Number")]), ("I", []), ("A", [])])
def test_refuses_a_complete_job(office: Office, stranger: Stranger, status: str, codes: list[tuple[str, str]]) -> None:
    """No phase is added to a Complete job; an Inactive one takes it."""
    office.do("job-status", job="24-001", status=status)
    assert codes == [(row["error_code"], row["column"]) for row in stranger.add()]


def test_refuses_an_unknown_job(stranger: Stranger) -> None:
    """A job that is not there is an invalid value."""
    assert [("I", "Job_Number")] == [(row["error_code"], row["column"]) for row in stranger.add(Job_Number="99")]


def test_a_new_phase_needs_description_and_price_method(stranger: Stranger) -> None:
    """Both are missing information for a new phase; another cost type of it needs neither."""
    refused = stranger.add(Description="", Price_Method_Code="")
    assert [("M", "Description"), ("M", "Price_Method_Code")] == [(row["error_code"], row["column"]) for row in refused]
    stranger.add()
    assert [] == stranger.add(cost_type="M", Description="", Price_Method_Code="")


def test_a_phase_has_one_description(stranger: Stranger) -> None:
    """A new cost type's description is ignored; another one on a row that is there changes all of the phase."""
    stranger.add(Description="First")
    stranger.add(cost_type="M", Description="Ignored")
    assert {"First"} == {row["Description"] for row in stranger.get()}
    stranger.add(cost_type="M", Description="Second")
    assert {"Second"} == {row["Description"] for row in stranger.get()}


def test_status_of_a_phase(office: Office, stranger: Stranger) -> None:
    """Blank makes a new row Active and leaves an old one, or makes it Active where the switch says so."""
    stranger.add(Status_Code="C")
    stranger.add(cost="5")
    assert ["C"] == [row["Status_Code"] for row in stranger.get(pStatus_Code="C")]
    office.switch("blank_status", "active")
    stranger.add(cost="6")
    assert ["A"] == [row["Status_Code"] for row in stranger.get()]


@pytest.mark.parametrize(("form", "codes"), [("none", []), ("blank", [("", "")]), ("G", [("G", "Job_Number")])])
def test_success_takes_three_forms(office: Office, stranger: Stranger, form: str, codes: list[tuple[str, str]]) -> None:
    """What a successful Put answers is undocumented: a switch with all three."""
    office.switch("put_success", form)
    assert codes == [(row["error_code"], row["column"]) for row in stranger.add()]


def test_a_completed_phase_has_its_day(office: Office, stranger: Stranger) -> None:
    """Gets write days as M/D/YYYY, without noughts."""
    stranger.add()
    office.do("phase-status", job="24-001", phase="03-1000", status="C")
    row = stranger.get("GetPhaseEnhanced", pStatus_Code="C")[0]
    month, day, year = (int(part) for part in row["Complete_Date"].split("/"))
    assert (row["Complete_Date"], "F") == (f"{month}/{day}/{year}", row["Price_Method_Code"])
    assert date(year, month, day)
