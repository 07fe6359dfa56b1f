from pathlib import Path

import pytest
from sage_doubles import EasyAttempt, FolderFiles, KeptEffects
from test_export import first, planned

from erp_bridge_core.contract import Absent, CannotTell, Effect, Erp, Sighting
from erp_bridge_core.contract.errors import LeaseLost, LedgerConflict, NotSent
from erp_bridge_sage300.export import EstimateFile
from erp_bridge_sage300.settings import Sage300Settings

SageErp = Erp[Sage300Settings]
STEPS = ("write_new staging", "write_new tombstones/EB", "move staging")


def look(operation: EstimateFile, effect: Effect) -> Sighting:
    """What is seen of one effect."""
    return next(iter(operation.find([effect])))


def disk(erp: SageErp) -> FolderFiles:
    """The share, to look behind it."""
    assert isinstance(erp.files, FolderFiles)
    return erp.files


@pytest.mark.rule("L4", "L7")
@pytest.mark.parametrize("step", STEPS)
def test_a_worker_killed_before_the_move_left_nothing_offered(erp: SageErp, tmp_path: Path, step: str) -> None:
    """Until the move the file is provably absent, and sending again offers it once."""
    operation, effect = first(planned(erp))
    disk(erp).fail_at = step
    with pytest.raises(KeyboardInterrupt):
        operation.send(effect, EasyAttempt())
    after_crash = look(operation, effect)

    operation.send(effect, EasyAttempt())

    assert (Absent, 1) == (type(after_crash), len(list((tmp_path / "1-original").iterdir())))


def test_the_tombstone_stands_before_the_file_appears(erp: SageErp) -> None:
    """Staged, tombstone, then the one move."""
    operation, effect = first(planned(erp))
    disk(erp).log.clear()

    operation.send(effect, EasyAttempt())

    assert [
        "write_new staging/EB-A1-O1G1.jce",
        "write_new tombstones/EB-A1-O1G1.json",
        "move staging/EB-A1-O1G1.jce",
    ] == disk(erp).log


@pytest.mark.rule("L12")
def test_a_lost_lease_stops_before_the_file_appears(erp: SageErp, tmp_path: Path) -> None:
    """The lease is checked right before the move."""
    operation, effect = first(planned(erp))

    with pytest.raises(LeaseLost):
        operation.send(effect, EasyAttempt(lost=LeaseLost("taken over")))

    assert [] == list((tmp_path / "1-original").iterdir())


@pytest.mark.rule("L4")
def test_a_file_that_was_offered_is_never_written_again(erp: SageErp) -> None:
    """Sending again while it lies there, or after it was taken, is a conflict."""
    operation, effect = first(planned(erp))
    operation.send(effect, EasyAttempt())
    with pytest.raises(LedgerConflict, match="there already"):
        operation.send(effect, EasyAttempt())
    operation.take(effect, EasyAttempt())

    with pytest.raises(LedgerConflict, match="there already"):
        operation.send(effect, EasyAttempt())


def test_a_damaged_staged_file_is_not_offered(erp: SageErp, tmp_path: Path) -> None:
    """What lies on the disk is read again before it is released."""
    operation, effect = first(planned(erp))
    (tmp_path / "staging/EB-A1-O1G1.jce").write_text("C,damaged\r\n")

    with pytest.raises(LedgerConflict, match="was not offered"):
        operation.send(effect, EasyAttempt())

    assert [] == list((tmp_path / "1-original").iterdir())


def test_a_foreign_tombstone_under_our_name_stops_the_offer(erp: SageErp, tmp_path: Path) -> None:
    """Another writer's tombstone of the same name is a conflict."""
    operation, effect = first(planned(erp))
    (tmp_path / "tombstones/EB-A1-O1G1.json").write_text('{"key": "another", "sha256": "0"}')

    with pytest.raises(LedgerConflict, match="another file"):
        operation.send(effect, EasyAttempt())


@pytest.mark.rule("L7")
def test_a_move_that_was_cut_short_is_finished_by_the_next_run(erp: SageErp, tmp_path: Path) -> None:
    """Two names of one file become one, so a file carried off later is not taken for one never offered."""
    operation, effect = first(planned(erp))
    offered = tmp_path / operation.send(effect, EasyAttempt()).reference
    (tmp_path / "staging" / offered.name).hardlink_to(offered)
    planned(erp)
    offered.unlink()

    assert isinstance(look(operation, effect), CannotTell)


# -- corrections -------------------------------------------------------------------------------------------------------


