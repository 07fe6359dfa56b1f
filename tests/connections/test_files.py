"""The share: nothing overwritten, nothing half, no link, and the right word when it fails."""

import errno
import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from connection_doubles import Try
from hypothesis import given
from hypothesis import strategies as st

from erp_bridge_core.connections import durable
from erp_bridge_core.connections.files import NoFiles, SharedFiles
from erp_bridge_core.connections.names import wrong_with
from erp_bridge_core.contract.connection import Files
from erp_bridge_core.contract.errors import Doubtful, LeaseLost, LedgerConflict, NotSent, ReadFailed
from erp_bridge_core.wire.http import writing


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder shared with the ERP."""
    root = tmp_path / "shares" / "sage"
    root.mkdir(parents=True)
    return root


@pytest.fixture
def files(root: Path) -> Files:
    """The share, as an adapter has it."""
    return SharedFiles(str(root), (str(root.parent),))


def whole(*chunks: bytes) -> Iterator[bytes]:
    """The chunks of a file."""
    return iter(chunks or (b"one,", b"two"))


def left_in(folder: Path) -> list[str]:
    """The names of everything below a folder."""
    return sorted(path.name for path in folder.rglob("*"))


def failing(
    monkeypatch: pytest.MonkeyPatch, name: str, number: int, after: Callable[..., object] | None = None
) -> None:
    """Let a call of the operating system fail, after it was carried out if `after` is given."""

    def fail(*arguments: object, **options: object) -> None:
        if after is not None:
            after(*arguments, **options)
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, name, fail)


def test_a_written_file_is_whole_and_leaves_nothing_aside(files: Files, root: Path) -> None:
    """What is told of it is what lies there."""
    files.make_folder("1-original")
    fact = files.write_new("1-original/a.jce", whole())
    assert (7, "1-original/a.jce") == (fact.size, str(fact.path))
    with files.open("1-original/a.jce") as file:
        assert b"one,two" == file.read()
    assert hashlib.sha256(b"one,two").hexdigest() == files.sha256("1-original/a.jce")
    assert ["1-original", "a.jce"] == left_in(root)
    assert (fact,) == files.list("1-original")
    assert str(root / "1-original/a.jce") == files.full_path("1-original/a.jce")


@pytest.mark.rule("L1")
def test_a_name_that_is_taken_is_never_touched(files: Files, root: Path) -> None:
    """Not even with the same content."""
    (root / "a.jce").write_bytes(b"theirs")
    with pytest.raises(LedgerConflict):
        files.write_new("a.jce", whole())
    assert b"theirs" == (root / "a.jce").read_bytes()


@pytest.mark.rule("L1")
def test_a_name_that_is_taken_while_we_write_is_never_touched(files: Files, root: Path) -> None:
    """The name is given by a link, which can't overwrite."""

    def slow() -> Iterator[bytes]:
        yield b"ours"
        (root / "a.jce").write_bytes(b"theirs")

    with pytest.raises(LedgerConflict):
        files.write_new("a.jce", slow())
    assert b"theirs" == (root / "a.jce").read_bytes()
    assert ["a.jce"] == left_in(root)


@pytest.mark.rule("L14")
@pytest.mark.parametrize(("name", "number"), [("fsync", errno.ENOSPC), ("link", errno.ENOSPC), ("open", errno.EROFS)])
def test_a_full_or_closed_disk_sends_nothing_and_leaves_nothing(
    files: Files, root: Path, monkeypatch: pytest.MonkeyPatch, name: str, number: int
) -> None:
    """Before the file has its name nobody has seen it."""
    failing(monkeypatch, name, number)
    with pytest.raises(NotSent, match="can't be written"):
        files.write_new("a.jce", whole())
    assert [] == left_in(root)


