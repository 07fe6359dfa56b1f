"""Why a request is no item yet, kept in its row: an error's faults, and whether a person has to do something."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from attrs import frozen

from erp_bridge_core.contract.errors import Changed, ErpBridgeError, Fault, SignInFailed

#: Reasons that are kept of one request; the others are counted.
MOST: Final = 200
#: Exit statuses of what a person has to change: data, a rule, the configuration.
_A_PERSONS: Final = frozenset({1, 2})


@frozen(kw_only=True)
class Reasons:
    """What stands in a request's way."""

    faults: tuple[Fault, ...] = ()
    for_person: bool = False

    @classmethod
    def of(cls, error: ErpBridgeError) -> "Reasons":
        """An error's: each of its faults with a remedy, or the error itself where it names none."""
        by_hand = isinstance(error, SignInFailed) or (
            error.exit_status in _A_PERSONS and not isinstance(error, Changed)
        )
        named = [
            Fault(
                each.where, each.message, value=each.value, expected=each.expected, rule=each.rule,
                remedy=each.remedy or error.remedy or None,
            )
            for each in error.faults[:MOST]
        ] or [Fault("request", error.message, remedy=error.remedy or None)]  # fmt: skip
        if len(error.faults) > MOST:
            named.append(Fault("request", f"and {len(error.faults) - MOST:,} more", remedy=error.remedy or None))
        return cls(faults=tuple(named), for_person=by_hand)

    def stored(self) -> list[dict[str, Any]]:
        """As the table keeps them."""
        names = ("where", "message", "value", "expected", "rule", "remedy")
        return [{name: getattr(fault, name) for name in names} for fault in self.faults]


def sentence_of(where: str, message: str) -> str:
    """What is in the way, as a sentence: a whole one stands by itself, what is wrong with something is told of that."""
    return ended(message if message[:1].isupper() else f"{where}: {message}")


def ended(text: str) -> str:
    """The same, with a full stop where a sentence lacks its end."""
    stripped = text.strip()
    return stripped if not stripped or stripped[-1] in ".!?" else f"{stripped}."


def faults_of(stored: Iterable[Mapping[str, Any]]) -> tuple[Fault, ...]:
    """The faults that the table keeps."""
    return tuple(
        Fault(
            str(each.get("where", "request")), str(each.get("message", "")), value=each.get("value"),
            expected=each.get("expected"), rule=each.get("rule"), remedy=each.get("remedy"),
        )
        for each in stored
    )  # fmt: skip
