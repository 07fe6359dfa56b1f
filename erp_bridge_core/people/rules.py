"""Who may do what (P1-P5): plain functions that answer with every reason why not; no reason means allowed."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from attrs import frozen

from erp_bridge_core.contract.errors import Fault, NotAllowed, OneTimePassword
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.policy import RECENT_MINUTES, CompanyPolicy

#: What an API token may be limited to: looking, editing budgets, sending and retrieving, answering and exporting, and
#: bringing on what people have started: exports taken up, mail and webhooks that are due.
TOKEN_VERBS: Final = ("read", "edit", "send", "answer", "resume")
PUSH: Final = ("budget", "export")

#: Item types and directions that the privilege "can push to accounting" knows.
ITEM_TYPES: Final = ("budget",)
DIRECTIONS: Final = ("export",)


class Level(StrEnum):
    """A permission on a tool, from nothing to everything (P1)."""

    NONE = "none"
    READ_ONLY = "read_only"
    STANDARD = "standard"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        """Its place in the order, for comparing."""
        return list(Level).index(self)

    def reaches(self, other: "Level") -> bool:
        """Whether this level includes the other."""
        return self.rank >= other.rank


@frozen(kw_only=True)
class Rights:
    """What one actor may do in one company and, where asked for, one project.

    `verbs` is None for a person; an API token's rights are its owner's, limited to these verbs (P5). `whole_company` is
    false for a token that is for some projects alone. `installation` is true for an administrator of the
    installation's first company, who does what concerns every company.
    """

    administrator: bool = False
    installation: bool = False
    integrations: Level = Level.NONE
    budget: Level = Level.NONE
    may_send: bool = False
    privileges: frozenset[tuple[str, str]] = frozenset()
    verbs: frozenset[str] | None = None
    whole_company: bool = True


def require(faults: Iterable[Fault]) -> None:
    """Raise `NotAllowed` with every reason; returns when there is none."""
    reasons = tuple(faults)
    if reasons:
        raise NotAllowed(
            " ".join(dict.fromkeys(reason.message for reason in reasons)),
            remedy=" ".join(dict.fromkeys(reason.remedy for reason in reasons if reason.remedy)),
            faults=reasons,
        )


def require_own_password(actor: Actor) -> None:
    """Raise `OneTimePassword` for whoever signed in with a password that somebody else set, and so knows."""
    if actor.one_time_password:
        raise OneTimePassword(
            "Your password was set by somebody else: choose your own first.",
            remedy="Change it: `erp-bridge person password`; through the API, by PUT people/LOGIN/password.",
        )


def may_see_budget(rights: Rights) -> list[Fault]:
    """Looking at a project's budget: read-only or more on Budget (P1)."""
    return _verb(rights, "read") + _level("budget", rights.budget, Level.READ_ONLY, "look at this budget")


def may_see_project(rights: Rights) -> list[Fault]:
    """Looking at a project: whoever may look at its budget or at ERP Integrations (P1); a token by its verb (P5)."""
    return may_see_budget(rights) if may_look_at_items(rights) else []


def may_edit(rights: Rights) -> list[Fault]:
    """Editing lines and changes: standard or admin on Budget (P2)."""
    return _verb(rights, "edit") + _level("budget", rights.budget, Level.STANDARD, "edit this budget")


def may_send(rights: Rights, *, first: bool, resend_after_reject: bool, policy: CompanyPolicy) -> list[Fault]:
    """Sending and retrieving: admin on Budget, or read-only/standard with the grant (P2).

    `first` is true for a first send and for a retrieve. A re-send after a reject needs admin unless the policy widens
    it to the grant; a re-send of something new after a finished export is allowed like a first one.
    """
    faults = _verb(rights, "send")
    if rights.budget is Level.ADMIN:
        return faults
    grant_counts = first or not resend_after_reject or policy.resend_with_grant
    if grant_counts and rights.may_send and rights.budget.reaches(Level.READ_ONLY):
        return faults
    if not grant_counts:
        message = "Sending again after a reject needs admin on Budget."
        remedy = "Ask an administrator for admin on this project, or to set the policy resend_with_grant."
    else:
        message = 'Sending needs admin on Budget, or a permission on it with the grant "send and retrieve".'
        remedy = "Ask an administrator for either, on this project."
    return [*faults, Fault("budget", message, value=rights.budget, rule="P2", remedy=remedy)]


def may_answer(rights: Rights) -> list[Fault]:
    """Accept, reject, export, retry, settle: standard on ERP Integrations and "can push to accounting" (P3)."""
    return _verb(rights, "answer") + _may_push(rights, "answer, export or settle budget items")


def may_resume(rights: Rights) -> list[Fault]:
    """Taking up an export that was started: whoever may answer, and a token of theirs with the verb `resume` (P3, P5).

    It decides nothing: what goes out was accepted and started by a person. So it asks for no policy, unlike `answer`.
    """
    if rights.verbs is not None and "answer" in rights.verbs:
        return may_answer(rights)
    return _verb(rights, "resume") + _may_push(rights, "resume exports")


