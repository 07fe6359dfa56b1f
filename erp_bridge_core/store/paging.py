"""Streams in pages: bounded memory, no query per row."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Row = TypeVar("Row")


def batched(rows: Iterable[Row], size: int) -> Iterator[tuple[Row, ...]]:
    """Rows in tuples of at most `size` (`itertools.batched` comes with Python 3.12)."""
    iterator = iter(rows)
    while page := tuple(islice(iterator, size)):
        yield page
