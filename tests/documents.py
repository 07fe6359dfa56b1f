"""What the documents hold: commands in console blocks and in running text, and files that they show."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = (
    ROOT / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "plugins").glob("*/README.md")),
)
#: A block, the marker before it if any, and its language.
_BLOCK = re.compile(
    r"(?:^<!-- (?P<marker>[^>]*) -->\n)?^ *```(?P<language>\w*)\n(?P<body>.*?)^ *```$", re.MULTILINE | re.DOTALL
)
_INLINE = re.compile(r"`erp-bridge ([^`]+)`")


@frozen(kw_only=True)
class Block:
    """A fenced block: `marker` is the comment right above it, such as `run as manager` or `file estimate.csv`."""

    marker: str
    language: str
    body: str

    @property
    def commands(self) -> tuple[tuple[str, ...], ...]:
        """The arguments of each `erp-bridge` command in a console block."""
        if self.language != "console":
            return ()
        lines = [line.strip().removeprefix("$ ") for line in self.body.splitlines() if line.strip().startswith("$ ")]
        return tuple(tuple(shlex.split(line)[1:]) for line in lines if line.startswith("erp-bridge "))


def blocks(document: Path) -> Iterator[Block]:
    """The fenced blocks of a document, in order."""
    for found in _BLOCK.finditer(document.read_text(encoding="utf-8")):
        yield Block(marker=found["marker"] or "", language=found["language"], body=found["body"])


def inline_commands(document: Path) -> Iterator[tuple[str, ...]]:
    """Commands named in running text; what stands for a value is in capitals, and three dots leave something out."""
    text = _BLOCK.sub("", document.read_text(encoding="utf-8"))
    for found in _INLINE.finditer(text):
        yield tuple(shlex.split(" ".join(found[1].split()).replace("...", "")))
