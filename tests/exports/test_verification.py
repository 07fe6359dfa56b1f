"""Verification as a service: what it concludes, where the item goes, and what people may decide."""

import json
from decimal import Decimal
from typing import Any

import pytest
from attrs import define, evolve
from memory_books import Entry, MemoryBooks
from memory_erp import MemoryAdapter, MemoryConnections, memory_profile
from sqlalchemy import insert, select, update
from verification_scene import Scene, key

from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.contract import ConditionKind, LineKey, Outcome, Part, RouteSight, UnlockCondition
from erp_bridge_core.contract.errors import BadInput, NotAllowed, NotFound, NotPossibleNow, ReadFailed
from erp_bridge_core.contract.structuring import to_json
from erp_bridge_core.exports.verification import Verification
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import companies, item_lines, items, key_outcomes, observations, outbox, resolutions

A, B = key("01"), key("02")
POSTED_AND_BACK = (
    UnlockCondition(kind=ConditionKind.EXPORT_COMPLETE, how="Wait."),
    UnlockCondition(kind=ConditionKind.POSTED_BY_HAND, how="Post it."),
    UnlockCondition(kind=ConditionKind.FIGURES_VISIBLE, how="Run the report."),
)


class NothingHandedOver:
    """Exports whose hand-overs never change."""

    def refresh(self, actor: Actor, item_id: int) -> None:
        return None


@define
class Place:
    """An exported item of two keys, the books it went to, and the service."""

    scene: Scene
    books: MemoryBooks
    adapter: MemoryAdapter
    service: Verification
    approver: Actor

    def enter(self, of: Any, original: int = 0, changes: int = 0) -> None:
        """Enter unposted entries, in cents."""
        for part, amount in ((Part.ORIGINAL, original), (Part.CHANGE, changes)):
            if amount:
                entry = Entry(reference="R", key=LineKey(*of), part=part, amount=Decimal(amount).scaleb(-2))
                self.books.jobs["J1"].unposted.append(entry)

    def post(self) -> None:
        self.books.jobs["J1"].post()

    def verify(self) -> Outcome:
        return self.service.verify(self.approver, self.scene.item_id).outcome

    def state(self) -> ItemState:
        with self.scene.store.read() as connection:
            state = connection.execute(select(items.c.state).where(items.c.id == self.scene.item_id)).scalar_one()
        return ItemState(state)


@pytest.fixture
def place(store: Store, project: int, audit: AuditTrail, clock: Any, approver: Actor) -> Place:
    """100.00 original on one key, a change of 30.00 on another; entered, not posted."""
    scene = Scene.make(store, project)
    scene.send(A, 10000)
    scene.send(B, 0, 3000)
    books = MemoryBooks()
    books.add_job("J1", cost_codes=["01", "02"], categories=["L"])
    adapter = MemoryAdapter(books=books, profile=memory_profile(unlock_conditions=POSTED_AND_BACK))
    service = Verification(
        store=store,
        audit=audit,
        connections=MemoryConnections(adapter, clock),
        exports=NothingHandedOver(),
        clock=clock,
    )
    place = Place(scene=scene, books=books, adapter=adapter, service=service, approver=approver)
    place.enter(A, 10000)
    place.enter(B, 0, 3000)
    return place


@pytest.mark.rule("V1", "V2")
def test_posting_brings_the_item_to_its_end(place: Place) -> None:
    """Unposted it waits; posted, with every condition of the ERP met, the item is synced."""
    assert (Outcome.UNPOSTED, ItemState.WAITING) == (place.verify(), place.state())
    place.post()
    result = place.service.verify(place.approver, place.scene.item_id)
    assert (Outcome.SYNCED, ItemState.SYNCED) == (result.outcome, place.state())
    assert [condition.met for condition in result.conditions] == [True, True, True]


@pytest.mark.rule("V1")
def test_unmet_condition_keeps_it_waiting(place: Place) -> None:
    """Posted figures that are not carried back yet do not fulfil a condition that asks for it."""
    back = UnlockCondition(kind=ConditionKind.DATA_SYNCED_BACK, how="Wait for the sync.")
    place.adapter.profile = evolve(place.adapter.profile, unlock_conditions=(back,))
    lagging = _Lagging(books=place.books, profile=place.adapter.profile)
    place.service.connections = MemoryConnections(lagging, place.service.clock)
    place.post()
    result = place.service.verify(place.approver, place.scene.item_id)
    assert (Outcome.POSTED, ItemState.WAITING) == (result.outcome, place.state())
    assert [(condition.kind, condition.met, condition.how) for condition in result.conditions] == [
        (ConditionKind.DATA_SYNCED_BACK, False, "Wait for the sync.")
    ]


