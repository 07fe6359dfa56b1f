"""The stored sign-in."""

import stat
from pathlib import Path

import pytest

from erp_bridge_core.cli.session import StoredSession, forget_session, read_session, session_path, write_session
from erp_bridge_core.contract.errors import NotAllowed, StorageError

SESSION = StoredSession(token="t0ken", login="ada", company="hoosier")


def test_a_session_comes_back(tmp_path: Path) -> None:
    """What was stored is read again, also over an older one."""
    path = tmp_path / "sessions" / "me.json"
    write_session(path, StoredSession(token="old", login="ada", company="hoosier"))
    write_session(path, SESSION)
    assert SESSION == read_session(path)


@pytest.mark.rule("X4")
def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    """The file is readable by its owner alone."""
    path = tmp_path / "me.json"
    write_session(path, SESSION)
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)


def test_a_readable_session_is_refused(tmp_path: Path) -> None:
    """A file that others can read is not used."""
    path = tmp_path / "me.json"
    write_session(path, SESSION)
    path.chmod(0o644)
    with pytest.raises(NotAllowed, match="can be read by others"):
        read_session(path)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"token": "x"}', "\xff"])
def test_a_damaged_session_is_told(tmp_path: Path, text: str) -> None:
    """A file that is no session is told, not guessed at."""
    path = tmp_path / "me.json"
    path.write_bytes(text.encode("latin-1"))
    path.chmod(0o600)
    with pytest.raises(StorageError):
        read_session(path)


def test_forgetting_is_repeatable(tmp_path: Path) -> None:
    """A forgotten session is gone; forgetting it again is fine."""
    path = tmp_path / "me.json"
    write_session(path, SESSION)
    forget_session(path)
    forget_session(path)
    assert read_session(path) is None


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """Where no session can be stored, the error names the file and the option."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError) as caught:
        write_session(tmp_path / "file" / "me.json", SESSION)
    assert "--session" in caught.value.remedy


def test_each_user_has_a_file(tmp_path: Path) -> None:
    """The default file lies in the home and bears the operating system's name."""
    assert tmp_path / "sessions" == session_path(tmp_path).parent
