"""The form that says how a file is read: its columns, what is left out, what becomes of lines that are there (B8)."""

from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from erp_bridge_core.budgets.file_import import ImportChoices
from erp_bridge_core.sources import FIELDS, ColumnMapping, FileOptions, open_table
from erp_bridge_core.sources.mapping import resolve_columns
from erp_bridge_core.web.forms import Field, Filled, Form

#: Rows of the file that are shown below its header.
SAMPLE_ROWS: Final = 5
_SAMPLE_COLUMNS: Final = 40


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) > 0):
        raise ValueError("is no row's number, counted from 1")
    return int(text)


OPTIONS: Final = Form(
    (
        Field(name="header_row", label="Row of the header", required=False, blank=1, read=_number, longest=6),
        Field(name="sheet", label="Sheet", hint="Of an XLSX file; its first by default.", required=False, blank=None),
        Field(name="encoding", label="Encoding", hint="Of a CSV file; told from the file by default.", required=False,
              blank=None, longest=40),
        Field(name="delimiter", label="Delimiter", hint="Of a CSV file; told from the file by default.", required=False,
              blank=None, longest=5),
    )
)  # fmt: skip
_HOW: Final = (
    Field(name="mode", label="Lines that are there", kind="select",
          choices=(("keep", "keep them, and add the file's"), ("override", "put the file in their place"))),
    Field(name="duplicates", label="Repeated keys", kind="select",
          choices=(("refuse", "refuse them"), ("sum", "sum them"))),
    Field(name="numbers", label="Numbers are written", kind="select",
          choices=(("point", "1,234.50"), ("comma", "1.234,50"), ("auto", "either; refuse what may be both"))),
    Field(name="job", label="Job in the file", hint="Where it holds several.", required=False, blank=None, longest=60),
    Field(name="where", label="Only rows where", kind="textarea", hint="HEADER=VALUE, one a line.", required=False),
    Field(name="defaults", label="Where a cell is blank", kind="textarea", hint="FIELD=VALUE, one a line; fields are "
          f"{', '.join(FIELDS)}.", required=False),
)  # fmt: skip


@frozen(kw_only=True)
class FileHead:
    """The start of a file: its name, its header, some rows, and what was guessed of its columns (field -> header)."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    guessed: Mapping[str, str]


def read_head(path: Path, options: FileOptions) -> FileHead:
    """Read the start of a file; raises `BadInput` where it can't be read."""
    table = open_table(path, options=options)
    columns, _ = resolve_columns(ColumnMapping(), table.header, table.name)
    rows = tuple(tuple(cells[:_SAMPLE_COLUMNS]) for _, cells in islice(table.rows(), SAMPLE_ROWS))
    header = table.header
    guessed = {name: header[place] for name, place in columns.places.items()}
    return FileHead(name=table.name, header=header[:_SAMPLE_COLUMNS], rows=rows, guessed=guessed)


def file_options(filled: Filled) -> FileOptions:
    """What was said of the file itself; the defaults where that is not right yet."""
    return FileOptions(**filled.values) if filled.is_good else FileOptions()


def columns_form(head: FileHead) -> Form:
    """Which column is which field, and how the file is taken in."""
    headers = tuple((each, each) for each in dict.fromkeys(head.header) if each)
    choices = (("", "not in the file"), *headers)
    columns = (
        Field(
            name=_column(name),
            label=name.replace("_", " ").capitalize(),
            kind="select",
            required=False,
            choices=choices,
        )
        for name in FIELDS
    )
    return Form((*columns, *_HOW))


def known_columns(head: FileHead, remembered: ColumnMapping | None, *, duplicates: str) -> dict[str, str]:
    """What the form shows first: the columns of the last file where this one has them, else what was guessed."""
    kept = remembered.columns if remembered else {}
    columns = {name: kept.get(name, head.guessed.get(name, "")) for name in FIELDS}
    shown = {_column(name): header if header in head.header else "" for name, header in columns.items()}
    known = {"mode": "keep", "duplicates": duplicates, "numbers": "point"}
    if remembered:
        known["where"] = "\n".join(f"{name}={value}" for name, value in remembered.where.items())
        known["defaults"] = "\n".join(f"{name}={value}" for name, value in remembered.defaults.items())
    return {**shown, **known}


def choices_of(filled: Filled, options: FileOptions, **more: Any) -> ImportChoices:
    """What a person chose; raises `UsageError` with every fault of the free texts."""
    values = filled.values
    mapping = ColumnMapping.parse(
        columns=[f"{name}={values[_column(name)]}" for name in FIELDS],
        where=values["where"].splitlines(),
        defaults=values["defaults"].splitlines(),
    )
    return ImportChoices(
        mapping=mapping,
        mode=values["mode"],
        duplicates=values["duplicates"],
        style=values["numbers"],
        job=values["job"],
        options=options,
        **more,
    )


def _column(field: str) -> str:
    return f"column_{field}"
