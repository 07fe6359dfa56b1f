"""Hooks of a budget source that don't fit their specifications, and values of the wrong types."""

from collections.abc import Iterable

from erp_bridge_core.contract import (
    Authorization,
    Delivery,
    Effects,
    ErpProfile,
    Hint,
    LineKey,
    SourceBudget,
    SourceLine,
    SourceOutcome,
    SourceProfile,
    SourceProject,
)
from erp_bridge_core.contract import source_hooks as specs
from hooks import implements
from right.source import PlansSource


@implements(specs.source_profile)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
def source_profile() -> ErpProfile:
    """A source has a profile of its own kind."""
    raise NotImplementedError


@implements(specs.list_projects)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
def list_projects(source: PlansSource) -> Iterable[str]:
    """Projects, not their ids."""
    return [source.name]


@implements(specs.read_budget)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
def read_budget(project: int, source: PlansSource) -> SourceBudget:
    """A project's id is text."""
    raise NotImplementedError


@implements(specs.hint)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
def hint(delivery: Delivery, source: PlansSource) -> Hint | bool:
    """None, where it is not for us."""
    return False


@implements(specs.report_outcome)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
def report_outcome(outcome: SourceOutcome, source: PlansSource) -> None:
    """Without effects nothing can be written."""


@implements(specs.lock_budget)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
def lock_budget(project: SourceProject, locked: bool, source: PlansSource, effects: Effects) -> None:  # noqa: FBT001 - the hook's
    """A project is named by its id."""


class Half:
    """An authorization that nobody comes back from."""

    def address(self, *, redirect_to: str, state: str) -> str:
        """Where the person goes."""
        return redirect_to + state


def authorization() -> Authorization:
    """It can't redeem."""
    return Half()  # type: ignore[return-value]  # pyright: ignore[reportReturnType]


LINE = SourceLine(id="1", key=LineKey("", "01", "M"), amount=1.5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
PROFILE = SourceProfile(name="plans", title="Plans", settings_class=object)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
