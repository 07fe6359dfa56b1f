import shutil
from pathlib import Path

import pytest
from attrs import evolve
from sage_doubles import EasyAttempt, make_erp
from test_export import first, planned
from test_staging import look

from erp_bridge_core.contract import Absent, CannotTell, Different, Effect, Erp, Found, Several, Waiting
from erp_bridge_sage300.export import EstimateFile
from erp_bridge_sage300.settings import Sage300Settings

SageErp = Erp[Sage300Settings]
NAME = "EB-A1-O1G1.jce"


def offered(erp: SageErp) -> tuple[EstimateFile, Effect]:
    """A file that waits."""
    operation, effect = first(planned(erp))
    operation.send(effect, EasyAttempt())
    return operation, effect


def taken(erp: SageErp) -> tuple[EstimateFile, Effect]:
    """A file that was taken."""
    operation, effect = offered(erp)
    operation.take(effect, EasyAttempt())
    return operation, effect


@pytest.mark.rule("L7")
def test_never_offered_is_proved_absent(erp: SageErp) -> None:
    """Absence names its control, the share's marker."""
    seen = look(*first(planned(erp)))

    assert isinstance(seen, Absent)
    assert "erp-bridge-share.json" in seen.proof["control"]


def test_offered_and_untouched_is_waiting(erp: SageErp) -> None:
    """A whole file where it was offered waits for a person."""
    assert isinstance(look(*offered(erp)), Waiting)


def test_taken_is_found(erp: SageErp) -> None:
    """A person took it over."""
    assert isinstance(look(*taken(erp)), Found)


@pytest.mark.rule("L7")
def test_gone_without_a_trace_cannot_be_told(erp: SageErp, tmp_path: Path) -> None:
    """A tombstone without any file is unknown, never absent."""
    operation, effect = offered(erp)
    (tmp_path / "1-original" / NAME).unlink()

    seen = look(operation, effect)

    assert isinstance(seen, CannotTell)
    assert "gone without a trace" in seen.why


def test_changed_content_is_different(erp: SageErp, tmp_path: Path) -> None:
    """Another content under our name needs a person."""
    operation, effect = offered(erp)
    (tmp_path / "1-original" / NAME).write_text("other")

    assert isinstance(look(operation, effect), Different)


def test_changed_content_after_taking_is_different(erp: SageErp, tmp_path: Path) -> None:
    """So does a taken file that was edited."""
    operation, effect = taken(erp)
    (tmp_path / "taken/1-original" / NAME).write_text("other")

    assert isinstance(look(operation, effect), Different)


def test_a_copy_beside_the_taken_file_is_several(erp: SageErp, tmp_path: Path) -> None:
    """A file put back could be imported a second time."""
    operation, effect = taken(erp)
    shutil.copy(tmp_path / "taken/1-original" / NAME, tmp_path / "1-original" / NAME)

    assert isinstance(look(operation, effect), Several)


def test_withdrawn_by_hand_is_told(erp: SageErp, tmp_path: Path) -> None:
    """A person's withdrawal is for a person to settle."""
    operation, effect = offered(erp)
    (tmp_path / "1-original" / NAME).rename(tmp_path / "withdrawn" / NAME)

    seen = look(operation, effect)

    assert isinstance(seen, CannotTell)
    assert "settle it as not arrived" in seen.why


@pytest.mark.rule("L7")
def test_a_share_that_vanished_is_no_absence(erp: SageErp, tmp_path: Path) -> None:
    """An unreadable share proves nothing."""
    operation, effect = first(planned(erp))
    shutil.rmtree(tmp_path / "tombstones")

    assert isinstance(look(operation, effect), CannotTell)


# -- rejected records ------------------------------------------------------------------------------------------------

OURS = 'C,"      202-00010","","MAT",04302026,,"",-12.50,,,"",""\n'
JOB = 'J,"40891","",04302026\n'


def rejected(erp: SageErp, root: Path, text: str) -> Found | CannotTell:
    """What is seen after an import that rejected these records."""
    operation, effect = taken(erp)
    (root / "rejected/EB-A1-O1G1.jce").write_text(text)
    seen = look(operation, effect)
    assert isinstance(seen, Found | CannotTell)
    return seen


