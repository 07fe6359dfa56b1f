"""Data Exchange's replies: codes of Puts, rows of Gets, faults, and answers whose tail is missing."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from attrs import field, frozen
from lxml import etree  # type: ignore[import-untyped,unused-ignore]

from erp_bridge_core.contract.errors import ReadFailed

ROW: Final = "response"
ABORT: Final = "A"
ERRORS: Final = frozenset("AIME")
#: `E` stands in one example of the vendor's and not in its list of codes: taken for a failure. Blank is no failure.
GOOD: Final = frozenset(("", "S", "G", "W"))

Row = Mapping[str, str]


class Unreadable(Exception):
    """What came is no reply of Data Exchange."""


@frozen(kw_only=True)
class Said:
    """One thing that a reply says: a code, its text, and the element that it is about."""

    code: str
    text: str
    column: str

    def __str__(self) -> str:
        where = f"{self.column}: " if self.column and not self.text.startswith(self.column) else ""
        return f"{where}{self.text or 'no text'} ({self.code or 'no code'})"


@frozen(kw_only=True)
class Reply:
    """A reply as far as it came. `whole` is False when it ends before its envelope is closed."""

    rows: tuple[Row, ...] = field(repr=False)
    fault: str = ""
    whole: bool = True
    answered: bool = True

    def said(self) -> Iterator[Said]:
        """What its rows say in codes: a Put's lower-case three, or a Get's capitalised ones."""
        for row in self.rows:
            if "error_code" in row:
                yield Said(code=row["error_code"], text=row.get("desc", ""), column=row.get("column", ""))
            elif row.get("Error_Code"):
                yield Said(
                    code=row["Error_Code"], text=row.get("Error_Description", ""), column=row.get("Error_Column", "")
                )


def parse_reply(content: bytes) -> Reply:
    """Read a reply; every `response` that came whole counts, even when the end of the answer is missing.

    Nothing outside is loaded and no entity is expanded. Raises `Unreadable` for anything that is no SOAP answer.
    """
    if b"<!DOCTYPE" in content or content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise Unreadable("it declares a document type, or is of an encoding that is not taken")
    parser = etree.XMLPullParser(
        events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    gathered = _Gathered()
    try:
        parser.feed(content.strip())
        gathered.take(parser)
    except etree.XMLSyntaxError as error:
        raise Unreadable(f"it is not XML: {error.msg}") from None
    whole = _is_closed(parser)
    gathered.take(parser)
    return gathered.reply(whole=whole)


def _is_closed(parser: Any) -> bool:
    try:
        parser.close()
    except etree.XMLSyntaxError:
        return False
    return True


class _Gathered:
    """Rows and faults in the order in which their elements end."""

    def __init__(self) -> None:
        self._rows: list[Row] = []
        self._fault = ""
        self._seen: set[str] = set()

    def take(self, parser: Any) -> None:
        for event, element in parser.read_events():
            name = _local(element.tag)
            if event == "start":
                self._seen.add(name)
            elif name == ROW:
                self._rows.append({_local(child.tag): (child.text or "").strip() for child in element})
                element.clear()
            elif name == "Fault":
                texts = {_local(child.tag): (child.text or "").strip() for child in element}
                self._fault = f"{texts.get('faultcode', '')}: {texts.get('faultstring', '')}".strip(": ") or "a fault"

    def reply(self, *, whole: bool) -> Reply:
        if "Envelope" not in self._seen:
            raise Unreadable("it is no SOAP envelope")
        if "Fault" in self._seen and not self._fault:
            self._fault = "a fault that was cut short"
        return Reply(rows=tuple(self._rows), fault=self._fault, whole=whole, answered="returnArray" in self._seen)


def _local(tag: Any) -> str:
    # Comments and entities have functions for tags.
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def read_failed(method: str, why: str, remedy: str = "") -> ReadFailed:
    """A read of which nothing may be concluded."""
    return ReadFailed(
        f"Spectrum's {method} could not be read: {why}.",
        remedy=remedy or "Try again; have Spectrum's Data Exchange looked at if it stays.",
    )
