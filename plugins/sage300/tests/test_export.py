import hashlib
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from sage_doubles import LINES, EasyAttempt, KeptEffects, line, make_batch, make_erp

from erp_bridge_core.contract import Effect, Erp, FieldValues, HandOver, Waiting
from erp_bridge_core.contract.errors import BadInput, LedgerConflict, NotPossibleNow, OutcomeUnknown, StorageError
from erp_bridge_sage300.export import EstimateFile, export
from erp_bridge_sage300.report import remembered_reports
from erp_bridge_sage300.settings import Sage300Settings

SageErp = Erp[Sage300Settings]
VALUES = FieldValues(item={"accounting_date": "2026-04-30"}, changes={"7": {"description": "Owner's wish"}})


def planned(erp: SageErp, effects: KeptEffects | None = None, **batch: Any) -> KeptEffects:
    """Run the export against a ledger that keeps the plan."""
    kept = effects or KeptEffects(lines=tuple(one.number for one in batch.get("lines", LINES)))
    export(make_batch(**batch), VALUES, erp, kept)
    return kept


def first(effects: KeptEffects, group: str = "original") -> tuple[EstimateFile, Effect]:
    """A group's operation and its first effect."""
    effect = effects.planned[group][0]
    return effects.operations[effect.operation], effect


@pytest.mark.rule("E4")
def test_originals_and_changes_go_in_separate_files_in_order(erp: SageErp) -> None:
    """Originals first, then approved changes, one file each with its own lines and total."""
    effects = planned(erp)
    seen = [
        (group, effect.operation, tuple(effect.lines), effect.request["total"])
        for group, made in effects.planned.items()
        for effect in made
    ]

    assert [
        ("original", "original_file", (1, 2, 3), "10787.50"),
        ("changes", "changes_file", (4, 5), "0.00"),
    ] == seen


def test_a_side_without_lines_gets_no_file(erp: SageErp) -> None:
    """A batch of originals alone plans no changes file."""
    assert ["original"] == list(planned(erp, lines=LINES[:3]).planned)


def test_a_retry_carries_only_the_lines_that_have_not_arrived(erp: SageErp) -> None:
    """A later generation holds the refused lines alone, and nothing for a side without any."""
    effects = planned(erp, KeptEffects(lines=(2,), generation=2))

    assert ([(2,)], []) == ([tuple(one.lines) for one in effects.planned["original"]], effects.planned["changes"])


@pytest.mark.rule("L1")
def test_the_payload_hash_is_that_of_the_file(erp: SageErp, tmp_path: Path) -> None:
    """What is planned is exactly what lies there in the end."""
    operation, effect = first(planned(erp))

    path = tmp_path / operation.send(effect, EasyAttempt()).reference

    assert effect.payload_hash == hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_file_says_job_extra_date_codes_and_amounts(erp: SageErp, tmp_path: Path) -> None:
    """A whole file as Import Estimates reads it."""
    operation, effect = first(planned(erp))

    path = tmp_path / operation.send(effect, EasyAttempt()).reference

    assert (
        'J,"40891","",04302026\r\n'
        'C,"      105-06845","Engineering","LAB",04302026,1.00,"LS",10300.00,,,"",""\r\n'
        'C,"      202-00010","","MAT",04302026,,"",-12.50,,,"",""\r\n'
        'J,"40891","20",04302026\r\n'
        'C,"      105-06845","","LAB",04302026,,"",500.00,,,"",""\r\n'
    ) == path.read_bytes().decode()


def test_changes_carry_the_approvers_description(erp: SageErp, tmp_path: Path) -> None:
    """By the default pattern, an approved change is described by what the approver entered for it."""
    operation, effect = first(planned(erp), "changes")

    text = (tmp_path / operation.send(effect, EasyAttempt()).reference).read_text()

    assert 2 == text.count('"Owner\'s wish"')


def test_the_name_holds_installation_and_reference(erp: SageErp) -> None:
    """A foreign installation's file can't be taken for ours."""
    operation, effect = first(planned(erp))

    assert "1-original/EB-A1-O1G1.jce" == operation.send(effect, EasyAttempt()).reference


