"""Text from outside in a mail: one visible line, or several, and never a header, markup or a hidden character (X3)."""

from typing import Final

from erp_bridge_core.visible import is_hidden

LONGEST_HEADER: Final = 150


def one_line(text: object) -> str:
    """The text in one line: line ends and tabs become blanks, other hidden characters a mark that shows them."""
    return " ".join(_visible(line) for line in str(text).split() if line)


def several_lines(text: object) -> tuple[str, ...]:
    """The lines of a text, each in one line, without blank ones at either end."""
    return tuple(one_line(line) for line in str(text).strip().splitlines())


def header_text(text: object) -> str:
    """A name or subject for a header: one line that is not too long, and is no encoded word.

    The standard library would decode an encoded word in it (`=?utf-8?q?a=0D=0ABcc:...?=`), line ends and all.
    """
    line = one_line(text).replace("=?", "= ?")
    return line if len(line) <= LONGEST_HEADER else f"{line[: LONGEST_HEADER - 1]}…"


def _visible(text: str) -> str:
    return "".join("\N{REPLACEMENT CHARACTER}" if is_hidden(each) else each for each in text)
