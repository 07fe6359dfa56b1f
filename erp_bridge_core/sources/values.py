"""What a cell may be, and what is raised when it is not what its field wants."""

from typing import Final

#: A longer value is cut where it is shown; the file itself holds the rest.
SHOWN_CHARACTERS: Final = 100


class BadValue(ValueError):
    """A cell that its field refuses: what is wrong, what was expected, and how to put it right."""

    def __init__(self, message: str, *, expected: str, remedy: str = "") -> None:
        """Keep the three apart, since a fault shows each in its own place."""
        super().__init__(message)
        self.message = message
        self.expected = expected
        self.remedy = remedy


class NumberCell(str):
    """A spreadsheet's number as plain decimal text (`1234.5`), whatever the file's number style is."""

    __slots__ = ()


class DateCell(str):
    """A spreadsheet's date, time or duration. What a person sees of it is its format's secret, so no field takes it."""

    __slots__ = ()


class TruthCell(str):
    """A spreadsheet's TRUE or FALSE."""

    __slots__ = ()


class BrokenCell(str):
    """A cell without a value of its own: an error such as `#N/A`, or a formula whose result the file does not hold."""

    __slots__ = ()


def shorten(text: str) -> str:
    """A value as faults show it: whole, or its first 100 characters."""
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"


def refuse_odd(cell: str) -> None:
    """Raise `BadValue` for a spreadsheet cell that holds no text and no number."""
    if isinstance(cell, DateCell):
        raise BadValue(
            "the cell holds a date or time",
            expected="text or a number",
            remedy="Format the column as Text in the spreadsheet and type the value again.",
        )
    if isinstance(cell, TruthCell):
        raise BadValue("the cell holds TRUE or FALSE", expected="text or a number", remedy="Type the value as text.")
    if isinstance(cell, BrokenCell):
        raise BadValue(
            "the cell shows an error, or a formula whose result is not in the file",
            expected="a value",
            remedy="Correct the formula, let the spreadsheet program calculate it, and save the file again.",
        )
