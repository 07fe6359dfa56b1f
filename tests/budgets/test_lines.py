"""Budget lines: added, edited, removed, shown, imported."""

from decimal import Decimal
from pathlib import Path

import pytest
from budget_services import NUMBER, Accountant, Services, entry
from memory_books import Entry
from sqlalchemy import select, update

from erp_bridge_core.budgets.file_import import ImportChoices
from erp_bridge_core.budgets.line_queries import LineSearch
from erp_bridge_core.contract import LineKey, Part
from erp_bridge_core.contract.errors import BadInput, Changed, NotAllowed, NotFound, NotPossibleNow
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.sources.mapping import ColumnMapping
from erp_bridge_core.store.tables import budget_lines, erp_jobs


def shown(services: Services, actor: Actor) -> list[tuple[str, str]]:
    """Key and original of each line."""
    return [(str(line.key), str(line.original)) for line in services.budgets.show(actor, NUMBER).lines]


def file(tmp_path: Path, *rows: str) -> Path:
    """A CSV file of budget lines."""
    path = tmp_path / "budget.csv"
    path.write_text("\n".join(("Job,Cost Code,Category,Quantity,Unit,Unit Cost,Amount", *rows)), encoding="utf-8")
    return path


@pytest.mark.rule("B1")
def test_all_faults_of_a_line_are_told(linked: Services, manager: Actor) -> None:
    """Three decimals, a look-alike digit and a line feed are refused together."""
    bad = entry("03-1\u06600", amount="1.005", description="a\nb", quantity=Decimal("0.00001"))
    with pytest.raises(BadInput) as error:
        linked.budgets.add_line(manager, NUMBER, bad)
    assert {"line 1, cost_code", "line 1, amount", "line 1, description", "line 1, quantity"} == {
        fault.where for fault in error.value.faults
    }


@pytest.mark.rule("B1")
def test_blank_amount_is_not_zero(linked: Services, manager: Actor) -> None:
    """Without an amount, quantity times unit cost must be exact; with neither, the line is refused."""
    with pytest.raises(BadInput, match="1 fault"):
        linked.budgets.add_line(manager, NUMBER, entry(amount=None))
    linked.budgets.add_line(manager, NUMBER, entry(amount=None, quantity=Decimal(3), unit_cost=Decimal("1.25")))
    assert [("03-100 / L", "3.75")] == shown(linked, manager)


@pytest.mark.rule("B1")
def test_one_line_a_key(linked: Services, manager: Actor) -> None:
    """A second line of a key is refused."""
    linked.budgets.add_line(manager, NUMBER, entry())
    with pytest.raises(BadInput):
        linked.budgets.add_line(manager, NUMBER, entry(amount="1.00"))


@pytest.mark.rule("B7")
def test_sub_job_must_be_the_projects(linked: Services, manager: Actor) -> None:
    """A line names a sub job that the project has."""
    with pytest.raises(BadInput):
        linked.budgets.add_line(manager, NUMBER, entry(sub_job="A"))
    linked.budgets.sub_job(manager, NUMBER, "A", name="Phase A")
    linked.budgets.add_line(manager, NUMBER, entry(sub_job="A"))
    linked.budgets.sub_job(manager, NUMBER, "A", name="Phase One")
    assert (("A", "Phase One"),) == linked.budgets.sub_jobs(manager, NUMBER)


@pytest.mark.rule("P2")
def test_viewer_may_look_and_not_edit(linked: Services, manager: Actor, viewer: Actor) -> None:
    """Read-only sees the budget, and may not change it."""
    linked.budgets.add_line(manager, NUMBER, entry())
    assert [("03-100 / L", "100.00")] == shown(linked, viewer)
    with pytest.raises(NotAllowed):
        linked.budgets.add_line(viewer, NUMBER, entry("05-100"))


@pytest.mark.rule("B4", "V1")
def test_locked_budget_is_not_edited(linked: Services, manager: Actor) -> None:
    """While an item waits, lines stay as they were sent."""
    linked.budgets.add_line(manager, NUMBER, entry())
    linked.sending.send(manager, NUMBER)
    for act in (
        lambda: linked.budgets.edit_line(manager, NUMBER, LineKey("", "03-100", "L"), changes={"amount": Decimal(1)}),
        lambda: linked.budgets.remove_line(manager, NUMBER, LineKey("", "03-100", "L")),
    ):
        with pytest.raises(NotPossibleNow):
            act()
    assert [("03-100 / L", "100.00")] == shown(linked, manager)


