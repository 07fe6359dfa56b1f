"""Where a database may lie."""

from pathlib import Path

import pytest

from erp_bridge_core.store.location import file_system_of, network_file_system

MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / /mnt/share rw,relatime shared:9 master:3 - cifs //server/budgets rw
31 30 8:2 / /mnt/share/local rw - xfs /dev/sdb1 rw
32 22 0:41 / /mnt/two\\040words rw - nfs4 server:/x rw
"""


@pytest.mark.rule("L14")
@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/home/erp", "ext4"),
        ("/mnt/share", "cifs"),
        ("/mnt/share/deep/er", "cifs"),
        ("/mnt/shared", "ext4"),
        ("/mnt/share/local/db", "xfs"),
        ("/mnt/two words/db", "nfs4"),
    ],
)
def test_the_innermost_mount_tells_the_file_system(folder: str, kind: str) -> None:
    """A folder is on the mount that is nearest above it."""
    assert kind == file_system_of(Path(folder), MOUNTS)


def test_without_mounts_nothing_is_known() -> None:
    """No text, or text of another form, is no reason to refuse."""
    assert file_system_of(Path("/home"), "") is None
    assert file_system_of(Path("/home"), "of another form") is None


def test_a_local_folder_is_no_network_share(tmp_path: Path) -> None:
    """The folder that tests run in is a local one."""
    assert network_file_system(tmp_path) is None
