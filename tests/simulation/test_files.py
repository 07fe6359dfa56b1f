"""Files of a simulator: whole or not at all, and inside their folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from erp_bridge_core.simulation import below, remove_aside, write_atomically


def test_replaces_a_file_whole(tmp_path: Path) -> None:
    """The new content replaces the old, in a folder that is made where it is missing."""
    path = tmp_path / "reports" / "a.csv"
    write_atomically(path, [b"old"])
    write_atomically(path, [b"n", b"ew"])
    assert (b"new", ["a.csv"]) == (path.read_bytes(), [file.name for file in path.parent.iterdir()])


def test_keeps_the_old_file_when_writing_fails(tmp_path: Path) -> None:
    """A failure in the middle leaves the old file and nothing half written."""

    def broken() -> Iterator[bytes]:
        yield b"half"
        raise ZeroDivisionError

    path = tmp_path / "a.csv"
    path.write_bytes(b"old")
    with pytest.raises(ZeroDivisionError):
        write_atomically(path, broken())
    assert (b"old", [path]) == (path.read_bytes(), list(tmp_path.iterdir()))


def test_removes_what_a_kill_left(tmp_path: Path) -> None:
    """A half-written file of a killed process is removed, finished files stay."""
    (tmp_path / ".aside-1-a.csv").touch()
    (tmp_path / "a.csv").touch()
    assert 1 == remove_aside(tmp_path)
    assert [tmp_path / "a.csv"] == list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", ".", "a/../..", "link/file"])
def test_refuses_a_path_outside(tmp_path: Path, name: str) -> None:
    """No path, absolute or relative or through a link, leads out of the folder."""
    share = tmp_path / "share"
    share.mkdir()
    (share / "link").symlink_to(tmp_path)
    with pytest.raises(ValueError, match="does not lie below"):
        below(share, name)


def test_accepts_a_path_inside(tmp_path: Path) -> None:
    """A relative and an absolute path to the same file inside are the same."""
    assert tmp_path.resolve() / "a" / "b" == below(tmp_path, "a/b") == below(tmp_path, str(tmp_path / "a" / "b"))