@pytest.mark.rule("V2", "E3")
@pytest.mark.parametrize("state", ["staged", "refused"])
def test_an_export_of_which_nothing_arrived_is_not_posted(place: Place, state: str) -> None:
    """It failed before its first write, or every line was refused: no figure moved, which is no success."""
    with place.scene.store.begin() as connection:
        connection.execute(update(items).values(state="failed"))
        connection.execute(update(item_lines).values(state=state))
    place.books.jobs["J1"].unposted.clear()

    assert (Outcome.NOT_VISIBLE_YET, ItemState.FAILED) == (place.verify(), place.state())


class _Lagging(MemoryAdapter):
    """The books, in whose sight nothing is carried back."""

    def verify_posted(self, receipt: Any, erp: Any) -> Any:
        for seen in super().verify_posted(receipt, erp):
            yield evolve(seen, synced_back=False) if isinstance(seen, RouteSight) else seen


@pytest.mark.rule("V5", "M4")
def test_mismatch_is_told_to_who_accepted(place: Place) -> None:
    """A double posting makes the item a mismatch, once told to who accepted it, and takes its conditions away."""
    place.enter(A, 10000)
    place.enter(B, 0, 3000)
    place.post()
    results = [place.service.verify(place.approver, place.scene.item_id) for _ in range(2)]
    assert [(Outcome.POSTED_TWICE, ItemState.MISMATCH)] * 2 == [(result.outcome, result.state) for result in results]
    assert {2} == {one.times for one in results[0].keys}
    assert not any(condition.met for condition in results[1].conditions if condition.kind != "export_complete")
    with place.scene.store.read() as connection:
        notices = connection.execute(select(outbox)).all()
    assert [(row.kind, row.recipients, row.payload["outcome"]) for row in notices] == [
        ("mismatch", [3], "posted_twice")
    ]


@pytest.mark.rule("V2", "V5")
@pytest.mark.parametrize(
    ("mishap", "name"),
    [
        ("double import", Outcome.POSTED_TWICE),
        ("wrong tick box", Outcome.WRONG_PLACE),
        ("deleted batch", Outcome.REMOVED),
        ("half posted", Outcome.HALF_POSTED),
    ],
)
def test_four_mishaps_have_four_names(place: Place, mishap: str, name: Outcome) -> None:
    """A double import, a wrong tick box, a deleted batch and a half-posted one are four mismatches by four names."""
    job = place.books.jobs["J1"]
    entered = list(job.unposted)
    place.verify()
    swapped = [evolve(one, part=Part.CHANGE if one.part is Part.ORIGINAL else Part.ORIGINAL) for one in entered]
    posted, unposted = {
        "double import": (entered + entered, []),
        "wrong tick box": (swapped, []),
        "deleted batch": ([], []),
        "half posted": (entered[:1], entered[1:]),
    }[mishap]
    job.posted, job.unposted = list(posted), list(unposted)
    result = place.service.verify(place.approver, place.scene.item_id)
    assert (name, ItemState.MISMATCH) == (result.outcome, result.state)
    assert not any(one.met for one in result.conditions if one.kind is not ConditionKind.EXPORT_COMPLETE)


@pytest.mark.rule("V2")
def test_half_posted_ends_by_itself_when_the_rest_is_posted(place: Place) -> None:
    """A half-posted item is a mismatch that names the missing key, and is none any more once that is posted."""
    place.books.jobs["J1"].post(only=lambda entry: entry.part is Part.ORIGINAL)
    result = place.service.verify(place.approver, place.scene.item_id)
    assert (Outcome.HALF_POSTED, [LineKey(*B)]) == (result.outcome, [one.key for one in result.keys])
    place.post()
    assert (Outcome.SYNCED, ItemState.SYNCED) == (place.verify(), place.state())


@pytest.mark.rule("V5")
def test_corrected_mismatch_needs_a_person(place: Place) -> None:
    """A mismatch does not end by itself when the ERP shows the right figures again, but when a person says why."""
    place.enter(A, 10000)
    place.post()
    first = place.verify()
    place.enter(A, -10000)
    place.post()
    seen = place.verify(), place.state()
    result = place.service.corrected(place.approver, place.scene.item_id, "Reversed the second import.")
    assert first != Outcome.HALF_POSTED
    assert (Outcome.SYNCED, ItemState.MISMATCH) == seen
    assert (Outcome.SYNCED, ItemState.SYNCED) == (result.outcome, result.state)
    with place.scene.store.read() as connection:
        rows = connection.execute(select(resolutions)).all()
    assert [(row.action, row.resolved_by, row.reason) for row in rows] == [
        ("corrected", 3, "Reversed the second import.")
    ]


