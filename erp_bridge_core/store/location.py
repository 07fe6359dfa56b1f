"""Where a database may lie: on a disk of this host, never on a network share, whose locks can't be trusted (L14)."""

import re
from pathlib import Path
from typing import Final

MOUNTS: Final = Path("/proc/self/mountinfo")
NETWORK_FILE_SYSTEMS: Final = frozenset({
    "9p", "afs", "beegfs", "ceph", "cifs", "fuse.ceph", "fuse.davfs", "fuse.gcsfuse", "fuse.glusterfs", "fuse.juicefs",
    "fuse.rclone", "fuse.s3fs", "fuse.smbnetfs", "fuse.sshfs", "gfs2", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs",
    "nfs4", "ocfs2", "orangefs", "prl_fs", "smb3", "smbfs", "vboxsf",
})  # fmt: skip


def network_file_system(folder: Path) -> str | None:
    """The kind of network share that the folder is on; None for a local disk, or where the system doesn't tell."""
    try:
        mounts = MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None
    kind = file_system_of(folder.resolve(), mounts)
    return kind if kind in NETWORK_FILE_SYSTEMS else None


def file_system_of(folder: Path, mounts: str) -> str | None:
    """The file system of the innermost mount above the folder, from the text of Linux' mountinfo."""
    best: tuple[int, str | None] = (-1, None)
    for line in mounts.splitlines():
        left, _, right = line.partition(" - ")
        fields, kinds = left.split(" "), right.split(" ")
        point = Path(_unescaped(fields[4])) if len(fields) > 4 else None  # noqa: PLR2004 -- the mount point's place
        if point is not None and folder.is_relative_to(point) and len(point.parts) >= best[0]:
            best = (len(point.parts), kinds[0])
    return best[1]


def _unescaped(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), text)
