"""Originals that count as soon as they are written, beside changes that wait to be posted."""

import pytest
from sqlalchemy import insert, select
from verification_scene import NOW, REPORT, Scene, key

from erp_bridge_core.contract.postings import Outcome, RouteSight
from erp_bridge_core.exports.comparison import Comparison, compare
from erp_bridge_core.exports.moves import Subject
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import observations, verifications

SEES_UNPOSTED = RouteSight(route="report", title="Report", sees_unposted=True)
Seen = dict[str, tuple[int, int, int | None]]


@pytest.fixture
def scene(store: Store, project: int) -> Scene:
    """An original on 01, an original and a change on 02, a change on 03; nothing stood there before."""
    scene = Scene.make(store, project)
    scene.send(key("01"), 10000)
    scene.send(key("02"), 5000, 700)
    scene.send(key("03"), 0, 300)
    for code in ("01", "02", "03"):
        scene.before(key(code), 0, 0)
    return scene


def see(scene: Scene, shown: Seen, *, sight: RouteSight = SEES_UNPOSTED) -> Comparison:
    """Compare figures of an ERP whose originals count at once: original, changes, unposted changes per code."""
    with scene.store.begin() as connection:
        values = {"company_id": 1, "item_id": scene.item_id, "outcome": "", "counts": {}, "sights": []}
        number = connection.execute(
            insert(verifications).values(**values, taken_at=NOW, first_seen_at=NOW).returning(verifications.c.id)
        ).scalar_one()
        for code, (original, changes, unposted) in shown.items():
            connection.execute(
                insert(observations).values(
                    verification_id=number, company_id=1, route=sight.route, sub_job="", cost_code=code, category="L",
                    original=original, changes=changes, total=original + changes, unposted_changes=unposted,
                )
            )  # fmt: skip
        subject = Subject(
            item_id=scene.item_id, project_id=scene.project_id, verification_id=number, sights=(sight,),
            originals_count_at_once=True,
        )  # fmt: skip
        return compare(connection, subject, company_id=1)


@pytest.mark.rule("V2")
def test_changes_that_visibly_wait_are_unposted_and_no_mismatch(scene: Scene) -> None:
    """The originals moved as they were written; the changes wait for a person."""
    found = see(scene, {"01": (10000, 0, 0), "02": (5000, 0, 700), "03": (0, 0, 300)})
    assert Outcome.UNPOSTED == found.outcome
    assert {key("02"): Outcome.UNPOSTED, key("03"): Outcome.UNPOSTED} == {
        of: outcome for of, outcome in scene.outcomes().items() if outcome is not Outcome.POSTED
    }


@pytest.mark.rule("V2")
def test_changes_that_no_route_sees_waiting_are_not_visible_yet(scene: Scene) -> None:
    """Nothing is concluded from originals alone."""
    found = see(scene, {"01": (10000, 0, None), "02": (5000, 0, None), "03": (0, 0, None)}, sight=REPORT)
    assert Outcome.NOT_VISIBLE_YET == found.outcome


@pytest.mark.rule("V2")
def test_one_change_posted_and_another_not_is_half_posted(scene: Scene) -> None:
    """Among what a person posts, some is there and some is missing."""
    found = see(scene, {"01": (10000, 0, 0), "02": (5000, 700, 0), "03": (0, 0, 300)})
    assert Outcome.HALF_POSTED == found.outcome


@pytest.mark.rule("V2")
def test_all_posted_is_posted(scene: Scene, store: Store) -> None:
    """Once the changes have moved too, the item is posted."""
    found = see(scene, {"01": (10000, 0, 0), "02": (5000, 700, 0), "03": (0, 300, 0)})
    assert Outcome.POSTED == found.outcome
    with store.read() as connection:
        assert 1 == len(connection.execute(select(verifications.c.id)).all())
