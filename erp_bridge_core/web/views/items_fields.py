"""An ERP's revision fields as a form: the item's values, and beside each budget change what differs for it (A3)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from attrs import evolve, frozen

from erp_bridge_core.approvals.answers import LONGEST_DESCRIPTION, LONGEST_VALUE
from erp_bridge_core.approvals.details import Details
from erp_bridge_core.contract.budget import ChangeHeader
from erp_bridge_core.contract.errors import BadInput, ErpBridgeError
from erp_bridge_core.contract.fields import FieldKind, FieldValues, RevisionField
from erp_bridge_core.web.forms import Field, Filled, Form
from erp_bridge_core.web.signing_again import PASSWORD_AGAIN

_KINDS: Final = {FieldKind.TEXT: "text", FieldKind.DATE: "date", FieldKind.CHOICE: "select"}
_AS_THE_ITEM: Final = "as for the whole item"

_DESCRIPTION: Final = Field(
    name="description", label="Description of the export", hint="Where the ERP has a place for one.", required=False,
    longest=LONGEST_DESCRIPTION,
)  # fmt: skip
_IMPORT_CLOSES: Final = Field(
    name="confirm_import_closes", label="Import from the ERP closes for good, for this budget and its job.",
    kind="checkbox", required=False,
)  # fmt: skip
_BASELINE: Final = Field(
    name="confirm_baseline", label="The job holds estimates already: export on top of these figures.",
    kind="checkbox", required=False,
)  # fmt: skip
_REVISION: Final = Field(name="revision", label="What you reviewed", kind="hidden", read=int)


@frozen(kw_only=True)
class Slot:
    """Where one field of the ERP stands in the form: `name` there, the field, and the change whose value it is."""

    name: str
    field: RevisionField
    change: str | None = None

    @property
    def where(self) -> str:
        """What the services' faults call it."""
        return self.field.name if self.change is None else f"change {self.change}: {self.field.name}"


@frozen(kw_only=True)
class ChangeGroup:
    """The fields of one budget change."""

    header: ChangeHeader
    names: tuple[str, ...]


@frozen(kw_only=True)
class Entered:
    """What was entered: values for the service, and the confirmations."""

    values: FieldValues
    confirm_import_closes: bool
    confirm_baseline: bool
    revision: int


@frozen(kw_only=True)
class AcceptForm:
    """The form of one accept. What is required is marked, and checked by the service, which knows when it counts."""

    slots: tuple[Slot, ...]
    headers: tuple[ChangeHeader, ...]
    revision: int
    import_closes: bool

    @classmethod
    def of(cls, details: Details) -> "AcceptForm":
        """The form that an item's accept asks to be filled in."""
        return cls(
            slots=tuple(_slots(details.fields, details.changes)),
            headers=details.changes,
            revision=details.item.revision,
            import_closes=details.import_closes,
        )

    @property
    def item_names(self) -> tuple[str, ...]:
        """The fields of the whole item, by their names in the form."""
        return tuple(slot.name for slot in self.slots if slot.change is None)

    @property
    def groups(self) -> tuple[ChangeGroup, ...]:
        """The fields of each budget change."""
        return tuple(
            ChangeGroup(header=header, names=tuple(slot.name for slot in self.slots if slot.change == header.number))
            for header in self.headers
        )

    def empty(self) -> Filled:
        """The form with the ERP's defaults."""
        typed = {slot.name: slot.field.default for slot in self.slots if _has_own_default(slot)}
        return self._shown(self._form.empty(**typed, revision=str(self.revision)))

    def read(self, posted: Mapping[str, Any]) -> Filled:
        """Read what was sent; what a field must hold the service says."""
        return self._shown(self._form.read(posted))

    def entered(self, filled: Filled) -> Entered:
        """The values of a form that was read without a fault. A change's blank field has the item's value."""
        values = {slot: str(filled.values[slot.name]) for slot in self.slots}
        changes: dict[str, dict[str, str]] = {}
        for slot, value in values.items():
            if slot.change is not None and (value or _has_own_default(slot)):
                changes.setdefault(slot.change, {})[slot.field.name] = value
        return Entered(
            values=FieldValues(
                item={slot.field.name: value for slot, value in values.items() if slot.change is None},
                changes=changes,
                description=filled.values["description"],
            ),
            confirm_import_closes=bool(filled.values["confirm_import_closes"]),
            confirm_baseline=bool(filled.values["confirm_baseline"]),
            revision=filled.values["revision"],
        )

    def refused(self, filled: Filled, error: ErpBridgeError) -> Filled:
        """The form with what the service said, each fault beside the field that it names."""
        names = {slot.where: slot.name for slot in self.slots}
        faults = [evolve(fault, where=names.get(fault.where, fault.where)) for fault in error.faults]
        return filled.refused(BadInput(error.message, remedy=error.remedy, faults=faults))

    @property
    def _form(self) -> Form:
        fields = (_input(slot) for slot in self.slots)
        return Form((*fields, _DESCRIPTION, _IMPORT_CLOSES, _BASELINE, PASSWORD_AGAIN, _REVISION))

    def _shown(self, filled: Filled) -> Filled:
        """The form as it is shown: with the marks of what is required."""
        needed = {slot.name for slot in self.slots if slot.change is None and _is_needed(slot.field, self.headers)}
        needed |= {"confirm_import_closes", "confirm_baseline"}
        return evolve(
            filled, fields=tuple(evolve(each, required=each.name in needed or each.required) for each in filled.fields)
        )


def _slots(fields: Iterable[RevisionField], headers: Sequence[ChangeHeader]) -> Iterator[Slot]:
    """The item's fields, then for every change each of them and its own; numbered, since their names are the ERP's."""
    fields = tuple(fields)
    whole = [each for each in fields if each.change is None]
    for number, each in enumerate(whole):
        yield Slot(name=f"item-{number}", field=each)
    for place, header in enumerate(headers):
        own = {each.name: each for each in fields if each.change == header.number}
        shown = [*(own.pop(each.name, each) for each in whole), *own.values()]
        for number, each in enumerate(shown):
            yield Slot(name=f"change-{place}-{number}", field=each, change=header.number)


def _input(slot: Slot) -> Field:
    each = slot.field
    choices = [(choice.value, choice.label) for choice in each.choices]
    if choices and not (slot.change is None and each.default):
        choices.insert(0, ("", _AS_THE_ITEM if slot.change is not None else "none"))
    return Field(
        name=slot.name,
        label=each.label,
        kind=_KINDS[each.kind],
        hint=" ".join(filter(None, (each.help, _recorded(each)))) if slot.change is None else "",
        required=False,
        longest=each.max_length or LONGEST_VALUE,
        choices=tuple(choices),
    )


def _recorded(each: RevisionField) -> str:
    labels = [choice.label for choice in each.choices if choice.value in each.recorded]
    return f"{' or '.join(labels)}: only recorded, and left out of the revised figure." if labels else ""


def _has_own_default(slot: Slot) -> bool:
    """Whether the field is shown with its default: the item's, and a change's own field that has one."""
    return slot.change is None or (slot.field.change == slot.change and bool(slot.field.default))


def _is_needed(each: RevisionField, headers: Sequence[ChangeHeader]) -> bool:
    return each.required and (each.always or bool(headers))
