"""Reviews as a service: who may answer, what accept binds to, and what a reject gives back."""

from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from memory_erp import MemoryRegistry
from review_scene import Review
from sqlalchemy import insert, select, update
from verification_scene import Scene, key

from erp_bridge_core.approvals.batches import content_hash
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.contract import FieldValues, Finding, JobStatus, MailRecipient, Severity
from erp_bridge_core.contract.errors import (
    AlreadyAnswered,
    BadInput,
    LedgerConflict,
    NotAllowed,
    NotFound,
    NotPossibleNow,
)
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import baselines, companies, contributions, item_lines, items, privileges, projects

TYPED = FieldValues(item={"budget_revision_type": "contingency"})


@pytest.fixture
def review(store: Store, project: int, audit: AuditTrail, clock: Any) -> Review:
    """A ready item of 130.00."""
    return Review.make(store, project, audit, clock)


def accept(review: Review, actor: Actor, **more: Any) -> Any:
    """Accept with every confirmation given."""
    confirmed = {"confirm_import_closes": True, "confirm_baseline": True, "values": TYPED, **more}
    return review.service.accept(actor, review.item_id, **confirmed)


# -- looking ----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("A1")
def test_list_shows_what_is_under_way(review: Review, viewer: Actor, clock: Any) -> None:
    """The list has project, job, amount, who sent it and how long it waits, and counts for every filter."""
    (row,) = review.service.list(viewer).rows
    assert ("24-001", "J1", Decimal("130.00"), "Mia Manager") == (row.project, row.job, row.amount, row.sent_by)
    assert (clock.now() - row.sent_at, "ready to export") == (row.waits, row.label)
    counts = review.service.list(viewer).counts
    assert (1, 0, 8) == (counts["ready"], counts["mismatch"], len(counts))


@pytest.mark.rule("A1", "B6")
def test_answered_items_leave_the_list_for_the_history(review: Review, approver: Actor) -> None:
    """A rejected item is in the history, with its reason, and not in the list; filters choose by state."""
    assert () == review.service.list(approver, filter=ItemState.MISMATCH).rows
    review.service.reject(approver, review.item_id, reason="Wrong phase.")
    assert () == review.service.list(approver).rows
    (past,) = review.service.history(approver, "24-001")
    assert (ItemState.REJECTED, "Wrong phase.", "approver") == (past.state, past.reason, past.answered_by)


@pytest.mark.rule("A5", "P1")
def test_a_project_manager_sees_why_a_budget_was_rejected(review: Review, approver: Actor, manager: Actor) -> None:
    """Whoever may look at a project's budget sees its history, without a right on ERP Integrations."""
    review.service.reject(approver, review.item_id, reason="Wrong phase.")

    assert ["Wrong phase."] == [past.reason for past in review.service.history(manager, "24-001")]


@pytest.mark.rule("A2", "A3", "X5")
def test_details_show_keys_totals_and_fields(review: Review, viewer: Actor) -> None:
    """The details show original, changes and revised per key and in total, the fields, and that import will close."""
    details = review.service.show(viewer, review.item_id)
    lines = [
        (str(line.erp), line.original_budget, line.budget_changes, line.revised_estimate) for line in details.lines
    ]
    hundred, thirty, nothing = Decimal("100.00"), Decimal("30.00"), Decimal("0.00")
    assert [("01 / L", hundred, nothing, hundred), ("2 / 02 / L", nothing, thirty, thirty)] == lines
    assert (2, hundred, thirty, Decimal("130.00")) == (
        details.totals.keys, details.totals.original_budget, details.totals.budget_changes,
        details.totals.revised_estimate,
    )  # fmt: skip
    assert (True, "budget_revision_type") == (details.import_closes, details.fields[0].name)


@pytest.mark.rule("P0", "P1")
def test_looking_needs_a_level_and_the_company(review: Review, manager: Actor, viewer: Actor, store: Store) -> None:
    """Without a level on ERP Integrations nothing is shown, and another company's items are not found."""
    with pytest.raises(NotAllowed):
        review.service.list(manager)
    with store.begin() as connection:
        values = {"id": 2, "code": "other", "name": "Other", "time_zone": "UTC", "currency": "USD", "policy": {}}
        connection.execute(insert(companies).values(**values, created_at=review.item().sent_at))
    with pytest.raises(NotFound):
        review.service.show(evolve(viewer, company_id=2, company="other"), review.item_id)


# -- accepting --------------------------------------------------------------------------------------------------------


