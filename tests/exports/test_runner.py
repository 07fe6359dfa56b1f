"""The runner over a small ERP: plans stored once, tries committed before they go out, doubts looked into."""

from collections.abc import Callable, Iterator, Sequence

import pytest
from attrs import define
from ledger_books import LINES, Absolute, Contained, Human, Keyed
from ledger_erp import LedgerAdapter, Scene, add_export, make_scene, run_again
from sqlalchemy import func, insert, select, update

from erp_bridge_core.contract import (
    Accepted,
    Attempt,
    CannotTell,
    Effect,
    Effects,
    Erp,
    ExportBatch,
    FieldValues,
    LineRefused,
    SafetyClass,
    Sighting,
)
from erp_bridge_core.contract.errors import (
    Doubtful,
    ErpRefused,
    Frozen,
    LeaseLost,
    NotPossibleNow,
    NotSent,
    OutcomeUnknown,
    ReadFailed,
    Throttled,
)
from erp_bridge_core.exports.lease import leased
from erp_bridge_core.exports.status import load_status
from erp_bridge_core.store.tables import attempts, effects, exports, installation

ONCE = dict.fromkeys(range(1, LINES + 1), 1)
OpenScene = Callable[..., Scene]


def status(scene: Scene):
    """How the scene's export stands."""
    with scene.store.read() as connection:
        return load_status(connection, 1, scene.item_id)


def failing_once(kind: type, error: Exception, *, after: bool) -> type:
    """An operation whose first try fails, before the ERP did it or after."""

    class FailsOnce(kind):
        failed = False

        def send(self, effect: Effect, attempt: Attempt):
            if FailsOnce.failed:
                return super().send(effect, attempt)
            FailsOnce.failed = True
            if after:
                super().send(effect, attempt)
            else:
                attempt.check()
            raise error

    return FailsOnce


@pytest.mark.rule("L4", "L6")
@pytest.mark.parametrize("after", [True, False], ids=["reply lost", "never arrived"])
@pytest.mark.parametrize("kind", [Keyed, Absolute, Contained])
def test_a_doubt_ends_with_every_line_once(open_scene: OpenScene, kind: type, *, after: bool) -> None:
    """A lost reply and a lost request look the same to us; each class still ends with every line once."""
    safety = SafetyClass(kind.__name__.lower())
    scene = open_scene(safety)
    scene.adapter.operation = failing_once(kind, Doubtful("the connection broke"), after=after)
    assert scene.worker.advance(scene.export_id) is None
    assert ONCE == scene.books.held()
    assert "complete" == status(scene).state


@pytest.mark.rule("L4")
@pytest.mark.parametrize("error", [NotSent("refused"), Throttled("slow down", retry_after=7.0)])
def test_a_try_that_was_not_carried_out_is_simply_sent_again(open_scene: OpenScene, error: Exception) -> None:
    """Not sent and throttled leave no doubt, so nothing is looked for; a throttle is waited out."""
    scene = open_scene(SafetyClass.APPEND)

    class Append(failing_once(Keyed, error, after=False)):
        pass

    scene.adapter.operation = Append
    scene.adapter.safety = SafetyClass.KEYED
    assert scene.worker.advance(scene.export_id) is None
    assert ONCE == scene.books.held()
    assert isinstance(error, NotSent) or 7.0 in scene.clock.waited


@pytest.mark.rule("E3", "L6", "L10")
def test_a_refused_line_is_told_in_the_erps_words_and_the_rest_arrives(open_scene: OpenScene) -> None:
    """One line refused: the export has failed, that line carries the ERP's words, and a retry sends it alone."""
    scene = open_scene(SafetyClass.KEYED)
    refusing = True

    class Refusing(Keyed):
        def send(self, effect: Effect, attempt: Attempt):
            if refusing and 2 in set(effect.lines):
                attempt.check()
                raise ErpRefused("Code 02 is closed", meaning="the code is closed", remedy="open it")
            return super().send(effect, attempt)

    scene.adapter.operation = Refusing
    scene.worker.advance(scene.export_id)
    told = status(scene)
    assert ("failed", 2, 1) == (told.state, told.lines.arrived, told.lines.refused)
    assert [(2, "Code 02 is closed", "open it")] == [(x.line, x.words, x.remedy) for x in told.failed_lines]

    refusing = False
    from erp_bridge_core.exports.ledger import free_refused_lines

    with scene.store.begin() as connection:
        free_refused_lines(connection, scene.item_id)
    run_again(scene)
    scene.worker.advance(scene.export_id)
    assert ONCE == scene.books.held()
    assert ("complete", 3) == (status(scene).state, status(scene).lines.arrived)


