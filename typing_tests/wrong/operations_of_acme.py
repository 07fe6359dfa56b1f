"""Operations and effects that the ledger could not use."""

from collections.abc import Iterator, Sequence

from erp_bridge_core.contract import (
    Absent,
    Accepted,
    Attempt,
    CannotTell,
    Effect,
    Effects,
    Found,
    HandOver,
    HumanOperation,
    Operation,
    PlannedEffect,
    Sighting,
)
from right.operations import PostLine
from right.settings import AcmeErp


class AnswersText:
    """Sending answers text."""

    def send(self, effect: Effect, attempt: Attempt) -> str:
        """What the ERP said."""
        return effect.reference

    def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
        """Nothing."""
        return iter(())


class FindsOne:
    """Looking takes one effect."""

    def send(self, effect: Effect, attempt: Attempt) -> Accepted:
        """Done."""
        return Accepted()

    def find(self, effect: Effect) -> Sighting:
        """One."""
        return Found(reference=effect.reference)


class OnlySends:
    """Nothing can be looked for."""

    def send(self, effect: Effect, attempt: Attempt) -> Accepted:
        """Done."""
        return Accepted()


class MovesWithoutAttempt:
    """A person takes it without a try in the ledger."""

    def send(self, effect: Effect, attempt: Attempt) -> Accepted:
        """Done."""
        return Accepted()

    def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
        """Nothing."""
        return iter(())

    def hand_over(self, effect: Effect) -> HandOver:
        """What lies there."""
        raise NotImplementedError

    def take(self, effect: Effect) -> HandOver:
        """Move it."""
        raise NotImplementedError


def operations() -> Iterator[Operation]:
    """None of them is an operation."""
    yield AnswersText()  # type: ignore[misc]  # pyright: ignore[reportReturnType]
    yield FindsOne()  # type: ignore[misc]  # pyright: ignore[reportReturnType]
    yield OnlySends()  # type: ignore[misc]  # pyright: ignore[reportReturnType]


def human_operations(erp: AcmeErp) -> Iterator[HumanOperation]:
    """Neither can be handed over."""
    yield PostLine(erp=erp)  # type: ignore[misc]  # pyright: ignore[reportReturnType]
    yield MovesWithoutAttempt()  # type: ignore[misc]  # pyright: ignore[reportReturnType]


def of_no_generation() -> list[PlannedEffect]:
    """A plan is told which generation it is."""
    return []


def of_numbers(generation: int) -> list[int]:
    """A plan is of effects."""
    return [generation]


def a_number() -> int:
    """What is reserved is text."""
    return 7


def export(effects: Effects, erp: AcmeErp) -> None:
    """Plans and runs that can't be."""
    effects.plan("lines", of_no_generation)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    effects.plan("lines", of_numbers)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    effects.plan("lines", [PlannedEffect(operation="line", lines=(1,), payload_hash="00")])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    effects.run([PostLine(erp=erp)])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    effects.run({"line": FindsOne()})  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]
    effects.reserve("number", a_number)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def planned() -> Iterator[PlannedEffect]:
    """An effect has an operation, lines and a hash, by name."""
    yield PlannedEffect(operation="line", lines=(1,))  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    yield PlannedEffect("line", (1,), "00")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    yield PlannedEffect(operation="line", lines=("1",), payload_hash="00")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def sightings(effect: Effect) -> Iterator[Sighting]:
    """Absence needs its proof, doubt its reason; a lost answer is no sighting."""
    yield Absent()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    yield CannotTell()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    yield Found()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    yield None  # type: ignore[misc]  # pyright: ignore[reportReturnType]
    effect.key = "another"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
