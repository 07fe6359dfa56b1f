"""How origin ids, marks of transactions and job costs are told, and looked for."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any, Final

from attrs import frozen

from erp_bridge_core.contract import (
    Accepted,
    Attempt,
    Before,
    CannotTell,
    Different,
    Effect,
    Found,
    Sighting,
    State,
    reading,
)
from erp_bridge_core.contract.errors import ErpBridgeError, LedgerConflict, ReadFailed
from erp_bridge_procore.client import ProcoreClient, require_all
from erp_bridge_procore.client.erp_values import Transaction
from erp_bridge_procore.client.errors import NothingThere
from erp_bridge_procore.settings import ProcoreSettings

BUDGET: Final = "budget"


def looked(effects: Sequence[Effect], look: Callable[[Effect], Sighting]) -> Iterator[Sighting]:
    """One sighting an effect; a look that fails tells nothing."""
    for effect in effects:
        try:
            yield look(effect)
        except ErpBridgeError as error:
            yield CannotTell(why=f"{error.message} {error.remedy}".strip())


# -- origin ids -------------------------------------------------------------------------------------------------------


def origin_of_budget(client: ProcoreClient, budget: int) -> str:
    """The origin id that Procore holds for a budget, blank for none."""
    return next((origin for number, origin in client.erp.origins(BUDGET) if number == budget), "")


def conflict_of_origin(budget: int, held: str, ours: str) -> LedgerConflict:
    """Somebody else's origin id stands on a budget."""
    return LedgerConflict(
        f"Budget {budget} is linked in Procore with {held!r}, which is not ours ({ours!r}). Nothing was told.",
        remedy="Ask who linked it: another connector may serve this project. Have that link taken away first.",
        details={"origin_id": held},
    )


@frozen
class TellOrigin:
    """Gives a budget our reference as its origin id, which marks it as synced and locks it."""

    client: ProcoreClient

    def send(self, effect: Effect, attempt: Attempt) -> Accepted:
        """One call with one item; raises `LedgerConflict` where another origin id stands there by now."""
        del attempt
        budget, ours = effect.request["budget"], effect.request["origin"]
        with reading():
            held = origin_of_budget(self.client, budget)
        if held and held != ours:
            raise conflict_of_origin(budget, held, ours)
        require_all(self.client.erp.tell_origins(BUDGET, {budget: ours}), "origin ids")
        return Accepted(reference=ours)

    def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
        """The external data of all budgets."""
        return looked(effects, self._look)

    def _look(self, effect: Effect) -> Sighting:
        ours = effect.request["origin"]
        held = origin_of_budget(self.client, effect.request["budget"])
        if held == ours:
            return Found(reference=ours)
        return Different(evidence={"origin_id": held}) if held else Before()


# -- transactions -----------------------------------------------------------------------------------------------------


def listed_transactions(client: ProcoreClient, project_id: int) -> tuple[Transaction, ...]:
    """All transactions of a project; raises `ReadFailed` where Procore has no such list, which is assumed."""
    try:
        return tuple(client.erp.transactions(project_id))
    except NothingThere as refusal:
        raise ReadFailed(
            f"Procore lists no transactions at the assumed address: {refusal.words}.",
            remedy="Set see_transactions to answer: then marks are believed as Procore answers them.",
        ) from refusal


@frozen
class MarkSynced:
    """Marks transactions as synced, each under our reference of it.

    Where Procore's transactions can't be listed, the answer that named every one of them is kept in `state`: a mark
    whose answer was lost is then set again, which changes nothing.
    """

    client: ProcoreClient
    settings: ProcoreSettings
    state: State

    def send(self, effect: Effect, attempt: Attempt) -> Accepted:
        """One call for all of them; raises `SyncRefused` with Procore's words for each that it refused."""
        del attempt
        origins = _origins(effect)
        require_all(self.client.erp.mark_synced(effect.request["project"], origins), "transactions")
        if self.settings.see_transactions == "answer":
            self.state.put(_answered(effect), value=True)
        return Accepted(reference=f"{len(origins)} transactions")

    def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
        """The list of the project's transactions, read once for all of them, or that the mark was answered."""
        if self.settings.see_transactions == "answer":
            return looked(effects, self._was_answered)
        marked = cache(self._marked)
        return looked(effects, lambda effect: self._look(effect, marked(effect.request["project"])))

    def _was_answered(self, effect: Effect) -> Sighting:
        if not self.state.get(_answered(effect)):
            return Before()
        seen = {"seen": "Procore's answer named every transaction; it lists none"}
        return Found(reference=f"{len(_origins(effect))} transactions", evidence=seen)

    def _marked(self, project_id: int) -> Mapping[int, str]:
        return {each.id: each.origin_id for each in listed_transactions(self.client, project_id) if each.synced}

    @staticmethod
    def _look(effect: Effect, marked: Mapping[int, str]) -> Sighting:
        origins = _origins(effect)
        reference = f"{len(origins)} transactions"
        shown = {number: marked[number] for number in origins if number in marked}
        others = {str(number): origin for number, origin in shown.items() if origin != origins[number]}
        if others:
            return Different(evidence={"origin_ids": others})
        return Found(reference=reference) if len(shown) == len(origins) else Before(evidence={"marked": len(shown)})


def _origins(effect: Effect) -> dict[int, str]:
    return {int(number): origin for number, origin in effect.request["origins"].items()}


def _answered(effect: Effect) -> str:
    return f"marks answered: {effect.key}"


# -- job costs --------------------------------------------------------------------------------------------------------


@frozen
class TellJobCosts:
    """Tells what the ERP shows per job cost, original estimate and approved changes."""

    client: ProcoreClient

    def send(self, effect: Effect, attempt: Attempt) -> Accepted:
        """One call for all of them."""
        del attempt
        require_all(self.client.erp.send_job_costs(effect.request["project"], _figures(effect)), "job costs")
        return Accepted(reference="job costs")

    def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
        """The job costs as Procore has them, read once for all of them."""
        held = cache(lambda project_id: dict(self.client.erp.job_costs(project_id)))
        return looked(effects, lambda effect: self._look(effect, held(effect.request["project"])))

    @staticmethod
    def _look(effect: Effect, shown: Mapping[int, Any]) -> Sighting:
        same = all(shown.get(number) == figures for number, figures in _figures(effect).items())
        return Found(reference="job costs") if same else Before()


def _figures(effect: Effect) -> dict[int, tuple[Decimal, Decimal]]:
    told: Mapping[str, Sequence[str]] = effect.request["figures"]
    return {int(number): (Decimal(original), Decimal(changed)) for number, (original, changed) in told.items()}


def slices(pairs: Iterable[tuple[Any, Any]], size: int) -> Iterator[dict[Any, Any]]:
    """Pairs in dictionaries of at most so many."""
    held: dict[Any, Any] = {}
    for name, value in pairs:
        held[name] = value
        if len(held) == size:
            yield held
            held = {}
    if held:
        yield held
