"""A secret in a connection's settings: shown nowhere, revealed only where it is used."""

from typing import Any, Final, NoReturn

MASK: Final = "***"


class Secret:
    """A password, key or token, already resolved from its reference.

    A settings class gives an attribute this type; the configuration then holds a reference (`env:NAME`, `file:NAME`
    or `keyring:SERVICE/USER`) and never the value. Printing, logging, formatting and comparing show nothing of it.
    It is deliberately no attrs class: `attrs.asdict` would take it apart.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself, for the one call that needs it."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    def __str__(self) -> str:
        return MASK

    def __copy__(self) -> "Secret":
        return self

    def __deepcopy__(self, _: dict[int, Any]) -> "Secret":
        return self

    def __reduce__(self) -> NoReturn:
        # A pickled secret would lie readable in a queue, a cache or a dump.
        raise TypeError("a secret is never stored: keep its reference")
