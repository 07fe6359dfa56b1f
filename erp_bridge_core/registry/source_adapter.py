"""One budget source: its hooks, called by themselves and checked."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeVar

from attrs import evolve, frozen

from erp_bridge_core.contract.budget import Stream
from erp_bridge_core.contract.connection import Checked
from erp_bridge_core.contract.effects import Effects
from erp_bridge_core.contract.errors import NotSupported, PluginError
from erp_bridge_core.contract.profile import ErpProfile
from erp_bridge_core.contract.source import (
    Authorization,
    Delivery,
    Hint,
    Source,
    SourceBudget,
    SourceChange,
    SourceLine,
    SourceOutcome,
    SourceProfile,
    SourceProject,
    SourceRequest,
    SourceSubJob,
    SourceTransaction,
)
from erp_bridge_core.contract.source_simulator import SourceSimulator
from erp_bridge_core.registry.hooks import Hooks
from erp_bridge_core.registry.installed import InstalledPlugin
from erp_bridge_core.registry.shapes import misfit

Value = TypeVar("Value")


@frozen(kw_only=True, slots=False)
class SourceAdapter(InstalledPlugin[SourceProfile]):
    """One budget source. Every method raises the contract's errors only.

    What a plugin raises beside them becomes a `PluginError` naming plugin and hook; so does a value, or a field of one,
    of another type than its hook promises. What a source does not offer is `NotSupported`.
    """

    def offers(self, hook: str) -> bool:
        """Whether the plugin has an optional hook."""
        return self._hooks.has(hook)

    def check_source(self, source: Source[Any]) -> Iterator[Checked]:
        """Look whether the connection works; nothing where the source does not offer it."""
        if self._hooks.has("check_source"):
            yield from self._hooks.each("check_source", (Checked,), source=source)

    def list_projects(self, source: Source[Any]) -> Iterator[SourceProject]:
        """Yield the source's projects."""
        self._require("list_projects", "does not list its projects")
        yield from self._fitting("list_projects", self._hooks.each("list_projects", (SourceProject,), source=source))

    def read_budget(self, project: str, source: Source[Any]) -> SourceBudget:
        """Read a project's budget; its streams are guarded too."""
        budget = self._hooks.call("read_budget", SourceBudget, project=project, source=source)
        self._check("read_budget", budget)
        self._check("read_budget", budget.project)
        return evolve(
            budget,
            sub_jobs=self._stream("read_budget", budget.sub_jobs, SourceSubJob),
            lines=self._stream("read_budget", budget.lines, SourceLine),
            changes=self._changes(self._stream("read_budget", budget.changes, SourceChange)),
        )

    def lock_budget(self, project: str, locked: bool, source: Source[Any], effects: Effects) -> None:  # noqa: FBT001 - as the hook
        """Let the source lock a budget, or unlock it, by effects."""
        self._require("lock_budget", "locks no budgets")
        self._hooks.run("lock_budget", project=project, locked=locked, source=source, effects=effects)

    def read_requests(self, source: Source[Any]) -> Iterator[SourceRequest]:
        """Yield the open requests; their streams are guarded too."""
        self._require("read_requests", "has no requests")
        for request in self._fitting(
            "read_requests", self._hooks.each("read_requests", (SourceRequest,), source=source)
        ):
            moves = self._stream("read_requests", request.transactions, SourceTransaction)
            yield evolve(request, transactions=moves)

    def hint(self, delivery: Delivery, source: Source[Any]) -> Hint | None:
        """What a delivery hints at; None where it is not for us."""
        self._require("hint", "calls nobody")
        found = self._hooks.run("hint", delivery=delivery, source=source)
        if found is not None and not isinstance(found, Hint):
            raise self._hooks.odd("hint", found, "a Hint or None")
        if found is not None:
            self._check("hint", found)
        return found

    def report_outcome(self, outcome: SourceOutcome, source: Source[Any], effects: Effects) -> None:
        """Let the source know how a request stands, by effects."""
        self._require("report_outcome", "wants no outcomes")
        self._hooks.run("report_outcome", outcome=outcome, source=source, effects=effects)

    def authorization(self, source: Source[Any]) -> Authorization:
        """How a person authorizes the connection."""
        self._require("authorization", "is not authorized in a browser")
        found: Authorization = self._hooks.acting("authorization", ("address", "redeem"), source=source)
        return _GuardedAuthorization(found, self._hooks)

    def connector_metadata(self, profile: ErpProfile) -> Mapping[str, Any]:
        """What is handed in to the source so that it knows an ERP."""
        self._require("connector_metadata", "needs nothing handed in")
        found: Mapping[str, Any] = self._hooks.call("connector_metadata", Mapping, profile=profile)  # type: ignore[type-abstract] # only compared with
        return found

    def simulator(self) -> SourceSimulator:
        """The source's simulator; raises `NotSupported` where it has none."""
        self._require("source_simulator", "has no simulator")
        simulator: SourceSimulator = self._hooks.acting("source_simulator", _SIMULATOR)
        return simulator

    def _require(self, hook: str, lacking: str) -> None:
        if not self._hooks.has(hook):
            raise NotSupported(
                f"The budget source {self.name} ({self.distribution}) {lacking}.",
                remedy="See what it can do: `erp-bridge plugins`.",
            )

    def _stream(self, hook: str, values: Stream[Value], kind: type[Value]) -> Stream[Value]:
        """A stream of the plugin's, guarded each time that it is read, each value with its fields."""
        guarded = self._hooks.stream(hook, values, kind)
        return Stream(lambda: self._fitting(hook, guarded))

    def _fitting(self, hook: str, values: Iterable[Value]) -> Iterator[Value]:
        for value in values:
            if wrong := misfit(value):
                raise self._misfitting(hook, wrong)
            yield value

    def _changes(self, changes: Stream[SourceChange]) -> Stream[SourceChange]:
        def checked() -> Iterator[SourceChange]:
            for change in changes:
                for line in self._hooks.items("read_budget", change.lines, (SourceLine,)):
                    self._check("read_budget", line)
                yield change

        return Stream(checked)

    def _check(self, hook: str, value: object) -> None:
        if wrong := misfit(value):
            raise self._misfitting(hook, wrong)

    def _misfitting(self, hook: str, wrong: str) -> PluginError:
        return PluginError(
            f"The plugin {self.name} ({self.distribution} {self.version}) answered in {hook} what can't be: {wrong}.",
            remedy="Report it to the plugin's author.",
            details={"plugin": self.name, "hook": hook},
        )


@frozen
class _GuardedAuthorization:
    """A plugin's authorization, whose odd exceptions name it."""

    _own: Authorization
    _hooks: Hooks

    def address(self, *, redirect_to: str, state: str) -> str:
        """Where the person goes."""
        with self._hooks.guarded("authorization"):
            address: object = self._own.address(redirect_to=redirect_to, state=state)
        if not isinstance(address, str):
            raise self._hooks.odd("authorization", address, "an address")
        return address

    def redeem(self, code: str, *, redirect_to: str) -> None:
        """Turn the code into what the connection signs in with."""
        with self._hooks.guarded("authorization"):
            self._own.redeem(code, redirect_to=redirect_to)


_SIMULATOR: Final = (
    "setup", "serve", "desk", "restart", "project_id", "set_line", "approve_change", "send", "books", "tell",
)  # fmt: skip
