"""What the approver is asked per budget change: the standard set, as far as this site can book it (A3)."""

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import evolve

from erp_bridge_cmic.changes import PciType, read_headers, read_types
from erp_bridge_cmic.client import Cmic
from erp_bridge_cmic.meant import APPROVER, DATE, NUMBER, STATUS, TRANSFER, TYPE, class_of, default_type
from erp_bridge_cmic.numbers import LONGEST, next_number
from erp_bridge_cmic.settings import CmicSettings
from erp_bridge_cmic.sign_in import CmicErp
from erp_bridge_core.contract import ChangeHeader, Choice, ExportBatch, RevisionField, standard_fields
from erp_bridge_core.contract.errors import ErpBridgeError

LONGEST_APPROVER = 60


def revision_fields(batch: ExportBatch, erp: CmicErp) -> Iterator[RevisionField]:
    """The item's fields, then each budget change's own: what can't be booked for a change is not offered for it."""
    common = list(_common(erp))
    yield from common
    numbers = _Numbers(batch, erp)
    for header in batch.change_headers:
        for field in common:
            yield _own(field, header, erp.settings, numbers)


def _common(erp: CmicErp) -> Iterator[RevisionField]:
    settings = erp.settings
    recorded = tuple(status for status, code in settings.status_codes.items() if not code.approved)
    closed = f" Periods up to {settings.closed_through.isoformat()} are closed." if settings.closed_through else ""
    more: Mapping[str, Mapping[str, Any]] = {
        TYPE: {"required": True, "default": "scope_change", "help": "Decides the PCI's type and class in CMiC."},
        DATE: {"required": True, "help": f"The PCI's reference date, and the date it is posted with.{closed}"},
        NUMBER: {
            "max_length": LONGEST,
            "help": "The PCI's number. One that is taken by then, or does not fit the type's mask, gives way to the "
            "next that does.",
        },
        STATUS: {"recorded": recorded, "help": "Unapproved, it is recorded in CMiC and stays out of the budget."},
        APPROVER: {"max_length": LONGEST_APPROVER, "help": "Stands in the PCI's name."},
    }
    fields = standard_fields(
        today=erp.clock.today(),
        next_number="",
        approver=settings.user or settings.oauth_client_id,
        statuses=settings.status_codes,
        default_status=settings.default_status,
    )
    return (evolve(field, **more[field.name]) for field in fields)


def _own(field: RevisionField, header: ChangeHeader, settings: CmicSettings, numbers: "_Numbers") -> RevisionField:
    own = evolve(field, change=header.number, default="", required=False)
    if field.name == TYPE:
        return evolve(own, default=default_type(header), choices=_types(field, header, settings), required=True)
    if field.name == NUMBER:
        return evolve(own, default=numbers.following(header))
    return own


def _types(field: RevisionField, header: ChangeHeader, settings: CmicSettings) -> tuple[Choice, ...]:
    """A change that does not net to zero is no transfer, where the site's control flags say so."""
    if header.amount == 0 or not settings.transfers_balance:
        return field.choices
    return tuple(choice for choice in field.choices if choice.value != TRANSFER)


class _Numbers:
    """The next numbers per mask as CMiC holds them now; blank where they can't be read, since they are only offered."""

    def __init__(self, batch: ExportBatch, erp: CmicErp) -> None:
        self._settings = erp.settings
        self._types: dict[str, PciType] = {}
        self._taken: set[str] = set()
        if not batch.change_headers:
            return
        client = Cmic(erp)
        try:
            self._types = read_types(client)
            self._taken = {header.number for header in read_headers(client, [batch.job])}
        except ErpBridgeError as error:
            erp.log.warning("the next PCI number can't be offered: %s", error.message)
            self._types = {}

    def following(self, header: ChangeHeader) -> str:
        """The next number for a change of its most likely type."""
        letter = class_of(self._settings, default_type(header), header.amount)
        kind = self._types.get(self._settings.types[letter])
        if kind is None:
            return ""
        try:
            number = next_number(kind.mask, self._taken)
        except ErpBridgeError:
            return ""
        self._taken.add(number)
        return number
