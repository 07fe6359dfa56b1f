"""One job's walk from a budget source: asked for there, past the approver, into the ERP, and told there."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING, Final, TypeVar

from attrs import define, evolve, field

from erp_bridge_core.contract.budget import LineKey
from erp_bridge_core.contract.errors import NotPossibleNow
from erp_bridge_core.contract.source_simulator import RequestState
from erp_bridge_core.demo.changing import ChangePlan, derive_changes, derive_later_change
from erp_bridge_core.demo.options import DemoJob, DemoRequest, DemoSource
from erp_bridge_core.demo.source_books import synced, told_falsely
from erp_bridge_core.demo.source_side import SourceSite
from erp_bridge_core.demo.walking import Walk

if TYPE_CHECKING:
    from erp_bridge_core.approvals.items import ItemView
    from erp_bridge_core.connector.values import RequestView

Wanted = TypeVar("Wanted")

#: Why the approver rejects the last change of the story.
REASON: Final = "The owner has not signed this change."
#: Seconds after which a request that nobody told of is looked for, and that a step may take on a busy machine.
UNTOLD: Final = 5.0
PATIENCE: Final = 60.0
_PAUSE: Final = 0.05


@define(kw_only=True)
class SourceWalk:
    """A job whose budget is made in the source. `walk` does what is done at our pages and at the ERP.

    `work` has the installation's own work done once: requests looked for, outcomes told. `told_where` is where the
    source tells us of requests, blank where nothing listens.
    """

    source: SourceSite
    walk: Walk
    work: Callable[[], object]
    told_where: str
    requests: list[DemoRequest] = field(factory=list, init=False)
    delivered: int = field(default=0, init=False)

    def run(self) -> DemoJob:
        """The budget, then a change alone, then one that is rejected; and a comparison of all three books."""
        self.set_up()
        self.enter()
        self.deliver()
        later = derive_later_change(self.walk.budget.lines)
        if later is not None:
            self.approve(later, meant=True)
            self.deliver()
            self.approve(evolve(later, number="5", description="Extra work"), meant=False)
            self.reject()
        return self._result()

    # -- at the source ------------------------------------------------------------------------------------------------

    @property
    def job(self) -> str:
        """The ERP's job, by which the source's simulator knows its project."""
        return self.walk.codes.job

    def set_up(self) -> None:
        """A project here, linked with the ERP's job and with the source's project."""
        application, cast = self.walk.site.application, self.walk.site.cast
        number, words = self.walk.number, self.walk.site.adapter.profile.words
        application.projects.create(cast.administrator, number, name=self.walk.budget.name)
        application.projects.link(cast.administrator, number, self.walk.site.connection, job=self.job)
        application.people.grant_project(cast.administrator, "manager", number, level="admin", may_send=True)
        application.projects.sync(cast.manager, number)
        project = self.source.simulator.project_id(self.source.simulated, self.job)
        application.pulling.link(cast.administrator, number, self.source.connection, source_project=project)
        self._say(
            f"\nProject {number!r}, {self.walk.budget.name}: linked to {words.job} {self.job!r}, and to project "
            f"{project} of {self.source.title}."
        )

    def enter(self) -> None:
        """The source's people enter the budget, and approve its first changes."""
        total, lines = Decimal(0), 0
        for line in self.walk.budget.lines:
            key = self.walk.codes.theirs(line.key)
            self.source.simulator.set_line(self.source.simulated, self.job, key, line.amount)
            self.walk.intent.add_original(key, line.amount)
            total, lines = total + line.amount, lines + 1
        self._detail(f"  Entered in {self.source.title}: {lines} lines, {total:,.2f}.")
        for plan in derive_changes(self.walk.budget.lines):
            self.approve(plan, meant=True)

    def approve(self, plan: ChangePlan, *, meant: bool) -> None:
        """A budget change is made and approved at the source; `meant` to get into the ERP, or not."""
        moves = {self.walk.codes.theirs(key): amount for key, amount in plan.moves}
        number = plan.number.rpartition("-")[2].lstrip("0")
        self.source.simulator.approve_change(self.source.simulated, self.job, number, moves)
        if meant:
            for key, amount in moves.items():
                self.walk.intent.add_change(key, amount)
        sums = f"{_total(moves):,.2f} on {len(moves)} line(s)"
        self._detail(f"  Budget change {number} approved there, {plan.description}: {sums}.")

    def ask(self) -> "ItemView":
        """Somebody asks for the export there; the item that it becomes here."""
        request = self.source.simulator.send(self.source.simulated, self.job)
        view = self._item_made(request)
        assert view.item is not None
        item = self.walk.site.application.reviews.item(self.walk.site.cast.approver, view.item)
        heard = "it was told to us" if view.found_by == "hint" else "we found it by looking"
        self._say(f"  Sent there as request {request}, {view.kind}; {heard}.")
        self._say(
            f"  Waiting for the accounting approver: item {item.id} with {item.line_count} lines, "
            f"original {item.original:,.2f}, changes {item.changes:,.2f}."
        )
        self.requests.append(
            DemoRequest(
                id=request,
                kind=view.kind,
                heard_by=view.found_by.value,
                item=item.id,
                lines=item.line_count,
                status="",
                messages=(),
            )
        )
        self._wait_until_told(lambda state: bool(state.messages))
        return item

    def _item_made(self, request: str) -> "RequestView":
        """Our view of a request once it is an item; one that nobody tells of is looked for."""
        application, approver = self.walk.site.application, self.walk.site.cast.approver
        began, looked = monotonic(), False

        def made() -> "RequestView | None":
            nonlocal looked
            self.work()
            if not looked and (not self.told_where or monotonic() - began > UNTOLD):
                looked = True
                application.requests.poll(approver, self.source.connection)
            known = [each for each in application.requests.list(approver).rows if self._is(each, request)]
            if known and known[0].item is None and known[0].for_person:
                self._take(known[0])
            return next((each for each in known if each.item is not None), None)

        return self._wait_for(made, f"Request {request} became no item.")

    def _is(self, view: "RequestView", request: str) -> bool:
        return (view.connection, view.request) == (self.source.connection, request)

    def _take(self, view: "RequestView") -> None:
        """The manager acknowledges what the sending warns of; anything else is raised."""
        rules = sorted({reason.rule for reason in view.reasons if reason.rule})
        self.walk.site.application.requests.take(self.walk.site.cast.manager, view.number, acknowledge=rules)
        self._detail(f"    Acknowledged by the manager here: {', '.join(rules)}.")

    # -- past the approver, into the ERP, and told --------------------------------------------------------------------

    def deliver(self) -> None:
        """What is new there, all the way."""
        item = self.ask()
        self.walk.accept(item)
        self.walk.export(item)
        before = self.requests[-1].messages
        self._wait_until_told(lambda state: state.messages != before)
        self.walk.post(item)
        self.walk.verify(item)
        self.delivered = item.id
        self._wait_until_told(lambda state: not state.open)

    def reject(self) -> None:
        """The approver says no, and the source's people read why."""
        item = self.ask()
        application, approver = self.walk.site.application, self.walk.site.cast.approver
        application.reviews.reject(approver, item.id, reason=REASON)
        self._say(f"  The accounting approver rejects it: {REASON}")
        told = self._wait_until_told(lambda state: not state.open)
        if not any(REASON in message for message in told.messages):
            raise NotPossibleNow(f"{self.source.title} was not told why: {'; '.join(told.messages)}")

    def _wait_until_told(self, is_told: Callable[[RequestState], bool]) -> RequestState:
        """Have the source told of its last request, and read there what its people read."""
        asked = self.requests[-1]

        def told() -> RequestState | None:
            self.work()
            books = self.source.simulator.books(self.source.simulated, self.job)
            return next((each for each in books.requests if each.id == asked.id and is_told(each)), None)

        state = self._wait_for(told, f"{self.source.title} was not told of request {asked.id}.")
        self.requests[-1] = evolve(asked, status=state.status, messages=state.messages)
        self._say(f"  {self.source.title} shows: {state.status}.")
        for message in state.messages:
            self._detail(f"    - {message}")
        return state

    # -- the end ------------------------------------------------------------------------------------------------------

    def _result(self) -> DemoJob:
        site, intent = self.walk.site, self.walk.intent
        entries = list(site.simulator.ledger(site.simulated, self.job))
        compared = intent.compare(entries)
        books = self.source.simulator.books(self.source.simulated, self.job)
        (report,) = site.application.reports.job_costs(site.cast.approver, self.walk.number).jobs
        state = site.application.reviews.item(site.cast.approver, self.delivered).state
        original, changes = _total(intent.originals.amounts), _total(intent.changes.amounts)
        source = DemoSource(
            name=self.source.adapter.name,
            project=self.source.simulator.project_id(self.source.simulated, self.job),
            accepted=report.total.ours,
            synced=synced(books),
            told_falsely=told_falsely(books, entries),
            requests=tuple(self.requests),
        )
        self._say(f"  {self.source.title} holds as synced {source.synced:,.2f}; accepted here: {source.accepted:,.2f}.")
        self._say(
            f"  In the ERP's own books: {compared.in_erp:,.2f}; lines missing {compared.missing}, "
            f"duplicated {compared.duplicated}, told falsely {source.told_falsely}."
        )
        return DemoJob(
            erp=site.adapter.name,
            job=self.job,
            lines=len(intent.originals.lines),
            original_budget=original,
            budget_changes=changes,
            revised_budget=original + changes,
            state=state,
            verified=state == "synced",
            in_erp=compared.in_erp,
            missing=compared.missing,
            duplicated=compared.duplicated,
            verified_by=self.walk.routes(self.delivered),
            source=source,
        )

    def _wait_for(self, look: Callable[[], Wanted | None], otherwise: str) -> Wanted:
        began = monotonic()
        while monotonic() - began < PATIENCE:
            found = look()
            if found is not None:
                return found
            Event().wait(_PAUSE)
        site = self.walk.site
        views = site.application.requests.list(site.cast.approver).rows
        raise NotPossibleNow(otherwise, faults=[reason for view in views[:1] for reason in view.reasons])

    def _say(self, text: str) -> None:
        self.walk.site.say(text)

    def _detail(self, text: str) -> None:
        if self.walk.told:
            self.walk.site.say(text)


def _total(amounts: Mapping[LineKey, Decimal]) -> Decimal:
    return sum(amounts.values(), Decimal(0))