@pytest.mark.rule("A4")
def test_accept_binds_to_what_was_reviewed(review: Review, approver: Actor) -> None:
    """Accepting keeps values, adapter, ERP company and a hash of them all; the item is accepted."""
    item = accept(review, approver, values=evolve(TYPED, description="March estimate"))
    assert (ItemState.ACCEPTED, "approver", "BOOKS", False) == (
        item.state,
        item.accepted_by,
        item.erp_company,
        item.live,
    )
    assert ("March estimate", "contingency") == (item.description, item.field_values["item"]["budget_revision_type"])
    review.service.still_valid(approver, item)


@pytest.mark.rule("A4")
@pytest.mark.parametrize("changed", ["wheel", "values", "company"])
def test_anything_changed_since_accept_stops_the_export(review: Review, approver: Actor, changed: str) -> None:
    """Another adapter, other values or other books than those accepted stop the export before anything is written."""
    accept(review, approver)
    if changed == "wheel":
        review.adapter.wheel_hash = "1" * 64
    if changed == "values":
        review.set_item(field_values={"item": {}, "changes": {}, "description": ""})
    if changed == "company":
        job = review.adapter.books.jobs["J1"]
        job.header = evolve(job.header, company="OTHER")
    with pytest.raises(NotPossibleNow):
        review.service.still_valid(approver, review.item())


@pytest.mark.rule("A4")
def test_altered_lines_are_not_accepted(review: Review, approver: Actor, store: Store) -> None:
    """Lines changed in the database behind the service's back are found at accept."""
    with store.begin() as connection:
        connection.execute(update(item_lines).where(item_lines.c.number == 1).values(amount=10001))
    with pytest.raises(LedgerConflict, match="not what was sent"):
        accept(review, approver)
    assert ItemState.READY == review.item().state


@pytest.mark.rule("A4")
def test_first_export_asks_to_close_import(review: Review, approver: Actor) -> None:
    """The first accept of a project wants the confirmation that import from the ERP closes for good."""
    with pytest.raises(NotPossibleNow, match="import from the ERP closes"):
        accept(review, approver, confirm_import_closes=False)


@pytest.mark.rule("E5", "V2")
def test_job_with_estimates_asks_for_its_baseline(review: Review, approver: Actor, store: Store) -> None:
    """A first export onto a job that holds estimates stops until they are confirmed as the baseline, which is kept."""
    review.hold(key("09"), "5.00")
    with pytest.raises(NotPossibleNow, match=r"already holds estimates: 1 keys, 5\.00 USD") as stopped:
        accept(review, approver, confirm_baseline=False)
    assert [] == [way for way in ("Import", "on top", "cancel") if way not in str(stopped.value.remedy)]
    with store.read() as connection:
        assert [] == connection.execute(select(baselines)).all()
    accept(review, approver)
    with store.read() as connection:
        (row,) = connection.execute(select(baselines)).all()
    assert ("09", 500, 0, 500) == (row.cost_code, row.original, row.changes, row.total)


@pytest.mark.rule("V2", "V5")
def test_unnoticed_drift_is_not_taken_into_the_baseline(review: Review, approver: Actor, project: int) -> None:
    """Figures other than what the last export left behind stop an accept: a baseline must not hide them."""
    review.set_item(version=2, first_export=False)
    earlier = Scene.make(review.store, project, version=1, state="synced")
    earlier.send(key("01"), 400)
    with review.store.begin() as connection:
        digest = content_hash(connection, review.item_id)
        connection.execute(update(items).where(items.c.id == review.item_id).values(content_hash=digest))
    review.hold(key("01"), "4.01")
    with pytest.raises(NotPossibleNow, match="1 keys of job J1"):
        accept(review, approver)
    review.adapter.books.jobs["J1"].posted.clear()
    review.hold(key("01"), "4.00")
    assert ItemState.ACCEPTED == accept(review, approver).state


@pytest.mark.rule("B5")
def test_fresh_masters_stop_an_accept(review: Review, approver: Actor) -> None:
    """A job closed and a code gone since the send are found at accept, both at once, and nothing is changed."""
    job = review.adapter.books.jobs["J1"]
    job.set_status(JobStatus.CLOSED)
    job.cost_codes.pop()
    with pytest.raises(BadInput) as refused:
        accept(review, approver)
    assert {"job-status", "cost-code-unknown"} == {fault.rule for fault in refused.value.faults}
    assert ItemState.READY == review.item().state