@pytest.mark.rule("L2")
def test_a_plan_that_no_longer_renders_the_same_is_not_sent(erp: SageErp, tmp_path: Path) -> None:
    """A changed layout after planning is a conflict before anything appears."""
    _, effect = first(planned(erp))
    other = make_erp(tmp_path, job_record="J, job, extra")
    changed = KeptEffects(lines=(1, 2, 3, 4, 5))
    export(make_batch(), VALUES, other, changed)

    with pytest.raises(LedgerConflict, match="was not offered"):
        changed.operations["original_file"].send(effect, EasyAttempt())

    assert [] == list((tmp_path / "1-original").iterdir())


def test_take_moves_the_file_once_and_answers_the_same_again(erp: SageErp, tmp_path: Path) -> None:
    """Taking a second time moves nothing."""
    operation, effect = first(planned(erp))
    operation.send(effect, EasyAttempt())

    sheets = [operation.take(effect, EasyAttempt()), operation.take(effect, EasyAttempt())]

    assert (sheets[0], [], ["EB-A1-O1G1.jce"]) == (
        sheets[1],
        list((tmp_path / "1-original").iterdir()),
        [one.name for one in (tmp_path / "taken/1-original").iterdir()],
    )


def sheet(erp: SageErp, group: str) -> HandOver:
    """The sheet of a group, offered and taken."""
    operation, effect = first(planned(erp), group)
    operation.send(effect, EasyAttempt())
    return operation.take(effect, EasyAttempt())


@pytest.mark.parametrize(
    ("group", "tick"),
    [
        ("original", "Leave *Import as an Approved Estimate Change* clear."),
        ("changes", "Tick *Import as an Approved Estimate Change*."),
    ],
)
def test_the_sheet_says_which_tick_box(erp: SageErp, group: str, tick: str) -> None:
    """One tick holds for a whole file, so each sheet says which."""
    assert tick in sheet(erp, group).instructions


def test_the_sheet_asks_to_compare_before_posting(erp: SageErp) -> None:
    """Hash, lines and total are there, and the comparison with the unposted batch."""
    told = sheet(erp, "original")

    assert (3, "10787.50", True, True) == (
        told.lines,
        told.total,
        len(told.sha256) == 64,
        any("compare the unposted batch" in one and "10787.50 USD" in one for one in told.instructions),
    )


def test_each_file_has_a_rejection_file_of_its_own(erp: SageErp, tmp_path: Path) -> None:
    """The sheets of one export name different ones, below the folder that the export made."""
    effects = planned(erp)
    told = []
    for group in ("original", "changes"):
        operation, effect = first(effects, group)
        operation.send(effect, EasyAttempt())
        told.append(operation.hand_over(effect))
    folder = tmp_path / "rejected"

    assert [str(folder / Path(each.location).name) for each in told] == [each.facts["reject_file"] for each in told]
    assert len({each.facts["reject_file"] for each in told}) == len(told)
    assert all("this import file's alone" in " ".join(each.instructions) for each in told)
    assert folder.is_dir()


def test_the_sheet_warns_of_a_rejection_file_that_imports_share(tmp_path: Path) -> None:
    """A fixed name is kept, and the sheet says that the next import overwrites it."""
    (tmp_path / "reports").mkdir()
    told = sheet(make_erp(tmp_path, reject_file="rejected/all.jce"), "original")

    assert str(tmp_path / "rejected/all.jce") == told.facts["reject_file"]
    assert any("the next import overwrites the rejection file" in one for one in told.instructions)


def test_a_rejection_file_in_another_folder_is_made_room_for(erp: SageErp, tmp_path: Path) -> None:
    """A setting that was changed after the share was prepared holds for the next file."""
    planned(erp)
    moved = evolve(erp, settings=Sage300Settings(company="Hoosier", reject_file="back/from-sage/{file}.jce"))

    assert str(tmp_path / "back/from-sage/EB-A1-O1G1.jce") == sheet(moved, "original").facts["reject_file"]


def test_a_file_that_was_changed_is_not_handed_over(erp: SageErp, tmp_path: Path) -> None:
    """A changed file must not be imported."""
    operation, effect = first(planned(erp))
    (tmp_path / operation.send(effect, EasyAttempt()).reference).write_text("other")

    with pytest.raises(LedgerConflict, match="must not be imported"):
        operation.take(effect, EasyAttempt())


