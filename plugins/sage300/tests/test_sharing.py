"""Several exports at once in one share, each of a job of its own: none stumbles over what another is just doing."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import evolve
from sage_doubles import EasyAttempt, FolderFiles, MemoryState
from test_export import first, planned

from erp_bridge_core.contract import Erp
from erp_bridge_core.contract.errors import LedgerConflict, NotSent
from erp_bridge_sage300.settings import Sage300Settings
from erp_bridge_sage300.share import FOLDERS, MARKER, prepare_share

SageErp = Erp[Sage300Settings]


class Meanwhile(FolderFiles):
    """A share in which another export does something right before one of our calls: once, told by its first words."""

    def during(self, call: str, act: Callable[[], object]) -> "Meanwhile":
        """Have something done before the call that begins so."""
        self.fail_at, self.act = call, act
        return self

    def _step(self, name: str, path: str) -> None:
        self.log.append(f"{name} {path}")
        if self.fail_at and f"{name} {path}".startswith(self.fail_at):
            self.fail_at = ""
            self.act()


def leave_staged(erp: SageErp) -> None:
    """An export of another job has written its file and its tombstone, and is about to offer it."""
    operation, effect = first(planned(erp))
    disk = erp.files
    assert isinstance(disk, FolderFiles)
    disk.fail_at = "move staging"
    with pytest.raises(KeyboardInterrupt):
        operation.send(effect, EasyAttempt())


@pytest.mark.parametrize("call", ["write_new tombstones/erp-bridge-share", "move tombstones/erp-bridge-share"])
def test_two_first_exports_make_one_marker(erp: SageErp, tmp_path: Path, call: str) -> None:
    """Whoever is second takes the first one's for the share's; both know it from then on."""
    theirs = evolve(erp, files=FolderFiles(tmp_path), state=MemoryState())
    ours = evolve(erp, files=Meanwhile(tmp_path).during(call, lambda: prepare_share(theirs)))

    prepare_share(ours)

    marker = json.loads((tmp_path / MARKER).read_text())["id"]
    assert [marker, marker] == [each.state.get("share") for each in (ours, theirs)]
    prepare_share(ours)


@pytest.mark.parametrize("moment", ["before", "between"])
def test_a_file_that_is_just_being_offered_keeps_no_other_export_waiting(
    erp: SageErp, tmp_path: Path, moment: str
) -> None:
    """A move by linking and unlinking is not finished twice: its own export does so."""
    staged, offered = tmp_path / "staging" / "EB-A1-O1G1.jce", tmp_path / "1-original" / "EB-A1-O1G1.jce"
    leave_staged(erp)
    os.link(staged, offered)

    class Gone(Meanwhile):
        def move(self, source: str, target: str):
            staged.unlink()
            if moment == "between":
                raise NotSent(f"{source} is not there")
            raise LedgerConflict(f"{target} is there already")

    prepare_share(evolve(erp, files=Gone(tmp_path)))

    assert (False, True) == (staged.exists(), offered.exists())


def test_another_jobs_note_that_is_being_written_is_not_read(erp: SageErp, tmp_path: Path) -> None:
    """Where a share has no links a file has its name before it has its bytes."""
    prepare_share(erp)
    (tmp_path / "tombstones" / "EB-A1-O7G1.json").touch()
    (tmp_path / "staging" / "EB-A1-O7G1.jce").touch()
    operation, effect = first(planned(erp))

    operation.send(effect, EasyAttempt())

    assert ["EB-A1-O1G1.jce"] == [each.name for each in (tmp_path / "1-original").iterdir()]


def test_a_name_that_is_taken_while_its_bytes_are_moved_is_left_to_its_own_export(erp: SageErp, tmp_path: Path) -> None:
    """The empty file that holds a name on a share without links is neither finished nor a reason to stop."""
    leave_staged(erp)
    (tmp_path / "1-original" / "EB-A1-O1G1.jce").touch()

    prepare_share(erp)

    assert (tmp_path / "staging" / "EB-A1-O1G1.jce").read_bytes()
    assert set(FOLDERS) <= {str(each.relative_to(tmp_path)) for each in tmp_path.rglob("*") if each.is_dir()}
