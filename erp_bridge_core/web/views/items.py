"""What every page of one item shows: its head, its pages, what may be done with it now, and what was done last."""

from collections.abc import Sequence
from typing import Final

from attrs import frozen

from erp_bridge_core.app import Application
from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.approvals.rules import FILTERS, Answer
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.audit.entries import AuditEntry
from erp_bridge_core.contract.errors import Fault
from erp_bridge_core.contract.profile import Words
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.web.views.budget import budget_path
from erp_bridge_core.web.views.reports import report_path

#: What an audit entry's verb is called on a page; others are shown as they are.
VERBS: Final = {
    "budget.send": "sent it",
    "budget.resend": "sent it again",
    "budget.retrieve": "retrieved it",
    "review.accept": "accepted it",
    "review.take back": "took the acceptance back",
    "review.reject": "rejected it",
    "export.start": "started the export",
    "export.retry": "retried the export",
    "export.take": "took the hand-over",
    "export.settle": "settled what was in doubt",
    "verify": "verified it",
    "mismatch.adopted": "adopted the ERP's figures",
    "mismatch.accepted": "accepted a difference",
    "mismatch.corrected": "said that it was corrected in the ERP",
}
_PAGES: Final = (("Details", ""), ("Lines", "/lines"), ("Export", "/export"), ("Posting", "/posting"),
                 ("History", "/history"))  # fmt: skip


@frozen(kw_only=True)
class Act:
    """One thing to do with an item: `path` is a page to open, or what its button is sent to (`posts`).

    With `faults` it can't be done now: they are all the reasons, each with its remedy.
    """

    title: str
    path: str
    posts: bool
    faults: tuple[Fault, ...] = ()

    @property
    def name(self) -> str:
        """What tells it from the other acts of a page."""
        return self.path.rpartition("/")[2]


@frozen(kw_only=True)
class ItemHead:
    """The head of an item's pages. `pages` are titles and paths; `happened` the last acts, the newest first."""

    item: ItemView
    label: str
    words: Words
    pages: tuple[tuple[str, str], ...]
    acts: tuple[Act, ...]
    happened: tuple[AuditEntry, ...]

    @property
    def budget(self) -> str:
        """The address of the project's budget."""
        return budget_path(self.item.project)

    @property
    def job_costs(self) -> str:
        """The address of the job costs of its project."""
        return report_path(self.item.project)

    @property
    def path(self) -> str:
        """The item's own page."""
        return item_path(self.item.id)

    @property
    def possible(self) -> tuple[Act, ...]:
        """What can be done now."""
        return tuple(act for act in self.acts if not act.faults)

    @property
    def barred(self) -> tuple[Act, ...]:
        """What can't be done now."""
        return tuple(act for act in self.acts if act.faults)


def item_path(item_id: int, page: str = "") -> str:
    """The path of one of an item's pages, or of what is done with it."""
    return f"/items/{item_id}{f'/{page}' if page else ''}"


def load_head(application: Application, actor: Actor, item_id: int, *, happened: int = 3) -> ItemHead:
    """The head of an item, for whoever may look at it; raises what `Reviews.item` raises."""
    item = application.reviews.item(actor, item_id)
    return ItemHead(
        item=item,
        label=FILTERS.get(item.state, item.state.value),
        words=application.connections.profile_of(item.erp, item.connection).words,
        pages=tuple((title, item_path(item.id) + path) for title, path in _PAGES),
        acts=_acts(application, actor, item),
        happened=application.audit.show(actor, subject="item", subject_id=item.id, limit=happened),
    )


def told(entries: Sequence[AuditEntry]) -> list[tuple[AuditEntry, str]]:
    """Audit entries, each with what was done in words."""
    return [(entry, VERBS.get(entry.verb, entry.verb)) for entry in entries]


def _acts(application: Application, actor: Actor, item: ItemView) -> tuple[Act, ...]:
    barred = application.reviews.why_not_each(actor, item.id)

    def answer(title: str, of: Answer, path: str, *, posts: bool) -> Act:
        return Act(title=title, path=item_path(item.id, path), posts=posts, faults=barred[of])

    return (
        answer("Accept", Answer.ACCEPT, "accept", posts=False),
        answer("Export", Answer.EXPORT, "start", posts=True),
        answer("Take the acceptance back", Answer.TAKE_BACK, "take-back", posts=True),
        answer("Resume the export", Answer.RESUME, "resume", posts=True),
        answer("Retry", Answer.RETRY, "retry", posts=True),
        answer("Reject", Answer.REJECT, "reject", posts=False),
        Act(
            title="Verify now",
            path=item_path(item.id, "verify"),
            posts=True,
            faults=() if item.state.has_conditions else (_NOTHING_EXPORTED,),
        ),
    )


_NOTHING_EXPORTED: Final = Fault(
    "state",
    "Nothing of it was exported, so there is nothing to read back.",
    remedy="This is possible once its export has begun.",
)
#: States in which a person has to do something that is not an answer to the send.
UNRESOLVED: Final = (ItemState.UNKNOWN, ItemState.MISMATCH, ItemState.FAILED)
