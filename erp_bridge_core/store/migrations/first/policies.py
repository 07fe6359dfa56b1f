"""Row-level security of the first version: PostgreSQL shows and takes rows of the company that is asked for alone.

Written by hand, unlike the tables beside it. SQLite has no policies.
"""

import sqlalchemy as sa
from alembic import op

#: The setting is looked at once a statement; nothing set: no row. What has no company is of all.
_OWN = "(SELECT current_setting('erp_bridge.company', true)) IN ('*', company_id::text)"
#: Lines of an effect are of the company of the effect, whose own policy decides.
_OF_EFFECT = (
    "(SELECT current_setting('erp_bridge.company', true)) = '*' "
    "OR EXISTS (SELECT 1 FROM effects WHERE effects.id = effect_lines.effect_id)"
)


def of_companies() -> None:
    """Let each table that belongs to a company have its policy, which holds the tables' owner too."""
    bind = op.get_bind()
    if bind.dialect.name != "postgresql":
        return
    found = sa.inspect(bind)
    for table in sorted(found.get_table_names()):
        for column in found.get_columns(table):
            if column["name"] == "company_id":
                of_all = "company_id IS NULL OR " if column["nullable"] else ""
                _hold(table, of_all + _OWN)
    _hold("effect_lines", _OF_EFFECT)


def _hold(table: str, condition: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY company ON {table} USING ({condition}) WITH CHECK ({condition})")
