"""The function of the first version: what PostgreSQL lacks that SQLite is given by each connection.

Written by hand, unlike the tables beside it.
"""

import sys

from alembic import op

#: The whole of Unicode's letters without their case, whatever the locale of the database: as Python does it.
_CASEFOLD = """
CREATE FUNCTION erp_bridge_casefold(given text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
    SELECT CASE WHEN octet_length(given) = length(given) THEN lower(given COLLATE "C")
    ELSE translate({longer}, '{letters}', '{folded}') END
$body$
"""


def casefold() -> None:
    """Let PostgreSQL find text in any alphabet whatever its case."""
    if op.get_bind().dialect.name != "postgresql":
        return
    changed = {letter: letter.casefold() for letter in map(chr, range(sys.maxunicode + 1)) if _has_case(letter)}
    single = {letter: folded for letter, folded in changed.items() if len(folded) == 1}
    longer = "given"
    for letter, folded in changed.items():
        if len(folded) > 1:
            longer = f"replace({longer}, '{letter}', '{folded}')"
    body = _CASEFOLD.format(longer=longer, letters="".join(single), folded="".join(single.values()))
    op.get_bind().exec_driver_sql(body)


def _has_case(letter: str) -> bool:
    return not 0xD800 <= ord(letter) <= 0xDFFF and letter.casefold() != letter  # noqa: PLR2004 -- surrogates
