"""Real kills: a worker dies by SIGKILL at every stage of the ledger, another goes on, the books are counted."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from databases import wait_for_the_dead
from ledger_books import LINES, Books, Contained
from ledger_erp import LedgerAdapter, Scene, run_again
from sqlalchemy import select

from erp_bridge_core.approvals.batches import load_batch
from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.contract import CannotTell, Effects, Operation, PlannedEffect, SafetyClass, Sighting, Stream
from erp_bridge_core.contract.effects import Effect
from erp_bridge_core.contract.errors import AlreadyThere, ReadFailed
from erp_bridge_core.exports.hand_overs import refresh
from erp_bridge_core.exports.settling import Settlement, SettlingAct, settle
from erp_bridge_core.exports.status import EffectStatus, ExportState, count_lines, load_status
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.tables import exports, items

WORKER = Path(__file__).parent / "crash_worker.py"
STAGES = ("intent", "body_sent", "reply_held", "answered", "recorded", "seen")
#: Classes that reach confirmed unaided after any kill.
SURE = (SafetyClass.KEYED, SafetyClass.ABSOLUTE, SafetyClass.CONTAINED)
ONCE = dict.fromkeys(range(1, LINES + 1), 1)


def kill_at(scene: Scene, stage: str, time: int) -> None:
    """Run the export in another process until it kills itself there."""
    home = scene.books.path.parent
    safety = scene.adapter.safety
    url = scene.store.engine.url.render_as_string(hide_password=False)
    which = [safety, str(scene.export_id), str(scene.item_id)]
    finished = subprocess.run(
        [sys.executable, str(WORKER), url, str(home), *which, stage, str(time)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert -signal.SIGKILL == finished.returncode, finished.stderr
    wait_for_the_dead(scene.store)


def state_of(scene: Scene) -> str:
    """The stored state of the scene's export."""
    with scene.store.read() as connection:
        return connection.execute(select(exports.c.state).where(exports.c.id == scene.export_id)).scalar_one()


@pytest.mark.rule("E1", "L2", "L4", "L11")
@pytest.mark.parametrize("time", [1, 2])
@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("safety", SURE)
def test_a_killed_export_ends_with_every_line_once(
    open_scene: Callable[..., Scene], safety: SafetyClass, stage: str, time: int
) -> None:
    """Whatever the stage of the kill, the next worker brings the export to its end, each line once in the books."""
    kill_at(open_scene(safety), stage, time)
    scene = open_scene(safety, passed=10_000.0)
    scene.worker.advance(scene.export_id)
    assert ONCE == scene.books.held()
    assert ExportState.COMPLETE == state_of(scene)


@pytest.mark.rule("L4", "E6")
@pytest.mark.parametrize("stage", ["intent", "body_sent", "reply_held", "answered"])
def test_a_doubted_append_stays_unknown_and_is_never_sent_again(open_scene: Callable[..., Scene], stage: str) -> None:
    """An ERP that gives nothing to recognise a write by: after a kill the outcome is unknown, for good."""
    kill_at(open_scene(SafetyClass.APPEND), stage, 2)
    for _ in range(3):
        scene = open_scene(SafetyClass.APPEND, passed=10_000.0)
        scene.worker.advance(scene.export_id)
    held = scene.books.held()
    assert all(count == 1 for count in held.values())
    assert ExportState.UNKNOWN == state_of(scene)
    with scene.store.read() as connection:
        assert 1 <= count_lines(connection, scene.item_id).unknown
        assert "unknown" == connection.execute(select(items.c.state)).scalar_one()


@pytest.mark.rule("L4", "E2")
@pytest.mark.parametrize("stage", STAGES)
def test_a_file_is_offered_once_whatever_the_stage_of_the_kill(open_scene: Callable[..., Scene], stage: str) -> None:
    """A hand-over interrupted anywhere ends as one offered file per effect, never two."""
    kill_at(open_scene(SafetyClass.HUMAN), stage, 1)
    scene = open_scene(SafetyClass.HUMAN, passed=10_000.0)
    scene.worker.advance(scene.export_id)
    assert LINES == len(list(scene.books.path.parent.glob("offer-*")))
    assert ExportState.OFFERED == state_of(scene)


class Forgetful:
    """An `Effects` without a ledger: it plans anew and sends everything on every call."""

    def __init__(self, scene: Scene, hook: Callable[[str], None]) -> None:
        self.scene = scene
        self.hook = hook
        self.planned: list[tuple[str, PlannedEffect]] = []

    def plan(self, group: str, build: Callable[[int], Iterable[PlannedEffect]]) -> None:
        self.planned += [(group, effect) for effect in build(1)]

    def lines_to_send(self) -> Stream[int]:
        return Stream(lambda: range(1, LINES + 1))

    def reserve(self, name: str, build: Callable[[], str]) -> str:
        return build()

    def run(self, operations: Mapping[str, Operation]) -> None:
        todo, self.planned = self.planned, []
        for ordinal, (group, effect) in enumerate(todo, start=1):
            lines = tuple(effect.lines)
            sent = Effect(
                key=f"{group} {ordinal}", reference=f"{group}-{ordinal}", operation=effect.operation, group=group,
                generation=1, ordinal=ordinal, payload_hash=effect.payload_hash, request=effect.request,
                lines=Stream(lambda lines=lines: lines),
            )  # fmt: skip
            operations[effect.operation].send(sent, AlwaysFine())


