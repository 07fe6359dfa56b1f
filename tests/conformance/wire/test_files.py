"""The faulty share before a real one: the same words for the same failures, and what really lies there afterwards."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from wire_scene import Try

from erp_bridge_core.conformance.wire import FaultyFiles, FileAct, FileCall, FileFault
from erp_bridge_core.connections.files import SharedFiles
from erp_bridge_core.contract.connection import Files
from erp_bridge_core.contract.errors import ErpBridgeError
from erp_bridge_core.wire.http import writing

WRITES = {
    (FileFault.SHARE_LOST, FileAct.WRITE_NEW): ("not_sent", ["old"]),
    (FileFault.SHARE_LOST, FileAct.MOVE): ("not_sent", ["old"]),
    (FileFault.SHARE_LOST, FileAct.MAKE_FOLDER): ("not_sent", ["old"]),
    (FileFault.SHARE_LOST_AFTER, FileAct.WRITE_NEW): ("doubtful", ["new", "old"]),
    (FileFault.SHARE_LOST_AFTER, FileAct.MOVE): ("doubtful", ["moved"]),
    (FileFault.SHARE_LOST_AFTER, FileAct.MAKE_FOLDER): ("not_sent", ["folder", "old"]),
    (FileFault.SHARING_VIOLATION, FileAct.WRITE_NEW): ("not_sent", ["old"]),
    (FileFault.SHARING_VIOLATION, FileAct.MOVE): ("not_sent", ["old"]),
    (FileFault.DISK_FULL, FileAct.WRITE_NEW): ("not_sent", ["old"]),
    (FileFault.DISK_FULL, FileAct.MAKE_FOLDER): ("not_sent", ["old"]),
    (FileFault.DISK_FULL_MIDWAY, FileAct.WRITE_NEW): ("not_sent", [".aside-new", "old"]),
}
READS = (FileAct.EXISTS, FileAct.LIST, FileAct.OPEN, FileAct.SHA256)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder shared with the ERP, with one file in it."""
    root = tmp_path / "shares" / "books"
    root.mkdir(parents=True)
    (root / "old").write_bytes(b"as it was")
    return root


@pytest.fixture
def files(root: Path) -> FaultyFiles:
    """The share that fails, before the real one."""
    return FaultyFiles(SharedFiles(str(root), (str(root.parent),)))


def always(_: FileCall) -> bool:
    """Chooses every call."""
    return True


def chunks() -> Iterator[bytes]:
    """The chunks of a file."""
    yield b"0123456789"
    yield b"abc"


def do(files: Files, act: FileAct) -> str:
    """Ask for one act; answers the code of the error, or "done"."""
    acts: dict[FileAct, Callable[[], object]] = {
        FileAct.EXISTS: lambda: files.exists("old"),
        FileAct.LIST: lambda: files.list("."),
        FileAct.OPEN: lambda: files.open("old").close(),
        FileAct.SHA256: lambda: files.sha256("old"),
        FileAct.FULL_PATH: lambda: files.full_path("old"),
        FileAct.WRITE_NEW: lambda: files.write_new("new", chunks()),
        FileAct.MOVE: lambda: files.move("old", "moved"),
        FileAct.MAKE_FOLDER: lambda: files.make_folder("folder"),
    }
    try:
        acts[act]()
    except ErpBridgeError as error:
        return error.code
    return "done"


def left_in(root: Path) -> list[str]:
    """The names of everything on the share."""
    return sorted(path.name for path in root.rglob("*"))


@pytest.mark.rule("L6", "L14")
@pytest.mark.parametrize(("struck", "expected"), WRITES.items())
def test_a_struck_write_says_what_is_known_and_leaves_what_it_would(
    files: FaultyFiles, root: Path, struck: tuple[FileFault, FileAct], expected: tuple[str, list[str]]
) -> None:
    """Only what may have happened is a doubt."""
    fault, act = struck
    armed = files.arm(fault, always)

    assert (*expected, 1) == (do(files, act), left_in(root), armed.struck)


@pytest.mark.rule("L6")
@pytest.mark.parametrize("act", READS)
@pytest.mark.parametrize("fault", [FileFault.SHARE_LOST, FileFault.SHARE_LOST_AFTER])
def test_a_share_that_is_lost_while_reading_is_a_failed_read(
    files: FaultyFiles, fault: FileFault, act: FileAct
) -> None:
    """And there again afterwards."""
    files.arm(fault, always)

    assert ("read_failed", "done") == (do(files, act), do(files, act))