@pytest.mark.rule("B10")
def test_line_never_exported_is_removed(linked: Services, manager: Actor) -> None:
    """A key that was never exported goes for good, and is not found after."""
    linked.budgets.add_line(manager, NUMBER, entry())
    assert not linked.budgets.remove_line(manager, NUMBER, LineKey("", "03-100", "L"))
    assert [] == shown(linked, manager)
    with pytest.raises(NotFound):
        linked.budgets.remove_line(manager, NUMBER, LineKey("", "03-100", "L"))


@pytest.mark.rule("B8")
def test_file_import_keeps_adds_and_remembers(linked: Services, manager: Actor, tmp_path: Path) -> None:
    """Lines of a file join those that are there; the mapping is remembered for the next file."""
    linked.budgets.add_line(manager, NUMBER, entry("09-900"))
    path = tmp_path / "other.csv"
    path.write_text("X,Y,Z\n03-100,L,1.00\n", encoding="utf-8")
    mapping = ColumnMapping(columns={"cost_code": "X", "category": "Y", "amount": "Z"})
    report = linked.budgets.import_file(manager, NUMBER, path, choices=ImportChoices(mapping=mapping))
    assert (1, 1, Decimal("1.00")) == (report.lines, report.merged.added, report.amount)
    path.write_text("X,Y,Z\n03-200,M,2.00\n", encoding="utf-8")
    linked.budgets.import_file(manager, NUMBER, path)
    assert [("03-100 / L", "1.00"), ("03-200 / M", "2.00"), ("09-900 / L", "100.00")] == shown(linked, manager)


@pytest.mark.rule("B8")
def test_a_trial_of_a_file_says_all_and_changes_nothing(linked: Services, manager: Actor, tmp_path: Path) -> None:
    """What would become of the lines is told; the budget and the remembered columns are as before."""
    linked.budgets.add_line(manager, NUMBER, entry("09-900"))
    path = file(tmp_path, "24-001,03-100,L,,,,1.00")
    mapping = ColumnMapping(columns={"unit_cost": ""})
    choices = ImportChoices(trial=True, mode="override", mapping=mapping)
    report = linked.budgets.import_file(manager, NUMBER, path, choices=choices)
    assert (1, 1, 1) == (report.lines, report.merged.added, report.merged.dropped)
    assert [("09-900 / L", "100.00")] == shown(linked, manager)
    assert linked.budgets.remembered_mapping(manager, NUMBER) is None


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        (LineSearch(), ["03-100 / L", "A / 05-100 / L", "A / 09-900 / L"]),
        (LineSearch(limit=1, offset=1), ["A / 05-100 / L"]),
        (LineSearch(sub_job="A"), ["A / 05-100 / L", "A / 09-900 / L"]),
        (LineSearch(sub_job=""), ["03-100 / L"]),
        (LineSearch(text="FRAMES"), ["A / 09-900 / L"]),
        (LineSearch(text="100", sub_job="A"), ["A / 05-100 / L"]),
        (LineSearch(text="%"), []),
    ],
)
def test_lines_are_found_by_sub_job_and_text(
    linked: Services, manager: Actor, search: LineSearch, expected: list[str]
) -> None:
    """Codes and descriptions are searched whatever their case, and the sums are those of all that match."""
    linked.budgets.sub_job(manager, NUMBER, "A", name="Phase A")
    linked.budgets.add_line(manager, NUMBER, entry())
    linked.budgets.add_line(manager, NUMBER, entry("05-100", sub_job="A"))
    linked.budgets.add_line(manager, NUMBER, entry("09-900", sub_job="A", description="Door frames"))
    found = linked.budgets.find_lines(manager, NUMBER, search)
    assert expected == [str(line.key) for line in found.lines]
    assert found.totals.lines * 100 == found.totals.original


