"""The planted ERP itself: each correct adapter brings a whole job to its books, and crashes leave nothing twice."""

import shutil
from decimal import Decimal

import pytest
from planted.books import Books, key_of
from planted.scene import BUDGET, FIRST, JOB, LATER, OpenScene, intended
from planted.variants import VARIANTS

from erp_bridge_core.contract import Outcome

ALL = sorted(VARIANTS)


# -- the main job -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ALL)
def test_a_whole_job_comes_to_equal_books_and_a_later_change_alone_follows(name: str, open_variant: OpenScene) -> None:
    """Twelve lines and a change, verified; then another change, of which nothing earlier is sent again."""
    scene = open_variant(name)
    scene.add_change("CO-1", FIRST)

    scene.deliver()

    assert "synced" == scene.state_of(0)
    assert intended(FIRST) == scene.held()

    scene.add_change("CO-2", LATER)
    item = scene.deliver()

    assert len(LATER) == item.line_count
    assert "synced" == scene.state_of(1)
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
        for row in sorted(scene.rows(), key=key_of)
    ]


def test_a_pending_change_stays_apart_until_the_desk_approves_it(open_variant: OpenScene) -> None:
    """It is recorded, and counts once it was approved and posted."""
    scene = open_variant("keyed")
    scene.add_change("CO-1", FIRST)
    item = scene.send()
    scene.accept(item, status="pending")
    scene.export(item)
    scene.desk("post", job=JOB)

    assert Outcome.POSTED is scene.verify(item)
    assert intended() == scene.held()

    scene.desk("approve", job=JOB, change="CO-1")
    scene.desk("post", job=JOB)

    assert Outcome.POSTED is scene.verify(item)
    assert intended(FIRST) == scene.held()


def test_a_refused_line_is_told_and_a_retry_brings_it_alone(open_variant: OpenScene) -> None:
    """In the books' own words; once the cost code is active again, the refused lines alone are sent."""
    scene = open_variant("keyed")
    item = scene.accepted()
    scene.at_stage("intent", lambda: scene.set_units("CY"))

    status = scene.export(item)

    assert {"There is no unit EA."} == {line.words for line in status.failed_lines}
    assert sum(line.unit == "EA" for line in BUDGET) == status.lines.refused

    scene.set_units("EA")
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
    scene.at_stage(stage, crash)
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
    scene.at_stage(stage, crash)
    with pytest.raises(Crash):
        scene.export(item)

    status = scene.run(item)

    assert {("unknown", 1)} == {(effect.state, effect.attempts) for effect in status.effects}
    assert rows == len(scene.rows())


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