def test_before_the_offer_there_is_nothing_to_hand_over(erp: SageErp) -> None:
    """Taking too early is not possible now."""
    operation, effect = first(planned(erp))

    with pytest.raises(NotPossibleNow, match="not offered yet"):
        operation.take(effect, EasyAttempt())


def test_a_file_that_is_gone_is_not_handed_over(erp: SageErp, tmp_path: Path) -> None:
    """Gone without a trace is unknown to the person who asks for it, too."""
    operation, effect = first(planned(erp))
    (tmp_path / operation.send(effect, EasyAttempt()).reference).unlink()

    with pytest.raises(OutcomeUnknown, match="gone without a trace"):
        operation.hand_over(effect)


def test_the_sheet_can_be_read_before_taking(erp: SageErp) -> None:
    """Looking at what lies ready moves nothing."""
    operation, effect = first(planned(erp))
    operation.send(effect, EasyAttempt())

    told = operation.hand_over(effect)

    assert (False, Waiting) == (told.taken, type(next(iter(operation.find([effect])))))


@pytest.mark.rule("A3")
def test_a_date_in_a_closed_period_is_refused(tmp_path: Path) -> None:
    """Nothing is planned when an accounting date lies in a closed period."""
    closed = make_erp(tmp_path, closed_through=date(2026, 4, 30))
    effects = KeptEffects(lines=(1, 2, 3, 4, 5))

    with pytest.raises(BadInput) as told:
        export(make_batch(), VALUES, closed, effects)

    assert (["accounting_date"], {}) == ([one.where for one in told.value.faults], effects.planned)


def test_a_period_closed_later_does_not_keep_a_file_from_being_taken(erp: SageErp) -> None:
    """Dates are judged when a file is planned, not when it is looked for or taken."""
    effects = planned(erp)
    object.__setattr__(erp.settings, "closed_through", date(2026, 12, 31))
    effects.reserved.clear()

    assert "O1G1" == planned(erp, effects).planned["original"][0].reference


@pytest.mark.rule("L16")
def test_a_share_that_was_exchanged_is_not_written_into(erp: SageErp, tmp_path: Path) -> None:
    """Without the tombstones of before, a budget could be offered twice."""
    planned(erp)
    (tmp_path / "tombstones/erp-bridge-share.json").unlink()

    with pytest.raises(StorageError, match="not the one that was used before"):
        planned(erp)


@pytest.mark.rule("L17")
def test_a_share_of_another_installation_stops_the_export(erp: SageErp, tmp_path: Path) -> None:
    """Two installations never write into one share."""
    (tmp_path / "tombstones").mkdir()
    note = {"id": "x", "installation": "B2", "company": "Hoosier"}
    (tmp_path / "tombstones/erp-bridge-share.json").write_text(json.dumps(note))

    with pytest.raises(LedgerConflict, match="B2"):
        planned(erp)


def test_the_report_from_before_is_remembered(erp: SageErp, tmp_path: Path) -> None:
    """A resumed export does not take a report that was printed since for an old one; taking does."""
    report = tmp_path / "reports/job-cost.csv"
    report.write_text("one")
    effects = planned(erp)
    report.write_text("two")
    planned(erp)
    after_resume = len(remembered_reports(erp, item="item-1", version=1))
    operation, effect = first(effects)
    operation.send(effect, EasyAttempt())
    operation.take(effect, EasyAttempt())

    assert (1, 2) == (after_resume, len(remembered_reports(erp, item="item-1", version=1)))


def test_text_that_slipped_through_is_told_by_line(erp: SageErp) -> None:
    """A quote in a code stops the plan, naming the line."""
    with pytest.raises(BadInput) as told:
        planned(erp, lines=[LINES[0], line(2, '20"2', "1.00")])

    assert "lines[2]" == told.value.faults[0].where


def test_a_large_batch_is_planned_as_a_range(erp: SageErp) -> None:
    """Numbers that follow one another are kept as a range, exact to the cent."""
    many = [line(number, "105-06845", "0.01", category="LAB") for number in range(1, 20_001)]
    effect = planned(erp, lines=many).planned["original"][0]

    assert (Decimal("200.00"), 20_000) == (Decimal(effect.request["total"]), effect.request["lines"])
