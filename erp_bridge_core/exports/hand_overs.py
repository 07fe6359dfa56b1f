"""The hand-over to a person (class `human`): described any number of times, taken once, looked at again later."""

import hashlib
from collections.abc import Iterator
from pathlib import PurePath
from typing import Final

from attrs import field, frozen

from erp_bridge_core.contract.effects import CannotTell, Found, HandOver, HumanOperation, Operation, Waiting
from erp_bridge_core.contract.errors import (
    ErpBridgeError,
    NotFound,
    NotPossibleNow,
    NotSupported,
    PluginError,
)
from erp_bridge_core.contract.profile import SafetyClass
from erp_bridge_core.contract.wire import writing
from erp_bridge_core.exports import ledger
from erp_bridge_core.exports.attempt import RunningAttempt
from erp_bridge_core.exports.decisions import AttemptOutcome, EffectState
from erp_bridge_core.exports.handing import OperationsOf
from erp_bridge_core.exports.ledger import Entry
from erp_bridge_core.exports.worker import Work, Worker

#: Bytes of a file that is read as evidence.
LARGEST_FILE: Final = 64 * 1024 * 1024
SHOWN = (EffectState.OPEN, EffectState.CONFIRMED, EffectState.UNKNOWN)


def describe(worker: Worker, export_id: int) -> tuple[HandOver, ...]:
    """Every hand-over of an export, in order."""
    with worker.opened(export_id) as work:
        operations = _operations(work)
        return tuple(
            _human(operations, entry).hand_over(entry.effect)
            for entry in _human_entries(worker, work, SHOWN)
            if _was_offered(worker, entry)
        )


@frozen(kw_only=True)
class TakenFile:
    """A copy of a file that a person took, proved by its hash to be the one that was handed over."""

    name: str
    sha256: str
    content: bytes = field(repr=False)


def read_taken(worker: Worker, export_id: int, sha256: str) -> TakenFile:
    """Read a file that was taken, for evidence; it is told by its hash.

    Raises `NotFound`; `NotPossibleNow` before it is taken, since whoever loads a copy of what still lies ready may load
    it twice, and where the file is not any more what was handed over; `NotSupported` where none can be read.
    """
    with worker.opened(export_id) as work:
        operations = _operations(work)
        for entry in _human_entries(worker, work, (*SHOWN, EffectState.SETTLED)):
            if not _was_offered(worker, entry):
                continue
            sheet = _human(operations, entry).hand_over(entry.effect)
            if sheet.sha256 == sha256:
                return _copy(work, sheet)
    raise NotFound(
        "No file of that hash lies there: none was handed over, or somebody changed it since.",
        remedy="See what lies there now: `erp-bridge export hand-overs`.",
    )


def _copy(work: Work, sheet: HandOver) -> TakenFile:
    if not sheet.taken:
        raise NotPossibleNow(
            "The file was not taken yet: a copy of it could be loaded besides it.",
            remedy="Take it first: `erp-bridge export take`.",
        )
    files = work.erp.files
    try:
        root = PurePath(files.full_path("name")).parent
        path = PurePath(sheet.location).relative_to(root).as_posix()
    except ValueError:
        raise NotSupported(
            "What was handed over is no file of the shared folder.", remedy=f"Look for it there: {sheet.location}."
        ) from None
    with files.open(path) as file:
        content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise NotSupported("The file is too large to be copied from here.", remedy=f"It lies there: {sheet.location}.")
    if (found := hashlib.sha256(content).hexdigest()) != sheet.sha256:
        raise NotPossibleNow(
            f"The file is not any more what was handed over: its SHA-256 is {found}.",
            remedy="Compare what was loaded with the item's lines.",
            details={"location": sheet.location, "sha256": found},
        )
    return TakenFile(name=PurePath(sheet.location).name, sha256=found, content=content)


def take(worker: Worker, export_id: int) -> tuple[HandOver, ...]:
    """Take every hand-over that lies ready; those taken before are described."""
    with worker.opened(export_id) as work:
        operations = _operations(work)
        taken = [
            _take(worker, work, _human(operations, entry), entry)
            for entry in list(_human_entries(worker, work, SHOWN))
            if _was_offered(worker, entry)
        ]
        worker.conclude(work)
    if not taken:
        raise NotPossibleNow(
            "Nothing lies ready to be taken.",
            remedy="Look at `erp-bridge export status`: the export must be handed over first.",
        )
    return tuple(taken)


