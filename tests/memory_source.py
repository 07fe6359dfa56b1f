"""A small budget source in memory, with every capability: what tests of services pull from, are asked by, and tell."""

import hmac
import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any, cast

from attrs import Factory, define, evolve, frozen
from memory_erp import MemoryState
from memory_office import HOOK_SECRET, SIGNATURE, US, MemoryOffice, OfficeState

from erp_bridge_core.contract import (
    API_VERSION,
    Accepted,
    Attempt,
    Authorization,
    Before,
    Checked,
    Clock,
    Delivery,
    Different,
    Effect,
    Effects,
    ErpProfile,
    Found,
    Hint,
    OperationProfile,
    PlannedEffect,
    SafetyClass,
    Secret,
    Sighting,
    Source,
    SourceBudget,
    SourceCapability,
    SourceOutcome,
    SourceProfile,
    SourceProject,
    SourceRequest,
    SourceSubJob,
    SourceTransaction,
    Stream,
    hookimpl,
)
from erp_bridge_core.contract.errors import BadInput, Changed, LedgerConflict, NotAllowed, ReadFailed, SignInFailed
from erp_bridge_core.contract.structuring import to_json
from erp_bridge_core.registry import Registry, SourceAdapter
from erp_bridge_core.registry.hooks import Hooks
from erp_bridge_core.registry.plugin import SOURCE

NAME = "office"
CODE = "let-them-in"
_CHUNK = 100


@frozen
class OfficeSettings:
    """The settings of a connection to the office."""

    hook_secret: Secret = Factory(lambda: Secret(HOOK_SECRET))


def office_profile(**changes: Any) -> SourceProfile:
    """A profile with every capability; tests change single fields."""
    profile = SourceProfile(
        name=NAME,
        title="An office in memory",
        api_version=API_VERSION,
        settings_class=OfficeSettings,
        capabilities=frozenset(SourceCapability),
        operations=tuple(
            OperationProfile(
                name=name,
                title=title,
                safety=SafetyClass.ABSOLUTE,
                because="writing the same again changes nothing at the office",
                execution_bound=0.0,
            )
            for name, title in (("mark", "Mark as arrived"), ("answer", "Answer"), ("lock", "Lock"))
        ),
    )
    return evolve(profile, **changes)