def refused_second_line(
    erp: SageErp, tmp_path: Path, more: str = ""
) -> tuple[EstimateFile, Effect, EstimateFile, Effect]:
    """A taken file whose second line was rejected, and its correction."""
    operation, effect = first(planned(erp))
    operation.send(effect, EasyAttempt())
    operation.take(effect, EasyAttempt())
    (tmp_path / "rejected/EB-A1-O1G1.jce").write_text(
        'J,"40891","",04302026\n' + 'C,"      202-00010","","MAT",04302026,,"",-12.50,,,"",""\n' + more
    )
    later = planned(erp, KeptEffects(lines=(2,), generation=2))
    return operation, effect, *first(later)


def test_the_rejection_file_is_claimed_before_a_correction(erp: SageErp, tmp_path: Path) -> None:
    """Its records can't be imported by hand any more once the correction is offered."""
    operation, effect, correcting, correction = refused_second_line(erp, tmp_path)

    correcting.send(correction, EasyAttempt())

    assert (False, ["EB-A1-O1G1-1.jce"], [2]) == (
        (tmp_path / "rejected/EB-A1-O1G1.jce").exists(),
        [one.name for one in (tmp_path / "claimed").iterdir()],
        [one.line for one in look(operation, effect).refused],  # type: ignore[union-attr]
    )


def test_a_correction_goes_on_after_a_crash_behind_the_claim(erp: SageErp, tmp_path: Path) -> None:
    """A claim that was made already counts."""
    *_, correcting, correction = refused_second_line(erp, tmp_path)
    disk(erp).fail_at = "write_new staging"
    with pytest.raises(KeyboardInterrupt):
        correcting.send(correction, EasyAttempt())

    assert "1-original/EB-A1-O1G2.jce" == correcting.send(correction, EasyAttempt()).reference


def test_a_correction_waits_while_somebody_corrects_by_hand(erp: SageErp, tmp_path: Path) -> None:
    """Records that are gone from the rejection file may come back by hand: nothing is offered."""
    *_, correcting, correction = refused_second_line(erp, tmp_path)
    (tmp_path / "rejected/EB-A1-O1G1.jce").unlink()

    with pytest.raises(NotSent, match="correcting it by hand"):
        correcting.send(correction, EasyAttempt())


def test_a_correction_waits_when_the_rejection_file_was_overwritten(erp: SageErp, tmp_path: Path) -> None:
    """Another import's rejects do not stand for ours, and are not carried off."""
    *_, correcting, correction = refused_second_line(erp, tmp_path)
    (tmp_path / "rejected/EB-A1-O1G1.jce").write_text('J,"999","",04302026\n')

    with pytest.raises(NotSent, match="no longer holds all"):
        correcting.send(correction, EasyAttempt())

    assert (tmp_path / "rejected/EB-A1-O1G1.jce").exists()


def test_others_records_in_the_rejection_file_are_left_alone(erp: SageErp, tmp_path: Path) -> None:
    """A file that also holds somebody else's records is not carried off."""
    foreign = 'J,"999","",04302026\nC,"      105-06845","","LAB",04302026,,"",7.00,,,"",""\n'
    *_, correcting, correction = refused_second_line(erp, tmp_path, foreign)

    with pytest.raises(NotSent, match="also holds 1 records"):
        correcting.send(correction, EasyAttempt())

    assert (tmp_path / "rejected/EB-A1-O1G1.jce").exists()


def test_no_correction_while_the_former_file_still_waits(erp: SageErp) -> None:
    """Two files with one line would double it."""
    operation, effect = first(planned(erp))
    operation.send(effect, EasyAttempt())
    correcting, correction = first(planned(erp, KeptEffects(lines=(2,), generation=2)))

    with pytest.raises(NotSent, match="still waits"):
        correcting.send(correction, EasyAttempt())


def test_a_file_withdrawn_by_a_person_can_be_offered_anew(erp: SageErp, tmp_path: Path) -> None:
    """The file's way into `withdrawn` is the proof that it does not count any more."""
    operation, effect = first(planned(erp))
    operation.send(effect, EasyAttempt())
    operation.take(effect, EasyAttempt())
    (tmp_path / "taken/1-original/EB-A1-O1G1.jce").rename(tmp_path / "withdrawn/EB-A1-O1G1.jce")
    again, whole = first(planned(erp, KeptEffects(lines=(1, 2, 3), generation=2)))

    assert "1-original/EB-A1-O1G2.jce" == again.send(whole, EasyAttempt()).reference
