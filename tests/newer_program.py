"""A program whose database has a later version than this one's."""

import shutil
from pathlib import Path

import pytest

from erp_bridge_core.store import schema

LATER = """
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade():
    op.execute("CREATE TABLE later (id INTEGER PRIMARY KEY)")
    {more}
"""


def install_newer(folder: Path, patch: pytest.MonkeyPatch, *, more: str = "pass") -> None:
    """Make this program one whose database has version 0002."""
    migrations = Path(shutil.copytree(schema.MIGRATIONS, folder / "migrations"))
    (migrations / "versions" / "v0002_later.py").write_text(LATER.format(more=more))
    patch.setattr(schema, "MIGRATIONS", migrations)
    patch.setattr(schema, "HEAD", "0002")
