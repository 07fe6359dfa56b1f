"""Simulators that the demo and the suite could not run."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from erp_bridge_core.contract import (
    BookEntry,
    DeskCommand,
    HandOver,
    JobSetup,
    LineKey,
    Mischief,
    Mischievous,
    Served,
    Simulator,
)
from right.simulator import AcmeSimulator


class ServesNothing(AcmeSimulator):
    """Serving must be a context."""

    def serve(self, home: Path, *, port: int = 0) -> Served:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        """Not a context."""
        return Served(settings={}, secrets={})


class LosesItsPort(AcmeSimulator):
    """The port is given by name."""

    def serve(self, home: Path) -> Iterator[Served]:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        """Any port."""
        yield Served(settings={}, secrets={})


class Harmless:
    """A simulator without `calm` is not mischievous."""

    def mischief(self) -> Mapping[Mischief, Callable[[Path, str, Sequence[HandOver]], None]]:
        """None."""
        return {}


class NamesItsOwn:
    """Mischief has names of the contract."""

    def mischief(self) -> Mapping[str, Callable[[Path, str, Sequence[HandOver]], None]]:
        """By text."""
        return {}

    def calm(self, home: Path) -> None:
        """Nothing lasts."""


def simulators() -> Iterator[Simulator]:
    """Neither is a simulator."""
    yield Harmless()  # type: ignore[misc]  # pyright: ignore[reportReturnType]
    yield AcmeSimulator  # type: ignore[misc]  # pyright: ignore[reportReturnType]


def mischievous() -> Iterator[Mischievous]:
    """Neither can play mischief."""
    yield Harmless()  # type: ignore[misc]  # pyright: ignore[reportReturnType]
    yield NamesItsOwn()  # type: ignore[misc]  # pyright: ignore[reportReturnType]


def values() -> None:
    """Amounts and settings."""
    BookEntry(key=LineKey("", "01", "M"), original=1.0, changes=0.0)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    DeskCommand(name="post", help="Post all.", run=None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    JobSetup(job="1", name="Bridge", cost_codes=(("", "01"),))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    LineKey("01", "M")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