@define
class MemorySource:
    """The plugin: every hook, over an office, with switches for what may go wrong.

    `before_write` and `after_write` run around each write and may raise; `read_failed` and `changing` make reads fail,
    requests in `unreadable` can't be understood.
    """

    office: MemoryOffice = Factory(MemoryOffice)
    profile: SourceProfile = Factory(office_profile)
    before_write: Callable[[Effect], None] = lambda _: None
    after_write: Callable[[Effect], None] = lambda _: None
    read_failed: str | None = None
    changing: bool = False
    unreadable: set[str] = Factory(set)
    reads: int = 0

    def looked(self) -> OfficeState:
        """The office's state for a read; raises what a read that fails raises."""
        self.reads += 1
        if self.read_failed is not None:
            raise ReadFailed(self.read_failed, remedy="Try again.")
        with self.office.whole() as state:
            return state

    @hookimpl
    def source_profile(self) -> SourceProfile:
        return self.profile

    @hookimpl
    def check_source(self, source: Source[Any]) -> Iterable[Checked]:
        yield Checked(name="office", ok=self.read_failed is None, message="The office answers.")

    @hookimpl
    def list_projects(self, source: Source[Any]) -> Iterable[SourceProject]:
        for project in self.looked().projects.values():
            yield project.facts

    @hookimpl
    def read_budget(self, project: str, source: Source[Any]) -> SourceBudget:
        found = self.looked().by_id(project)
        if self.changing:
            raise Changed("The budget was edited while it was read.", remedy="Try again.")
        sub_jobs, lines, changes = dict(found.sub_jobs), list(found.lines.values()), list(found.changes.values())
        return SourceBudget(
            project=found.facts,
            currency=found.facts.currency,
            revision=str(found.revision),
            locked=found.locked,
            sub_jobs=Stream(lambda: (SourceSubJob(code=code, name=name) for code, name in sub_jobs.items())),
            lines=Stream(lambda: lines),
            changes=Stream(lambda: changes),
        )

    @hookimpl
    def lock_budget(self, project: str, locked: bool, source: Source[Any], effects: Effects) -> None:  # noqa: FBT001 - the hook's
        request = {"project": project, "locked": locked}
        effects.plan("lock", lambda _: [_planned("lock", request)])
        effects.run({"lock": LockBudget(self)})

    @hookimpl
    def read_requests(self, source: Source[Any]) -> Iterable[SourceRequest]:
        state = self.looked()
        for each in list(state.requests.values()):
            project = state.project(each.job)
            moves = [project.transactions[name] for name in each.transactions]
            told = [
                SourceTransaction(id=move.id, key=move.key, part=move.part, amount=move.amount, change=move.change)
                for move in moves
            ]
            yield SourceRequest(
                id=each.id,
                kind=each.kind,
                project=project.facts.id,
                job=project.facts.job,
                transactions=Stream(_unreadable if each.id in self.unreadable else lambda told=told: told),
                asked_by=each.asked_by,
                asked_at=each.asked_at,
                custom_fields=each.custom_fields,
                open=each.open,
            )

    @hookimpl
    def hint(self, delivery: Delivery, source: Source[OfficeSettings]) -> Hint | None:
        secret = source.settings.hook_secret.reveal().encode()
        expected = hmac.digest(secret, delivery.body, "sha256").hex()
        if not hmac.compare_digest(expected, delivery.headers.get(SIGNATURE, "")):
            raise NotAllowed("The delivery is not the office's.", remedy="Check the secret on both sides.")
        try:
            event = json.loads(delivery.body)
            if event["about"] != "request":
                return None
            return Hint(id=event["id"], request=event["request"], project=event["project"], echo=event["by"] == US)
        except (ValueError, KeyError, TypeError) as error:
            raise BadInput("The delivery can't be read.") from error

    @hookimpl
    def report_outcome(self, outcome: SourceOutcome, source: Source[Any], effects: Effects) -> None:
        effects.plan("marks", lambda _: self._marks(outcome))
        effects.plan("answer", lambda _: [_planned("answer", _answer(outcome))])
        effects.run({"mark": MarkTransactions(self), "answer": AnswerRequest(self)})

    def _marks(self, outcome: SourceOutcome) -> Iterator[PlannedEffect]:
        """Mark what has arrived and is not marked yet. A request that was closed elsewhere is a conflict."""
        state = self.looked()
        request = state.requests[outcome.request]
        if not request.open and request.number < outcome.number:
            raise _closed(request.id)
        known = state.by_id(outcome.project).transactions
        due = {each.id: each.reference for each in outcome.transactions if each.arrived}
        names = [name for name in due if not known[name].reference]
        for start in range(0, len(names), _CHUNK):
            chunk = {name: due[name] for name in names[start : start + _CHUNK]}
            yield _planned("mark", {"project": outcome.project, "references": chunk})

    @hookimpl
    def authorization(self, source: Source[Any]) -> Authorization:
        return OfficeAuthorization(source.private)

    @hookimpl
    def connector_metadata(self, profile: ErpProfile) -> Mapping[str, Any]:
        return {"erp": profile.name, "limits": {limit.field: limit.max_length for limit in profile.limits}}


@frozen
class OfficeAuthorization:
    """A person authorizes at a page that nobody serves; one code is good."""

    private: Path

    def address(self, *, redirect_to: str, state: str) -> str:
        return f"https://office.example/authorize?redirect_uri={redirect_to}&state={state}"

    def redeem(self, code: str, *, redirect_to: str) -> None:
        if code != CODE:
            raise SignInFailed("The office does not know this code.", remedy="Authorize again.")
        (self.private / "token").write_text(redirect_to)


@frozen
class _Write:
    """What the kinds of write share: the switches around a write, and how looking answers."""

    source: MemorySource

    def send(self, effect: Effect, attempt: Attempt) -> Accepted:
        attempt.check()
        self.source.before_write(effect)
        self.write(effect.request)
        self.source.after_write(effect)
        return Accepted()

    def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
        state = self.source.looked()
        yield from (self.look(state, effect.request) for effect in effects)

    def write(self, request: Mapping[str, Any]) -> None:
        raise NotImplementedError

    def look(self, state: OfficeState, request: Mapping[str, Any]) -> Sighting:
        raise NotImplementedError


