"""Potential change items (PCI): types, headers and lines as CMiC holds them."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Final

from attrs import frozen

from erp_bridge_cmic.client import Cmic
from erp_bridge_cmic.jobs import queries_by_job
from erp_bridge_cmic.marks import Mark
from erp_bridge_cmic.wire import any_of, equal, number, text
from erp_bridge_core.contract.errors import NotPossibleNow

HEADERS: Final = "cmmast"
LINES: Final = "cmdetail"
UNPOSTED: Final = "cmdetailunposted"
HEADER_ID: Final = "CmmVUuid"
LINE_ID: Final = "CmdVUuid"


@frozen(kw_only=True)
class PciType:
    """A PCI type of the site: its class, the mask of its numbers, and whether a number may be given."""

    code: str
    letter: str
    mask: str
    own_numbers: bool


@frozen(kw_only=True)
class Header:
    """A PCI's header."""

    vuuid: str
    job: str
    number: str
    type: str
    name: str
    date: str
    status: str

    @property
    def mark(self) -> Mark | None:
        """The fingerprint in its name."""
        return Mark.of(self.name)


@frozen(kw_only=True)
class Line:
    """A PCI's line: `job` is the one whose budget it moves."""

    vuuid: str
    master: str
    number: str
    job: str
    phase: str
    category: str
    amount: Decimal
    quantity: Decimal | None
    unit: str

    @property
    def content(self) -> tuple[str, str, str, Decimal]:
        """What tells lines of one PCI apart: they have no key of their own."""
        return self.job, self.phase, self.category, self.amount.normalize()


def read_types(client: Cmic) -> dict[str, PciType]:
    """The configured types that the site has, by code; raises `ReadFailed`."""
    settings = client.erp.settings
    query = f"{equal({'CmtCompCode': settings.company})} and {any_of('CmtTypeCode', settings.types.values())}"
    fields = ("CmtVUuid", "CmtTypeCode", "CmtClassCode", "CmtChgOrdNumberMask", "CmtPciMaskOverrideFlag")
    return {
        text(row, "CmtTypeCode"): PciType(
            code=text(row, "CmtTypeCode"),
            letter=text(row, "CmtClassCode"),
            mask=text(row, "CmtChgOrdNumberMask"),
            own_numbers=text(row, "CmtPciMaskOverrideFlag") == "Y",
        )
        for row in client.rows("cmtype", fields=fields, query=query, identity="CmtVUuid")
    }


def usable_type(types: dict[str, PciType], code: str, *, letter: str) -> PciType:
    """A type that can be written with; raises `NotPossibleNow` saying what the site lacks."""
    found = types.get(code)
    if found is None:
        why, remedy = f"CMiC has no PCI type {code}", "Correct the connection's type_* settings."
    elif found.letter != letter:
        why = f"PCI type {code} is of class {found.letter}, not {letter}"
        remedy = "Correct the connection's type_* settings."
    elif not found.own_numbers:
        why = f"PCI type {code} does not let a number be given"
        remedy = (
            "Switch on the override of its number mask in CMiC (PCI Types): only a number of ours is safe to retry."
        )
    else:
        return found
    raise NotPossibleNow(f"{why}. Nothing was sent.", remedy=remedy)


def read_headers(client: Cmic, jobs: Iterable[str], *, number: str = "") -> Iterator[Header]:
    """The headers of these jobs, or the one of that number; raises `ReadFailed`."""
    fields = (
        HEADER_ID, "CmmJobCode", "CmmCode", "CmmTypeCode", "CmmName", "CmmRefDate", "CmmPrepostStatCode",
    )  # fmt: skip
    more = f" and {equal({'CmmCode': number})}" if number else ""
    settings = client.erp.settings
    for query in queries_by_job(settings, company="CmmCompCode", job="CmmJobCode", codes=list(jobs)):
        for row in client.rows(HEADERS, fields=fields, query=query + more, identity=HEADER_ID):
            yield Header(
                vuuid=text(row, HEADER_ID),
                job=text(row, "CmmJobCode"),
                number=text(row, "CmmCode"),
                type=text(row, "CmmTypeCode"),
                name=text(row, "CmmName"),
                date=text(row, "CmmRefDate")[:10],
                status=text(row, "CmmPrepostStatCode"),
            )


def read_lines(client: Cmic, jobs: Iterable[str], *, number: str = "", unposted: bool = False) -> Iterator[Line]:
    """The lines below these jobs' headers, or below one of them; raises `ReadFailed`."""
    names, settings = client.erp.settings.names, client.erp.settings
    fields = (
        LINE_ID, "CmdMastJobCode", "CmdJobCode", "CmdChgCode", "CmdPhsCode", "CmdCatCode", names.line_amount,
        names.line_quantity, names.line_unit,
    )  # fmt: skip
    more = f" and {equal({'CmdChgCode': number})}" if number else ""
    resource = UNPOSTED if unposted else LINES
    for query in queries_by_job(settings, company="CmdCompCode", job="CmdMastJobCode", codes=list(jobs)):
        for row in client.rows(resource, fields=fields, query=query + more, identity=LINE_ID):
            yield _line(row, client)


def _line(row: Any, client: Cmic) -> Line:
    names = client.erp.settings.names
    quantity = row.get(names.line_quantity) if names.line_quantity else None
    return Line(
        vuuid=text(row, LINE_ID),
        master=text(row, "CmdMastJobCode"),
        number=text(row, "CmdChgCode"),
        job=text(row, "CmdJobCode"),
        phase=text(row, "CmdPhsCode"),
        category=text(row, "CmdCatCode"),
        amount=number(row, names.line_amount),
        quantity=None if quantity is None else number(row, names.line_quantity),
        unit=text(row, names.line_unit),
    )


def highest(headers: Iterable[Header], *, installation: str) -> dict[tuple[str, int, str | None], Header]:
    """Of our own PCIs, the newest generation per item, send and change; older ones were abandoned."""
    newest: dict[tuple[str, int, str | None], tuple[int, Header]] = {}
    for header in headers:
        mark = header.mark
        if mark is None or mark.installation != installation:
            continue
        which = (mark.item, mark.version, mark.change)
        if which not in newest or newest[which][0] < mark.generation:
            newest[which] = (mark.generation, header)
    return {which: header for which, (_, header) in newest.items()}
