"""Answers for people: rich's tables with every text escaped, money to the right, no colour where nobody looks."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import IO, TYPE_CHECKING, Any, Final, Literal
from zoneinfo import ZoneInfo

from attrs import define, field, frozen

from erp_bridge_core.cli.safe import safe, safe_lines

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

#: Columns of a page that goes to a file or a pipe: wide enough that no table is folded there.
_WIDE: Final = 1000
#: Text up to this length is taken for a code.
_CODE: Final = 14
#: Blanks between two columns.
_GAP: Final = 2


@frozen
class Column:
    """A table's column; `right` for money and numbers, which are never folded either."""

    title: str
    right: bool = field(default=False, kw_only=True)


def money(title: str) -> Column:
    """A column of amounts."""
    return Column(title, right=True)


@define
class Page:
    """Where people's answers go. `time_zone` is its reader's, else the company's."""

    file: IO[str] = field(factory=lambda: sys.stdout)
    time_zone: str | None = field(default=None, kw_only=True)
    _console: "Console | None" = field(default=None, init=False)

    @property
    def console(self) -> "Console":
        """The console of rich, made when something is first printed."""
        if self._console is None:
            from rich.console import Console

            is_terminal = self.file.isatty()
            self._console = Console(
                file=self.file, width=None if is_terminal else _WIDE, markup=False, highlight=False, emoji=False
            )
        return self._console

    def line(self, text: object = "", *, style: str = "") -> None:
        """One paragraph of text; its own line ends stay, anything else that is not visible is escaped."""
        from rich.text import Text

        self.console.print(Text(safe_lines(text), style=style), soft_wrap=not self.console.is_terminal)

    def title(self, text: object) -> None:
        """A heading."""
        self.line(safe(text), style="bold")

    def facts(self, pairs: Iterable[tuple[str, object]]) -> None:
        """Names and values, one pair a line; pairs without a value are left out."""
        rows = [(name, self.cell(value)) for name, value in pairs if value not in (None, "", ())]
        width = max((len(name) for name, _ in rows), default=0)
        for name, value in rows:
            self.line(f"{name:<{width}}  {value}")

    def bullets(self, texts: Iterable[object]) -> None:
        """A list of sentences."""
        for text in texts:
            self.line(f"- {safe(text)}")

    def lines(self, texts: Iterable[object]) -> None:
        """Lines of text, each on its own."""
        for text in texts:
            self.line(safe(text))

    def table(self, columns: Iterable[object], rows: Iterable[Sequence[object]], *, none: str = "None.") -> None:
        """A table; columns without any content are left out, and `none` stands instead of an empty one."""
        from rich.table import Table
        from rich.text import Text

        cells = [[self.cell(value) for value in row] for row in rows]
        if not cells:
            self.line(none)
            return
        table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, _GAP, 0, 0))
        heads = [each if isinstance(each, Column) else Column(str(each)) for each in columns]
        kept = [place for place in range(len(heads)) if any(row[place] for row in cells)]
        widths = []
        for place in kept:
            head, longest = heads[place], max(len(row[place]) for row in cells)
            # Codes and amounts are not folded; longer text is, once the terminal is full.
            word = max((len(each) for each in head.title.split()), default=0)
            widths.append(max(longest, len(head.title)) if head.right else max(min(longest, _CODE), word))
            justify: Literal["left", "right"] = "right" if head.right else "left"
            title = Text(safe(head.title))
            table.add_column(title, justify=justify, no_wrap=head.right, min_width=widths[-1], overflow="fold")
        for row in cells:
            table.add_row(*(Text(row[place]) for place in kept))
        self._print_wide(table, sum(widths) + _GAP * len(widths))

    def _print_wide(self, table: "Table", needed: int) -> None:
        """Print a table, past the terminal's edge where it must: rich would rather leave an amount out."""
        width = self.console.width
        self.console.width = max(width, needed)
        try:
            self.console.print(table)
        finally:
            self.console.width = width

    def cell(self, value: object) -> str:
        """One value as people read it: amounts with thousands separators, moments to the minute, yes and no."""
        if value is None or isinstance(value, bool):
            return {None: "", True: "yes", False: "no"}[value]
        if isinstance(value, Decimal | datetime):
            return f"{value:,f}" if isinstance(value, Decimal) else self.moment(value)
        if isinstance(value, timedelta):
            return duration(value)
        if isinstance(value, Enum):
            return safe(str(value.value).replace("_", " "))
        if isinstance(value, tuple | list | frozenset):
            return ", ".join(self.cell(each) for each in value)
        return safe(value)

    def moment(self, moment: datetime) -> str:
        """A moment to the minute, in the company's time zone where it is known, with the zone's name."""
        there = moment.astimezone(ZoneInfo(self.time_zone)) if self.time_zone else moment
        return f"{there:%Y-%m-%d %H:%M %Z}".rstrip()

    @contextmanager
    def section(self, text: object) -> Iterator[None]:
        """A heading with what belongs to it, a blank line before."""
        self.line()
        self.title(text)
        yield


def duration(passed: timedelta) -> str:
    """How long something has lasted, to two places: `3 d 4 h`, `12 min`."""
    minutes = int(passed.total_seconds()) // 60
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"


def plural(count: int, noun: str, *, many: str = "") -> str:
    """`1 line`, `1,908 lines`."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def joined(values: Iterable[Any], *, empty: str = "none") -> str:
    """Values with commas, or a word for nothing."""
    return ", ".join(str(value) for value in values) or empty
