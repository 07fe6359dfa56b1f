"""Maps as files: read from CSV or XLSX, written as CSV, in the columns kind, ours, theirs (B9)."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from erp_bridge_core.connections.maps import MapEntry
from erp_bridge_core.contract.errors import BadInput, Fault
from erp_bridge_core.sources import open_table
from erp_bridge_core.sources.writing import plain_cell, write_table

HEADER: Final = ("kind", "ours", "theirs")


def read_map(file: Path) -> Iterator[MapEntry]:
    """The entries of a file; raises BadInput where it has not the columns."""
    table = open_table(file)
    header = [title.casefold() for title in table.header]
    missing = [name for name in HEADER if name not in header]
    if missing:
        faults = [Fault(f"{table.name} header", "has no such column", value=name, rule="B9") for name in missing]
        raise BadInput(f"{table.name} is no map.", remedy=f"Give it the columns {', '.join(HEADER)}.", faults=faults)
    places = [header.index(name) for name in HEADER]
    for _, cells in table.rows():
        padded = [*cells, *("" for _ in header)]
        kind, ours, theirs = (plain_cell(padded[place].strip()) for place in places)
        yield MapEntry(kind=kind, ours=ours, theirs=theirs)


def write_map(path: Path, entries: Iterable[MapEntry]) -> None:
    """Write entries as CSV, whole or not at all; a code that a spreadsheet takes for a formula gets an apostrophe."""
    write_table(path, HEADER, ((entry.kind, entry.ours, entry.theirs) for entry in entries))
