"""The comparison: what each way of arriving, or not arriving, is called."""

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from verification_scene import REPORT, Scene, key

from erp_bridge_core.contract.postings import Outcome, RouteSight
from erp_bridge_core.exports.outcomes import Move, classify, times
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import baselines, item_lines, key_outcomes, observations, verifications

A, B, C = key("01"), key("02"), key("03")
HH2 = RouteSight(route="service", title="Service", proof=False, synced_back=True, sees_sub_jobs=False)
SEEING = evolve(REPORT, sees_unposted=True)


@pytest.fixture
def scene(store: Store, project: int) -> Scene:
    """An item waiting to be posted."""
    return Scene.make(store, project)


@pytest.mark.rule("V2")
def test_exact_move_is_posted(scene: Scene) -> None:
    """Figures that moved by just what was sent, on top of what was there, are posted."""
    scene.before(A, 500, 20)
    scene.send(A, 100, 7)
    assert Outcome.POSTED == scene.see({A: (600, 27)}).outcome


@pytest.mark.rule("V2")
def test_unmoved_is_not_visible_yet(scene: Scene) -> None:
    """Figures that did not move are not visible yet, whatever the write answered."""
    scene.before(A, 500, 20)
    scene.send(A, 100, 7)
    assert Outcome.NOT_VISIBLE_YET == scene.see({A: (500, 20)}).outcome


@pytest.mark.rule("V2", "E2")
def test_unposted_entries_are_told_apart(scene: Scene) -> None:
    """Where a route sees unposted entries, they are unposted rather than not visible."""
    scene.send(A, 100)
    assert Outcome.UNPOSTED == scene.see({A: (0, 0, 0, 100, 0)}, sights=[SEEING]).outcome


@pytest.mark.rule("V2")
def test_deleted_batch_is_removed_before_posting(scene: Scene) -> None:
    """Entries that waited and are gone without having moved a figure were removed before posting, and stay so."""
    scene.send(A, 100)
    scene.see({A: (0, 0, 0, 100, 0)}, sights=[SEEING])
    outcomes = [scene.see({A: (0, 0, 0, 0, 0)}, sights=[SEEING]).outcome for _ in range(2)]
    assert [Outcome.REMOVED, Outcome.REMOVED] == outcomes


@pytest.mark.rule("V2", "E6")
def test_withdrawn_by_a_person_is_removed_until_resolved(scene: Scene) -> None:
    """Lines that a person settled as withdrawn are removed before posting, where no route sees unposted entries."""
    scene.send(A, 100, state="withdrawn")
    scene.send(B, 50)
    first = scene.see({A: (0, 0), B: (50, 0)}).outcome
    scene.adopt(A, 0, 0)
    assert (Outcome.REMOVED, Outcome.POSTED) == (first, scene.see({A: (0, 0), B: (50, 0)}).outcome)


@pytest.mark.rule("V2")
def test_double_import_is_posted_twice(scene: Scene) -> None:
    """Every figure moved by a whole multiple: posted twice, or as often as it was, also below zero."""
    scene.before(A, 40, 0)
    scene.send(A, 100)
    scene.send(B, 0, -30)
    scene.send(C, 10, 5)
    outcome = scene.see({A: (240, 0), B: (0, -90), C: (10, 10)}).outcome
    assert Outcome.POSTED_TWICE == outcome
    assert [scene.rows()[of].times for of in (A, B, C)] == [2, 3, 2]


@pytest.mark.rule("V2")
def test_swapped_tick_box_is_the_wrong_place(scene: Scene) -> None:
    """Originals that arrived as changes and changes that arrived as originals have the right total in wrong columns."""
    scene.send(A, 100)
    scene.send(B, 0, 30)
    scene.send(C, 70, 20)
    outcome = scene.see({A: (0, 100), B: (30, 0), C: (20, 70)}).outcome
    assert Outcome.WRONG_PLACE == outcome
    assert {Outcome.WRONG_PLACE} == set(scene.outcomes().values())


@pytest.mark.rule("V2")
def test_original_file_ticked_before_the_changes_are_posted(scene: Scene) -> None:
    """An original that stands among the changes is in the wrong place although the change itself is still to come."""
    scene.send(C, 70, 20)
    assert Outcome.WRONG_PLACE == scene.see({C: (0, 70)}).outcome


