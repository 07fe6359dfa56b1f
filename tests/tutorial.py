"""The vendors' pages as steps: what is typed, what is written into which file, what is printed then."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from attrs import frozen
from documents import ROOT, blocks

TUTORIAL = ROOT / "docs" / "vendors" / "tutorial.md"
#: What a block's marker may begin with: typed and ends well, typed and fails, a file's first part, its next part, a
#: part of a file that is there already, and what the commands above have printed.
ACTS = {"run": "console", "fails": "console", "file": "python", "then": "python", "in": "python", "prints": "text"}
_LEFT_OUT = "…"


@frozen(kw_only=True)
class Step:
    """One marked block: `act` is one of `ACTS`, `path` the file that it is about."""

    act: str
    path: str
    body: str

    @property
    def commands(self) -> list[str]:
        """What is typed, line by line."""
        return [line.removeprefix("$ ") for line in self.body.splitlines() if line.startswith("$ ")]

    def write(self, folder: Path) -> None:
        """Write the file, or put the next part below what stands in it, two lines apart."""
        file = folder / self.path
        before = f"{file.read_text(encoding='utf-8')}\n\n" if self.act == "then" else ""
        file.write_text(before + self.body, encoding="utf-8")


def steps(document: Path = TUTORIAL) -> Iterator[Step]:
    """The marked blocks of a document, in order."""
    for block in blocks(document):
        act, _, path = block.marker.partition(" ")
        if act in ACTS:
            yield Step(act=act, path=path, body=block.body)


def not_printed(shown: str, printed: str) -> list[str]:
    """The lines of `shown` that were not printed in that order; numbers may be others, `…` leaves out a line's rest."""
    lines = map(_without_numbers, printed.splitlines())
    return [line for line in shown.splitlines() if not _comes(_without_numbers(line.partition(_LEFT_OUT)[0]), lines)]


def _comes(start: str, lines: Iterable[str]) -> bool:
    return any(line.startswith(start.rstrip()) for line in lines) if start.strip() else True


def _without_numbers(line: str) -> str:
    return re.sub(r"\d+", "0", line)