@pytest.mark.rule("B8")
def test_repeated_keys_are_refused_or_summed(linked: Services, manager: Actor, tmp_path: Path) -> None:
    """A key that the budget has is refused, and on request summed: the quantity only of like units."""
    linked.budgets.add_line(manager, NUMBER, entry(quantity=Decimal(1), unit="EA", unit_cost=Decimal(100)))
    path = file(tmp_path, "24-001,03-100,L,2,EA,50,100.00")
    with pytest.raises(BadInput) as error:
        linked.budgets.import_file(manager, NUMBER, path)
    assert ["line 03-100 / L"] == [fault.where for fault in error.value.faults]
    linked.budgets.import_file(manager, NUMBER, path, choices=ImportChoices(duplicates="sum"))
    line = next(iter(linked.budgets.show(manager, NUMBER).lines))
    assert (Decimal("200.00"), Decimal(3), None) == (line.original, line.quantity, line.unit_cost)


@pytest.mark.rule("B8")
def test_a_summed_line_keeps_the_rows_it_came_from(linked: Services, manager: Actor, tmp_path: Path) -> None:
    """The file and both rows stand with the line."""
    path = file(tmp_path, "24-001,03-100,L,2,EA,50,100.00", "24-001,03-100,L,1,EA,50,50.00")
    linked.budgets.import_file(manager, NUMBER, path, choices=ImportChoices(duplicates="sum"))

    with linked.store.read() as connection:
        source = connection.execute(select(budget_lines.c.source)).scalar_one()
    assert {"file": path.name, "rows": [2, 3]} == source


@pytest.mark.rule("B8")
def test_bad_file_changes_nothing(linked: Services, manager: Actor, tmp_path: Path) -> None:
    """One bad row, and no row is imported; all bad rows are written where they were asked for."""
    faults = tmp_path / "faults.csv"
    path = file(tmp_path, "24-001,03-100,L,,,,1.00", "24-001,03-200,L,,,,12,0O")
    with pytest.raises(BadInput):
        linked.budgets.import_file(manager, NUMBER, path, choices=ImportChoices(faults_to=faults))
    assert [] == shown(linked, manager)
    assert faults.exists()


@pytest.mark.rule("B8")
def test_file_of_another_job_is_refused(linked: Services, manager: Actor, tmp_path: Path) -> None:
    """A file that holds other jobs alone is not guessed at; a named job is taken."""
    path = file(tmp_path, "77,03-100,L,,,,1.00", "78,03-100,L,,,,2.00")
    with pytest.raises(BadInput, match="none of them"):
        linked.budgets.import_file(manager, NUMBER, path)
    linked.budgets.import_file(manager, NUMBER, path, choices=ImportChoices(job="78"))
    assert [("03-100 / L", "2.00")] == shown(linked, manager)


@pytest.mark.rule("B8", "B10")
def test_override_replaces_and_keeps_exported_keys_at_zero(
    linked: Services, manager: Actor, accountant: Accountant, tmp_path: Path
) -> None:
    """An overriding file drops lines never exported, and sets exported ones to zero."""
    linked.budgets.add_line(manager, NUMBER, entry())
    item = linked.sending.send(manager, NUMBER)
    accountant.export(item)
    accountant.post(item)
    linked.sending.unlock(manager, NUMBER)
    linked.budgets.add_line(manager, NUMBER, entry("05-100"))
    report = linked.budgets.import_file(
        manager, NUMBER, file(tmp_path, "24-001,03-200,L,,,,7.00"), choices=ImportChoices(mode="override")
    )
    assert (1, 0, 1, 1) == (report.merged.added, report.merged.replaced, report.merged.zeroed, report.merged.dropped)
    assert [("03-100 / L", "0.00"), ("03-200 / L", "7.00")] == shown(linked, manager)


def hold(services: Services, cost_code: str, original: str, changes: str = "0") -> None:
    """Have the books hold posted figures of a key."""
    key = LineKey("", cost_code, "L")
    job = services.books.jobs["24-001"]
    for part, amount in ((Part.ORIGINAL, original), (Part.CHANGE, changes)):
        if Decimal(amount):
            job.posted.append(Entry(reference="before", key=key, part=part, amount=Decimal(amount)))


