"""Forms: declared field by field, read all at once, every error beside its field, what was typed kept.

Only declared fields are read, so that nobody sets what a form does not offer. A service's faults are laid beside the
fields that they name; the rest stand above the form.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from attrs import evolve, field, frozen

from erp_bridge_core.contract.errors import ErpBridgeError, Fault

#: A field whose name holds one of these is never kept, and never shown again.
SECRETS: Final = ("password", "secret")
#: Characters of one field, where it says nothing else.
LONGEST: Final = 4000


def as_text(text: str) -> str:
    """The text without blanks around it."""
    return text.strip()


def as_typed(text: str) -> str:
    """The text as it is: blanks belong to a password."""
    return text


@frozen(kw_only=True)
class Field:
    """One field: its label, its hint, how it is shown and read; `kind` is an input's type, `select` or `textarea`.

    `read` makes a value of the text, or raises ValueError with what is wrong. `choices` are pairs of value and label.
    A field that is not required and left blank has the value `blank`.
    """

    name: str
    label: str
    kind: str = "text"
    hint: str = ""
    read: Callable[[str], Any] = as_text
    required: bool = True
    blank: Any = ""
    longest: int = LONGEST
    autocomplete: str = "off"
    choices: tuple[tuple[str, str], ...] = ()

    def __attrs_post_init__(self) -> None:
        """A secret's name says that it is one: what is kept of a form is told by names alone."""
        if self.is_secret and not any(part in self.name for part in SECRETS):
            raise ValueError(f"the name of the secret field {self.name!r} holds none of {', '.join(SECRETS)}")

    @property
    def is_secret(self) -> bool:
        """Whether what was typed is never shown again."""
        return self.kind == "password"


@frozen(kw_only=True)
class Filled:
    """A form as it was filled in: values of the good fields, what was typed, faults by field, and those of none."""

    fields: tuple[Field, ...]
    values: Mapping[str, Any] = field(factory=dict, repr=False)
    typed: Mapping[str, str] = field(factory=dict, repr=False)
    faults: Mapping[str, tuple[Fault, ...]] = field(factory=dict)
    above: tuple[Fault, ...] = ()
    message: str = ""
    remedy: str = ""

    @property
    def is_good(self) -> bool:
        """Whether nothing is wrong with it."""
        return not (self.faults or self.above or self.message)

    def refused(self, error: ErpBridgeError) -> "Filled":
        """The form with what a service said of it, each fault beside the field that it names."""
        names = {each.name for each in self.fields}
        beside = _by_field(fault for fault in error.faults if _field_of(fault) in names)
        above = tuple(fault for fault in error.faults if _field_of(fault) not in names)
        return evolve(self, faults={**self.faults, **beside}, above=above, message=error.message, remedy=error.remedy)


@frozen
class Form:
    """The fields of a form, in their order."""

    fields: tuple[Field, ...]

    def empty(self, **typed: str) -> Filled:
        """The form as it is first shown, with what is known already."""
        return Filled(fields=self.fields, typed=typed)

    def with_choices(self, name: str, choices: Iterable[tuple[str, str]]) -> "Form":
        """The form with the choices of one field, which only the request's company tells."""
        found = tuple(choices)
        return Form(tuple(evolve(each, choices=found) if each.name == name else each for each in self.fields))

    def read(self, posted: Mapping[str, Any]) -> Filled:
        """Read every declared field; all faults are found at once."""
        values: dict[str, Any] = {}
        typed: dict[str, str] = {}
        faults: list[Fault] = []
        for each in self.fields:
            text = _posted_text(posted.get(each.name))
            if not each.is_secret:
                typed[each.name] = text[: each.longest]
            try:
                values[each.name] = _value(each, text)
            except ValueError as error:
                faults.append(Fault(each.name, str(error)))
        return Filled(fields=self.fields, values=values, typed=typed, faults=_by_field(faults))


def _posted_text(value: Any) -> str:
    # A file where text belongs counts as nothing; browsers end lines their own way.
    return value.replace("\r\n", "\n") if isinstance(value, str) else ""


def _value(declared: Field, text: str) -> Any:
    if len(text) > declared.longest:
        raise ValueError(f"is longer than {declared.longest} characters")
    if not text.strip():
        if declared.required:
            raise ValueError("is missing")
        return declared.blank
    if declared.choices and text not in {value for value, _ in declared.choices}:
        raise ValueError("is none of the choices")
    return declared.read(text)


def _field_of(fault: Fault) -> str:
    return fault.where.partition("[")[0].partition(".")[0]


def _by_field(faults: Iterable[Fault]) -> dict[str, tuple[Fault, ...]]:
    found: dict[str, tuple[Fault, ...]] = {}
    for fault in faults:
        found[_field_of(fault)] = (*found.get(_field_of(fault), ()), fault)
    return found