@pytest.mark.rule("B5")
def test_warnings_do_not_stop_an_accept(review: Review, approver: Actor) -> None:
    """A warning of the adapter is counted in the audit trail and stops nothing."""
    review.adapter.findings.append(Finding(severity=Severity.WARNING, rule="w", message="Hm.", remedy="Look."))
    assert ItemState.ACCEPTED == accept(review, approver).state


@pytest.mark.rule("A3")
def test_wrong_values_are_refused_all_at_once(review: Review, approver: Actor) -> None:
    """Unknown fields, wrong choices and dates are told together and nothing is accepted."""
    values = FieldValues(item={"budget_revision_type": "whim", "revision_date": "tomorrow", "colour": "red"})
    with pytest.raises(BadInput) as refused:
        accept(review, approver, values=values)
    assert {"budget_revision_type", "revision_date", "colour"} == {fault.where for fault in refused.value.faults}


@pytest.mark.rule("P3")
@pytest.mark.parametrize("login", ["viewer", "manager", "administrator"])
def test_accepting_needs_level_and_privilege(review: Review, actor: Any, login: str) -> None:
    """Looking rights, the right to send, or administration do not make an approver."""
    with pytest.raises(NotAllowed):
        accept(review, actor(login))


@pytest.mark.rule("P4")
@pytest.mark.parametrize("values", [{"sent_by": 3}, {"contributors": [3]}])
def test_who_sent_or_edited_does_not_approve(review: Review, approver: Actor, values: dict[str, Any]) -> None:
    """The sender and whoever edited do not accept; rejecting stays possible for them."""
    review.set_item(**values)
    with pytest.raises(NotAllowed, match="Somebody else approves"):
        accept(review, approver)
    assert ItemState.REJECTED == review.service.reject(approver, review.item_id, reason="Mine.").state


@pytest.mark.rule("P4")
def test_whose_right_is_his_own_grant_does_not_approve(review: Review, approver: Actor, store: Store) -> None:
    """A grant that was written past the service is no right: no other person stands behind it."""
    with store.begin() as connection:
        connection.execute(update(privileges).values(granted_by=approver.person_id))
    with pytest.raises(NotAllowed, match="Somebody else approves it"):
        accept(review, approver)
    assert ItemState.READY == review.item().state


@pytest.mark.rule("P5")
def test_old_sign_ins_and_tokens_do_not_accept(review: Review, approver: Actor, clock: Any) -> None:
    """Accepting wants a sign-in of the last minutes, and no API token unless the policy allows it."""
    clock.advance(minutes=16)
    with pytest.raises(NotAllowed, match="sign-in"):
        accept(review, approver)
    with pytest.raises(NotAllowed, match="token"):
        accept(review, evolve(approver, token_verbs=frozenset({"answer"}), signed_in_at=None))


@pytest.mark.rule("A6")
def test_one_wins_and_the_other_is_told(review: Review, approver: Actor) -> None:
    """A second answer, and an answer to an older revision, are told who was first."""
    seen = review.item().revision
    accept(review, approver, revision=seen)
    with pytest.raises(AlreadyAnswered, match="accepted by approver"):
        accept(review, approver)
    with pytest.raises(AlreadyAnswered):
        review.service.reject(approver, review.item_id, reason="Late.", revision=seen)


@pytest.mark.rule("A6")
def test_answer_given_while_the_erp_was_read_wins(review: Review, approver: Actor) -> None:
    """Who rejects while another's accept is still reading the ERP wins; the accept changes nothing."""

    def reject_meanwhile(batch: Any, erp: Any) -> tuple[Finding, ...]:
        review.set_item(state="rejected", revision=7)
        return ()

    review.service.accepting.registry = MemoryRegistry({}, policy=reject_meanwhile)
    with pytest.raises(AlreadyAnswered):
        accept(review, approver)
    assert ItemState.REJECTED == review.item().state


@pytest.mark.rule("A4")
def test_take_back_until_the_export_starts(review: Review, approver: Actor, store: Store) -> None:
    """An accepted item is ready again when taken back, without its baseline; once exporting it is not."""
    accept(review, approver)
    assert (ItemState.READY, None) == (
        review.service.take_back(approver, review.item_id).state,
        review.item().accept_hash,
    )
    accept(review, approver)
    review.set_item(state="exporting")
    with pytest.raises(AlreadyAnswered):
        review.service.take_back(approver, review.item_id)