@pytest.mark.rule("A3", "L2")
def test_a_number_that_was_reserved_is_used_again_by_every_retry(open_scene: OpenScene) -> None:
    """The next number is read once, before the first try; a retry finds it although the ERP would offer another."""
    scene = open_scene(SafetyClass.KEYED)
    offered, used, opener = iter(("7", "8")), list[str](), scene.worker.opener

    class Numbered(LedgerAdapter):
        def export(self, batch: ExportBatch, values: FieldValues, erp: Erp, effects: Effects) -> None:
            used.append(effects.reserve("number", lambda: next(offered)))
            if len(used) == 1:
                raise ReadFailed("The ERP is down.")
            super().export(batch, values, erp, effects)

    numbered = Numbered(books=scene.books, safety=SafetyClass.KEYED)
    scene.worker.opener = lambda item: (numbered, opener(item)[1])
    scene.worker.advance(scene.export_id)
    run_again(scene)
    scene.worker.advance(scene.export_id)

    assert ["7", "7"] == used
    assert ONCE == scene.books.held()


@pytest.mark.rule("L10")
def test_lines_refused_inside_an_accepted_answer_do_not_arrive(open_scene: OpenScene) -> None:
    """An answer that takes the request but refuses lines in it leaves just those lines refused."""
    scene = open_scene(SafetyClass.KEYED)

    class Partial(Keyed):
        def send(self, effect: Effect, attempt: Attempt):
            accepted = super().send(effect, attempt)
            lines = list(effect.lines)
            return Accepted(
                reference=accepted.reference,
                refused=tuple(LineRefused(line=line, words="no") for line in lines if line == 3),
            )

    scene.adapter.operation = Partial
    scene.worker.advance(scene.export_id)
    assert (2, 1) == (status(scene).lines.arrived, status(scene).lines.refused)


@pytest.mark.rule("L7", "L11")
def test_an_error_while_looking_is_never_taken_for_absent(open_scene: OpenScene) -> None:
    """The ERP answered, but can't be read: the outcome is unknown, and nothing is sent a second time."""
    scene = open_scene(SafetyClass.KEYED)

    class Blind(Keyed):
        def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
            raise ConnectionError("no route")
            yield CannotTell(why="")

    scene.adapter.operation = Blind
    stopped = scene.worker.advance(scene.export_id)
    assert isinstance(stopped, OutcomeUnknown)
    assert "unknown" == status(scene).item_state
    scene.adapter.operation = None
    assert scene.worker.advance(scene.export_id) is None
    assert ONCE == scene.books.held()
    with scene.store.read() as connection:
        assert LINES == connection.execute(select(func.count()).select_from(attempts)).scalar_one()


@pytest.mark.rule("L2")
def test_a_resumed_export_executes_the_stored_plan(open_scene: OpenScene) -> None:
    """The plan is made once: resuming calls no builder again."""
    scene = open_scene(SafetyClass.KEYED)
    scene.worker.advance(scene.export_id)
    scene.worker.advance(scene.export_id)
    assert LINES == scene.adapter.planned


@pytest.mark.rule("L1")
def test_an_effects_key_names_erp_company_job_item_version_and_generation(open_scene: OpenScene) -> None:
    """The identity holds no clock, no batch number and no row order, and a payload hash stands beside it."""
    scene = open_scene(SafetyClass.KEYED)
    scene.worker.advance(scene.export_id)
    with scene.store.read() as connection:
        first = connection.execute(select(effects).order_by(effects.c.position)).first()
    assert f"ledger|BOOKS|hoosier|J1|item {scene.item_id}|version 1|lines|write|1|generation 1" == first.key
    assert 64 == len(first.payload_hash)


@pytest.mark.rule("L12")
def test_only_one_worker_holds_an_export(open_scene: OpenScene, home) -> None:
    """A second worker is turned away while the first one has the job."""
    scene = open_scene(SafetyClass.KEYED)
    with leased(scene.store, home / "locks", scene.export_id), pytest.raises(NotPossibleNow):
        scene.worker.advance(scene.export_id)


@pytest.mark.rule("L12")
def test_a_worker_that_lost_its_lease_sends_nothing(open_scene: OpenScene) -> None:
    """Taken over between intent and body: the check right before the body stops it."""
    scene = open_scene(SafetyClass.KEYED)

    def take_over(stage: str, effect: Effect) -> None:
        if stage == "intent":
            with scene.store.begin() as connection:
                connection.execute(update(exports).values(lease_epoch=exports.c.lease_epoch + 1))

    scene.worker.observer = take_over
    with pytest.raises(LeaseLost):
        scene.worker.advance(scene.export_id)
    assert {} == scene.books.held()


