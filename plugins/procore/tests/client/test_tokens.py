"""Tokens on the disk: whole, private, and renewed by one process at a time."""

import os
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from erp_bridge_core.contract.errors import StorageError
from erp_bridge_procore.client import TokenKeeper, Tokens

TOKENS = Tokens(access="a", ends=1.5, refresh="r")
HOLD = """
import sys
from pathlib import Path
from erp_bridge_procore.client import TokenKeeper, Tokens
with TokenKeeper(Path(sys.argv[1])).renewing() as keeper:
    print("in", flush=True)
    sys.stdin.readline()
    keeper.keep(Tokens(access="theirs", ends=1.0))
"""


def test_what_is_kept_is_read(tmp_path: Path) -> None:
    """Nothing is there before."""
    keeper = TokenKeeper(tmp_path / "tokens.json")
    assert keeper.read() is None
    keeper.keep(TOKENS)
    assert TOKENS == keeper.read()


def test_only_the_owner_reads_them(tmp_path: Path) -> None:
    """And nothing shows them by accident."""
    keeper = TokenKeeper(tmp_path / "tokens.json")
    keeper.keep(TOKENS)
    assert "-rw-------" == stat.filemode(keeper.path.stat().st_mode)
    assert "Tokens(ends=1.5, spent=False, refused=False)" == repr(TOKENS)


def test_a_write_that_fails_leaves_the_old_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole, and no half of the new ones beside them."""
    keeper = TokenKeeper(tmp_path / "tokens.json")
    keeper.keep(TOKENS)

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="No space"):
        keeper.keep(Tokens(access="new", ends=2.0))
    assert (TOKENS, ["tokens.json"]) == (keeper.read(), [path.name for path in tmp_path.iterdir()])


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"access": "a"}', b'{"other": 1}'])
def test_a_damaged_file_is_told(tmp_path: Path, content: bytes) -> None:
    """Never taken for no authorization."""
    path = tmp_path / "tokens.json"
    path.write_bytes(content)
    with pytest.raises(StorageError, match="can't be used"):
        TokenKeeper(path).read()


def test_two_processes_renew_one_after_the_other(tmp_path: Path) -> None:
    """The second finds what the first kept."""
    path = tmp_path / "tokens.json"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert "in\n" == process.stdout.readline()
        found: list[Tokens | None] = []

        def renew() -> None:
            with TokenKeeper(path).renewing() as keeper:
                found.append(keeper.read())

        waiting = threading.Thread(target=renew)
        waiting.start()
        waiting.join(timeout=0.2)
        assert [] == found
        process.stdin.write("\n")
        process.stdin.close()
        waiting.join(timeout=30)
    assert ["theirs"] == [tokens.access for tokens in found if tokens]


def test_a_killed_holder_is_no_holder(tmp_path: Path) -> None:
    """The operating system frees its lock."""
    path = tmp_path / "tokens.json"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.kill()
        process.wait(timeout=30)
    began = time.monotonic()
    with TokenKeeper(path).renewing() as keeper:
        assert keeper.read() is None
    assert time.monotonic() - began < 10