@pytest.mark.rule("A1", "A6")
def test_bulk_accept_answers_each_item(review: Review, approver: Actor) -> None:
    """Of several items each is accepted, or told why not."""
    done, missing = review.service.bulk_accept(approver, [review.item_id, 999], confirm_import_closes=True)
    assert (ItemState.ACCEPTED, NotFound) == (done.accepted and done.accepted.state, type(missing.error))


# -- rejecting --------------------------------------------------------------------------------------------------------


@pytest.mark.rule("A5", "B6", "M3")
def test_reject_gives_the_budget_back_and_tells(review: Review, approver: Actor, store: Store) -> None:
    """A reject unlocks the budget, releases the lines, keeps remarks, and tells the creator with a reply address."""
    review.service.reject(approver, review.item_id, reason="Too high.", remarks={1: "See the bid."})
    with store.read() as connection:
        lines = connection.execute(select(item_lines.c.state, item_lines.c.remark).order_by(item_lines.c.number)).all()
        locked = connection.execute(select(projects.c.locked)).scalar_one()
        people = connection.execute(select(contributions.c.person_id)).scalars().all()
    assert ([("released", "See the bid."), ("released", None)], False, [2]) == (
        [tuple(one) for one in lines],
        locked,
        people,
    )
    (notice,) = review.notices()
    assert ("reject", [1], "Too high.", "Abe Approver", "approver@builders.test") == (
        notice.kind, notice.recipients, notice.payload["reason"], notice.payload["rejected_by"],
        notice.payload["reply_to"],
    )  # fmt: skip


@pytest.mark.rule("A5")
def test_profile_names_whom_a_reject_tells(review: Review, approver: Actor) -> None:
    """An ERP whose profile names creator and sender tells both."""
    both = (MailRecipient.CREATOR, MailRecipient.SENDER)
    review.adapter.profile = evolve(review.adapter.profile, reject_tells=both)
    review.service.reject(approver, review.item_id, reason="Too high.")
    assert [[1, 2]] == [notice.recipients for notice in review.notices()]


@pytest.mark.rule("A5")
def test_reject_wants_a_reason_and_known_lines(review: Review, approver: Actor) -> None:
    """Without a reason, or with a remark on a line that is not there, nothing is rejected."""
    with pytest.raises(BadInput, match="not complete"):
        review.service.reject(approver, review.item_id, reason=" ")
    with pytest.raises(BadInput, match="lines that the item does not have"):
        review.service.reject(approver, review.item_id, reason="No.", remarks={1: "ok", 9: "none"})
    assert (ItemState.READY, {}) == (review.item().state, review.service.show(approver, review.item_id).remarks)


@pytest.mark.rule("E3")
def test_rejecting_a_failed_export_keeps_what_arrived(review: Review, approver: Actor, store: Store) -> None:
    """Of a failed export what arrived stays exported and waits to be posted; the rest is released."""
    with store.begin() as connection:
        connection.execute(update(item_lines).where(item_lines.c.number == 1).values(state="arrived"))
        connection.execute(update(item_lines).where(item_lines.c.number == 2).values(state="refused"))
    review.set_item(state="failed")
    item = review.service.reject(approver, review.item_id, reason="The rest is wrong.")
    with store.read() as connection:
        states = connection.execute(select(item_lines.c.state).order_by(item_lines.c.number)).scalars().all()
    assert (ItemState.WAITING, ["arrived", "released"]) == (item.state, states)


@pytest.mark.rule("E3", "L3")
@pytest.mark.parametrize("state", ["exporting", "waiting", "synced", "retrieved"])
def test_items_that_are_not_rejectable(review: Review, approver: Actor, state: str) -> None:
    """What is being exported, or was, is not rejected."""
    review.set_item(state=state)
    with pytest.raises(AlreadyAnswered):
        review.service.reject(approver, review.item_id, reason="Late.")


@pytest.mark.rule("X1")
def test_answers_are_audited(review: Review, approver: Actor, audit: AuditTrail) -> None:
    """Accept, take back and reject are audited with the states they led from and to."""
    accept(review, approver)
    review.service.take_back(approver, review.item_id)
    review.service.reject(approver, review.item_id, reason="No.")
    trail = [(entry.verb, entry.from_state, entry.to_state) for entry in audit.show(approver, subject="item")]
    expected = [
        ("review.reject", "ready", "rejected"),
        ("review.take back", "accepted", "ready"),
        ("review.accept", "ready", "accepted"),
    ]
    assert expected == trail
