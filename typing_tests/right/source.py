"""Every hook of a budget source, as the specifications have it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import assert_type

from attrs import frozen

from erp_bridge_core.contract import (
    API_VERSION,
    Accepted,
    Attempt,
    Authorization,
    Before,
    Checked,
    Delivery,
    Effect,
    Effects,
    ErpProfile,
    Found,
    Hint,
    LineKey,
    OperationProfile,
    Part,
    PlannedEffect,
    RequestKind,
    SafetyClass,
    Secret,
    Sighting,
    Source,
    SourceBudget,
    SourceCapability,
    SourceChange,
    SourceLine,
    SourceOutcome,
    SourceProfile,
    SourceProject,
    SourceRequest,
    SourceSubJob,
    SourceTransaction,
    Stream,
    TransactionOutcome,
    hookimpl,
)
from erp_bridge_core.contract import source_hooks as specs
from erp_bridge_core.contract.errors import NotAllowed, ReadFailed
from hooks import implements


@frozen(kw_only=True)
class PlansSettings:
    """The settings of a connection."""

    url: str
    token: Secret


PlansSource = Source[PlansSettings]


@hookimpl
@implements(specs.source_profile)
def source_profile() -> SourceProfile:
    """Capabilities and writes."""
    lock = OperationProfile(name="lock", title="lock", safety=SafetyClass.ABSOLUTE, because="it is set, not moved")
    return SourceProfile(
        name="plans",
        title="Acme Plans",
        api_version=API_VERSION,
        settings_class=PlansSettings,
        capabilities=frozenset(SourceCapability),
        operations=(lock,),
    )


@hookimpl
@implements(specs.check_source)
def check_source(source: PlansSource) -> Iterator[Checked]:
    """The settings are of the plugin's own class."""
    assert_type(source.settings.url, str)
    yield Checked(name="log-in", ok=bool(source.settings.token.reveal()), message="It answers.")


@hookimpl
@implements(specs.list_projects)
def list_projects(source: PlansSource) -> Iterable[SourceProject]:
    """A list is an iterable."""
    source.http.get(source.settings.url)
    return [SourceProject(id="1", number="24-001", name="Bridge")]


@hookimpl
@implements(specs.read_budget)
def read_budget(project: str, source: PlansSource) -> SourceBudget:
    """Streams of lambdas, generators and classes."""
    line = SourceLine(id="1", key=LineKey("", "01", "M"), amount=Decimal(1))

    def changes() -> Iterator[SourceChange]:
        if source.state.get("cut"):
            raise ReadFailed("Acme's answer was cut short.", remedy="Do it again.")
        yield SourceChange(id="2", number="1", date=source.clock.today(), description="", lines=(line,))

    return SourceBudget(
        project=SourceProject(id=project, number=project, name=project),
        currency="USD",
        revision="1",
        sub_jobs=Stream[SourceSubJob](tuple),
        lines=Stream(lambda: [line]),
        changes=Stream(changes),
    )


@frozen
class SetLock:
    """An operation of a source is one of an adapter's."""

    source: PlansSource

    def send(self, effect: Effect, attempt: Attempt) -> Accepted:
        """Send once."""
        self.source.http.post(self.source.settings.url, json=dict(effect.request), timeout=attempt.seconds_left)
        return Accepted()

    def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
        """One sighting each."""
        for effect in effects:
            yield Found(reference=effect.reference) if effect.request else Before()


@hookimpl
@implements(specs.lock_budget)
def lock_budget(project: str, locked: bool, source: PlansSource, effects: Effects) -> None:  # noqa: FBT001 - the hook's
    """Plan, then run."""
    request = {"project": project, "locked": locked}
    effects.plan("lock", lambda _: [PlannedEffect(operation="lock", lines=(), payload_hash="", request=request)])
    effects.run({"lock": SetLock(source)})


@hookimpl
@implements(specs.read_requests)
def read_requests(source: PlansSource) -> Iterator[SourceRequest]:
    """A request with its transactions."""
    move = SourceTransaction(id="3", key=LineKey("", "01", "M"), part=Part.ORIGINAL, amount=Decimal(1))
    yield SourceRequest(
        id="4", kind=RequestKind.CREATE, project=source.company, job="", transactions=Stream(lambda: [move])
    )


@hookimpl
@implements(specs.hint)
def hint(delivery: Delivery, source: PlansSource) -> Hint | None:
    """A hint, or nothing for us."""
    if delivery.headers.get("x-token") != source.settings.token.reveal():
        raise NotAllowed("The delivery is not Acme's.", remedy="Compare the secrets.")
    return Hint(id=delivery.body.decode()) if delivery.body else None


@hookimpl
@implements(specs.report_outcome)
def report_outcome(outcome: SourceOutcome, source: PlansSource, effects: Effects) -> None:
    """What arrived is true, false or not known."""
    for told in outcome.transactions:
        assert_type(told, TransactionOutcome)
        assert_type(told.arrived, bool | None)
    effects.run({"lock": SetLock(source)})


@frozen
class Door:
    """An authorization needs no base class."""

    source: PlansSource

    def address(self, *, redirect_to: str, state: str) -> str:
        """Where the person goes."""
        return f"{self.source.settings.url}?{redirect_to}&{state}"

    def redeem(self, code: str, *, redirect_to: str) -> None:
        """Keep it in private."""
        (self.source.private / "token").write_text(code + redirect_to)


@hookimpl
@implements(specs.authorization)
def authorization(source: PlansSource) -> Authorization:
    """Its door."""
    return Door(source)


@hookimpl
@implements(specs.connector_metadata)
def connector_metadata(profile: ErpProfile) -> Mapping[str, str]:
    """Made from the profile alone."""
    return {"erp": profile.name}


LISTS: Callable[[PlansSource], Iterable[SourceProject]] = list_projects