@pytest.mark.rule("L6")
def test_a_link_whose_answer_was_lost_is_seen_to_have_happened(
    files: Files, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A network share repeats a link by itself and then says that the name is taken: it is our own file."""
    real = os.link
    failing(monkeypatch, "link", errno.EEXIST, after=real)
    assert 7 == files.write_new("a.jce", whole()).size
    assert ["a.jce"] == left_in(root)


@pytest.mark.rule("L6")
def test_a_link_that_failed_oddly_is_doubtful(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    """The share broke off and the file is there: whether by us can't be known."""
    real = os.link
    failing(monkeypatch, "link", errno.EIO, after=real)
    with pytest.raises(Doubtful):
        files.write_new("a.jce", whole())


@pytest.mark.rule("L6")
def test_a_name_that_may_not_be_durable_is_doubtful(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder could not be synced after the file had its name."""

    def fail(_: Path) -> None:
        raise OSError(errno.EIO, "gone")

    monkeypatch.setattr(durable, "sync_folder", fail)
    with pytest.raises(Doubtful):
        files.write_new("a.jce", whole())


@pytest.mark.parametrize("number", [errno.EPERM, errno.EOPNOTSUPP])
def test_a_share_without_hard_links_is_written_without_overwriting(
    files: Files, root: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """The name is taken first, then the whole file moves onto it."""
    failing(monkeypatch, "link", number)
    assert 7 == files.write_new("a.jce", whole()).size
    assert ["a.jce"] == left_in(root)
    with pytest.raises(LedgerConflict):
        files.write_new("a.jce", whole(b"other"))
    assert b"one,two" == (root / "a.jce").read_bytes()
    files.move("a.jce", "b.jce")
    assert ["b.jce"] == left_in(root)


def test_what_the_writer_raises_passes_through_and_leaves_nothing(files: Files, root: Path) -> None:
    """An adapter that finds its own rendering wrong stops the file."""

    def broken() -> Iterator[bytes]:
        yield b"half"
        raise BlockingIOError("the adapter's own")

    with pytest.raises(BlockingIOError, match="the adapter's own"):
        files.write_new("a.jce", broken())
    assert [] == left_in(root)


@pytest.mark.rule("L12")
def test_a_lost_lease_stops_the_file_before_it_has_its_name(files: Files, root: Path) -> None:
    """The check comes after the writing."""
    seen: list[list[str]] = []
    attempt = Try(lost=True, on_check=lambda: seen.append(left_in(root)))
    with writing(attempt), pytest.raises(LeaseLost):
        files.write_new("a.jce", whole())
    assert [[".aside-a.jce"]] == seen
    assert [] == left_in(root)


def test_a_leftover_of_a_killed_write_is_replaced(files: Files, root: Path) -> None:
    """Nobody ever saw it under a name that counts."""
    (root / ".aside-a.jce").write_bytes(b"half")
    assert () == files.list(".")
    files.write_new("a.jce", whole())
    assert ["a.jce"] == left_in(root)


def test_a_second_name_left_by_a_kill_goes_when_the_file_moves(files: Files, root: Path) -> None:
    """Killed between giving the name and removing the one aside."""
    files.write_new("a.jce", whole())
    os.link(root / "a.jce", root / ".aside-a.jce")
    files.make_folder("taken")
    files.move("a.jce", "taken/a.jce")
    assert ["a.jce", "taken"] == left_in(root)


def test_a_move_never_overwrites(files: Files, root: Path) -> None:
    """Both files stay as they were."""
    files.write_new("a.jce", whole(b"a"))
    files.write_new("b.jce", whole(b"b"))
    with pytest.raises(LedgerConflict):
        files.move("a.jce", "b.jce")
    assert (b"a", b"b") == ((root / "a.jce").read_bytes(), (root / "b.jce").read_bytes())


def test_a_move_that_was_cut_short_is_completed(files: Files, root: Path) -> None:
    """Killed when the file had both names."""
    files.write_new("a.jce", whole())
    os.link(root / "a.jce", root / "b.jce")
    files.move("a.jce", "b.jce")
    assert ["b.jce"] == left_in(root)


def test_a_file_that_is_gone_can_not_be_moved(files: Files) -> None:
    """Somebody was quicker; nothing was changed."""
    with pytest.raises(NotSent, match="is not there"):
        files.move("a.jce", "b.jce")


def test_folders_are_made_as_deep_as_needed_and_again(files: Files, root: Path) -> None:
    """Making what is there changes nothing."""
    files.make_folder("taken/1-original")
    files.make_folder("taken/1-original")
    assert (root / "taken" / "1-original").is_dir()


def test_links_are_never_followed(files: Files, root: Path, tmp_path: Path) -> None:
    """Neither a file, nor a folder on the way, nor a broken one."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x").write_text("secret")
    (root / "folder").symlink_to(outside)
    (root / "file").symlink_to(outside / "x")
    (root / "broken").symlink_to(outside / "nothing")
    for read in (files.exists, files.open, files.sha256):
        for path in ("folder/x", "file", "broken"):
            with pytest.raises(ReadFailed, match="is a link"):
                read(path)
    for write in (files.write_new, lambda path, _: files.make_folder(path)):
        for path in ("folder/y", "broken", "broken/y"):
            with pytest.raises(NotSent, match="is a link"):
                write(path, whole())
    with pytest.raises(ReadFailed, match="is a link"):
        files.list(".")
    assert ["x"] == left_in(outside)


def test_a_root_that_is_a_link_is_refused(root: Path, tmp_path: Path) -> None:
    """However it got there."""
    (root.parent / "other").symlink_to(tmp_path)
    with pytest.raises(ReadFailed, match="is a link"):
        SharedFiles(str(root.parent / "other"), (str(root.parent),)).list(".")


@pytest.mark.parametrize("allowed", [(), ("/somewhere/else",)])
def test_a_root_that_is_not_allowed_is_refused(root: Path, allowed: tuple[str, ...]) -> None:
    """The configuration says where shares may be."""
    for path in (str(root), f"{root.parent}x", f"{root}/../../x"):
        with pytest.raises(NotSent, match="allowed root"):
            SharedFiles(path, allowed).write_new("a.jce", whole())


def test_a_vanished_share_is_told_from_an_empty_one(files: Files, root: Path) -> None:
    """Reads fail and writes send nothing."""
    assert not files.exists("a.jce")
    root.rmdir()
    for read in (files.exists, files.list, files.open, files.sha256):
        with pytest.raises(ReadFailed, match="not there"):
            read("a.jce")
    for write in (lambda: files.write_new("a", whole()), lambda: files.move("a", "b"), lambda: files.make_folder("a")):
        with pytest.raises(NotSent, match="not there"):
            write()


def test_a_folder_that_is_missing_is_a_failed_read(files: Files) -> None:
    """No conclusion is drawn from what could not be seen."""
    with pytest.raises(ReadFailed, match="not there"):
        files.exists("taken/a.jce")


def test_what_is_no_plain_file_is_refused(files: Files, root: Path) -> None:
    """A pipe would make a reader wait for ever."""
    os.mkfifo(root / "pipe")
    with pytest.raises(ReadFailed, match="not a plain file"):
        files.open("pipe")


def test_folders_that_others_can_write_to_are_warned_of(root: Path) -> None:
    """The root, and those just below it."""
    files = SharedFiles(str(root), (str(root.parent),))
    files.make_folder("in")
    root.chmod(0o755)
    assert () == files.warnings()
    (root / "in").chmod(0o777)
    assert [str(root / "in")] == [warning.split(" ")[0] for warning in files.warnings()]


@pytest.mark.parametrize(
    "path",
    [
        "", "/etc/passwd", "../a", "a/../b", "a//b", "./a", "a\0b", "a\nb", "a\\b", "c:a", "NUL", "con.txt", "Com1.jce",
        "a.", " a", "a*", "x" * 300, "a\u202eb", ".aside-a", "lpt¹",
    ],
)  # fmt: skip
def test_names_that_are_not_plain_are_refused(files: Files, root: Path, path: str) -> None:
    """Upwards, elsewhere, or something else on another system."""
    with pytest.raises(NotSent):
        files.write_new(path, whole())
    assert [] == left_in(root)


@given(st.text())
def test_a_name_that_is_admitted_stays_below_its_folder(name: str) -> None:
    """Whatever text it is."""
    if not wrong_with(name):
        assert Path("/root") / name == (Path("/root") / name).resolve()
        assert name == Path(name).name


def test_a_connection_without_a_share_refuses_and_says_what_to_set() -> None:
    """Reads and writes alike."""
    none = NoFiles(connection="sage-main")
    for read in (none.exists, none.list, none.open, none.sha256, none.full_path):
        with pytest.raises(ReadFailed, match="no folder"):
            read("a")
    for write in (lambda: none.write_new("a", whole()), lambda: none.move("a", "b"), lambda: none.make_folder("a")):
        with pytest.raises(NotSent) as caught:
            write()
        assert "[connections.sage-main.files]" in caught.value.remedy
