"""The planted ERP itself: each correct adapter brings a whole job to its books, and each mischief is what it says."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path

import pytest
from planted.books import Books, Row, key_of, own_job
from planted.mischief import Act
from planted.mischief import mischief_of as mischief_of_class
from planted.scene import BUDGET, FIRST, JOB, LATER, OpenScene, Scene, intended, make_template, open_scene
from planted.variants import VARIANTS, subject

from erp_bridge_core.contract import Mischief, Mischievous, Outcome, SafetyClass
from erp_bridge_core.contract.connection import Clock

ALL = sorted(VARIANTS)
UNAIDED = ["absolute", "contained", "keyed"]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with its people, made once."""
    home = tmp_path_factory.mktemp("planted") / "home"
    make_template(home)
    return home


@pytest.fixture
def open_variant(template: Path, tmp_path: Path, clock: Clock) -> Iterator[OpenScene]:
    """Open a scene over the correct adapter of a safety class."""
    with ExitStack() as stack:

        def scene(name: str) -> Scene:
            return stack.enter_context(open_scene(subject(name), template, tmp_path / name, clock))

        yield scene


def state_of(scene: Scene, number: int) -> str:
    """The state of the project's item, counted from the first."""
    history = scene.application.reviews.history(scene.person("approver"), "24-001")
    return str(sorted(history, key=lambda item: item.id)[number].state)


def job_of(scene: Scene) -> Row:
    """The job as the books have it."""
    with Books(scene.books).reading() as data:
        return own_job(data, JOB)


def rows_of(scene: Scene) -> list[Row]:
    """The rows of the job."""
    return list(job_of(scene)["entries"])


def desk(scene: Scene, command: str, **arguments: str) -> None:
    """A person at the books does something."""
    scene.simulator.desk()[command].run(scene.books, **arguments)


def set_units(scene: Scene, *units: str) -> None:
    """The books take these units alone from now on."""
    with Books(scene.books).writing() as data:
        own_job(data, JOB)["units"] = list(units)


def at_stage(scene: Scene, stage: str, act: Callable[[], object]) -> list[Callable[[], object]]:
    """Do something once, the first time that an export comes to this stage of the ledger; what is still left to do."""
    left = [act]

    def watch(seen: str, _: object) -> None:
        if seen == stage and left:
            left.pop()()

    scene.application.exports.worker.observer = watch
    return left


def mischief_of(name: str) -> Mapping[Mischief, Act]:
    """What may happen to an export of that safety class."""
    return mischief_of_class(SafetyClass(name))


# -- the main job -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ALL)
def test_a_whole_job_comes_to_equal_books_and_a_later_change_alone_follows(name: str, open_variant: OpenScene) -> None:
    """Twelve lines and a change, verified; then another change, of which nothing earlier is sent again."""
    scene = open_variant(name)
    scene.add_change("CO-1", FIRST)

    scene.deliver()

    assert "synced" == state_of(scene, 0)
    assert intended(FIRST) == scene.held()

    scene.add_change("CO-2", LATER)
    item = scene.deliver()

    assert len(LATER) == item.line_count
    assert "synced" == state_of(scene, 1)
    assert intended(FIRST, LATER) == scene.held()


def test_what_is_blank_stays_blank_in_the_books(open_variant: OpenScene) -> None:
    """Blank quantities are not zero, a zero line is there, and texts are as they were entered."""
    scene = open_variant("keyed")

    scene.deliver()

    expected = [
        (line.amount, line.quantity, line.unit, line.description) for line in sorted(BUDGET, key=lambda line: line.key)
    ]
    assert expected == [
        (
            Decimal(row["amount"]),
            None if row["quantity"] is None else Decimal(row["quantity"]),
            row["unit"],
            row["description"],
        )
        for row in sorted(rows_of(scene), key=key_of)
    ]


def test_a_pending_change_stays_apart_until_the_desk_approves_it(open_variant: OpenScene) -> None:
    """It is recorded, and counts once it was approved and posted."""
    scene = open_variant("keyed")
    scene.add_change("CO-1", FIRST)
    item = scene.send()
    scene.accept(item, status="pending")
    scene.export(item)
    desk(scene, "post", job=JOB)

    assert Outcome.POSTED is scene.verify(item)
    assert intended() == scene.held()

    desk(scene, "approve", job=JOB, change="CO-1")
    desk(scene, "post", job=JOB)

    assert Outcome.POSTED is scene.verify(item)
    assert intended(FIRST) == scene.held()


def test_a_refused_line_is_told_and_a_retry_brings_it_alone(open_variant: OpenScene) -> None:
    """In the books' own words; once the cost code is active again, the refused lines alone are sent."""
    scene = open_variant("keyed")
    item = scene.accepted()
    at_stage(scene, "intent", lambda: set_units(scene, "CY"))

    status = scene.export(item)

    assert {"There is no unit EA."} == {line.words for line in status.failed_lines}
    assert sum(line.unit == "EA" for line in BUDGET) == status.lines.refused

    set_units(scene, "EA")
    scene.application.exports.retry(scene.person("approver"), item.id)
    scene.post()

    assert Outcome.POSTED is scene.verify(item)
    assert intended() == scene.held()