def refresh(worker: Worker, export_id: int) -> None:
    """Look again at everything a person was handed, without changing anything at the ERP."""
    with worker.opened(export_id) as work:
        operations = _operations(work)
        for entry in list(_human_entries(worker, work, (*SHOWN, EffectState.SETTLED))):
            if _was_offered(worker, entry):
                _look_again(worker, work, _human(operations, entry), entry)
        worker.conclude(work)


def _operations(work: Work) -> dict[str, Operation]:
    listener = OperationsOf()
    work.adapter.export(work.batch, work.values, work.erp, listener)
    return listener.operations


def _human(operations: dict[str, Operation], entry: Entry) -> HumanOperation:
    operation = operations.get(entry.effect.operation)
    if not isinstance(operation, HumanOperation):
        raise PluginError(
            f"The adapter can't hand over {entry.effect.operation!r}: its operation lacks `hand_over` and `take`.",
            remedy="An operation of the safety class `human` implements HumanOperation.",
        )
    return operation


def _human_entries(worker: Worker, work: Work, states: tuple[EffectState, ...]) -> Iterator[Entry]:
    for entry in ledger.entries(worker.store, work.row.id, states=states):
        if entry.safety == SafetyClass.HUMAN:
            yield entry


def _was_offered(worker: Worker, entry: Entry) -> bool:
    with worker.store.read() as connection:
        return any(attempt.outcome is AttemptOutcome.OFFERED for attempt in ledger.tries(connection, entry.id))


def _take(worker: Worker, work: Work, operation: HumanOperation, entry: Entry) -> HandOver:
    if entry.state is EffectState.CONFIRMED:
        return operation.hand_over(entry.effect)
    declared = work.adapter.profile.operation(entry.effect.operation)
    started = work.erp.clock.monotonic()
    with worker.store.begin() as connection:
        now = work.lease.seconds(connection)
        work.lease.keep(connection, declared.deadline)
        attempt_id, number = ledger.open_attempt(
            connection, entry, company_id=work.item.company_id, item_id=work.item.id, epoch=work.lease.epoch,
            now=now, deadline=now + declared.deadline,
        )  # fmt: skip
    worker.mark.raise_to(attempts=attempt_id)
    worker.observer("intent", entry.effect)
    attempt = RunningAttempt(number=number, lease=work.lease, clock=work.erp.clock, ends=started + declared.deadline)
    try:
        with writing(attempt):
            handed = operation.take(entry.effect, attempt)
    except ErpBridgeError as error:
        outcome = AttemptOutcome.DOUBTFUL if attempt.went_out else AttemptOutcome.NOT_SENT
        _close(worker, work, attempt_id, outcome, {"words": error.message})
        raise
    worker.observer("answered", entry.effect)
    _close(worker, work, attempt_id, AttemptOutcome.ACCEPTED, {"location": handed.location})
    _look_again(worker, work, operation, entry)
    worker.observer("recorded", entry.effect)
    return handed


def _close(worker: Worker, work: Work, attempt_id: int, outcome: AttemptOutcome, evidence: dict[str, str]) -> None:
    with worker.store.begin() as connection:
        ledger.close_attempt(connection, attempt_id, outcome, evidence, now=work.lease.seconds(connection))


def _look_again(worker: Worker, work: Work, operation: Operation, entry: Entry) -> None:
    """What a later look may change: taken by hand, lines refused, gone without a trace, arrived after all."""
    sighting = next(iter(operation.find([entry.effect])))
    with worker.store.begin() as connection:
        now = work.lease.seconds(connection)
        match sighting, entry.state:
            case Found(refused=refused), EffectState.CONFIRMED:
                ledger.refuse_lines(connection, entry, work.item.id, refused)
            case Found(), EffectState.SETTLED if ledger.settled_as(connection, entry) == "not_arrived":
                # "Not arrived" stays watched: it did arrive (L15).
                ledger.conclude(connection, entry, work.item.id, EffectState.DUPLICATED)
            case Found(reference=reference, refused=refused), EffectState.OPEN | EffectState.UNKNOWN:
                ledger.conclude(
                    connection, entry, work.item.id, EffectState.CONFIRMED, reference=reference, refused=refused
                )
            case Waiting(), EffectState.UNKNOWN:
                ledger.conclude(connection, entry, work.item.id, EffectState.OPEN)
            case CannotTell(why=why), EffectState.OPEN:
                ledger.conclude(connection, entry, work.item.id, EffectState.UNKNOWN, evidence={"why": why})
            case _:
                return
        kind = type(sighting).__name__.lower()
        ledger.record_sightings(connection, work.item.company_id, [(entry.id, kind, {})], now=now)