class AlwaysFine:
    number = 1
    seconds_left = 60.0

    def check(self) -> None:
        return


class WithoutLedger(LedgerAdapter):
    """The same adapter, its effects sent past the ledger."""

    def export(self, batch, values, erp, effects: Effects) -> None:  # type: ignore[no-untyped-def]
        super().export(batch, values, erp, Forgetful(self.scene, self.hook))


class LostReplyError(Exception):
    """The process 'dies' in this test by an exception that nothing catches."""


@pytest.mark.parametrize("safety", [SafetyClass.KEYED, SafetyClass.APPEND, SafetyClass.CONTAINED, SafetyClass.HUMAN])
def test_the_crash_tests_fail_when_the_ledger_is_switched_off(
    open_scene: Callable[..., Scene], safety: SafetyClass
) -> None:
    """Without the ledger a lost reply doubles lines, or stops for good: what the tests above assert is not so."""
    scene = open_scene(safety)
    strikes = iter([True])

    def lose_the_second_reply(stage: str) -> None:
        if stage == "reply_held" and next(strikes, False):
            raise LostReplyError

    adapter = WithoutLedger(Books(scene.books.path), safety, lose_the_second_reply)
    adapter.scene = scene
    batch = load_batch(scene.store.read, scene.item_id)
    with pytest.raises(LostReplyError):
        adapter.export(batch, None, None, None)
    try:
        adapter.export(batch, None, None, None)
    except (AlreadyThere, FileExistsError):
        return
    assert ONCE != scene.books.held()


class Died(BaseException):
    """A worker's process that ended here."""


@pytest.mark.rule("E1", "L2", "L11")
@pytest.mark.parametrize(
    ("ended_by", "expected"),
    [(Died(), ExportState.RUNNING), (ReadFailed("The ERP is away."), ExportState.FAILED)],
    ids=["a crash", "an error"],
)
def test_what_was_planned_in_part_is_not_complete_for_whoever_looks(
    open_scene: Callable[..., Scene], monkeypatch: pytest.MonkeyPatch, ended_by: BaseException, expected: ExportState
) -> None:
    """All lines arrived, and the run ended before the posting was planned: looking leaves that to the next run."""
    scene = open_scene(SafetyClass.CONTAINED)

    def end(_: LedgerAdapter) -> Iterable[PlannedEffect]:
        raise ended_by

    with monkeypatch.context() as patch, suppress(Died):
        patch.setattr(LedgerAdapter, "_post", end)
        scene.worker.advance(scene.export_id)
    seen = []
    for _ in range(2):
        refresh(scene.worker, scene.export_id)
        seen.append(state_of(scene))
    run_again(scene)
    scene.worker.advance(scene.export_id)

    assert ([expected, expected], ExportState.COMPLETE) == (seen, state_of(scene))
    assert ONCE == scene.books.held()


class Blind(Contained):
    """The last line can't be seen."""

    def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
        for effect, seen in zip(effects, super().find(effects), strict=True):
            yield CannotTell(why="no route") if LINES in set(effect.lines) else seen


@pytest.mark.rule("E1", "E6", "L11")
def test_a_settled_doubt_lets_what_was_not_planned_yet_go_on(
    open_scene: Callable[..., Scene], audit: AuditTrail, administrator: Actor
) -> None:
    """The last line was in doubt before the posting was planned: settled as arrived, it still has to be posted."""
    scene = open_scene(SafetyClass.CONTAINED)
    scene.adapter.operation = Blind
    scene.worker.advance(scene.export_id)
    doubted, unknown = state_of(scene), next(each for each in effects_of(scene) if each.state == "unknown")
    with scene.worker.opened(scene.export_id) as work:
        act = SettlingAct(
            actor=administrator, audit=audit, verb="export.settle", subject="item", number=work.item.id
        )  # fmt: skip
        settle(scene.store, work, act, unknown.reference, how=Settlement.ARRIVED, reason="It is there.")
        scene.worker.conclude(work)
    settled, posted = state_of(scene), scene.books.held()
    scene.worker.advance(scene.export_id)

    assert (ExportState.UNKNOWN, ExportState.RUNNING, ExportState.COMPLETE) == (doubted, settled, state_of(scene))
    assert ({}, ONCE) == (posted, scene.books.held())


def effects_of(scene: Scene) -> Sequence[EffectStatus]:
    """The effects of the scene's export."""
    with scene.store.read() as connection:
        return load_status(connection, 1, scene.item_id).effects
