"""What the approver is asked per budget change, and what becomes of the answers in a row of the books (A3)."""

from collections.abc import Iterator

from attrs import evolve

from erp_bridge_core.contract import Effects, Erp, ExportBatch, FieldValues, RevisionField, standard_fields
from planted.client import Client, Row, TinSettings

TYPE, DATE, NUMBER = "budget_revision_type", "revision_date", "budget_revision_number"
STATUS, APPROVER = "budget_revision_status", "approved_by"
APPROVED, PENDING = "approved", "pending"


def fields_of(client: Client, batch: ExportBatch, *, pending: bool) -> Iterator[RevisionField]:
    """The item's fields, then each change's own. `pending`: the books can keep a change apart until it is approved."""
    erp: Erp[TinSettings] = client.erp
    first = int(client.header(batch.job)["next_revision"])
    common = [
        evolve(field, recorded=(PENDING,)) if field.name == STATUS and pending else field
        for field in standard_fields(
            today=erp.clock.today(),
            next_number=str(first),
            approver=erp.settings.user,
            statuses=(APPROVED, PENDING) if pending else (APPROVED,),
            default_status=PENDING if pending else APPROVED,
        )
    ]
    # A number is each change's own: the item's would hold for all of them.
    yield from (evolve(field, default="") if field.name == NUMBER else field for field in common)
    for place, header in enumerate(batch.change_headers):
        for field in common:
            default = str(first + place) if field.name == NUMBER else ""
            yield evolve(field, change=header.number, default=default)


def revisions_of(client: Client, batch: ExportBatch, values: FieldValues, effects: Effects) -> dict[str, Row]:
    """The revision of each budget change; what nobody entered is reserved, so that a retry sends the same."""
    found = {}
    for place, header in enumerate(batch.change_headers):

        def given(name: str, change: str = header.number) -> str:
            return values.value(name, change=change)

        def next_number(more: int = place) -> str:
            return str(int(client.header(batch.job)["next_revision"]) + more)

        found[header.number] = {
            "type": given(TYPE),
            "date": given(DATE) or effects.reserve("day", lambda: client.erp.clock.today().isoformat()),
            "number": given(NUMBER) or effects.reserve(f"number of {header.number}", next_number),
            "status": given(STATUS) or APPROVED,
            "approved_by": given(APPROVER),
        }
    return found
