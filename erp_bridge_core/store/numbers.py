"""Numbers by which people name rows: whatever they write, a database is asked for one that it can count."""

from typing import Final

#: Databases count rows in 64 bits.
LARGEST: Final = 2**63 - 1


def row_number(number: int) -> int:
    """The number of a row; 0, which no row has, for one that no row can have."""
    return number if 0 < number <= LARGEST else 0
