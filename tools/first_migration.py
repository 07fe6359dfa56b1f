"""Writes the first migration anew from the tables; of use only until the first release, then migrations are added."""

import importlib
import subprocess
import sys
from pathlib import Path
from typing import Any

from alembic.autogenerate import render_python_code
from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import Table

from erp_bridge_core.store.tables import metadata
from erp_bridge_core.store.tables.columns import Utc

MIGRATIONS = Path(__file__).parents[1] / "erp_bridge_core" / "store" / "migrations"
ROOMS = (
    "people", "connections", "budgets", "approvals", "exports", "verification", "mail", "audit", "web", "webhooks",
    "engine", "pulling", "connector",
)  # fmt: skip
#: Written by hand: they run once all tables are there.
BY_HAND = ("functions.casefold", "triggers.item_told", "policies.of_companies")


def room_of(table: Table) -> str:
    """The room whose module defines the table."""
    for room in ROOMS:
        module = importlib.import_module(f"erp_bridge_core.store.tables.{room}")
        if getattr(module, table.name, None) is table:
            return room
    raise LookupError(table.name)


def rendered_type(kind: str, value: Any, _: AutogenContext) -> Any:
    """Migrations stand by themselves: our own column type is written as what it is in the database."""
    return "sa.DateTime()" if kind == "type" and isinstance(value, Utc) else False


def code(table: Table) -> str:
    """The function that creates one table with its indexes."""
    indexes = [ops.CreateIndexOp.from_index(i) for i in sorted(table.indexes, key=lambda index: str(index.name))]
    operations = ops.UpgradeOps([ops.CreateTableOp.from_table(table), *indexes])
    body = render_python_code(operations, render_item=rendered_type)
    lines = [line.strip() for line in body.splitlines() if "###" not in line]
    text = "\n".join(f"    {line}" for line in lines if line)
    return f'def {table.name}() -> None:\n    """Create the table of that name."""\n{text}\n'


def main() -> None:
    """Write one file a room and the revision that calls them in the order of their foreign keys."""
    folder = MIGRATIONS / "first"
    folder.mkdir(exist_ok=True)
    (folder / "__init__.py").write_text('"""The tables of the first version, one module a room."""\n')
    for room in ROOMS:
        tables = [table for table in metadata.sorted_tables if room_of(table) == room]
        head = f'"""The first version of the tables of {room}."""\n\nimport sqlalchemy as sa\nfrom alembic import op\n'
        (folder / f"{room}.py").write_text(head + "".join(f"\n\n{code(table)}" for table in tables))
    tables = [f"{room_of(table)}.{table.name}" for table in metadata.sorted_tables]
    modules = sorted({step.partition(".")[0] for step in (*tables, *BY_HAND)})
    steps = "\n".join(f"    {step}," for step in (*tables, *BY_HAND))
    (MIGRATIONS / "versions" / "v0001_first.py").write_text(
        f'"""The tables of the first version, in the order of their foreign keys."""\n\n'
        f"from erp_bridge_core.store.migrations.first import {', '.join(modules)}\n\n"
        f'revision = "0001"\ndown_revision = None\nbranch_labels = None\ndepends_on = None\n\n'
        f"STEPS = (\n{steps}\n)\n\n\n"
        f'def upgrade() -> None:\n    """Create every table, then the triggers."""\n'
        f"    for create in STEPS:\n        create()\n"
    )
    for command in (["format"], ["check", "--quiet", "--select", "E501", "--add-noqa"]):  # the text of a check is whole
        subprocess.run([sys.executable, "-m", "ruff", *command, str(MIGRATIONS)], check=True)


if __name__ == "__main__":
    main()
