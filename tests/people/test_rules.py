"""Who may do what, as plain rules: every reason at once."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp_bridge_core.contract.errors import Fault, NotAllowed
from erp_bridge_core.people.policy import CompanyPolicy
from erp_bridge_core.people.rules import (
    PUSH,
    Level,
    Rights,
    may_administer,
    may_answer,
    may_edit,
    may_look_at_items,
    may_resume,
    may_see_budget,
    may_see_history,
    may_send,
    require,
    separation_of_duties,
    signed_in_recently,
)

POLICY = CompanyPolicy()
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
levels = st.sampled_from(list(Level))


def rules_of(faults: list[Fault]) -> set[str | None]:
    """The numbers of the rules that the faults name."""
    return {fault.rule for fault in faults}


@pytest.mark.rule("P1")
@given(levels, levels)
def test_levels_are_ordered(one: Level, other: Level) -> None:
    """A level reaches exactly those that come no later in none, read-only, standard, admin."""
    order = ["none", "read_only", "standard", "admin"]

    assert (order.index(one) >= order.index(other)) == one.reaches(other)


@pytest.mark.rule("P2")
@given(levels)
def test_editing_needs_standard(level: Level) -> None:
    """Standard and admin on Budget may edit; the others are told why not."""
    allowed = not may_edit(Rights(budget=level))

    assert (level in {Level.STANDARD, Level.ADMIN}) == allowed


@pytest.mark.rule("P1")
@given(levels)
def test_seeing_a_budget_needs_read_only(level: Level) -> None:
    """Anything but none on Budget lets a person look at it."""
    assert (level is not Level.NONE) == (not may_see_budget(Rights(budget=level)))


@pytest.mark.rule("P2")
@pytest.mark.parametrize(
    ("level", "grant", "sending", "expected"),
    [
        (Level.ADMIN, "no grant", "first", "allowed"),
        (Level.ADMIN, "no grant", "after a reject", "allowed"),
        (Level.STANDARD, "grant", "first", "allowed"),
        (Level.READ_ONLY, "grant", "first", "allowed"),
        (Level.STANDARD, "no grant", "first", "refused"),
        (Level.NONE, "grant", "first", "refused"),
        (Level.STANDARD, "grant", "after a reject", "refused"),
        (Level.STANDARD, "grant", "something new", "allowed"),
    ],
)
def test_sending_needs_admin_or_the_grant(level: Level, grant: str, sending: str, expected: str) -> None:
    """Admin sends always; the grant suffices for a first send and a retrieve, not for a re-send after a reject."""
    rights = Rights(budget=level, may_send=grant == "grant")

    faults = may_send(rights, first=sending == "first", resend_after_reject=sending == "after a reject", policy=POLICY)

    assert expected == ("refused" if faults else "allowed")


@pytest.mark.rule("P2")
def test_policy_widens_a_resend_to_the_grant() -> None:
    """Where the company says so, the grant suffices for a re-send after a reject too."""
    rights = Rights(budget=Level.STANDARD, may_send=True)
    wide = CompanyPolicy(resend_with_grant=True)

    assert may_send(rights, first=False, resend_after_reject=True, policy=wide) == []


@pytest.mark.rule("P3")
@pytest.mark.parametrize(
    ("level", "privileges", "reasons"),
    [
        (Level.STANDARD, frozenset({PUSH}), 0),
        (Level.ADMIN, frozenset({PUSH}), 0),
        (Level.STANDARD, frozenset(), 1),
        (Level.READ_ONLY, frozenset({PUSH}), 1),
        (Level.NONE, frozenset(), 2),
        (Level.ADMIN, frozenset({("invoice", "export")}), 1),
    ],
)
def test_answering_needs_level_and_privilege(
    level: Level, privileges: frozenset[tuple[str, str]], reasons: int
) -> None:
    """Accepting and the like need standard on ERP Integrations and the privilege; each that lacks is told."""
    assert reasons == len(may_answer(Rights(integrations=level, privileges=privileges)))


@pytest.mark.rule("P3")
def test_standard_without_the_privilege_may_look() -> None:
    """Standard without the privilege looks at items but doesn't act on them."""
    rights = Rights(integrations=Level.STANDARD)

    assert may_look_at_items(rights) == []
    assert may_answer(rights) != []


@pytest.mark.rule("P1")
def test_a_projects_history_is_for_either_tool() -> None:
    """Who may look at the budget, or at ERP Integrations, sees what became of its sends; who may do neither doesn't."""
    seen = [
        may_see_history(rights) == []
        for rights in (Rights(budget=Level.READ_ONLY), Rights(integrations=Level.READ_ONLY), Rights())
    ]

    assert [True, True, False] == seen


