"""What a write has to say about a call: a code, the element, a text."""

from typing import Final

from attrs import frozen

ABORT: Final = "A"
INVALID: Final = "I"
MISSING: Final = "M"
GOOD: Final = "G"
REFUSALS: Final = frozenset((ABORT, INVALID, MISSING))


@frozen
class Problem:
    """One reason for which a call is refused; with code G, information about one that is not."""

    code: str
    column: str
    text: str


def invalid(column: str, why: str) -> Problem:
    """A value that is wrong; the text starts with the element's name, as the vendor's samples do."""
    return Problem(INVALID, column, f"{column} {why}")


def missing(column: str, why: str = "is required") -> Problem:
    """A value that is not there."""
    return Problem(MISSING, column, f"{column} {why}")


def abort(column: str, why: str) -> Problem:
    """A call that may not be made at all."""
    return Problem(ABORT, column, why)


def good(column: str, value: str) -> Problem:
    """No problem: a value that the service chose for an element, such as a number."""
    return Problem(GOOD, column, value)