def may_tend(rights: Rights) -> list[Fault]:
    """Sending what is due, checking a connection: standard or more on ERP Integrations, for read-only looks (P1).

    It decides nothing, so it asks for no privilege, and of a token for the verb of schedules, `resume` (P5).
    """
    act = "check connections and send what is due"
    allowed = _level("integrations", rights.integrations, Level.STANDARD, act)
    return _verb(rights, "resume") + _whole_company(rights) + allowed


def _may_push(rights: Rights, act: str) -> list[Fault]:
    faults = _level("integrations", rights.integrations, Level.STANDARD, act)
    if PUSH not in rights.privileges:
        faults.append(
            Fault(
                "privilege",
                "Answering budget items needs the privilege to push budgets to accounting.",
                rule="P3",
                remedy="Ask an administrator to grant you the privilege budget/export for this company or project.",
            )
        )
    return faults


def may_take(rights: Rights) -> list[Fault]:
    """Making the item of a source's request: of a token both verbs (P5); the project asks for more when it is known."""
    return _verb(rights, "edit") + _verb(rights, "send")


def may_look_at_items(rights: Rights) -> list[Fault]:
    """Looking at ERP Integrations: read-only or more (P1)."""
    return _verb(rights, "read") + _level(
        "integrations", rights.integrations, Level.READ_ONLY, "look at ERP Integrations"
    )


def may_look_at_company(rights: Rights) -> list[Fault]:
    """What is the company's and no project's, as its audit trail and mail: as items; no token for some projects."""
    return may_look_at_items(rights) + _whole_company(rights)


def may_see_history(rights: Rights) -> list[Fault]:
    """A project's past sends: whoever may look at its budget or at ERP Integrations; a reject's reason is for both."""
    return may_see_budget(rights) and may_look_at_items(rights)


def may_administer_installation(rights: Rights) -> list[Fault]:
    """What concerns every company, such as certificates: administrators of the installation's first company (P0)."""
    elsewhere = Fault(
        "company",
        "This concerns every company of the installation.",
        rule="P0",
        remedy="Ask an administrator of the company that it was made with.",
    )
    return may_administer(rights) or ([] if rights.installation else [elsewhere])


def may_administer(rights: Rights) -> list[Fault]:
    """People, grants, connections, policies, new projects: a company's administrators, never a token (P5)."""
    if rights.verbs is not None:
        return [
            Fault("token", "An API token can't administer.", rule="P5", remedy="Sign in as an administrator for this.")
        ]
    if rights.administrator:
        return []
    return [
        Fault(
            "administrator",
            "This needs an administrator of the company.",
            rule="P1",
            remedy="Ask one; `erp-bridge person list` shows who they are.",
        )
    ]


def separation_of_duties(
    person_id: int | None,
    contributors: Collection[int],
    *,
    sender_id: int | None,
    granted_by_self: bool,
    policy: CompanyPolicy,
) -> list[Fault]:
    """Who edited, imported, sent or granted himself the right does not approve, where the policy says so (P4)."""
    if not policy.separation_of_duties:
        return []
    reasons = {
        "You edited or imported this budget since it was last sent.": person_id in contributors,
        "You sent this item.": person_id is not None and person_id == sender_id,
        "You granted yourself the right to answer.": granted_by_self,
    }
    remedy = "Another approver must answer; or an administrator sets the policy separation_of_duties to false."
    return [
        Fault("separation_of_duties", f"{reason} Somebody else approves it.", rule="P4", remedy=remedy)
        for reason, holds in reasons.items()
        if holds
    ]


def signed_in_recently(signed_in_at: datetime | None, now: datetime, *, minutes: int = RECENT_MINUTES) -> list[Fault]:
    """Accepting, settling, granting and editing connections ask for a recent sign-in."""
    if signed_in_at is not None and now - signed_in_at <= timedelta(minutes=minutes):
        return []
    return [
        Fault(
            "sign_in",
            f"This asks for a sign-in within the last {minutes} minutes.",
            expected=f"a sign-in at most {minutes} minutes old",
            remedy="Sign in again, then repeat it.",
        )
    ]


def _verb(rights: Rights, verb: str) -> list[Fault]:
    if rights.verbs is None or verb in rights.verbs:
        return []
    remedy = "Use a token with that verb, or sign in."
    if verb == "answer":
        remedy = "Sign in; a token may only where it has the verb and the company's policy approve_by_token is true."
    return [Fault("token", f"This API token may not {verb}.", value=verb, rule="P5", remedy=remedy)]


def _whole_company(rights: Rights) -> list[Fault]:
    if rights.whole_company:
        return []
    remedy = "Use a token that is for all projects of the company, or sign in."
    return [Fault("token", "This API token is for some projects alone.", rule="P5", remedy=remedy)]


def _level(tool: str, level: Level, needed: Level, act: str) -> list[Fault]:
    if level.reaches(needed):
        return []
    title = "ERP Integrations" if tool == "integrations" else "Budget"
    return [
        Fault(
            tool,
            f"To {act} you need {needed.replace('_', '-')} or more on {title}.",
            value=level,
            expected=needed,
            rule="P1",
            remedy=f"Ask an administrator for {needed.replace('_', '-')} on {title}.",
        )
    ]