@pytest.mark.rule("E3")
def test_a_rejected_record_is_found_by_its_content(erp: SageErp, tmp_path: Path) -> None:
    """The line is named, with what it means and what to do; nothing is moved."""
    seen = rejected(erp, tmp_path, JOB + OURS)

    assert isinstance(seen, Found)
    assert ([2], True, True) == (
        [one.line for one in seen.refused],
        all(one.meaning and one.remedy for one in seen.refused),
        (tmp_path / "rejected/EB-A1-O1G1.jce").exists(),
    )


@pytest.mark.parametrize(
    "text",
    [
        'J,"99999","",04302026\n' + OURS,
        'J,"40891","20",04302026\n' + OURS,
        JOB + OURS.replace("-12.50", "-12.51"),
        JOB + OURS.replace("04302026", "04292026"),
        JOB + OURS.replace("MAT", "LAB"),
    ],
)
def test_a_record_that_differs_in_one_field_is_not_ours(erp: SageErp, tmp_path: Path, text: str) -> None:
    """It is counted as somebody else's and refuses no line."""
    seen = rejected(erp, tmp_path, text)

    assert isinstance(seen, Found)
    assert ((), 1) == (seen.refused, seen.evidence["rejected_not_ours"])


def test_a_bare_code_in_the_rejection_file_is_ours_all_the_same(erp: SageErp, tmp_path: Path) -> None:
    """Sage reformats codes, so both forms are compared."""
    seen = rejected(erp, tmp_path, JOB + OURS.replace("      202-00010", "       20200010"))

    assert isinstance(seen, Found)
    assert [2] == [one.line for one in seen.refused]


def test_rejects_are_looked_for_where_the_sheet_said(erp: SageErp, tmp_path: Path) -> None:
    """A setting that was changed after the sheet was printed leads nobody to another file."""
    operation, effect = taken(erp)
    (tmp_path / "rejected/EB-A1-O1G1.jce").write_text(JOB + OURS)
    moved = evolve(
        operation, erp=evolve(erp, settings=Sage300Settings(company="Hoosier", reject_file="rejected/all.jce"))
    )

    seen = look(moved, effect)

    assert isinstance(seen, Found)
    assert [2] == [one.line for one in seen.refused]


def test_a_shared_rejection_file_is_read_too(tmp_path: Path) -> None:
    """A site may keep one rejection file for all imports."""
    (tmp_path / "reports").mkdir()
    operation, effect = taken(make_erp(tmp_path, reject_file="rejected/all.jce"))
    (tmp_path / "rejected/all.jce").write_text(JOB + OURS)

    seen = look(operation, effect)

    assert isinstance(seen, Found)
    assert [2] == [one.line for one in seen.refused]


def test_another_files_rejects_are_not_looked_at(erp: SageErp, tmp_path: Path) -> None:
    """What Sage rejected of another import lies elsewhere, even where its records are equal."""
    operation, effect = taken(erp)
    (tmp_path / "rejected/EB-A1-O9G1.jce").write_text(JOB + OURS)

    seen = look(operation, effect)

    assert isinstance(seen, Found)
    assert () == seen.refused


def test_a_rejection_file_from_before_says_nothing(erp: SageErp, tmp_path: Path) -> None:
    """A leftover that lay there when the file was offered is not about this import."""
    planned(erp)
    (tmp_path / "rejected/EB-A1-O1G1.jce").write_text(JOB + OURS)
    seen = look(*taken(erp))

    assert isinstance(seen, Found)
    assert () == seen.refused


def test_a_foreign_rejection_file_does_not_undo_that_it_was_taken(erp: SageErp, tmp_path: Path) -> None:
    """An unreadable rejection file is told in the evidence."""
    seen = rejected(erp, tmp_path, "something else\n")

    assert isinstance(seen, Found)
    assert "not one of estimate records" in seen.evidence["rejection_file"]


def test_records_without_a_job_that_fit_two_extras_cannot_be_told(tmp_path: Path) -> None:
    """Which of two equal lines was refused is not guessed."""
    from sage_doubles import line

    (tmp_path / "reports").mkdir()
    erp = make_erp(tmp_path)
    lines = [line(1, "105-06845", "5.00"), line(2, "105-06845", "5.00", extra="20")]
    operation, effect = first(planned(erp, lines=lines))
    operation.send(effect, EasyAttempt())
    operation.take(effect, EasyAttempt())
    (tmp_path / "rejected/EB-A1-O1G1.jce").write_text('C,"      105-06845","","LAB",04302026,,"",5.00,,,"",""\n')

    seen = look(operation, effect)

    assert isinstance(seen, CannotTell)
    assert "do" in seen.why