@pytest.mark.rule("V5")
def test_said_to_be_corrected_but_is_not(place: Place) -> None:
    """Saying that it was corrected does not make it so."""
    place.enter(A, 10000)
    place.enter(B, 0, 3000)
    place.post()
    place.verify()
    result = place.service.corrected(place.approver, place.scene.item_id, "I think so.")
    assert (Outcome.POSTED_TWICE, ItemState.MISMATCH) == (result.outcome, result.state)


@pytest.mark.rule("V5", "L3")
def test_adopted_double_is_the_new_baseline_and_stays_exported(place: Place) -> None:
    """An adopted difference is expected from then on; the lines stay exported, so nothing of it is sent again."""
    place.enter(A, 10000)
    place.enter(B, 0, 3000)
    place.post()
    place.verify()
    result = place.service.adopt(place.approver, place.scene.item_id, "The owner wants it so.")
    assert (Outcome.SYNCED, ItemState.SYNCED) == (result.outcome, result.state)
    assert (Outcome.SYNCED, {"arrived"}) == (place.verify(), set(_line_states(place)))
    place.books.jobs["J1"].posted.pop()
    assert place.verify().is_mismatch


@pytest.mark.rule("V5", "L3")
def test_adopted_removal_gives_the_lines_back(place: Place) -> None:
    """Entries that were removed before posting are given back when a person says so: the next send holds them again."""
    place.verify()
    place.books.jobs["J1"].unposted.clear()
    assert Outcome.REMOVED == place.verify()
    result = place.service.adopt(place.approver, place.scene.item_id, "The batch was deleted by mistake.")
    assert not result.outcome.is_mismatch
    assert ["released", "released"] == _line_states(place)


@pytest.mark.rule("V5")
def test_nothing_is_adopted_while_entries_wait(place: Place) -> None:
    """A half-posted item whose other entries still wait can't be adopted: they would come on top."""
    place.books.jobs["J1"].post(only=lambda entry: entry.part is Part.ORIGINAL)
    place.verify()
    with pytest.raises(NotPossibleNow, match="wait to be posted"):
        place.service.adopt(place.approver, place.scene.item_id, "Never mind.")


@pytest.mark.rule("V5")
def test_accepting_takes_a_persons_word_where_no_route_can_tell(place: Place) -> None:
    """An export that can't be verified waits until a person with the privilege vouches for it."""
    place.books.apart = False
    place.scene.send(key("03"), 500, -500)
    place.post()
    assert (Outcome.NOT_VERIFIABLE, ItemState.WAITING) == (place.verify(), place.state())
    result = place.service.accept_difference(place.approver, place.scene.item_id, "Seen in the ERP's own screen.")
    assert (result.state, all(condition.met for condition in result.conditions)) == (ItemState.SYNCED, True)


@pytest.mark.rule("V5")
def test_resolving_asks_for_a_mismatch_and_a_reason(place: Place) -> None:
    """Without a mismatch there is nothing to resolve, and never without a reason."""
    with pytest.raises(BadInput, match="reason"):
        place.service.adopt(place.approver, place.scene.item_id, "  ")
    with pytest.raises(NotPossibleNow, match="no mismatch"):
        place.service.adopt(place.approver, place.scene.item_id, "Because.")


@pytest.mark.rule("P3")
def test_looking_is_not_resolving(place: Place, viewer: Actor, manager: Actor) -> None:
    """Who may look at ERP Integrations may verify; resolving needs the privilege."""
    place.enter(A, 10000)
    place.enter(B, 0, 3000)
    place.post()
    assert Outcome.POSTED_TWICE == place.service.verify(viewer, place.scene.item_id).outcome
    with pytest.raises(NotAllowed):
        place.service.adopt(viewer, place.scene.item_id, "Because.")
    with pytest.raises(NotAllowed):
        place.service.verify(manager, place.scene.item_id)


@pytest.mark.rule("P0")
def test_items_of_another_company_are_not_found(place: Place, store: Store) -> None:
    """Another company's item is not found."""
    with store.begin() as connection:
        values = {"id": 2, "code": "other", "name": "Other", "time_zone": "UTC", "currency": "USD", "policy": {}}
        connection.execute(insert(companies).values(**values, created_at=place.service.clock.now()))
    with pytest.raises(NotFound):
        place.service.verify(evolve(place.approver, company_id=2, company="other"), place.scene.item_id)


