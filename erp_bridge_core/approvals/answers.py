"""What an approver enters: revision fields and reasons, checked all at once (A3, A5)."""

import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from attrs import frozen

from erp_bridge_core.contract.errors import BadInput, Fault
from erp_bridge_core.contract.fields import FieldKind, FieldValues, RevisionField

LONGEST_DESCRIPTION: Final = 200
LONGEST_REASON: Final = 2_000
LONGEST_VALUE: Final = 200


def check_values(fields: Iterable[RevisionField], values: FieldValues, *, changes: Collection[str]) -> FieldValues:
    """The values with the fields' defaults filled in where nothing was entered.

    `changes` are the numbers of the budget changes that the item holds: without any, only a field that applies always
    can be required. Raises `BadInput` with every fault: unknown fields and changes, what is missing, dates and choices
    that are none, text too long.
    """
    form = _Form.of(fields, changes)
    item = {name: values.item.get(name, field.default) for name, field in form.whole.items()}
    by_change = form.by_change(values, item)
    faults = [*form.unknown(values), *form.item_faults(item, values), *form.change_faults(by_change, item)]
    faults += _text_faults(values.description, "description", LONGEST_DESCRIPTION)
    if faults:
        raise BadInput("The values entered for this item are not right.", faults=faults)
    return FieldValues(item=item, changes=by_change, description=values.description.strip())


@frozen
class _Form:
    """The fields of an item: those of the whole item by name, those of one change by change and name."""

    whole: Mapping[str, RevisionField]
    own: Mapping[tuple[str, str], RevisionField]
    changes: Collection[str]

    @classmethod
    def of(cls, fields: Iterable[RevisionField], changes: Collection[str]) -> "_Form":
        fields = tuple(fields)
        return cls(
            whole={field.name: field for field in fields if field.change is None},
            own={(field.change, field.name): field for field in fields if field.change in changes and field.change},
            changes=changes,
        )

    @property
    def names(self) -> list[str]:
        return sorted({*self.whole, *(name for _, name in self.own)})

    def is_needed(self, field: RevisionField) -> bool:
        return field.required and (field.always or bool(self.changes))

    def by_change(self, values: FieldValues, item: Mapping[str, str]) -> dict[str, dict[str, str]]:
        """What holds per change: what was entered for it, else for the item, else its own default, else the item's.

        What a person said of the whole item is each change's default; what an ERP proposes for one change is nearer to
        it than what it proposes for all.
        """
        entered = {number: dict(fields) for number, fields in values.changes.items() if number in self.changes}
        for (number, name), field in self.own.items():
            default = values.item.get(name) or field.default or item.get(name, "")
            entered.setdefault(number, {}).setdefault(name, default)
        return entered

    def unknown(self, values: FieldValues) -> Iterator[Fault]:
        for name in sorted(set(values.item) - set(self.whole)):
            yield Fault(name, "this ERP has no such field", expected=_listed(self.names), rule="A3")
        for number, entered in sorted(values.changes.items()):
            if number not in self.changes:
                known = _listed(sorted(self.changes))
                yield Fault(f"change {number}", "is not part of this item", expected=known, rule="A3")
                continue
            for name in sorted(set(entered) - set(self.names)):
                where = f"change {number}: {name}"
                yield Fault(where, "this ERP has no such field", expected=_listed(self.names), rule="A3")

    def item_faults(self, item: Mapping[str, str], values: FieldValues) -> Iterator[Fault]:
        for name, field in self.whole.items():
            entered = [values.changes.get(number, {}).get(name, "") for number in self.changes]
            covered = bool(entered) and all(entered)
            yield from _faults(field, item[name], name, needed=self.is_needed(field) and not covered)

    def change_faults(self, by_change: Mapping[str, Mapping[str, str]], item: Mapping[str, str]) -> Iterator[Fault]:
        for number, entered in sorted(by_change.items()):
            for name, value in entered.items():
                field = self.own.get((number, name)) or self.whole.get(name)
                if field is not None:
                    needed = self.is_needed(field) and not item.get(name)
                    yield from _faults(field, value, f"change {number}: {name}", needed=needed)


def check_reason(reason: str, remarks: Mapping[int, str]) -> None:
    """A reject wants a reason in words; remarks name lines. Raises `BadInput` with every fault (A5)."""
    faults = _text_faults(reason, "reason", LONGEST_REASON, breaks="\n")
    if not reason.strip():
        faults.append(
            Fault("reason", "is missing", expected="a few words", rule="A5", remedy="Say why it is rejected.")
        )
    for number, remark in remarks.items():
        faults += _text_faults(remark, f"remark on line {number}", LONGEST_REASON, breaks="\n")
    if faults:
        raise BadInput("The reject is not complete.", faults=faults)


def _listed(names: Sequence[str]) -> str:
    return "one of " + ", ".join(names) if names else "none"


def _faults(field: RevisionField, value: str, where: str, *, needed: bool) -> list[Fault]:
    text = value.strip()
    if not text:
        return [Fault(where, "is missing", expected=_wanted(field), rule="A3")] if needed else []
    if field.kind is FieldKind.CHOICE:
        if text in {choice.value for choice in field.choices}:
            return []
        return [Fault(where, "is not one of the choices", value=value, expected=_wanted(field), rule="A3")]
    if field.kind is FieldKind.DATE:
        return _date_faults(field, text, where)
    return _text_faults(value, where, field.max_length or LONGEST_VALUE)


def _date_faults(field: RevisionField, text: str, where: str) -> list[Fault]:
    if not _is_date(text):
        return [Fault(where, "is not a date", value=text, expected=_wanted(field), rule="A3")]
    # Dates in ISO form are in the order of their text.
    if field.after and text <= field.after:
        message = f"lies in a period that is closed (up to {field.after})"
        return [Fault(where, message, value=text, rule="A3", remedy="Take a date in an open period.")]
    return []


def _wanted(field: RevisionField) -> str:
    if field.kind is FieldKind.CHOICE:
        return _listed([choice.value for choice in field.choices])
    if field.kind is FieldKind.DATE:
        return "a date such as 2026-04-08"
    return field.label


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _text_faults(text: str, where: str, longest: int, *, breaks: str = "") -> list[Fault]:
    faults = []
    if len(text) > longest:
        faults.append(Fault(where, f"has {len(text)} characters", expected=f"at most {longest}"))
    odd = sorted({character for character in text if character not in breaks and _is_control(character)})
    if odd:
        shown = ", ".join(f"U+{ord(character):04X}" for character in odd)
        faults.append(Fault(where, f"has control characters ({shown})", expected="plain text", rule="X3"))
    return faults


def _is_control(character: str) -> bool:
    """Whether a character controls how text is read: line ends, terminal codes, bidirectional marks."""
    return unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp", "Cs"}
