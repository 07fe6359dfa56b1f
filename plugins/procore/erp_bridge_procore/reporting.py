"""Telling Procore how a request stands, as an integrator's duties are ordered: origin id, transactions, the detail.

Each says how things are, so that after a doubt it may be said again. Nothing is written over a person's: a request
that somebody else closed, or a budget linked with somebody else's id, is found before the first write.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from hashlib import sha256
from typing import Any, Final

from attrs import define

from erp_bridge_core.contract import Effects, PlannedEffect
from erp_bridge_core.contract.errors import NotFound, ReadFailed
from erp_bridge_core.contract.source import OutcomeStage, SourceOutcome
from erp_bridge_procore.client import ProcoreClient, payload_of
from erp_bridge_procore.client.erp import SYNC_MOST
from erp_bridge_procore.client.erp_values import BudgetPayload
from erp_bridge_procore.client.told import DetailStatus
from erp_bridge_procore.connection import ProcoreConnection, connect, told
from erp_bridge_procore.details import TellDetail, require_ours
from erp_bridge_procore.operations import (
    MarkSynced,
    TellJobCosts,
    TellOrigin,
    conflict_of_origin,
    listed_transactions,
    origin_of_budget,
    slices,
)
from erp_bridge_procore.profile import MARK_SYNCED, TELL_DETAIL, TELL_JOB_COSTS, TELL_ORIGIN
from erp_bridge_procore.wording import Mark, messages_of, status_of

BUDGET: Final = "budget"
TRANSACTIONS: Final = "transactions"
JOB_COSTS: Final = "job costs"
DETAIL: Final = "detail"


def report_outcome(outcome: SourceOutcome, source: ProcoreConnection, effects: Effects) -> None:
    """Tell how a request stands. Raises `LedgerConflict`, nothing written, where it was closed by somebody else."""
    with told(source):
        client = connect(source)
        report = _Report.of(client, source, outcome)
        effects.plan(BUDGET, lambda _: report.origin())
        effects.plan(TRANSACTIONS, lambda _: report.marks())
        effects.plan(DETAIL, lambda _: report.detail())
        if source.settings.send_job_costs and outcome.stage is OutcomeStage.VERIFIED:
            # Figures count as come back only for a budget whose export is over.
            effects.plan(JOB_COSTS, lambda _: report.job_costs())
    effects.run(
        {
            TELL_ORIGIN: TellOrigin(client),
            MARK_SYNCED: MarkSynced(client, source.settings, source.state),
            TELL_JOB_COSTS: TellJobCosts(client),
            TELL_DETAIL: TellDetail(client, source.settings, source.installation),
        }
    )


@define
class _Report:
    """One outcome, and what of Procore's it is about."""

    client: ProcoreClient
    source: ProcoreConnection
    outcome: SourceOutcome
    payload: BudgetPayload
    detail_id: int
    is_open: bool

    @classmethod
    def of(cls, client: ProcoreClient, source: ProcoreConnection, outcome: SourceOutcome) -> "_Report":
        """Read the request; raises `NotFound`, `LedgerConflict`."""
        if not (outcome.request.isascii() and outcome.request.isdigit()):
            raise NotFound(f"Procore has no request {outcome.request!r}.", remedy="Look at the connector's requests.")
        request = client.erp.request(int(outcome.request))
        if request.detail_id is None:
            raise ReadFailed(
                f"Procore's request {request.id} has no detail to be answered.", remedy="Look at it in Procore."
            )
        is_open = require_ours(client.erp.detail(request.detail_id), source.settings, source.installation)
        return cls(client, source, outcome, payload_of(request), request.detail_id, is_open)

    def origin(self) -> Iterator[PlannedEffect]:
        """Our reference as the budget's origin id, once something of it has arrived and unless it stands there."""
        ours, budget = self.outcome.reference, self.payload.budget_id
        if not any(True for _ in self._arrived()):
            return
        held = origin_of_budget(self.client, budget)
        if held and held != ours:
            raise conflict_of_origin(budget, held, ours)
        if not held:
            yield _planned(TELL_ORIGIN, {"budget": budget, "origin": ours})

    def marks(self) -> Iterator[PlannedEffect]:
        """The transactions that have arrived and are not marked, at most a thousand a call."""
        arrived = list(self._arrived())
        if arrived and self.source.settings.see_transactions == "list":
            held = listed_transactions(self.client, self.payload.project_id)
            marked = {(str(each.id), each.origin_id) for each in held if each.synced}
            arrived = [pair for pair in arrived if pair not in marked]
        for origins in slices(arrived, SYNC_MOST):
            yield _planned(MARK_SYNCED, {"project": self.payload.project_id, "origins": origins})

    def job_costs(self) -> Iterator[PlannedEffect]:
        """What the ERP holds per job cost: the sum of the transactions that it was told to hold."""
        arrived = {number for number, _ in self._arrived()}
        sums: defaultdict[int, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
        for each in listed_transactions(self.client, self.payload.project_id):
            if each.synced or str(each.id) in arrived:
                sums[each.job_cost_id][0 if each.is_original else 1] += each.value
        figures = ((str(number), [f"{amount:f}" for amount in both]) for number, both in sums.items())
        for some in slices(figures, SYNC_MOST):
            yield _planned(TELL_JOB_COSTS, {"project": self.payload.project_id, "figures": some})

    def detail(self) -> Iterator[PlannedEffect]:
        """Status and messages; none for a detail that we closed before, unless Procore takes another status then."""
        if not self.is_open and self.source.settings.closed_details == "final":
            self.source.log.info("Request %s was closed by us before: its status stays.", self.outcome.request)
            return
        status = status_of(self.outcome)
        word = self.source.settings.progress_word if status is DetailStatus.IN_PROGRESS else status.value
        mark = Mark(self.source.installation, self.outcome.number)
        request = {"detail": self.detail_id, "status": word, "report": self.outcome.number}
        yield _planned(TELL_DETAIL, {**request, "messages": list(messages_of(self.outcome, mark))})

    def _arrived(self) -> Iterator[tuple[str, str]]:
        return ((each.id, each.reference) for each in self.outcome.transactions if each.arrived)


def _planned(operation: str, request: Mapping[str, Any]) -> PlannedEffect:
    content = json.dumps([operation, request], sort_keys=True).encode()
    return PlannedEffect(operation=operation, lines=(), payload_hash=sha256(content).hexdigest(), request=request)
