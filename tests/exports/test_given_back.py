"""What was given back stays so: whoever takes its export up, or is at it, sends nothing of it any more (E3)."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from attrs import define
from ledger_erp import LedgerAdapter, Scene
from sqlalchemy import select, update

from erp_bridge_core.contract import Effects, ExportBatch, PlannedEffect, SafetyClass
from erp_bridge_core.contract.errors import LeaseLost, NotSent
from erp_bridge_core.exports.settling import release
from erp_bridge_core.store.tables import items


def nothing() -> None:
    """Nobody does anything meanwhile."""


@define
class Planning(LedgerAdapter):
    """An adapter that can't sign in, or takes so long to plan that somebody acts meanwhile."""

    closed: bool = False
    meanwhile: Callable[[], object] = nothing

    def export(self, batch: ExportBatch, values: Any, erp: Any, effects: Effects) -> None:
        if self.closed:
            raise NotSent("The ERP is closed.", remedy="Wait until it opens.")
        super().export(batch, values, erp, effects)

    def _plan(self, batch: ExportBatch, effects: Effects, generation: int) -> Iterator[PlannedEffect]:
        planned: Iterable[PlannedEffect] = list(super()._plan(batch, effects, generation))
        self.meanwhile()
        yield from planned


@define
class Exporting:
    """A started export, and what becomes of it."""

    scene: Scene
    adapter: Planning

    def advance(self) -> object:
        """As a worker does."""
        return self.scene.worker.advance(self.scene.export_id)

    def fail(self) -> None:
        """Let it end by an error before anything went out."""
        self.adapter.closed = True
        self.advance()
        self.adapter.closed = False

    def give_back(self) -> None:
        """Reject the item: what that does to its export, and its state."""
        with self.scene.store.begin() as connection:
            release(connection, self.scene.item_id)
            connection.execute(update(items).where(items.c.id == self.scene.item_id).values(state="rejected"))

    def stands(self) -> tuple[str, dict[int, int]]:
        """The item's state, and what the ERP holds."""
        query = select(items.c.state).where(items.c.id == self.scene.item_id)
        with self.scene.store.read() as connection:
            return connection.execute(query).scalar_one(), self.scene.books.held()


@pytest.fixture
def exporting(open_scene: Callable[..., Scene]) -> Exporting:
    """An export that was started, with nothing sent yet."""
    scene = open_scene(SafetyClass.KEYED)
    adapter = Planning(scene.books, SafetyClass.KEYED)
    opener = scene.worker.opener
    scene.worker.opener = lambda item: (adapter, opener(item)[1])
    return Exporting(scene, adapter)


@pytest.mark.rule("E3", "L3")
def test_a_worker_that_comes_late_leaves_it_alone(exporting: Exporting) -> None:
    """It saw the export running; until it has the lease, that has failed and was rejected."""
    exporting.fail()
    exporting.give_back()

    exporting.advance()

    assert ("rejected", {}) == exporting.stands()


@pytest.mark.rule("E3")
def test_what_failed_is_retried_by_nobody_but_a_person(exporting: Exporting) -> None:
    """Nor by a worker that saw it running."""
    exporting.fail()

    exporting.advance()

    assert ("failed", {}) == exporting.stands()


@pytest.mark.rule("E3", "L3")
def test_a_worker_that_plans_it_sends_no_more(exporting: Exporting) -> None:
    """It has read which lines are free when the item, as one whose outcome was unknown, is rejected."""
    exporting.adapter.meanwhile = exporting.give_back

    with pytest.raises(LeaseLost):
        exporting.advance()

    assert ("rejected", {}) == exporting.stands()


@pytest.mark.rule("E3")
def test_who_looks_again_concludes_nothing_of_it(exporting: Exporting) -> None:
    """A verification was about to look when the item was rejected."""
    exporting.fail()
    exporting.give_back()

    with exporting.scene.worker.opened(exporting.scene.export_id) as work:
        exporting.scene.worker.conclude(work)

    assert ("rejected", {}) == exporting.stands()