class Crash(BaseException):
    """The worker ends here."""


def crash() -> None:
    """End the worker."""
    raise Crash


@pytest.mark.parametrize("name", ["absolute", "contained", "human", "keyed"])
@pytest.mark.parametrize("stage", ["intent", "answered"])
def test_a_worker_that_ends_around_a_write_leaves_nothing_twice(name: str, stage: str, open_variant: OpenScene) -> None:
    """The next one looks, and the books hold each line once: before the write as after it."""
    scene = open_variant(name)
    item = scene.accepted()
    at_stage(scene, stage, crash)
    with pytest.raises(Crash):
        scene.export(item)
    scene.run(item)
    scene.post(scene.take(item))

    assert Outcome.POSTED is scene.verify(item)
    assert intended() == scene.held()


@pytest.mark.parametrize(("stage", "rows"), [("intent", 8), ("answered", 12)])
def test_rows_without_a_reference_are_never_sent_again(stage: str, rows: int, open_variant: OpenScene) -> None:
    """A worker ended around the first of three writes: the others follow; whether it arrived, nobody knows."""
    scene = open_variant("append")
    item = scene.accepted()
    at_stage(scene, stage, crash)
    with pytest.raises(Crash):
        scene.export(item)

    status = scene.run(item)

    assert {("unknown", 1)} == {(effect.state, effect.attempts) for effect in status.effects}
    assert rows == len(rows_of(scene))


# -- mischief ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ALL)
def test_what_may_happen_is_offered_and_nothing_else(name: str) -> None:
    """Every mischief belongs to some variant, and each variant's simulator offers its own."""
    simulator = subject(name).simulator()

    assert isinstance(simulator, Mischievous)
    assert set(Mischief) == {each for other in ALL for each in mischief_of(other)}
    assert set(mischief_of(name)) == set(simulator.mischief())


@pytest.mark.parametrize("name", UNAIDED)
def test_a_write_that_fails_with_200_is_a_refusal(name: str, open_variant: OpenScene) -> None:
    """Nothing is done, the words are told, and a retry brings everything."""
    scene = open_variant(name)
    item = scene.accepted()
    scene.befalls(Mischief.FAILS_WITH_200)

    status = scene.export(item)

    assert "failed" == status.state
    assert {"The books are being balanced; nothing was entered."} == {line.words for line in status.failed_lines}

    scene.application.exports.retry(scene.person("approver"), item.id)
    scene.post()

    assert Outcome.POSTED is scene.verify(item)
    assert intended() == scene.held()


@pytest.mark.parametrize("name", ["contained", "keyed"])
@pytest.mark.parametrize("mischief", [Mischief.APPLIES_SOME, Mischief.OMITS_ROWS])
def test_rows_that_were_not_carried_out_or_not_told_come_once(
    name: str, mischief: Mischief, open_variant: OpenScene
) -> None:
    """What the reply refused is retried, what it left out is looked for; the books hold each line once."""
    scene = open_variant(name)
    item = scene.accepted()
    scene.befalls(mischief)

    status = scene.export(item)
    refused = status.lines.refused
    if refused:
        scene.application.exports.retry(scene.person("approver"), item.id)
    scene.post()

    assert (3 if (name, mischief) == ("keyed", Mischief.APPLIES_SOME) else 0) == refused
    assert Outcome.POSTED is scene.verify(item)
    assert intended() == scene.held()


@pytest.mark.parametrize("name", UNAIDED)
@pytest.mark.parametrize("mischief", [Mischief.STALE_READS, Mischief.CAPPED_READS, Mischief.HIDDEN_ROWS])
def test_a_read_that_is_not_whole_proves_nothing(name: str, mischief: Mischief, open_variant: OpenScene) -> None:
    """What went out stays unknown, what must be read first does not go out; whole again, reads confirm it once."""
    scene = open_variant(name)
    scene.deliver()
    scene.add_change("CO-1", FIRST)
    item = scene.accepted()
    at_stage(scene, "intent", lambda: scene.befalls(mischief))

    unread = name == "absolute" and mischief is not Mischief.STALE_READS
    assert ("failed" if unread else "unknown") == scene.export(item).state
    scene.simulator.calm(scene.books)
    assert "complete" == scene.run(item).state
    scene.post()
    assert Outcome.POSTED is scene.verify(item)
    assert intended(FIRST) == scene.held()


@pytest.mark.parametrize("name", ALL)
def test_a_closed_job_takes_nothing_until_it_is_calmed(name: str, open_variant: OpenScene) -> None:
    """Reading says so, and no row is entered."""
    scene = open_variant(name)
    scene.befalls(Mischief.CLOSED_JOB)

    assert "closed" == job_of(scene)["status"]

    scene.simulator.calm(scene.books)

    scene.deliver()
    assert "synced" == state_of(scene, 0)


