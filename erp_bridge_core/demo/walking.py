"""One job's walk: import, send, review, accept, export, hand over, post, verify; then a change, and the same again."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from attrs import define, field, frozen

from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.budgets.file_import import FileImport, ImportChoices
from erp_bridge_core.contract.effects import HandOver
from erp_bridge_core.contract.errors import Mismatch
from erp_bridge_core.contract.fields import FieldValues
from erp_bridge_core.contract.simulator import Simulator
from erp_bridge_core.demo.books import Intent
from erp_bridge_core.demo.budgets import DemoBudget
from erp_bridge_core.demo.changing import ChangePlan, derive_changes, derive_later_change
from erp_bridge_core.demo.erp_side import Codes
from erp_bridge_core.demo.options import DemoJob
from erp_bridge_core.demo.people import Cast
from erp_bridge_core.demo.telling import job_costs_table, review_table
from erp_bridge_core.exports.status import ExportState

if TYPE_CHECKING:
    from erp_bridge_core.app import Application
    from erp_bridge_core.registry import Adapter


@frozen(kw_only=True)
class Site:
    """The installation, and the simulated ERP it is connected to."""

    application: "Application"
    adapter: "Adapter"
    simulator: Simulator
    simulated: Path
    connection: str
    cast: Cast
    say: Callable[[str], None]


@frozen(kw_only=True)
class Planned:
    """A budget as it was made, as this ERP takes it (without sub jobs, say), and the codes it has there."""

    as_made: DemoBudget
    budget: DemoBudget
    codes: Codes


@define(kw_only=True)
class Walk:
    """`told` walks with every detail; otherwise one line a stage."""

    site: Site
    planned: Planned
    told: bool
    intent: Intent = field(factory=Intent, init=False)

    @property
    def budget(self) -> DemoBudget:
        """The budget as this ERP takes it."""
        return self.planned.budget

    @property
    def codes(self) -> Codes:
        """The ERP's codes."""
        return self.planned.codes

    def run(self) -> DemoJob:
        """Take the job all the way, twice, and compare with the ERP's own books."""
        self.set_up()
        if self.budget is not self.planned.as_made:
            self._refused_sub_jobs()
        self.import_budget()
        for plan in derive_changes(self.budget.lines):
            self.change(plan)
        self.deliver("send")
        later = derive_later_change(self.budget.lines)
        if later is not None:
            self.change(later)
            self.deliver("resend")
        return self._result()

    # -- the project manager ------------------------------------------------------------------------------------------

    @property
    def number(self) -> str:
        """The project's number: the connection's name keeps projects of several ERPs apart."""
        return f"{self.codes.job} {self.site.connection}"

    def set_up(self) -> None:
        """Create the project, link it, and read the masters."""
        application, cast = self.site.application, self.site.cast
        application.projects.create(cast.administrator, self.number, name=self.budget.name)
        application.projects.link(cast.administrator, self.number, self.site.connection, job=self.codes.job)
        application.people.grant_project(cast.administrator, "manager", self.number, level="standard", may_send=True)
        application.projects.sync(cast.manager, self.number)
        words = self.site.adapter.profile.words
        self._say(f"\nProject {self.number!r}, {self.budget.name}: linked to {words.job} {self.codes.job!r}.")
        for code, name in self.planned.as_made.sub_jobs:
            application.budgets.sub_job(cast.manager, self.number, code, name=name)

    def _refused_sub_jobs(self) -> None:
        """Show that this ERP takes no sub jobs; the budget is then imported again without them."""
        application, cast = self.site.application, self.site.cast
        self._import_file(self.planned.as_made)
        for reason in application.sending.readiness(cast.manager, self.number).not_supported:
            self._detail(f"  Sending is refused: {reason.message} {reason.remedy or ''}".rstrip())

    def _import_file(self, budget: DemoBudget) -> FileImport:
        application, cast = self.site.application, self.site.cast
        choices = ImportChoices(
            mapping=budget.mapping, duplicates=budget.duplicates, job=budget.job or None, mode="override"
        )
        return application.budgets.import_file(cast.manager, self.number, budget.path, choices=choices)

    def import_budget(self) -> None:
        """Import the budget's file as the project manager."""
        imported = self._import_file(self.budget)
        for line in self.budget.lines:
            self.intent.add_original(self.codes.theirs(line.key), line.amount)
        self._detail(f"  The project manager imports {imported.file}: {imported.lines} lines, {imported.amount:,.2f}.")

    def change(self, plan: ChangePlan) -> None:
        """Enter a budget change and approve it."""
        changes, manager = self.site.application.changes, self.site.cast.manager
        changes.add(
            manager, self.number, number=plan.number, day=plan.day, lines=plan.entries, description=plan.description
        )
        changes.set_status(manager, self.number, plan.number, status="approved")
        total = sum((amount for _, amount in plan.moves), Decimal(0))
        for key, amount in plan.moves:
            self.intent.add_change(self.codes.theirs(key), amount)
        self._detail(f"  Budget change {plan.number}, {plan.description}: {total:,.2f} on {len(plan.moves)} line(s).")

    # -- past the approver, into the ERP ------------------------------------------------------------------------------

    def deliver(self, act: str) -> None:
        """Take what is new all the way: `act` is `send` or `resend`."""
        item = self.send(act)
        self.accept(item)
        self.export(item)
        self._refused_resend()
        self.post(item)
        self.verify(item)

    def send(self, act: str) -> ItemView:
        """Send to ERP, every warning acknowledged."""
        application, cast = self.site.application, self.site.cast
        findings = application.sending.preview(cast.manager, self.number)
        warnings = sorted({finding.rule for finding in findings if finding.severity == "warning"})
        item = application.sending.send(cast.manager, self.number, acknowledge=warnings)
        self._say(
            f"  {'Sent' if act == 'send' else 'Sent again'} to ERP: item {item.id} with {item.line_count} lines, "
            f"original {item.original:,.2f}, changes {item.changes:,.2f}."
        )
        for rule in warnings:
            count = sum(finding.rule == rule for finding in findings)
            self._detail(f"    Acknowledged: {rule} ({count} {'line' if count == 1 else 'lines'}).")
        return item

    def accept(self, item: ItemView) -> None:
        """Review and accept as the accounting approver."""
        reviews, approver = self.site.application.reviews, self.site.cast.approver
        details = reviews.show(approver, item.id)
        self._detail("  The accounting approver reviews it:")
        self._details(review_table(details, self.site.adapter.profile.words))
        reviews.accept(
            approver,
            item.id,
            values=FieldValues(description="Budget" if item.first_export else "Budget changes"),
            confirm_import_closes=True,
            confirm_baseline=False,
            revision=item.revision,
        )
        self._say("  The accounting approver accepts it.")

    def export(self, item: ItemView) -> None:
        """Export as far as it goes now."""
        exports, approver = self.site.application.exports, self.site.cast.approver
        exports.start(approver, item.id)
        status = exports.run(approver, item.id)
        self._say(f"  Exported: {status.state}, {status.lines.total} lines in {len(status.effects)} effect(s).")

    def _refused_resend(self) -> None:
        application, manager = self.site.application, self.site.cast.manager
        readiness = application.sending.readiness(manager, self.number)
        self._detail("  Sending again is refused now:")
        for reason in readiness.reasons:
            self._detail(f"    - {reason.message.rstrip('.')}. {reason.remedy or ''}".rstrip())

    # -- at the ERP ---------------------------------------------------------------------------------------------------

    def post(self, item: ItemView) -> None:
        """Take over what lies ready, and do all that people do at the ERP."""
        handed = self.take(item)
        for sentence in self.site.simulator.post(self.site.simulated, self.codes.job, handed):
            self._detail(f"    {sentence}")
        if not self.told:
            self._say("  Taken over and posted in the ERP.")

    def take(self, item: ItemView) -> tuple[HandOver, ...]:
        """Take over what lies ready; nothing where nothing is handed over."""
        exports, approver = self.site.application.exports, self.site.cast.approver
        if exports.status(approver, item.id).state is not ExportState.OFFERED:
            return ()
        handed = exports.take(approver, item.id)
        for each in handed:
            self._detail(f"  Taken: {each.title}, {each.lines} lines, {each.total}, SHA-256 {each.sha256[:16]}…")
            for instruction in each.instructions:
                self._detail(f"    - {instruction}")
        return handed

    def verify(self, item: ItemView) -> None:
        """Read the ERP back; raises `Mismatch` where its figures are not what was exported."""
        verified = self.site.application.verification.verify(self.site.cast.approver, item.id)
        self._say(f"  Verified by reading {self.site.adapter.profile.title} back: {verified.outcome}.")
        if verified.outcome.is_mismatch:
            raise Mismatch(
                f"Item {item.id} is {verified.outcome}.",
                remedy=f"Look at it: `erp-bridge verify --home {quote(str(self.site.application.home))}`.",
            )

    # -- the end ------------------------------------------------------------------------------------------------------

    def _result(self) -> DemoJob:
        application, cast = self.site.application, self.site.cast
        compared = self.intent.compare(self.site.simulator.ledger(self.site.simulated, self.codes.job))
        totals = application.budgets.show(cast.manager, self.number).totals
        latest = application.reviews.history(cast.approver, self.number)[0]
        self._detail("\n  Job Costs Report:")
        for report in application.reports.job_costs(cast.approver, self.number).jobs:
            self._details(job_costs_table(report, self.site.adapter.profile.words))
        self._say(
            f"  In the ERP's own books: {compared.in_erp:,.2f}; lines missing {compared.missing}, "
            f"duplicated {compared.duplicated}."
        )
        return DemoJob(
            erp=self.site.adapter.name,
            job=self.codes.job,
            lines=len(self.intent.originals.lines),
            original_budget=totals.original,
            budget_changes=totals.changes,
            revised_budget=totals.revised,
            state=latest.state,
            verified=latest.state == "synced",
            in_erp=compared.in_erp,
            missing=compared.missing,
            duplicated=compared.duplicated,
            verified_by=self.routes(latest.id),
        )

    def routes(self, item_id: int) -> tuple[str, ...]:
        """By which routes an item was read back."""
        verified = self.site.application.verification.show(self.site.cast.approver, item_id)
        return tuple(sight.title for sight in verified.routes if sight.failed is None) if verified else ()

    def _say(self, text: str) -> None:
        self.site.say(text)

    def _detail(self, text: str) -> None:
        if self.told:
            self.site.say(text)

    def _details(self, lines: Iterable[str]) -> None:
        for line in lines:
            self._detail(line)