@pytest.mark.rule("V2")
def test_failed_read_concludes_nothing(place: Place) -> None:
    """When no route that decides can be read, the verification fails and the last conclusion stands."""
    place.verify()
    place.books.read_failed = "the share is gone"
    with pytest.raises(ReadFailed, match="nothing is concluded"):
        place.verify()
    last = place.service.show(place.approver, place.scene.item_id)
    assert last is not None
    assert Outcome.UNPOSTED == last.outcome


@pytest.mark.rule("V5")
def test_one_item_that_can_not_be_read_does_not_stop_the_others(place: Place, project: int) -> None:
    """Verifying everything tells each item's result or error; an item overtaken by a later export is not asked."""
    later = Scene.make(place.scene.store, project, version=2)
    later.before(A, 10000, 0)
    with place.scene.store.begin() as connection:
        connection.execute(update(items).where(items.c.id == later.item_id).values(job="J9"))
    (only,) = place.service.verify_all(place.approver)
    assert (later.item_id, None, NotFound) == (only.item, only.result, type(only.error))
    with pytest.raises(NotPossibleNow, match="later export"):
        place.verify()


@pytest.mark.rule("V2")
def test_later_export_is_verified_on_top_of_the_earlier(place: Place, project: int) -> None:
    """The baseline of a later export holds the earlier one; keys it does not send are watched for drift."""
    place.post()
    later = Scene.make(place.scene.store, project, version=2)
    later.before(A, 10000, 0)
    later.before(B, 0, 3000)
    later.send(A, 500)
    place.enter(A, 500)
    place.post()
    assert Outcome.SYNCED == place.service.verify(place.approver, later.item_id).outcome
    place.enter(B, 1)
    place.post()
    assert Outcome.DRIFT == place.service.verify(place.approver, later.item_id).outcome


@pytest.mark.rule("V2")
def test_unposted_double_warns_before_it_is_posted(place: Place) -> None:
    """Unposted entries that are twice what was sent are told while a person can still remove them."""
    place.enter(A, 10000)
    result = place.service.verify(place.approver, place.scene.item_id)
    assert (Outcome.UNPOSTED, 1) == (result.outcome, len(result.warnings))


@pytest.mark.rule("E2", "V2")
def test_what_no_route_sees_is_said(place: Place) -> None:
    """Where no route sees unposted entries, it is said that they may wait or may be gone, and what to do."""
    place.books.sees_unposted = False
    place.books.jobs["J1"].unposted.clear()
    result = place.service.verify(place.approver, place.scene.item_id)
    assert (Outcome.NOT_VISIBLE_YET, True) == (result.outcome, "settle the export as withdrawn" in result.warnings[0])


@pytest.mark.rule("V5")
def test_since_is_when_the_outcome_was_first_seen(place: Place, clock: Any) -> None:
    """The same outcome keeps its first moment; only the figures of the last few verifications are kept."""
    start = clock.now()
    for _ in range(6):
        result = place.service.verify(place.approver, place.scene.item_id)
        clock.advance(hours=1)
    assert start == result.since
    with place.scene.store.read() as connection:
        counts = [
            len(connection.execute(select(table.c.verification_id).distinct()).all())
            for table in (observations, key_outcomes)
        ]
    assert [3, 3] == counts


def _line_states(place: Place) -> list[str]:
    with place.scene.store.read() as connection:
        query = select(item_lines.c.state).where(item_lines.c.item_id == place.scene.item_id)
        return list(connection.execute(query).scalars())


def test_result_is_json(place: Place) -> None:
    """A result travels as canonical JSON, amounts as text."""
    place.post()
    place.enter(A, 1)
    place.post()
    result = place.service.verify(place.approver, place.scene.item_id)
    told = json.loads(to_json(result))
    assert ("100.01", "mismatch") == (told["keys"][0]["now_original"], told["state"])


@pytest.mark.rule("V2", "V5")
def test_figures_older_than_what_was_concluded_are_read_again(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow reading of before the posting is no proof that something which was seen since is gone again."""
    read, slow = MemoryAdapter.verify_posted, iter([True])

    def verify_posted(*asked: Any) -> Any:
        yield from list(read(*asked))
        if next(slow, False):
            place.post()
            assert Outcome.SYNCED == place.verify()

    monkeypatch.setattr(MemoryAdapter, "verify_posted", verify_posted)
    assert (Outcome.SYNCED, ItemState.SYNCED) == (place.verify(), place.state())