@pytest.mark.rule("V2")
def test_one_file_posted_and_the_other_not(scene: Scene) -> None:
    """One of two files posted is half posted: a key with both says so, a key still missing stays named as missing."""
    scene.send(A, 100)
    scene.send(B, 0, 30)
    scene.send(C, 70, 20)
    outcome = scene.see({A: (100, 0), B: (0, 0), C: (70, 0)}).outcome
    assert Outcome.HALF_POSTED == outcome
    assert {A: Outcome.POSTED, B: Outcome.NOT_VISIBLE_YET, C: Outcome.HALF_POSTED} == scene.outcomes()


@pytest.mark.rule("V2")
def test_part_of_a_file_posted(scene: Scene) -> None:
    """Some keys posted and some unposted are half posted."""
    scene.send(A, 100)
    scene.send(B, 30)
    assert Outcome.HALF_POSTED == scene.see({A: (100, 0, 100, 0, 0), B: (0, 0, 0, 30, 0)}, sights=[SEEING]).outcome


@pytest.mark.rule("V2")
def test_other_amount(scene: Scene) -> None:
    """A figure that moved by something else was posted with another amount."""
    scene.send(A, 100)
    assert Outcome.OTHER_AMOUNT == scene.see({A: (99, 0)}).outcome


@pytest.mark.rule("V2")
def test_wrong_sub_job_names_both_keys(scene: Scene) -> None:
    """A key that nothing was sent to, but that moved by what a sent key lacks, is the wrong place, as is the other."""
    there = key("01", sub_job="2")
    scene.before(there, 5, 0)
    scene.send(A, 100)
    scene.send(B, 100)
    outcome = scene.see({A: (0, 0), B: (100, 0), there: (105, 0)}).outcome
    assert Outcome.WRONG_PLACE == outcome
    assert {A: Outcome.WRONG_PLACE, there: Outcome.WRONG_PLACE, B: Outcome.POSTED} == scene.outcomes()


@pytest.mark.rule("V2")
def test_wrong_place_pairs_one_for_one(scene: Scene) -> None:
    """Of keys that lack one amount only as many are in the wrong place as others have too much of it; likest first."""
    scene.send(A, 100)
    scene.send(B, 100)
    scene.send(C, 100)
    there = key("02", sub_job="9")
    scene.see({A: (0, 0), B: (0, 0), C: (0, 0), there: (100, 0)})
    expected = {
        A: Outcome.NOT_VISIBLE_YET, B: Outcome.WRONG_PLACE, C: Outcome.NOT_VISIBLE_YET, there: Outcome.WRONG_PLACE,
    }  # fmt: skip
    assert expected == scene.outcomes()


@pytest.mark.rule("V2")
def test_unposted_transfer_is_not_the_wrong_place(scene: Scene) -> None:
    """A transfer that is not posted yet lacks as much here as it has too much there, and is only waiting."""
    scene.send(A, 0, 100)
    scene.send(B, 0, -100)
    assert Outcome.NOT_VISIBLE_YET == scene.see({A: (0, 0), B: (0, 0)}).outcome


@pytest.mark.rule("V2")
def test_drift_of_a_sent_key_after_it_was_good(scene: Scene) -> None:
    """A figure that was right and is another one now was changed in the ERP, this time and the next."""
    scene.send(A, 100)
    scene.see({A: (100, 0)})
    assert [Outcome.DRIFT] * 2 == [scene.see({A: (120, 0)}).outcome for _ in range(2)]


@pytest.mark.rule("V2")
def test_drift_of_a_key_never_sent(scene: Scene) -> None:
    """Another key of the job that moved is told too, also one whose figures are gone; untouched keys take no row."""
    scene.before(B, 10, 0)
    scene.before(C, 7, 0)
    scene.send(A, 100)
    outcome = scene.see({A: (100, 0), C: (7, 0)}).outcome
    assert (Outcome.DRIFT, {A: Outcome.POSTED, B: Outcome.DRIFT}) == (outcome, scene.outcomes())


@pytest.mark.rule("V2")
def test_posted_once_and_gone_now_is_regressed(scene: Scene) -> None:
    """A figure that was right and fell back to what it was before is regressed, also when it was posted twice since."""
    scene.send(A, 100)
    outcomes = [scene.see({A: (amount, 0)}).outcome for amount in (100, 200, 0, 0)]
    assert [Outcome.POSTED, Outcome.POSTED_TWICE, Outcome.REGRESSED, Outcome.REGRESSED] == outcomes