@pytest.mark.parametrize("name", ALL)
def test_tokens_that_end_are_renewed(name: str, open_variant: OpenScene) -> None:
    """Between two writes of an export the tokens end; it is confirmed all the same."""
    scene = open_variant(name)
    item = scene.accepted()
    left = at_stage(scene, "answered", lambda: scene.befalls(Mischief.EXPIRES_TOKENS))
    scene.export(item)
    scene.settle_all(item)
    scene.post(scene.take(item))

    assert [] == left
    assert Outcome.POSTED is scene.verify(item)
    assert intended() == scene.held()


def test_posting_early_spares_a_container_that_is_not_sealed(open_variant: OpenScene) -> None:
    """Of rows under references what lies there is posted; rows in an open container are not."""
    posted = {}
    for name in ("contained", "keyed"):
        scene = open_variant(name)
        item = scene.accepted()
        seen: list[int] = []

        def post(stage: str, _: object, scene: Scene = scene, seen: list[int] = seen) -> None:
            if stage == "answered":
                scene.befalls(Mischief.POSTS_EARLY)
                seen.append(len(scene.held()))

        scene.application.exports.worker.observer = post
        scene.export(item)
        posted[name] = seen

    assert {"contained": [0, 0, 0, 0, 11], "keyed": [3, 7, 11]} == posted


@pytest.mark.parametrize(
    ("mischief", "outcome"),
    [
        (Mischief.LOADS_TWICE, Outcome.POSTED_TWICE),
        (Mischief.TICKS_WRONG, Outcome.WRONG_PLACE),
        (Mischief.LOADS_HALF, Outcome.HALF_POSTED),
    ],
)
def test_files_that_are_loaded_wrongly_show(mischief: Mischief, outcome: Outcome, open_variant: OpenScene) -> None:
    """Twice, with the wrong tick, or only the first of two files."""
    scene = open_variant("human")
    scene.add_change("CO-1", FIRST)
    item = scene.accepted()
    scene.export(item)
    scene.befalls(mischief, scene.take(item))

    assert outcome is scene.verify(item)


@pytest.mark.parametrize("name", ALL)
def test_an_entry_that_a_person_edits_shows_as_one_more_dollar(name: str, open_variant: OpenScene) -> None:
    """The books differ by 1.00 from what was exported, and verification says so."""
    scene = open_variant(name)
    item = scene.deliver()
    before = sum(map(sum, scene.held().values()))
    scene.befalls(Mischief.EDITS_ENTRY)

    assert Decimal("1.00") == sum(map(sum, scene.held().values())) - before
    assert scene.verify(item).is_mismatch


@pytest.mark.parametrize("name", ALL)
def test_an_entry_that_a_person_removes_is_gone(name: str, open_variant: OpenScene) -> None:
    """One row of ours is taken back, and verification says so."""
    scene = open_variant(name)
    item = scene.deliver()
    scene.befalls(Mischief.REMOVES_ENTRY)

    assert ["removed"] == [row["state"] for row in rows_of(scene) if row["state"] != "posted"]
    assert Outcome.REGRESSED is scene.verify(item)


def test_a_number_that_a_person_took_is_not_ours(open_variant: OpenScene) -> None:
    """Taken before the plan, the next one is used; nothing goes into the person's container."""
    scene = open_variant("contained")
    item = scene.accepted()
    scene.befalls(Mischief.TAKES_NUMBER)

    scene.export(item)

    assert ["1", "2"] == sorted(job_of(scene)["containers"])
    assert {"2"} == {row["container"] for row in rows_of(scene)}


# -- the server -------------------------------------------------------------------------------------------------------


def test_the_books_are_whole_in_their_file_after_a_restart(open_variant: OpenScene) -> None:
    """A copy of the folder is a copy of the books; after a restart every token has ended."""
    scene = open_variant("keyed")
    scene.deliver()
    copied = scene.books.with_name("copied")
    shutil.copytree(scene.books, copied)

    scene.simulator.restart(copied)

    assert list(scene.simulator.ledger(scene.books, JOB)) == list(scene.simulator.ledger(copied, JOB))
    with Books(copied).reading() as data:
        assert [] == data["tokens"]


def test_books_that_are_put_back_are_read_again(open_variant: OpenScene) -> None:
    """A server that runs on answers out of a copy that was put in its books' place."""
    scene = open_variant("keyed")
    copied = scene.books.with_name("copied")
    shutil.copytree(scene.books, copied)
    scene.deliver()

    shutil.rmtree(scene.books)
    shutil.copytree(copied, scene.books)

    assert {} == scene.held()
    assert scene.verify(scene.application.reviews.history(scene.person("approver"), "24-001")[0]).is_mismatch
