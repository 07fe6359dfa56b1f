"""SOAP 1.1 on the wire: a call read without entities or outside access, and replies as the vendor's samples look."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from attrs import frozen

ENVELOPE: Final = "http://schemas.xmlsoap.org/soap/envelope/"
TYPES: Final = "http://www.northgate-is.com/proiv/webservices/types"
FAULT_TEXT: Final = "Error executing Web Service"
SERVER_FAULT: Final = "SOAP-ENV:Server"


class Unreadable(Exception):
    """What came is no call of a service."""


@frozen
class Call:
    """One call: the method's name, and its child elements in the order in which they came."""

    method: str
    elements: tuple[tuple[str, str], ...]


@frozen(kw_only=True)
class Response:
    """One `response` of a Put: a code, its text, and the element that it is about."""

    code: str
    text: str
    column: str


class _NoDocumentType(ET.TreeBuilder):
    def doctype(self, *_: object) -> None:
        # An entity can only be declared in a document type: without one nothing expands, nothing is fetched.
        raise Unreadable("a document type is not taken")


def parse(body: bytes, method: str = "") -> Call:
    """Read a call (of one method, where it is named); child elements may be qualified or not. Raises Unreadable."""
    parser = ET.XMLParser(target=_NoDocumentType())  # noqa: S314 - see _NoDocumentType
    try:
        parser.feed(body)
        root = parser.close()
    except (ET.ParseError, ValueError, LookupError) as error:
        raise Unreadable(f"not well-formed: {error}") from error
    methods = list(root.iterfind(f"{{{ENVELOPE}}}Body/*")) if root.tag == f"{{{ENVELOPE}}}Envelope" else []
    if len(methods) != 1 or not methods[0].tag.startswith(f"{{{TYPES}}}"):
        raise Unreadable("no SOAP 1.1 envelope with one method of the right namespace")
    if method not in ("", _local(methods[0].tag)):
        raise Unreadable(f"a call of another method came to the address of {method}")
    return Call(_local(methods[0].tag), tuple((_local(child.tag), (child.text or "").strip()) for child in methods[0]))


def _local(tag: str) -> str:
    namespace, _, name = tag.removeprefix("{").rpartition("}")
    if namespace not in ("", TYPES):
        raise Unreadable(f"element {name} is of another namespace")
    return name


def put_reply(method: str, responses: Iterable[Response]) -> str:
    """The answer of a Put: lower-case names without namespace."""
    rows = "".join(
        f"<response>{_element('error_code', each.code)}{_element('desc', each.text)}"
        f"{_element('column', each.column)}</response>"
        for each in responses
    )
    return _reply(method, rows)


def get_reply(method: str, rows: Iterable[Mapping[str, str]], names: Sequence[str]) -> str:
    """The answer of a Get: every declared element in each row, empty where a row says nothing."""
    content = "".join(
        f"<response>{''.join(_element(name, row.get(name, '')) for name in names)}</response>" for row in rows
    )
    inner = method[0].lower() + method[1:]
    return _reply(method, f"<{inner}>{content}</{inner}>")


def cut_tail(reply: str) -> str:
    """A reply without what closes it: every `response` whole, then nothing."""
    return reply[: reply.rfind("</response>") + len("</response>")]


def fault(code: str = SERVER_FAULT, text: str = FAULT_TEXT) -> str:
    """A fault."""
    return _envelope(
        f"<SOAP-ENV:Fault><faultcode>{escape(code)}</faultcode><faultstring>{escape(text)}</faultstring>"
        "</SOAP-ENV:Fault>"
    )


def _reply(method: str, content: str) -> str:
    return _envelope(
        f'<nis:{method}Response xmlns:nis="{TYPES}"><returnArray><returnData>{content}</returnData></returnArray>'
        f"</nis:{method}Response>"
    )


def _envelope(content: str) -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><SOAP-ENV:Envelope xmlns:SOAP-ENV="{ENVELOPE}" '
        'SOAP-ENV:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><SOAP-ENV:Header/>'
        f"<SOAP-ENV:Body>{content}</SOAP-ENV:Body></SOAP-ENV:Envelope>"
    )


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>" if text else f"<{name}/>"
