"""How phases and budget rows are written and looked for: `keyed` where created, `absolute` where set."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from attrs import frozen

from erp_bridge_cmic.client import Cmic, part
from erp_bridge_cmic.rows import PHASES, RESOURCE, BudgetRow, RowKey, new_phase, new_row, read_phases
from erp_bridge_cmic.watch import Snapshot, Watch
from erp_bridge_core.contract import (
    Absent,
    Accepted,
    Attempt,
    Before,
    CannotTell,
    Different,
    Effect,
    Found,
    Sighting,
    reading,
)
from erp_bridge_core.contract.errors import ErpBridgeError, LedgerConflict

Wanted = Mapping[str, Any]


@frozen
class AddPhase:
    """A phase is assigned to a job: CMiC holds job and phase once (`keyed`)."""

    client: Cmic

    def send(self, effect: Effect, attempt: Attempt) -> Accepted:  # noqa: ARG002 - the session watches the attempt
        """Assign it."""
        settings, wanted = self.client.erp.settings, effect.request
        self.client.create(PHASES, new_phase(settings, wanted["job"], wanted["phase"]))
        return Accepted()

    def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
        """Whether each stands on its job."""
        known: dict[str, frozenset[str] | str] = {}
        for effect in effects:
            job = effect.request["job"]
            if job not in known:
                known[job] = self._phases(job)
            yield _phase_sighting(known[job], effect.request["phase"])

    def _phases(self, job: str) -> frozenset[str] | str:
        try:
            return frozenset(phase.code for phase in read_phases(self.client, job))
        except ErpBridgeError as error:
            return error.message


def _phase_sighting(seen: frozenset[str] | str, phase: str) -> Sighting:
    if isinstance(seen, str):
        return CannotTell(why=seen)
    if phase in seen:
        return Found(reference=phase)
    return Absent(proof={"phases": len(seen)})


@frozen
class CreateRow:
    """Rows are created: CMiC holds job, phase and category once, and creating is no update (`keyed`)."""

    client: Cmic
    watch: Watch

    def send(self, effect: Effect, attempt: Attempt) -> Accepted:  # noqa: ARG002 - the session watches the attempt
        """Create one row, or several in one transaction; with an original budget only while the job is pending."""
        rows = effect.request["rows"]
        with reading():
            for job in {row["job"] for row in rows if "amount" in row}:
                self.watch.require_pending(job)
        values = [new_row(self.client.erp.settings, _key(row)) | budget_values(self.client, row) for row in rows]
        if len(values) == 1:
            self.client.create(RESOURCE, values[0])
        else:
            self.client.batch(RESOURCE, [part(RESOURCE, place, row) for place, row in enumerate(values, start=1)])
        return Accepted(evidence={"rows": len(values)})

    def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
        """Whether each row stands there with the original budget that was sent, if one was."""
        return _find(self.watch, effects, _created)


@frozen
class SetRow:
    """The original budget of rows is set: the same value again changes nothing (`absolute`)."""

    client: Cmic
    watch: Watch

    def send(self, effect: Effect, attempt: Attempt) -> Accepted:  # noqa: ARG002 - the session watches the attempt
        """Set one row, or several in one transaction, each still being as before or as it shall be (L9)."""
        rows = effect.request["rows"]
        with reading():
            for row in rows:
                _require_known(self.watch.require_pending(row["job"]), row)
        if len(rows) == 1:
            self.client.update(RESOURCE, rows[0]["vuuid"], budget_values(self.client, rows[0]))
        else:
            parts = [
                part(RESOURCE, place, budget_values(self.client, row), vuuid=row["vuuid"])
                for place, row in enumerate(rows, start=1)
            ]
            self.client.batch(RESOURCE, parts)
        return Accepted(evidence={"rows": len(rows)})

    def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
        """Whether each row's original budget is ours, that from before, or another."""
        return _find(self.watch, effects, _set)


def budget_values(client: Cmic, wanted: Wanted) -> dict[str, Any]:
    """The budget attributes of a row."""
    names = client.erp.settings.names
    values: dict[str, Any] = {}
    if "amount" in wanted:
        values[names.row_budget] = Decimal(wanted["amount"])
    if "units" in wanted:
        values[names.row_units] = Decimal(wanted["units"])
    if "unit" in wanted:
        values[names.row_unit] = wanted["unit"]
    return values


def _require_known(seen: Snapshot, wanted: Wanted) -> None:
    row = seen.rows.get(_key(wanted))
    known = {Decimal(wanted["before"]), Decimal(wanted["amount"])}
    if row is None or row.odd or row.original not in known:
        shown = "gone" if row is None else row.odd or f"{row.original:f}"
        raise LedgerConflict(
            f"The row {' / '.join(_key(wanted))} is no longer as it was at accept: {shown}.",
            remedy="Have it put back in CMiC, then resume; or settle it.",
            details={"seen": shown, "before": wanted["before"], "ours": wanted["amount"]},
        )


# -- looking ----------------------------------------------------------------------------------------------------------


def _find(
    watch: Watch, effects: Sequence[Effect], judge: Callable[[BudgetRow | None, Wanted], str]
) -> Iterator[Sighting]:
    """Each job is read once, whole, however many effects are looked for."""
    seen: dict[str, Snapshot | str] = {}
    for effect in effects:
        rows = effect.request["rows"]
        for job in {row["job"] for row in rows}:
            if job not in seen:
                seen[job] = _snapshot(watch, job)
        unread = next((why for job in {row["job"] for row in rows} if isinstance(why := seen[job], str)), None)
        yield CannotTell(why=unread) if unread is not None else _sighting(rows, seen, judge)


def _snapshot(watch: Watch, job: str) -> Snapshot | str:
    try:
        return watch.read(job)
    except ErpBridgeError as error:
        return error.message


def _sighting(
    rows: Sequence[Wanted], seen: Mapping[str, Any], judge: Callable[[BudgetRow | None, Wanted], str]
) -> Sighting:
    """Rows of one request go together: where they differ among themselves, it was no transaction."""
    held = [seen[row["job"]].rows.get(_key(row)) for row in rows]
    verdicts = {judge(row, wanted) for row, wanted in zip(held, rows, strict=True)}
    evidence = {"rows": [_shown(row, wanted) for row, wanted in zip(held[:10], rows[:10], strict=True)]}
    if verdicts == {"ours"}:
        return Found(reference=held[0].vuuid if held[0] else "", evidence=evidence)
    if verdicts == {"before"}:
        return Before(evidence=evidence)
    if verdicts == {"absent"}:
        jobs = sorted({row["job"] for row in rows})
        return Absent(proof={"jobs": jobs, "rows": sum(len(seen[job].rows) for job in jobs)})
    return Different(evidence=evidence)


def _created(row: BudgetRow | None, wanted: Wanted) -> str:
    if row is None:
        return "absent"
    if "amount" not in wanted:
        return "ours"
    return "ours" if not row.odd and row.original == Decimal(wanted["amount"]) else "other"


def _set(row: BudgetRow | None, wanted: Wanted) -> str:
    if row is None or row.odd:
        return "other"
    if row.original == Decimal(wanted["amount"]):
        return "ours"
    return "before" if row.original == Decimal(wanted["before"]) else "other"


def _shown(row: BudgetRow | None, wanted: Wanted) -> dict[str, str]:
    seen = "absent" if row is None else row.odd or f"{row.original:f}"
    return {"row": " / ".join(_key(wanted)), "original": seen, "ours": wanted.get("amount", "")}


def _key(wanted: Wanted) -> RowKey:
    return wanted["job"], wanted["phase"], wanted["category"]
