"""Changes that are sent unapproved: which of the values entered only record a revision in the ERP (A3)."""

from collections.abc import Iterable

from sqlalchemy import Connection, update

from erp_bridge_core.contract.fields import FieldValues, RevisionField
from erp_bridge_core.store.tables import item_changes


def only_recorded(fields: Iterable[RevisionField], values: FieldValues, changes: Iterable[str]) -> tuple[str, ...]:
    """The numbers of the changes of which some value entered says that the ERP is only to record them."""
    recording = {(field.name, choice) for field in fields for choice in field.recorded}
    return tuple(
        number
        for number in changes
        if any((name, values.value(name, change=number)) in recording for name, _ in recording)
    )


def mark_recorded(connection: Connection, item_id: int, numbers: Iterable[str]) -> None:
    """Remember which changes are only recorded; the item's others count."""
    of_item = item_changes.c.item_id == item_id
    connection.execute(update(item_changes).where(of_item).values(recorded=item_changes.c.number.in_(list(numbers))))