@pytest.mark.rule("L9")
def test_a_later_export_waits_until_an_earlier_doubt_is_past_its_horizon(open_scene: OpenScene, store, home) -> None:
    """A late old write must not land on a newer one: the drain barrier holds the next export of the job."""
    first = open_scene(SafetyClass.ABSOLUTE)
    first.worker.advance(first.export_id)
    with store.begin() as connection:
        connection.execute(update(attempts).values(outcome="doubtful"))
    with store.read() as connection:
        project = connection.execute(select(func.min(exports.c.id))).scalar_one()
    item_id, export_id = add_export(store, 1, project, version=2)
    second = make_scene(store, home, SafetyClass.ABSOLUTE, export_id=export_id, item_id=item_id)
    second.worker.patience = 10.0
    with pytest.raises(OutcomeUnknown, match="earlier write"):
        second.worker.advance(export_id)
    second.worker.patience = 10_000.0
    second.worker.advance(export_id)
    assert 30.0 < max(second.clock.waited) <= 60.0


@pytest.mark.rule("L16")
def test_a_frozen_installation_sends_nothing(open_scene: OpenScene) -> None:
    """After a restore writing is frozen: the intent itself is refused."""
    scene = open_scene(SafetyClass.KEYED)
    with scene.store.begin() as connection:
        connection.execute(update(installation).values(frozen_because="restored from a backup"))
    stopped = scene.worker.advance(scene.export_id)
    assert isinstance(stopped, Frozen)
    assert {} == scene.books.held()


@define
class Marks:
    raised: list[int]

    def raise_to(self, *, attempts: int) -> object:
        self.raised.append(attempts)
        return None


@pytest.mark.rule("L16")
def test_the_mark_outside_the_database_rises_before_each_try(open_scene: OpenScene) -> None:
    """A restored database is recognised by the mark it is behind, so the mark is raised before anything goes out."""
    marks = Marks([])
    scene = open_scene(SafetyClass.KEYED, mark=marks)
    scene.worker.advance(scene.export_id)
    with scene.store.read() as connection:
        assert list(connection.execute(select(attempts.c.id).order_by(attempts.c.id)).scalars()) == marks.raised


@pytest.mark.rule("L1")
def test_the_same_key_planned_again_is_a_conflict_before_any_io(open_scene: OpenScene) -> None:
    """The ledger refuses a second plan under a key it holds, and nothing goes out."""
    scene = open_scene(SafetyClass.KEYED)
    with scene.store.begin() as connection:
        other, _ = add_foreign_export(connection, scene)
        connection.execute(
            insert(effects).values(
                company_id=1, export_id=other, key=f"ledger|BOOKS|hoosier|J1|item {scene.item_id}|version 1|lines|write"
                "|1|generation 1", reference="x", position=1, operation="write", safety="keyed", group_name="lines",
                generation=1, ordinal=1, payload_hash="1" * 64, request={}, line_count=1, state="planned", evidence={},
            )
        )  # fmt: skip
    stopped = scene.worker.advance(scene.export_id)
    assert "conflict" == stopped.code
    assert {} == scene.books.held()


def add_foreign_export(connection, scene: Scene) -> tuple[int, int]:
    """A second item and export beside the scene's: (export id, item id)."""
    row = connection.execute(select(exports)).one()
    values = {name: value for name, value in row._mapping.items() if name not in {"id", "item_id"}}
    from erp_bridge_core.store.tables import items

    item = connection.execute(select(items)).one()
    copied = {name: value for name, value in item._mapping.items() if name != "id"}
    item_id = connection.execute(insert(items).values(**{**copied, "version": 9})).inserted_primary_key[0]
    export = connection.execute(insert(exports).values(**values, item_id=item_id)).inserted_primary_key[0]
    return int(export), int(item_id)


@pytest.mark.rule("L4")
def test_a_hand_over_taken_is_confirmed_and_taking_it_again_moves_nothing(open_scene: OpenScene) -> None:
    """Offered once, taken once; the second take answers the same."""
    from erp_bridge_core.exports import hand_overs

    scene = open_scene(SafetyClass.HUMAN)
    scene.worker.advance(scene.export_id)
    assert ("offered", "exporting") == (status(scene).state, status(scene).item_state)
    assert [False] * LINES == [each.taken for each in hand_overs.describe(scene.worker, scene.export_id)]
    first = hand_overs.take(scene.worker, scene.export_id)
    assert [True] * LINES == [each.taken for each in first]
    assert first == hand_overs.take(scene.worker, scene.export_id)
    assert ("complete", "waiting") == (status(scene).state, status(scene).item_state)


@pytest.mark.rule("L4")
def test_a_hand_over_that_vanished_is_unknown_and_not_written_again(open_scene: OpenScene, home) -> None:
    """Gone without a trace: a person may have loaded it, so it is never rewritten."""
    scene = open_scene(SafetyClass.HUMAN)

    class Tombstoned(Human):
        def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
            for seen in super().find(effects):
                yield CannotTell(why="gone without a trace") if type(seen).__name__ == "Absent" else seen

    scene.adapter.operation = Tombstoned
    scene.worker.advance(scene.export_id)
    for file in home.glob("offer-*"):
        file.unlink()
    scene.worker.advance(scene.export_id)
    assert [] == list(home.glob("offer-*"))
    assert "unknown" == status(scene).item_state
