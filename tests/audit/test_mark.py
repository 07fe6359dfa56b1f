"""The high-water mark: only rises, survives a torn write, and says what is wrong with its file."""

import os
import threading
from pathlib import Path

import pytest
from filelock import FileLock, Timeout
from hypothesis import given, settings
from hypothesis import strategies as st

from erp_bridge_core.audit.mark import LINE_BYTES, HighWaterMark, Mark
from erp_bridge_core.contract.errors import StorageError

pytestmark = pytest.mark.rule("L16")


@pytest.fixture
def mark(tmp_path: Path) -> HighWaterMark:
    """A new installation's mark."""
    mark = HighWaterMark(tmp_path / "high-water.jsonl")
    mark.create("T3ST42")
    return mark


def test_a_new_mark_knows_its_installation(mark: HighWaterMark) -> None:
    """It starts at nothing, and is not made twice."""
    assert Mark(installation="T3ST42") == mark.read()
    with pytest.raises(StorageError):
        mark.create("OTHER2")


def test_the_mark_never_sinks(mark: HighWaterMark) -> None:
    """Attempts and audit head rise apart; lower figures change nothing."""
    mark.raise_to(audit_sequence=5, audit_mac="five")
    mark.raise_to(attempts=9)
    mark.raise_to(attempts=3, audit_sequence=4, audit_mac="four")

    assert Mark(installation="T3ST42", attempts=9, audit_sequence=5, audit_mac="five") == mark.read()


def test_another_process_reads_what_was_raised(mark: HighWaterMark) -> None:
    """The mark is in the file, not in the object."""
    mark.raise_to(attempts=2)

    assert HighWaterMark(mark.path).read().attempts == 2


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_torn_write_loses_at_most_the_last_raise(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Whichever line is cut short or overwritten, the other one is read."""
    mark = HighWaterMark(tmp_path_factory.mktemp("torn") / "high-water.jsonl")
    mark.create("T3ST42")
    for attempts in range(1, data.draw(st.integers(2, 5)) + 1):
        mark.raise_to(attempts=attempts)
    content = bytearray(mark.path.read_bytes())
    line = data.draw(st.integers(0, 1))
    start = line * LINE_BYTES + data.draw(st.integers(0, 100))
    content[start : start + 40] = data.draw(
        st.binary(min_size=40, max_size=40).filter(lambda cut: cut != content[start : start + 40])
    )
    mark.path.write_bytes(content)

    assert mark.read().attempts in {attempts - 1, attempts}


@pytest.mark.parametrize("content", [b"", b"\x00" * 1024, b"not json\n" * 100, b'{"count": 1}'])
def test_a_damaged_mark_is_told(mark: HighWaterMark, content: bytes) -> None:
    """With neither line whole nothing is assumed."""
    mark.path.write_bytes(content)

    with pytest.raises(StorageError, match="damaged"):
        mark.read()
    with pytest.raises(StorageError, match="damaged"):
        mark.raise_to(attempts=1)


def test_a_missing_mark_is_told_and_not_made_anew(mark: HighWaterMark) -> None:
    """A lost mark is no reason to begin at nothing."""
    mark.path.unlink()

    with pytest.raises(StorageError, match="can't be read"):
        mark.raise_to(attempts=1)
    assert not mark.path.exists()


def test_a_person_may_set_the_mark_back(mark: HighWaterMark) -> None:
    """Replacing lowers it, in a damaged file too."""
    mark.raise_to(attempts=9)
    mark.path.write_bytes(b"torn")
    mark.replace(Mark(installation="T3ST42", attempts=4))

    assert mark.read().attempts == 4


def test_no_other_process_writes_while_it_is_raised(mark: HighWaterMark, monkeypatch: pytest.MonkeyPatch) -> None:
    """From reading to writing the file is locked: else two raises at once could lose one."""
    refused: list[str] = []
    write = os.write

    def spying(descriptor: int, content: bytes) -> int:
        with pytest.raises(Timeout):
            FileLock(f"{mark.path}.lock", timeout=0).acquire()
        refused.append("another one")
        return write(descriptor, content)

    monkeypatch.setattr("erp_bridge_core.audit.mark.os.write", spying)
    mark.raise_to(attempts=1)
    monkeypatch.undo()

    assert ["another one"] == refused
    assert mark.read().attempts == 1


def test_threads_raise_it_together(mark: HighWaterMark) -> None:
    """With several raising at once the highest stays."""
    raisers = [
        threading.Thread(target=HighWaterMark(mark.path).raise_to, kwargs={"attempts": figure})
        for figure in range(1, 9)
    ]
    for raiser in raisers:
        raiser.start()
    for raiser in raisers:
        raiser.join()

    assert mark.read().attempts == 8
