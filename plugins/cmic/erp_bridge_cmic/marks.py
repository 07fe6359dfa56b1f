"""The fingerprint in a PCI's name: whose it is, of which send and change, and which try at building it (L17)."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote, unquote

from attrs import frozen

LONGEST_NAME: Final = 200
#: Stands for the original budget where a change's number stands else; a quoted number never holds it.
ORIGINAL: Final = "*"
_MARK: Final = re.compile(r"\[EB ([^\s\[\]]+) ([^\s\[\]]+) ([0-9]+) ([^\s\[\]]+) ([0-9]+)\]$")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@frozen(kw_only=True)
class Mark:
    """Installation, item, its send's number, the budget change (None: the original budget), and the generation."""

    installation: str
    item: str
    version: int
    change: str | None
    generation: int

    @property
    def text(self) -> str:
        """The mark as it stands at the end of a name, in characters that mean nothing else."""
        change = ORIGINAL if self.change is None else quote(self.change, safe="")
        installation, item = quote(self.installation, safe=""), quote(self.item, safe="")
        return f"[EB {installation} {item} {self.version} {change} {self.generation}]"

    @classmethod
    def of(cls, name: str) -> "Mark | None":
        """The mark in a PCI's name, None where it has none."""
        found = _MARK.search(name.rstrip())
        if found is None:
            return None
        change = None if found[4] == ORIGINAL else unquote(found[4])
        return cls(
            installation=unquote(found[1]),
            item=unquote(found[2]),
            version=int(found[3]),
            change=change,
            generation=int(found[5]),
        )


def pci_name(description: str, mark: Mark, *, approver: str = "") -> str:
    """A PCI's name: what it is about, who approved it, and the mark, which is never cut."""
    about = " ".join(_words(description, f"(approved by {approver})" if approver else ""))
    room = LONGEST_NAME - len(mark.text) - 1
    return f"{about[:room].rstrip()} {mark.text}".strip()


def _words(*texts: str) -> Iterator[str]:
    for one in texts:
        yield from _CONTROL.sub(" ", one).split()