class LockBudget(_Write):
    """Lock a budget, or unlock it."""

    def write(self, request: Mapping[str, Any]) -> None:
        self.source.office.set_locked(request["project"], locked=request["locked"])

    def look(self, state: OfficeState, request: Mapping[str, Any]) -> Sighting:
        found = state.by_id(request["project"]).locked
        return Found(reference=request["project"]) if found == request["locked"] else Before()


class MarkTransactions(_Write):
    """Mark transactions as arrived, under our references."""

    def write(self, request: Mapping[str, Any]) -> None:
        references = request["references"]
        self.source.office.mark(request["project"], list(references), references.__getitem__)

    def look(self, state: OfficeState, request: Mapping[str, Any]) -> Sighting:
        known = state.by_id(request["project"]).transactions
        pairs = {(known[name].reference, ours) for name, ours in request["references"].items()}
        if any(there not in ("", ours) for there, ours in pairs):
            return Different(evidence={"references": sorted(there for there, _ in pairs)})
        return Before() if any(not there for there, _ in pairs) else Found(reference=request["project"])


class AnswerRequest(_Write):
    """Tell a request how it stands."""

    def write(self, request: Mapping[str, Any]) -> None:
        found = self.source.looked().requests[request["request"]]
        if not found.open:
            raise _closed(found.id)
        answer = dict(request)
        self.source.office.answer(answer.pop("request"), answer.pop("stage"), answer.pop("number"), **answer)

    def look(self, state: OfficeState, request: Mapping[str, Any]) -> Sighting:
        found = state.requests[request["request"]]
        if found.number == request["number"]:
            return Found(reference=found.id)
        return Before() if found.open and found.number < request["number"] else Different()


def _answer(outcome: SourceOutcome) -> dict[str, Any]:
    return {
        "request": outcome.request,
        "stage": outcome.stage.value,
        "number": outcome.number,
        "messages": list(outcome.messages),
        "reference": outcome.reference,
        "ends": outcome.stage.is_final or outcome.facts.get("final") == "true",
    }


def _planned(operation: str, request: Mapping[str, Any]) -> PlannedEffect:
    return PlannedEffect(
        operation=operation, lines=(), payload_hash=sha256(to_json(request).encode()).hexdigest(), request=request
    )


def _closed(request: str) -> LedgerConflict:
    return LedgerConflict(f"The request {request} was closed at the office.", remedy="Ask there for the export anew.")


def _unreadable() -> Iterable[SourceTransaction]:
    raise ReadFailed("The request's transactions can't be understood.", remedy="Report it to the office.")


# -- how tests are given it -------------------------------------------------------------------------------------------


class _MemoryDistribution(Distribution):
    """A distribution without a file."""

    def read_text(self, filename: str) -> str | None:
        return "Metadata-Version: 2.1\nName: erp-bridge-office\nVersion: 1.0\n" if filename == "METADATA" else None

    def locate_file(self, path: Any) -> Any:
        return path


def source_adapter(plugin: MemorySource) -> SourceAdapter:
    """The plugin as the registry would load it, with all guards."""
    hooks = Hooks.of(plugin, specification=SOURCE.specification, name=plugin.profile.name, title="memory 1.0")
    return SourceAdapter(profile=plugin.profile, hooks=hooks, distribution=_MemoryDistribution())


def with_source(registry: Registry, plugin: MemorySource) -> Registry:
    """A registry that knows the source beside its others."""
    adapter = source_adapter(plugin)
    return evolve(registry, sources={**registry.sources, adapter.name: adapter})


def source_of(clock: Clock, private: Path, *, settings: Any = None, name: str = "office") -> Source[Any]:
    """A connection to the office, as a plugin is given it, made without files or network."""
    return Source(
        name=name,
        company="main",
        settings=settings or OfficeSettings(),
        http=cast("Any", None),
        files=cast("Any", None),
        clock=clock,
        state=MemoryState(),
        private=private,
        log=logging.LoggerAdapter(logging.getLogger("office")),
        installation="TEST",
    )
