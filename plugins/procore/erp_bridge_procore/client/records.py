"""Reading one record of Procore's, field by field: what is missing or of another kind is told by name."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from attrs import frozen

from erp_bridge_core.contract.errors import ReadFailed


@frozen
class Record:
    """A JSON object and what it is, such as `project`. Every method raises `ReadFailed` for what can't be read."""

    what: str
    fields: Mapping[str, Any]

    @classmethod
    def of(cls, what: str, document: Any) -> "Record":
        """The record of a document that must be an object."""
        if not isinstance(document, dict):
            raise ReadFailed(f"Procore's {what} is no JSON object.", remedy="Check api_url.")
        return cls(what, document)

    def number(self, name: str) -> int:
        """An id or another whole number; v2 sends ids as text."""
        found = self.maybe_number(name)
        if found is None:
            raise self._unreadable(name, "a number")
        return found

    def maybe_number(self, name: str) -> int | None:
        """The same, None where there is none."""
        value = self.fields.get(name)
        if value is None:
            return None
        if isinstance(value, str) and value.isascii() and value.isdigit():
            return int(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        raise self._unreadable(name, "a number")

    def text(self, name: str) -> str:
        """Text, blank for null or nothing; numbers count as text, since Procore is not sure of some itself."""
        value = self.fields.get(name)
        if value is None:
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            raise self._unreadable(name, "text")
        return str(value)

    def flag(self, name: str) -> bool:
        """True or false."""
        value = self.fields.get(name)
        if not isinstance(value, bool):
            raise self._unreadable(name, "true or false")
        return value

    def amount(self, name: str) -> Decimal:
        """An exact amount, from a JSON number or from text."""
        found = self.maybe_amount(name)
        if found is None:
            raise self._unreadable(name, "an amount")
        return found

    def maybe_amount(self, name: str) -> Decimal | None:
        """The same, None where there is none: blank is not nought."""
        value = self.fields.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
            raise self._unreadable(name, "an amount")
        try:
            found = Decimal(value)
        except InvalidOperation as error:
            raise self._unreadable(name, "an amount") from error
        if not found.is_finite():
            raise self._unreadable(name, "an amount")
        return found

    def inner(self, name: str) -> "Record":
        """An object within."""
        return Record.of(f"{self.what}.{name}", self.fields.get(name))

    def many(self, name: str) -> list["Record"]:
        """The objects of a list within; a list that is missing or null is empty."""
        value = self.fields.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self._unreadable(name, "a list")
        return [Record.of(f"{self.what}.{name}", each) for each in value]

    def _unreadable(self, name: str, wanted: str) -> ReadFailed:
        return ReadFailed(
            f"Procore's {self.what} has {self.fields.get(name)!r} as its {name}, which is not {wanted}.",
            remedy="Procore may have changed its API: read its release notes, and use a newer version of this plugin.",
        )