@pytest.mark.rule("V5")
def test_adopted_difference_is_the_new_baseline(scene: Scene) -> None:
    """What a person adopted is expected from then on."""
    scene.send(A, 100)
    scene.adopt(A, 20, 0)
    assert [Outcome.POSTED, Outcome.DRIFT] == [scene.see({A: (amount, 0)}).outcome for amount in (120, 121)]


@pytest.mark.rule("V2", "V3")
def test_only_the_total_is_readable(scene: Scene) -> None:
    """Where only totals are read, totals are compared, also when the baseline had them apart."""
    scene.before(A, 500, 20)
    scene.before(B, None, None, 10)
    scene.send(A, 100, 7)
    scene.send(B, 5)
    assert Outcome.POSTED == scene.see({A: (None, None, 627), B: (None, None, 15)}).outcome


@pytest.mark.rule("V2", "V3")
def test_opposite_parts_can_not_be_told_from_a_total(scene: Scene) -> None:
    """An original and a change that cancel each other leave no trace in a total: not verifiable by this route."""
    scene.send(A, 100, -100)
    assert Outcome.NOT_VERIFIABLE == scene.see({A: (None, None, 0)}).outcome


@pytest.mark.rule("V2")
def test_side_that_is_not_readable_is_worked_out_from_the_total(scene: Scene) -> None:
    """The original and the total together tell the changes."""
    scene.send(A, 0, 30)
    assert Outcome.WRONG_PLACE == scene.see({A: (30, None, 30)}).outcome


@pytest.mark.rule("V2")
def test_side_that_no_route_reads_is_not_verifiable(scene: Scene) -> None:
    """When the original alone is readable, a key with changes is not proved by it."""
    scene.send(A, 100, 30)
    assert Outcome.NOT_VERIFIABLE == scene.see({A: (100, None, None)}).outcome


@pytest.mark.rule("V2")
def test_stale_route_never_says_more_than_not_yet(scene: Scene) -> None:
    """A report from before the export shows nothing yet, and an item is not half posted for it."""
    stale = evolve(REPORT, stale="the same report as at accept")
    other = RouteSight(route="other", title="Other")
    scene.send(A, 100)
    scene.send(B, 30)
    shown = {"report": {A: (0, 0), B: (0, 0)}, "other": {A: (100, 0)}}
    assert Outcome.NOT_VISIBLE_YET == scene.see(shown, sights=[stale, other]).outcome
    assert {A: Outcome.POSTED, B: Outcome.NOT_VISIBLE_YET} == scene.outcomes()


@pytest.mark.rule("V2")
def test_confirming_route_makes_it_synced(scene: Scene) -> None:
    """Posted by the proof and shown by the route of data carried back is synced; lagging, it is posted."""
    scene.send(A, 100)
    shown = [{"report": {A: (100, 0)}, "service": {A: (amount, 0)}} for amount in (0, 100)]
    assert [Outcome.POSTED, Outcome.SYNCED] == [scene.see(one, sights=[REPORT, HH2]).outcome for one in shown]


@pytest.mark.rule("V2")
def test_confirming_route_alone_proves_nothing(scene: Scene) -> None:
    """A key that only a confirming route tells is not verifiable; its doubled figure is told all the same."""
    scene.send(A, 100)
    sights = [REPORT, HH2]
    outcomes = [
        scene.see({"report": {}, "service": {A: (amount, 0)}}, sights=sights, cannot_tell=[("report", A)]).outcome
        for amount in (100, 200)
    ]
    assert [Outcome.NOT_VERIFIABLE, Outcome.POSTED_TWICE] == outcomes


@pytest.mark.rule("V2")
def test_route_blind_to_sub_jobs_is_not_asked_about_them(scene: Scene) -> None:
    """Keys that such a route mixes up neither hold back nor make up what the proof says; the others confirm it."""
    phase = key("01", sub_job="2")
    scene.send(A, 100)
    scene.send(phase, 100)
    scene.send(B, 30)
    shown = {"report": {A: (100, 0), phase: (100, 0), B: (30, 0)}, "service": {A: (200, 0), B: (30, 0)}}
    outcome = scene.see(shown, sights=[REPORT, HH2]).outcome
    assert Outcome.SYNCED == outcome
    assert {A: Outcome.POSTED, phase: Outcome.POSTED, B: Outcome.SYNCED} == scene.outcomes()


