"""Resources of Change Management: PCI types and statuses, PCI headers, and their lines.

The attributes of `cmstatus`, the second status, scope and posting marks of a header, and a line's amounts other than
the billing amount are assumed names (see `attribute_names` among the switches), as is the address `cmdetailposted`.
"""

from typing import Final

from attrs import evolve

from erp_bridge_cmic.simulator.attributes import Attribute, Kind
from erp_bridge_cmic.simulator.resource import CREATE, DELETE, RETRIEVE, UPDATE, Resource, stamped
from erp_bridge_cmic.simulator.resources_jobs import AMOUNT, QUANTITY, RATE


def _text(name: str, column: str, length: int, *, required: bool = False, updatable: bool = True) -> Attribute:
    return Attribute(name=name, column=column, length=length, required=required, updatable=updatable)


def _key(name: str, column: str, length: int) -> Attribute:
    return _text(name, column, length, required=True, updatable=False)


def _flag(name: str, column: str, *, required: bool = False) -> Attribute:
    return Attribute(name=name, column=column, kind=Kind.FLAG, required=required)


def _number(name: str, column: str, scale: int) -> Attribute:
    return Attribute(name=name, column=column, kind=Kind.NUMBER, scale=scale)


def _shown(name: str, column: str, kind: Kind = Kind.TEXT) -> Attribute:
    return Attribute(name=name, column=column, kind=kind, length=12, settable=False, updatable=False)


_TYPE: Final = Resource(
    module="cm",
    name="cmtype",
    label="PCI type",
    prefix="Cmt",
    view="pci_type",
    table="pci_type",
    keys=("comp", "type"),
    operations=(CREATE, RETRIEVE),
    attributes=stamped(
        "Cmt",
        _key("CmtCompCode", "comp", 8),
        _key("CmtTypeCode", "type", 4),
        _text("CmtName", "name", 30, required=True),
        evolve(_key("CmtClassCode", "class", 1), choices=("E", "I", "O", "T")),
        _text("CmtChgOrdNumberMask", "mask", 11, required=True),
        _flag("CmtAllowCostsFlag", "costs", required=True),
        _flag("CmtPciMaskOverrideFlag", "own_numbers"),
        _flag("CmtNotAllowBillAmtFlag", "no_billing"),
    ),
)

_STATUS: Final = Resource(
    module="cm",
    name="cmstatus",
    label="PCI status",
    prefix="Cms",
    view="pci_status",
    attributes=stamped(
        "Cms",
        _key("CmsCompCode", "comp", 8),
        _key("CmsCode", "status", 10),
        _text("CmsName", "name", 30),
        _text("CmsPendType", "pending_type", 12),
    ),
)

_HEADER: Final = Resource(
    module="cm",
    name="cmmast",
    label="PCI",
    prefix="Cmm",
    view="seen_pci",
    table="pci",
    keys=("comp", "job", "number"),
    operations=(CREATE, RETRIEVE, UPDATE),
    attributes=stamped(
        "Cmm",
        _key("CmmCompCode", "comp", 8),
        _key("CmmJobCode", "job", 10),
        _key("CmmTypeCode", "type", 4),
        # A number left blank is given by the type's mask, so that the attribute is required only where it is not.
        _text("CmmCode", "number", 11, updatable=False),
        _text("CmmName", "name", 200, required=True),
        Attribute(name="CmmRefDate", column="reference_date", kind=Kind.DAY, required=True),
        _text("CmmPrepostStatCode", "status", 10, required=True),
        evolve(_text("CmmCalcProjAmtMethod", "method", 1, required=True), choices=("A", "R")),
        _text("CmmStatusCode", "second_status", 10),
        _text("CmmScope", "scope", 2000),
        _shown("CmmPostingFlag", "posting"),
        _shown("CmmApprovedFlag", "approved"),
        _shown("CmmPostDate", "posted", Kind.DAY),
    ),
)

_LINE_ATTRIBUTES: Final = stamped(
    "Cmd",
    _key("CmdCompCode", "comp", 8),
    _text("CmdMastJobCode", "master", 10, required=True),
    _text("CmdJobCode", "job", 10, required=True),
    _key("CmdChgCode", "number", 11),
    _text("CmdPhsCode", "phase", 16, required=True),
    _text("CmdCatCode", "category", 16, required=True),
    evolve(_text("CmdPostingFlag", "shown_posting", 12), choices=("UNPOSTED",)),
    _text("CmdStatusCode", "status", 10),
    _text("CmdName", "name", 200),
    _number("CmdCostAmt", "amount", AMOUNT),
    _number("CmdEstAmt", "estimated", AMOUNT),
    _number("CmdQuotAmt", "quoted", AMOUNT),
    _text("CmdWmCode", "wm", 2),
    _number("CmdQty", "quantity", QUANTITY),
    _number("CmdRate", "rate", RATE),
    _number("CmdBillAmt", "billing", AMOUNT),
    _text("CmdBillCatCode", "bill_category", 16),
    _text("CmdBillCode", "bill_code", 50),
    _number("CmdBillDrawNum", "bill_draw", 0),
    Attribute(name="CmdBillAmtChangeDate", column="bill_changed", kind=Kind.DAY),
    _text("CmdBillName", "bill_name", 200),
)

_LINE: Final = Resource(
    module="cm",
    name="cmdetail",
    label="PCI line",
    prefix="Cmd",
    view="seen_line",
    table="pci_line",
    operations=(CREATE, RETRIEVE, UPDATE, DELETE),
    attributes=_LINE_ATTRIBUTES,
)

CHANGES: Final = (
    _TYPE,
    _STATUS,
    _HEADER,
    _LINE,
    evolve(_LINE, name="cmdetailunposted", view="seen_unposted_line", table="", operations=(RETRIEVE,)),
    evolve(_LINE, name="cmdetailposted", view="seen_posted_line", table="", operations=(RETRIEVE,)),
)