@pytest.mark.rule("R1", "R2")
def test_import_from_the_erp_then_send_carries_only_differences(linked: Services, manager: Actor) -> None:
    """Imported figures are in the ERP already: a send after holds what differs from them alone."""
    hold(linked, "03-100", "70.00", "5.00")
    hold(linked, "03-200", "30.00")
    report = linked.budgets.import_from_erp(manager, NUMBER)
    assert (2, Decimal("100.00"), Decimal("5.00")) == (report.lines, report.original, report.changes)
    totals = linked.budgets.show(manager, NUMBER).totals
    assert (Decimal("105.00"), Decimal("105.00")) == (totals.revised, totals.exported)
    with pytest.raises(NotPossibleNow, match=r"[Nn]othing new"):
        linked.sending.send(manager, NUMBER)
    linked.budgets.edit_line(manager, NUMBER, LineKey("", "03-200", "L"), changes={"amount": Decimal(31)})
    item = linked.sending.send(manager, NUMBER)
    assert (1, Decimal("1.00")) == (item.version, item.original)


@pytest.mark.rule("R2")
def test_import_over_lines_asks(linked: Services, manager: Actor) -> None:
    """Over existing lines the import asks: keep and add, or override."""
    hold(linked, "03-100", "70.00")
    linked.budgets.add_line(manager, NUMBER, entry("09-900"))
    with pytest.raises(NotPossibleNow, match="holds 1 line already"):
        linked.budgets.import_from_erp(manager, NUMBER)
    linked.budgets.import_from_erp(manager, NUMBER, mode="keep")
    assert [("03-100 / L", "70.00"), ("09-900 / L", "100.00")] == shown(linked, manager)
    linked.budgets.import_from_erp(manager, NUMBER, mode="override")
    assert [("03-100 / L", "70.00")] == shown(linked, manager)


@pytest.mark.rule("R1")
def test_import_closes_for_good(linked: Services, manager: Actor, accountant: Accountant, clock: object) -> None:
    """After an export of the budget, or to the ERP job from anywhere, nothing is imported."""
    hold(linked, "03-100", "70.00")
    with linked.store.begin() as connection:
        connection.execute(update(erp_jobs).values(import_closed_at=accountant.at))
    with pytest.raises(NotPossibleNow) as error:
        linked.budgets.import_from_erp(manager, NUMBER, mode="override")
    assert ["R1"] == [fault.rule for fault in error.value.faults]


@pytest.mark.rule("B9")
def test_import_maps_back_and_never_guesses(linked: Services, manager: Actor, administrator: Actor) -> None:
    """The ERP's codes become ours through the map; one that stands for two of ours is refused."""
    hold(linked, "03-100", "70.00")
    linked.maps.set(administrator, "books", kind="cost_code", ours="CONCRETE", theirs="03-100")
    linked.maps.set(administrator, "books", kind="cost_code", ours="FORMS", theirs="03-100")
    with pytest.raises(BadInput) as error:
        linked.budgets.import_from_erp(manager, NUMBER)
    assert "several of our codes" in error.value.faults[0].message
    linked.maps.remove(administrator, "books", kind="cost_code", ours="FORMS")
    linked.budgets.import_from_erp(manager, NUMBER)
    assert [("CONCRETE / L", "70.00")] == shown(linked, manager)


@pytest.mark.rule("R1")
def test_unreadable_erp_imports_nothing(linked: Services, manager: Actor) -> None:
    """A closed or unreadable job leaves the budget as it was."""
    linked.books.apart = False
    hold(linked, "03-100", "70.00")
    with pytest.raises(BadInput, match="can't be imported"):
        linked.budgets.import_from_erp(manager, NUMBER)
    assert [] == shown(linked, manager)


@pytest.mark.rule("B8")
def test_a_file_that_is_saved_anew_meanwhile_is_not_imported(linked: Services, manager: Actor, tmp_path: Path) -> None:
    """What was read first, and would be told of the import, is not what stands there when its lines are taken."""
    rows = [f"24-001,{number},L,,,,1.00" for number in range(1_001)]
    path = file(tmp_path, *rows[1:])

    def save_anew(_: int) -> None:
        (tmp_path / "anew").mkdir(exist_ok=True)
        file(tmp_path / "anew", *rows).replace(path)

    with pytest.raises(Changed, match="saved anew while it was imported"):
        linked.budgets.import_file(manager, NUMBER, path, choices=ImportChoices(progress=save_anew))
    assert [] == shown(linked, manager)
