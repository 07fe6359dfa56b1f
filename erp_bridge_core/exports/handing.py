"""Looking again at effects, and the hand-over to a person, through the operations that `export` itself passes."""

from collections.abc import Callable, Iterable, Mapping

from attrs import define, field

from erp_bridge_core.contract.budget import Stream
from erp_bridge_core.contract.effects import Operation, PlannedEffect


@define
class OperationsOf:
    """An `Effects` that plans and sends nothing: it only learns how this adapter sends and looks.

    An adapter's `export` is called with it when somebody takes a hand-over or asks again what became of an effect.
    """

    operations: dict[str, Operation] = field(factory=dict)

    def plan(self, group: str, build: Callable[[int], Iterable[PlannedEffect]]) -> None:
        """Plan nothing: what is planned is in the ledger."""

    def lines_to_send(self) -> Stream[int]:
        """No lines: nothing is sent."""
        return Stream(list)

    def reserve(self, name: str, build: Callable[[], str]) -> str:
        """Reserve nothing; what `build` says is thrown away with the plan."""
        del name
        return build()

    def run(self, operations: Mapping[str, Operation]) -> None:
        """Learn the operations."""
        self.operations.update(operations)
