"""A listener of steps, for tests of what is told of them."""

from attrs import define, field

from erp_bridge_core.following import Step


@define
class Heard:
    """The steps that ended, in their order."""

    steps: list[Step] = field(factory=list)

    def begun(self, step: Step) -> None:
        """Nothing is kept."""

    def ended(self, step: Step) -> None:
        """Keep it."""
        self.steps.append(step)

    def of(self, kind: str) -> list[Step]:
        """Those of a kind."""
        return [step for step in self.steps if step.kind == kind]
