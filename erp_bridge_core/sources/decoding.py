"""Bytes to lines of text, strictly: a byte that is not of the encoding is named by its place."""

import codecs
import io
from collections.abc import Generator
from pathlib import Path
from typing import Final, Protocol

from erp_bridge_core.contract.errors import BadInput, Fault, UsageError

_CHUNK: Final = 1024 * 1024
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class Digest(Protocol):
    """A hash that takes bytes."""

    def update(self, data: bytes, /) -> None:
        """Take in more bytes."""


def detect_encoding(path: Path, name: str, given: str | None) -> str:
    """The encoding that was given, else what the file's mark says, else UTF-8."""
    with path.open("rb") as stream:
        start = stream.read(4)
    for mark, encoding in _MARKS:
        if start.startswith(mark) and (given is None or _is_same(given, encoding)):
            return encoding
    if given is None:
        return "utf-8"
    try:
        "".encode(given)
    except LookupError:
        raise UsageError(
            f"{given} is not a text encoding that can read {name}.", remedy="Give one such as cp1252 or utf-16-le."
        ) from None
    return given


def decoded_lines(path: Path, name: str, encoding: str, digest: Digest, longest: int) -> Generator[str, None, None]:
    """The file's lines with their ends (line feed, carriage return, or both); `digest` takes in every byte.

    Raises `BadInput` for a byte that the encoding does not have, a null, or a line of more than `longest` characters.
    """
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    carried = ""
    offset = 0
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            text = _decode(decoder, chunk, name=name, encoding=encoding, offset=offset)
            # The mark is decoded like the rest, so that the places of wrong bytes count from the file's start.
            carried += text if offset else text.removeprefix("\ufeff")
            offset += len(chunk)
            *lines, carried = _split(carried)
            yield from lines
            _bound(carried, name, longest)
    carried += _decode(decoder, b"", name=name, encoding=encoding, offset=offset)
    yield from filter(None, _split(carried))


def _split(text: str) -> list[str]:
    """Lines with their ends, and last what has no end yet: a carriage return may still get its line feed."""
    lines = list(io.StringIO(text, newline=""))
    return lines if lines and not lines[-1].endswith("\n") else [*lines, ""]


def _decode(decoder: codecs.IncrementalDecoder, chunk: bytes, *, name: str, encoding: str, offset: int) -> str:
    held = len(decoder.getstate()[0])
    try:
        text = decoder.decode(chunk, final=not chunk)
    except UnicodeDecodeError as error:
        place = offset - held + error.start
        raise _wrong(name, encoding, place, f"0x{error.object[error.start]:02X}") from None
    if "\0" in text:
        raise BadInput(
            f"{name} is a binary file: it has a null character after byte {offset:,}.",
            remedy="Save it as CSV (UTF-8); if it is text, name its encoding, such as utf-16-le.",
        )
    return text


def _wrong(name: str, encoding: str, place: int, value: str) -> BadInput:
    shown = encoding.upper()
    remedy = "Save the file as CSV UTF-8, or name its encoding, such as cp1252 (Windows, Western Europe and America)."
    fault = Fault(
        f"{name} byte {place:,}",
        f"the byte is not {shown} text",
        value=value,
        expected=f"text in {shown}",
        rule="B8",
        remedy=remedy,
    )
    return BadInput(f"{name} is not {shown} text: byte {place:,} is {value}.", remedy=remedy, faults=[fault])


def _bound(carried: str, name: str, longest: int) -> None:
    if len(carried) > longest:
        raise BadInput(
            f"{name} has a line of more than {longest:,} characters.", remedy="Check that it is a CSV file at all."
        )


def _is_same(given: str, encoding: str) -> bool:
    plain = given.lower().replace("_", "-").replace("utf8", "utf-8").replace("utf16", "utf-16")
    return plain in {encoding, f"{encoding}-sig", encoding.removesuffix("-le").removesuffix("-be")}
