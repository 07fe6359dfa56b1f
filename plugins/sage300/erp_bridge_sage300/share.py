"""The folders in the share, the names of files in them, and the marker by which the share is known again."""

import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, Final

from attrs import frozen

from erp_bridge_core.contract import Effect, Erp
from erp_bridge_core.contract.errors import LedgerConflict, NotSent, ReadFailed, StorageError
from erp_bridge_sage300.settings import Sage300Settings

STAGING: Final = "staging"
TAKEN: Final = "taken"
TOMBSTONES: Final = "tombstones"
CLAIMED: Final = "claimed"
WITHDRAWN: Final = "withdrawn"
ORIGINAL: Final = "1-original"
CHANGES: Final = "2-approved-changes"
FOLDERS: Final = (
    ORIGINAL,
    CHANGES,
    STAGING,
    TAKEN,
    f"{TAKEN}/{ORIGINAL}",
    f"{TAKEN}/{CHANGES}",
    CLAIMED,
    WITHDRAWN,
    TOMBSTONES,
)
MARKER: Final = f"{TOMBSTONES}/erp-bridge-share.json"
_SHARE_STATE: Final = "share"
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9_-]+")
_LARGEST_NOTE: Final = 64 * 1024

SageErp = Erp[Sage300Settings]


@frozen(kw_only=True)
class Places:
    """Where the file of one effect may lie. It only ever moves forward: staging, offered, taken."""

    name: str
    folder: str

    @property
    def staging(self) -> str:
        """Whole, but not yet offered; nobody is asked to look here."""
        return f"{STAGING}/{self.name}.jce"

    @property
    def offered(self) -> str:
        """Where it waits for the accountant."""
        return f"{self.folder}/{self.name}.jce"

    @property
    def taken(self) -> str:
        """Where it is imported from."""
        return f"{TAKEN}/{self.folder}/{self.name}.jce"

    @property
    def withdrawn(self) -> str:
        """Where a person puts a file that is certain not to count."""
        return f"{WITHDRAWN}/{self.name}.jce"

    @property
    def tombstone(self) -> str:
        """What stays for ever, so that a file that is gone is not written again."""
        return tombstone(self.name)


def tombstone(name: str) -> str:
    """Where the tombstone of the import file of that name is."""
    return f"{TOMBSTONES}/{name}.json"


def places(erp: SageErp, effect: Effect, folder: str) -> Places:
    """The places of an effect's file; the installation code stands in its name (L17)."""
    return Places(name=f"EB-{_safe(erp.installation)}-{_safe(effect.reference)}", folder=folder)


def _safe(text: str) -> str:
    clean = _UNSAFE.sub("_", text)
    # Two references must not fall together because unsafe characters were replaced.
    return clean if clean == text else f"{clean}_{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def prepare_share(erp: SageErp) -> None:
    """Make the folders and the marker, once. Raises when this is not the share that was used before.

    A share that was emptied or exchanged has lost its tombstones: to write into it could offer a budget twice.
    """
    known = erp.state.get(_SHARE_STATE)
    if known is None:
        for folder in FOLDERS:
            erp.files.make_folder(folder)
        _make_marker(erp)
        erp.state.put(_SHARE_STATE, _marker(erp)["id"])
    else:
        _marker_as_known(erp, known)
    for folder in _parents(erp.settings.reject_file):  # another one, perhaps, since the share was prepared
        erp.files.make_folder(folder)
    _finish_moves(erp)


def _finish_moves(erp: SageErp) -> None:
    """Complete a move into the offered place that a crash cut short, when a share moves by linking and unlinking.

    Left alone, the second name in staging would later say "never offered" of a file that somebody carried off.
    """
    for fact in erp.files.list(STAGING):
        try:
            _finish_move(erp, fact.path)
        except LedgerConflict:
            continue  # something else lies there: the file's own export judges that
        except (NotSent, ReadFailed):
            if erp.files.exists(str(fact.path)):
                raise
            # It was no crash: the export of another job has just moved its file, and is at it itself.


def _finish_move(erp: SageErp, staged: PurePosixPath) -> None:
    stone = tombstone(staged.stem)
    note = read_note_of_other(erp, stone) if erp.files.exists(stone) else None
    if note is not None:
        offered = f"{note['folder']}/{staged.name}"
        if erp.files.exists(offered):
            erp.files.move(str(staged), offered)


def control(erp: SageErp) -> str:
    """The proof that the share is ours and can be seen (L7); raises `ReadFailed` or `StorageError` otherwise."""
    known = erp.state.get(_SHARE_STATE)
    if known is None:
        raise ReadFailed("This share was never prepared by an export.", remedy="Export first.")
    _marker_as_known(erp, known)
    return f"{MARKER} read, share {known}"


def _parents(path: str) -> tuple[str, ...]:
    return tuple(str(parent) for parent in reversed(PurePosixPath(path).parents) if str(parent) != ".")


def _make_marker(erp: SageErp) -> None:
    if erp.files.exists(MARKER):
        return
    note = {"id": secrets.token_hex(8), "installation": erp.installation, "company": erp.settings.company}
    made = f"{TOMBSTONES}/erp-bridge-share-{note['id']}.new"
    write_note(erp, made, note)
    try:
        erp.files.move(made, MARKER)
    except LedgerConflict:
        if not erp.files.exists(MARKER):
            raise
        # The export of another job was first: its marker is the share's.


def _marker_as_known(erp: SageErp, known: str) -> None:
    if not erp.files.exists(MARKER) or _marker(erp)["id"] != known:
        raise StorageError(
            f"The share is not the one that was used before: {erp.files.full_path(MARKER)} is missing or another. "
            "Its tombstones may be lost, so nothing is written into it.",
            remedy="Bring the former share back, with its folder tombstones.",
        )


def _marker(erp: SageErp) -> Mapping[str, Any]:
    note = read_note(erp, MARKER)
    for name, ours in (("installation", erp.installation), ("company", erp.settings.company)):
        if note.get(name) != ours:
            raise LedgerConflict(
                f"The share is in use for the {name} {note.get(name)!r}; this connection's is {ours!r}.",
                remedy="Give each installation and each Sage data folder a share of its own.",
            )
    return note


def write_note(erp: SageErp, path: str, note: Mapping[str, Any]) -> None:
    """Write a small JSON file that did not exist."""
    text = json.dumps(note, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    erp.files.write_new(path, iter([text.encode()]))


def read_note(erp: SageErp, path: str) -> Mapping[str, Any]:
    """Read one of our small JSON files; raises `ReadFailed` when it is not one."""
    return _note(path, _raw(erp, path))


def read_note_of_other(erp: SageErp, path: str) -> Mapping[str, Any] | None:
    """The note on another job's file; None while it is being written: where links lack, its name comes first, empty."""
    raw = _raw(erp, path)
    return _note(path, raw) if raw else None


def _raw(erp: SageErp, path: str) -> bytes:
    with erp.files.open(path) as stream:
        return stream.read(_LARGEST_NOTE + 1)


def _note(path: str, raw: bytes) -> Mapping[str, Any]:
    try:
        note = json.loads(raw)
    except ValueError:
        note = None
    if not isinstance(note, dict) or len(raw) > _LARGEST_NOTE:
        raise ReadFailed(f"{path} in the share is damaged.", remedy="Bring it back from a backup of the share.")
    return note