@pytest.mark.rule("V2")
def test_failed_route_concludes_nothing(scene: Scene) -> None:
    """A route that could not be read this time is left out; what no other tells is not verifiable."""
    failed = RouteSight(route="other", title="Other", failed="the file is locked")
    scene.send(A, 100)
    scene.send(B, 30)
    outcome = scene.see({"report": {A: (100, 0)}}, sights=[REPORT, failed], cannot_tell=[("report", B)]).outcome
    assert (Outcome.NOT_VERIFIABLE, Outcome.NOT_VERIFIABLE) == (outcome, scene.outcomes()[B])


@pytest.mark.rule("V2", "B10")
def test_zero_lines_go_with_the_rest(scene: Scene) -> None:
    """A key whose lines add up to nothing neither makes an item half posted nor posted before the others are."""
    scene.send(A, 100)
    scene.send(B)
    waiting = scene.see({A: (0, 0), B: (0, 0)}).outcome, scene.outcomes()[B]
    posted = scene.see({A: (100, 0), B: (0, 0)}).outcome, scene.outcomes()[B]
    assert ((Outcome.NOT_VISIBLE_YET,) * 2, (Outcome.POSTED,) * 2) == (waiting, posted)


@pytest.mark.rule("E3", "V2")
def test_lines_that_did_not_arrive_are_not_expected(scene: Scene) -> None:
    """Refused and released lines are no part of what was sent."""
    scene.send(A, 100)
    scene.send(A, 40, state="refused")
    scene.send(B, 30, state="released")
    assert Outcome.POSTED == scene.see({A: (100, 0), B: (0, 0)}).outcome


@pytest.mark.rule("V2")
def test_unposted_double_is_counted_before_it_is_posted(scene: Scene) -> None:
    """Unposted entries that are not what was sent are counted, so that a person can look before posting them."""
    scene.send(A, 100)
    scene.send(B, 30)
    comparison = scene.see({A: (0, 0, 0, 200, 0), B: (0, 0, 0, 30, 0)}, sights=[SEEING])
    assert (Outcome.UNPOSTED, 1) == (comparison.outcome, comparison.odd_unposted)


amounts = st.one_of(st.integers(-3, 3), st.integers(-1000, 1000))
moves = st.builds(
    Move,
    sent=st.tuples(amounts, amounts),
    moved=st.tuples(amounts, amounts),
    live=st.booleans(),
    stale=st.booleans(),
    unposted=st.booleans(),
    sees_unposted=st.booleans(),
    once_good=st.booleans(),
    once_unposted=st.booleans(),
).map(lambda move: move if move.live else evolve(move, sent=(0, 0)))


@pytest.mark.rule("V2")
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(move=moves, before=st.tuples(amounts, amounts))
def test_database_concludes_as_the_rules_do(scene: Scene, move: Move, before: tuple[int, int]) -> None:
    """For any amounts, the outcome and multiple that the database finds are those of the plain rules."""
    with scene.store.begin() as connection:
        for table in (key_outcomes, observations, verifications, item_lines, baselines):
            connection.execute(delete(table))
    if move.live:
        scene.send(A, *move.sent)
    scene.before(A, *before)
    if move.once_good or move.once_unposted:
        _remember(scene, Outcome.POSTED if move.once_good else Outcome.UNPOSTED)
    move = evolve(move, once_unposted=move.once_unposted and not move.once_good)
    sight = evolve(REPORT, sees_unposted=move.sees_unposted, stale="old" if move.stale else None)
    now = [start + by for start, by in zip(before, move.moved, strict=True)]
    scene.see({A: (*now, sum(now), int(move.unposted), 0)}, sights=[sight])
    row = scene.rows().get(A)
    expected = classify(move)
    assert (expected and expected.value) == (row and row.outcome)
    if row is not None and expected is Outcome.POSTED_TWICE:
        assert times(move.sent, move.moved) == row.times


def _remember(scene: Scene, outcome: Outcome) -> None:
    shown = {A: (0, 0)}
    scene.see(shown)
    with scene.store.begin() as connection:
        connection.execute(delete(key_outcomes))
        last = connection.execute(verifications.select()).one()
        connection.execute(
            key_outcomes.insert().values(
                verification_id=last.id, company_id=1, sub_job="", cost_code="01", category="L", sent_original=0,
                sent_changes=0, outcome=outcome.value, route="report",
            )
        )  # fmt: skip