@pytest.mark.rule("P5")
def test_a_token_is_limited_to_its_verbs() -> None:
    """A token whose owner may do everything does only what its verbs say, and never administers."""
    rights = Rights(
        administrator=True,
        budget=Level.ADMIN,
        integrations=Level.ADMIN,
        privileges=frozenset({PUSH}),
        verbs=frozenset({"read", "edit"}),
    )

    assert may_edit(rights) == []
    assert may_look_at_items(rights) == []
    assert rules_of(may_send(rights, first=True, resend_after_reject=False, policy=POLICY)) == {"P5"}
    assert rules_of(may_answer(rights)) == {"P5"}
    assert rules_of(may_administer(rights)) == {"P5"}


@pytest.mark.rule("P5")
@pytest.mark.parametrize(
    ("verbs", "may"),
    [
        (None, ["resume", "answer"]),
        ({"resume"}, ["resume"]),
        ({"answer"}, ["resume", "answer"]),
        ({"read", "edit", "send"}, []),
    ],
)
def test_a_token_may_resume_without_answering(verbs: set[str] | None, may: list[str]) -> None:
    """The verb `resume` lets it take up exports and nothing else; whoever may answer may resume too."""
    limited = None if verbs is None else frozenset(verbs)
    rights = Rights(integrations=Level.STANDARD, budget=Level.ADMIN, privileges=frozenset({PUSH}), verbs=limited)

    found = {"resume": may_resume(rights), "answer": may_answer(rights)}

    assert may == [act for act, faults in found.items() if not faults]
    if verbs == {"resume"}:
        others = [may_see_budget(rights), may_edit(rights), may_look_at_items(rights), may_administer(rights)]
        assert all(rules_of(faults) == {"P5"} for faults in others)
        assert may_send(rights, first=True, resend_after_reject=False, policy=POLICY) != []


@pytest.mark.rule("P3", "P5")
@given(levels, st.sampled_from([frozenset(), frozenset({PUSH})]))
def test_resuming_needs_the_rights_of_an_approver(level: Level, privileges: frozenset[tuple[str, str]]) -> None:
    """A token that may resume has no more rights than its owner has."""
    rights = Rights(integrations=level, privileges=privileges)
    token = Rights(integrations=level, privileges=privileges, verbs=frozenset({"resume"}))

    assert (not may_answer(rights)) == (not may_resume(rights)) == (not may_resume(token))


@pytest.mark.rule("P1")
def test_administering_needs_an_administrator() -> None:
    """Only an administrator administers, whatever else a person may."""
    assert may_administer(Rights(administrator=True)) == []
    assert may_administer(Rights(budget=Level.ADMIN, integrations=Level.ADMIN)) != []


@pytest.mark.rule("P4")
@pytest.mark.parametrize(
    ("contributors", "sender", "own_grant", "reasons"),
    [((), None, "", 0), ((7,), None, "", 1), ((8,), 7, "", 1), ((7,), 7, "own grant", 3), ((8,), 8, "", 0)],
)
def test_whoever_had_a_hand_in_it_does_not_approve(
    contributors: tuple[int, ...], sender: int | None, own_grant: str, reasons: int
) -> None:
    """Who edited, sent, or granted himself the right is told each reason."""
    faults = separation_of_duties(7, contributors, sender_id=sender, granted_by_self=bool(own_grant), policy=POLICY)

    assert reasons == len(faults)


@pytest.mark.rule("P4")
def test_policy_may_allow_one_person_to_do_both() -> None:
    """A company that switches separation of duties off gets no objection."""
    policy = CompanyPolicy(separation_of_duties=False)

    assert separation_of_duties(7, (7,), sender_id=7, granted_by_self=True, policy=policy) == []


@pytest.mark.parametrize(("minutes_ago", "reasons"), [(0, 0), (15, 0), (16, 1)])
def test_a_sign_in_must_be_recent(minutes_ago: int, reasons: int) -> None:
    """A sign-in of fifteen minutes ago is recent, an older one isn't."""
    faults = signed_in_recently(NOW - timedelta(minutes=minutes_ago), NOW)

    assert reasons == len(faults)


def test_whoever_never_signed_in_is_not_recent() -> None:
    """A token's owner has not signed in."""
    assert signed_in_recently(None, NOW) != []


@pytest.mark.rule("P3")
def test_require_tells_all_reasons_at_once() -> None:
    """The error holds every reason with its remedy."""
    faults = may_answer(Rights())

    with pytest.raises(NotAllowed) as refused:
        require(faults)

    assert tuple(faults) == refused.value.faults
    assert all(str(fault.remedy) in refused.value.remedy for fault in faults)
