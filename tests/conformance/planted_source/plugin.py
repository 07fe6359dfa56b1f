"""The correct plugin of Slate. Plugins with a defect override one of its methods, or its client."""

import hmac
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from hashlib import sha256
from typing import Any, ClassVar, Final

from erp_bridge_core.contract import (
    API_VERSION,
    Delivery,
    Effects,
    ErpProfile,
    Hint,
    LineKey,
    OperationProfile,
    OutcomeStage,
    Part,
    PlannedEffect,
    RequestKind,
    SafetyClass,
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
    hookimpl,
)
from erp_bridge_core.contract.errors import (
    BadInput,
    Changed,
    LedgerConflict,
    NotAllowed,
    ReadFailed,
)
from planted_source.books import KEY, SIGNATURE, Row
from planted_source.client import Client, SlateSettings
from planted_source.simulator import SlateSimulator
from planted_source.writes import Answer, Lock, Mark, planned

CAPABILITIES: Final = frozenset(SourceCapability) - {SourceCapability.AUTHORIZATION}
_STATES: Final = frozenset({"sent", "closed", *OutcomeStage})


class SlatePlugin:
    """All hooks."""

    client_class: ClassVar[type[Client]] = Client
    capabilities: ClassVar[frozenset[SourceCapability]] = CAPABILITIES

    def __init__(self, name: str) -> None:
        self.name = name

    # -- what it is ---------------------------------------------------------------------------------------------------

    @hookimpl
    def source_profile(self) -> SourceProfile:
        return SourceProfile(
            name=self.name,
            title="Slate",
            api_version=API_VERSION,
            settings_class=SlateSettings,
            capabilities=self.capabilities,
            operations=tuple(
                OperationProfile(
                    name=name, title=title, safety=SafetyClass.ABSOLUTE, because="It sets what stands there.",
                    deadline=10.0, execution_bound=0.0,
                )
                for name, title in (("lock", "lock"), ("mark", "marks"), ("answer", "answer"))
            ),
        )  # fmt: skip

    @hookimpl
    def source_simulator(self) -> SlateSimulator:
        return SlateSimulator()

    @hookimpl
    def connector_metadata(self, profile: ErpProfile) -> Mapping[str, Any]:
        return {"erp": profile.name, "limits": {limit.field: limit.max_length for limit in profile.limits}}

    # -- reading ------------------------------------------------------------------------------------------------------

    @hookimpl
    def list_projects(self, source: Source[Any]) -> Iterable[SourceProject]:
        return [self.project(row) for row in self.client(source).rows("projects")]

    @hookimpl
    def read_budget(self, project: str, source: Source[Any]) -> SourceBudget:
        client = self.client(source)
        header = client.get(f"projects/{project}")
        lines = tuple(map(self.line, client.rows(f"projects/{project}/lines")))
        changes = tuple(self.changes(client.rows(f"projects/{project}/changes")))
        subs = tuple(SourceSubJob(**row) for row in client.rows(f"projects/{project}/sub-jobs"))
        self.check_unmoved(header, client.get(f"projects/{project}"))
        return SourceBudget(
            project=self.project(header), currency="USD", revision=self.revision(header, lines),
            locked=header["locked"], lines=self.stream(lines), changes=self.stream(changes),
            sub_jobs=self.stream(subs),
        )  # fmt: skip

    def client(self, source: Source[Any]) -> Client:
        """A client for one call."""
        return self.client_class(source)

    def stream(self, values: Sequence[Any]) -> Stream[Any]:
        """A re-iterable stream."""
        return Stream(lambda: values)

    def project(self, row: Row) -> SourceProject:
        """A project."""
        return SourceProject(id=row["id"], number=row["number"], name=row["name"], currency="USD", job=row["job"])

    def check_unmoved(self, before: Row, after: Row) -> None:
        """Raise Changed where somebody edited the budget."""
        if before["revision"] != after["revision"]:
            raise Changed("The budget was edited while it was read.", remedy="Read it again.")

    def revision(self, header: Row, lines: Sequence[SourceLine]) -> str:
        """Slate counts it."""
        return str(header["revision"])

    def key(self, row: Row) -> LineKey:
        """What a row is about."""
        return LineKey(*(row[name] for name in KEY))

    def line(self, row: Row) -> SourceLine:
        """A line; a column that lacks is named."""
        if "amount" not in row:
            raise ReadFailed("Lines have no column `amount`.", remedy="Add the column `amount` to the view.")
        return SourceLine(id=row["id"], key=self.key(row), amount=self.amount(row["amount"]))

    def amount(self, text: str) -> Decimal:
        """Exact."""
        return Decimal(text)

    def changes(self, rows: Iterable[Row]) -> Iterator[SourceChange]:
        """Approved changes alone; a state that nobody knows is named."""
        for row in rows:
            if row["status"] not in {"approved", "draft", "void"}:
                raise ReadFailed(f"Change {row['number']} is {row['status']!r}.", remedy="Tell who keeps the plugin.")
            if row["status"] == "approved":
                yield self.change(row)

    def change(self, row: Row) -> SourceChange:
        """A change."""
        return SourceChange(
            id=row["id"], number=row["number"], date=None, description="", lines=tuple(map(self.line, row["lines"])),
            revision=sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()[:12],
        )  # fmt: skip

    # -- requests -----------------------------------------------------------------------------------------------------

    @hookimpl
    def read_requests(self, source: Source[Any]) -> Iterable[SourceRequest]:
        client = self.client(source)
        return [self.request(client, row) for row in self.request_rows(client)]

    def request_rows(self, client: Client) -> Iterable[Row]:
        """All of them."""
        return client.rows("requests")

    def request(self, client: Client, row: Row) -> SourceRequest:
        """A request with its transactions."""
        known = {each["id"]: each for each in client.rows(f"projects/{row['project']}/transactions")}
        moves = tuple(self.transaction(row, known[each]) for each in row["transactions"])

        def transactions() -> Iterator[SourceTransaction]:
            if row["status"] not in _STATES:
                raise ReadFailed(f"Request {row['id']} is {row['status']!r}.", remedy="Tell who keeps the plugin.")
            yield from moves

        return SourceRequest(
            id=row["id"], kind=RequestKind(row["kind"]), project=row["project"], job=self.job(row), open=row["open"],
            transactions=Stream(transactions),
        )  # fmt: skip

    def job(self, row: Row) -> str:
        """The job that it is linked with."""
        return str(row["job"])

    def transaction(self, request: Row, row: Row) -> SourceTransaction:
        """A move of one key."""
        return SourceTransaction(
            id=row["id"], key=self.key(row), part=Part(row["part"]), amount=self.amount(row["amount"]),
            change=row["change"],
        )  # fmt: skip

    @hookimpl
    def hint(self, delivery: Delivery, source: Source[SlateSettings]) -> Hint | None:
        self.check_signature(delivery, source)
        try:
            event = json.loads(delivery.body)
            return self.hinted(event, source) if event["about"] == "request" else None
        except (ValueError, KeyError, TypeError) as error:
            raise BadInput("The delivery can't be read.", remedy="The poll finds what it told.") from error

    def check_signature(self, delivery: Delivery, source: Source[SlateSettings]) -> None:
        """Raise NotAllowed for what is not Slate's."""
        secret = source.settings.hook_secret.reveal().encode()
        expected = hmac.digest(secret, delivery.body, "sha256").hex()
        if not hmac.compare_digest(expected, delivery.headers.get(SIGNATURE, "")):
            raise NotAllowed("The delivery is not Slate's.", remedy="Check the secret on both sides.")

    def hinted(self, event: Row, source: Source[Any]) -> Hint:
        """Where to look."""
        return Hint(id=event["id"], request=event["request"], project=event["project"], echo=event["by"] == "bridge")

    # -- writing ------------------------------------------------------------------------------------------------------

    @hookimpl
    def lock_budget(self, project: str, locked: bool, source: Source[Any], effects: Effects) -> None:  # noqa: FBT001 - the hook's
        request = self.lock_request(project, locked, source)
        effects.plan("lock", lambda _: [planned("lock", request)])
        effects.run({"lock": self.lock_operation(self.client(source))})

    def lock_request(self, project: str, locked: bool, source: Source[Any]) -> Row:  # noqa: FBT001 - the hook's
        """What is written."""
        return {"project": project, "locked": locked}

    def lock_operation(self, client: Client) -> Lock:
        """How it is written."""
        return Lock(client)

    @hookimpl
    def report_outcome(self, outcome: SourceOutcome, source: Source[Any], effects: Effects) -> None:
        client = self.client(source)
        effects.plan("marks", lambda _: self.marks(client, outcome))
        effects.plan("answer", lambda _: self.answers(client, outcome))
        effects.run({"mark": self.mark_operation(client), "answer": self.answer_operation(client)})

    def marks(self, client: Client, outcome: SourceOutcome) -> Iterator[PlannedEffect]:
        """What has arrived and is not marked yet; a request that was closed elsewhere is a conflict."""
        self.check_open(client, outcome)
        known = {each["id"]: each for each in client.rows(f"projects/{outcome.project}/transactions")}
        due = {each.id: each.reference for each in outcome.transactions if self.is_due(outcome, each.arrived)}
        new = {name: reference for name, reference in due.items() if known[name]["reference"] != reference}
        if new:
            yield planned("mark", {"project": outcome.project, "references": new})

    def is_due(self, outcome: SourceOutcome, arrived: bool | None) -> bool:  # noqa: FBT001 - what the contract holds
        """Whether a transaction is marked."""
        return arrived is True

    def check_open(self, client: Client, outcome: SourceOutcome) -> None:
        """Raise LedgerConflict for one that somebody closed."""
        row = client.get(f"requests/{outcome.request}")
        if row["status"] == "closed":
            raise LedgerConflict(f"Request {outcome.request} was closed at Slate.", remedy="Ask there anew.")

    def answers(self, client: Client, outcome: SourceOutcome) -> Iterator[PlannedEffect]:
        """The one answer."""
        yield planned("answer", {"id": outcome.request, "body": self.answer(outcome)})

    def answer(self, outcome: SourceOutcome) -> Row:
        """What the request's users read."""
        return {
            "stage": outcome.stage.value, "messages": list(outcome.messages), "number": outcome.number,
            "ends": outcome.stage.is_final or outcome.stage is OutcomeStage.FAILED,
        }  # fmt: skip

    def mark_operation(self, client: Client) -> Mark:
        """How marks are written."""
        return Mark(client)

    def answer_operation(self, client: Client) -> Answer:
        """How the answer is written."""
        return Answer(client)


#: The correct plugin: the suite asks for `planted_source.plugin:correct`.
correct: Final = SlatePlugin("slate")