@pytest.mark.parametrize("act", sorted({*FileAct} - {FileAct.OPEN, FileAct.SHA256, FileAct.WRITE_NEW, FileAct.MOVE}))
def test_a_fault_passes_over_what_it_can_not_happen_to(files: FaultyFiles, act: FileAct) -> None:
    """Looking at a folder does not mind that a file in it is held."""
    armed = files.arm(FileFault.SHARING_VIOLATION, always)

    assert ("done", 0) == (do(files, act), armed.struck)


@pytest.mark.parametrize(("fault", "act"), [each for each in WRITES if each[0] is not FileFault.SHARE_LOST_AFTER])
def test_after_a_fault_the_same_act_succeeds(files: FaultyFiles, root: Path, fault: FileFault, act: FileAct) -> None:
    """What lay aside is no hindrance, and not shown."""
    files.arm(fault, always)
    do(files, act)

    assert "done" == do(files, act)
    assert [] == [name for name in left_in(root) if name.startswith(".")]


@pytest.mark.parametrize(
    ("fault", "unread"), [(FileFault.SHARE_LOST, 13), (FileFault.SHARING_VIOLATION, 0), (FileFault.DISK_FULL, 13)]
)
def test_what_a_failed_write_leaves_unread_of_its_content(files: FaultyFiles, fault: FileFault, unread: int) -> None:
    """A name that is held is asked for when the content was written; a lost share is noticed before."""
    content = chunks()
    files.arm(fault, always)
    with pytest.raises(ErpBridgeError):
        files.write_new("new", content)

    assert unread == len(b"".join(content))


@pytest.mark.rule("L12")
@pytest.mark.parametrize(
    ("fault", "act", "expected"),
    [
        (None, FileAct.WRITE_NEW, "lease_lost"),
        (FileFault.SHARE_LOST, FileAct.WRITE_NEW, "not_sent"),
        (FileFault.SHARE_LOST_AFTER, FileAct.WRITE_NEW, "lease_lost"),
        (FileFault.SHARING_VIOLATION, FileAct.WRITE_NEW, "lease_lost"),
        (FileFault.SHARING_VIOLATION, FileAct.MOVE, "lease_lost"),
        (FileFault.DISK_FULL_MIDWAY, FileAct.WRITE_NEW, "not_sent"),
    ],
)
def test_a_lost_lease_comes_before_the_name(
    files: FaultyFiles, root: Path, fault: FileFault | None, act: FileAct, expected: str
) -> None:
    """As with the real share: checked after the content, before the name."""
    if fault:
        files.arm(fault, always)
    with writing(Try(lost=True)):
        assert expected == do(files, act)
    assert not (root / "new").exists()


def test_a_stale_listing_shows_what_was_there_before_our_write(files: FaultyFiles) -> None:
    """Also when nobody listed the folder then."""
    files.write_new("new", chunks())
    armed = files.arm(FileFault.STALE_LISTING, always, times=2)
    stale = [[str(fact.path) for fact in files.list(".")] for _ in range(3)]

    assert ([["old"], ["old"], ["new", "old"]], 2) == (stale, armed.struck)


def test_a_stale_listing_shows_what_was_listed_last(files: FaultyFiles, root: Path) -> None:
    """A file that the ERP took meanwhile still seems to be there."""
    nothing_before = files.arm(FileFault.STALE_LISTING, always)
    files.list("")
    (root / "old").unlink()

    assert (["old"], 1) == ([str(fact.path) for fact in files.list(".")], nothing_before.struck)


def test_every_call_is_traced_with_how_it_ended(files: FaultyFiles) -> None:
    """What was asked, for which attempt, what struck, which error came of it."""
    files.arm(FileFault.SHARE_LOST_AFTER, lambda call: call.act is FileAct.MOVE)
    do(files, FileAct.EXISTS)
    with writing(Try(number=3)):
        do(files, FileAct.MOVE)

    assert [
        (FileCall(act=FileAct.EXISTS, path="old"), None, ""),
        (
            FileCall(act=FileAct.MOVE, path="old", target="moved", attempt=3),
            FileFault.SHARE_LOST_AFTER,
            "doubtful",
        ),
    ] == [(each.call, each.fault, each.error) for each in files.trace]


def test_another_case_begins_with_nothing_armed_and_nothing_remembered(files: FaultyFiles) -> None:
    """No fault wanders from one case into the next."""
    files.list(".")
    files.arm(FileFault.SHARE_LOST, always)
    files.clear()
    stale = files.arm(FileFault.STALE_LISTING, always)

    assert ("done", 1, 0) == (do(files, FileAct.LIST), len(files.trace), stale.struck)


def test_what_the_real_share_refuses_passes_through(files: FaultyFiles) -> None:
    """A name that is taken is a conflict here too, and lies in the trace."""
    files.write_new("new", chunks())

    assert ("conflict", "conflict") == (do(files, FileAct.WRITE_NEW), files.trace[-1].error)
