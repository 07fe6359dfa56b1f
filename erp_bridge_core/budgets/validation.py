"""A send tried out in a transaction: staged, then checked by the core, the ERP's plugin and the company's checks."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import nullcontext
from datetime import datetime
from typing import Any, Protocol

from attrs import define, evolve, frozen
from sqlalchemy import Connection, insert, select

from erp_bridge_core.approvals.batches import load_batch
from erp_bridge_core.approvals.items import items_of_project
from erp_bridge_core.budgets.checks import Checks
from erp_bridge_core.budgets.folding import Folding
from erp_bridge_core.budgets.records import ProjectView
from erp_bridge_core.budgets.rules import SendState
from erp_bridge_core.budgets.staging import Staged, Staging
from erp_bridge_core.contract.budget import ExportBatch
from erp_bridge_core.contract.connection import Erp
from erp_bridge_core.contract.errors import BadInput, Fault
from erp_bridge_core.contract.findings import Finding, Severity
from erp_bridge_core.contract.profile import ErpProfile
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.paging import batched
from erp_bridge_core.store.tables import budget_changes, contributions, item_changes, item_findings, item_lines

_PAGE = 5_000


class Policies(Protocol):
    """The company's own checks: the registry."""

    def policies(self, batch: ExportBatch, erp: Erp[Any]) -> Iterable[Finding]:
        """The findings of every check that is installed."""


@frozen(kw_only=True)
class Opened:
    """A project's ERP, opened before a transaction begins: nothing waits for it while the database is locked."""

    adapter: Any
    erp: Erp[Any]
    policies: Policies
    masters_at: datetime | None
    erp_company: str
    live: bool | None

    @property
    def profile(self) -> ErpProfile:
        """The ERP's profile."""
        profile: ErpProfile = self.adapter.profile
        return profile


@frozen(kw_only=True)
class Tried:
    """What a send would hold, and the findings about it; `counts` has how many there are of each rule in all."""

    staged: Staged
    findings: tuple[Finding, ...]
    counts: Mapping[tuple[Severity, str], int]
    contributors: tuple[int, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What blocks."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What a person must acknowledge."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.WARNING)

    def count(self, severity: Severity) -> int:
        """How many findings there are of a severity, those that are not listed among them."""
        return sum(count for (each, _), count in self.counts.items() if each is severity)

    def complete(self, state: SendState) -> SendState:
        """The state with what the send would hold."""
        unmapped = {(each.field, each.value) for each in self.errors if each.rule == "not-mapped" and each.value}
        missing = self.counts.get((Severity.ERROR, "category-missing"), 0)
        not_mapped = self.counts.get((Severity.ERROR, "not-mapped"), 0)
        return evolve(
            state,
            new_originals=self.staged.originals,
            new_changes=self.staged.changes,
            sub_job_lines=self.staged.sub_job_lines,
            without_category=missing,
            unmapped=len(unmapped),
            refused=self.count(Severity.ERROR) - missing - not_mapped,
        )


@define(kw_only=True)
class Trial:
    """One send being tried: nothing of it stands unless the caller's transaction commits."""

    connection: Connection
    actor: Actor
    project: ProjectView
    opened: Opened

    def run(self, at: datetime) -> Tried:
        """Stage and check; an item without lines is left to the caller to refuse."""
        staging = Staging(connection=self.connection, project=self.project, profile=self.opened.profile)
        former = self._former_contributors()
        values: dict[str, Any] = {
            "sent_by": self.actor.person_id,
            "contributors": [],
            "masters_at": self.opened.masters_at,
            "erp_company": self.opened.erp_company,
            "live": self.opened.live,
        }
        staged = staging.stage(values, at=at)
        contributors = tuple(sorted(former | self._change_contributors(staged.item_id)))
        excluded = frozenset(contributors) | {self.actor.person_id or 0}
        staging.seal(staged.item_id)
        batch = load_batch(lambda: nullcontext(self.connection), staged.item_id)
        checks = Checks(connection=self.connection, staged=staged, batch=batch, excluded=excluded)
        folding = Folding()
        findings = list(folding.fold(checks.findings()))
        if any(finding.rule.endswith("-shortened") for finding in findings):
            staging.seal(staged.item_id)
            batch = load_batch(lambda: nullcontext(self.connection), staged.item_id)
        findings += folding.fold(self.opened.adapter.validate_budget(batch, self.opened.erp))
        findings += folding.fold(self.opened.policies.policies(batch, self.opened.erp))
        findings += folding.rest()
        return Tried(staged=staged, findings=tuple(findings), counts=folding.counts, contributors=contributors)

    def _former_contributors(self) -> set[int]:
        """Who edited or imported since the last send; and who had a part in a send that came back (P4)."""
        query = select(contributions.c.person_id).where(contributions.c.project_id == self.project.id)
        people = set(self.connection.execute(query).scalars())
        for item in items_of_project(self.connection, self.project.company_id, self.project.id):
            if not (item.state.is_resting or self._came_back(item.id)):
                break
            people |= set(item.contributors)
        return people

    def _came_back(self, item_id: int) -> bool:
        query = select(item_lines.c.number).where(item_lines.c.item_id == item_id, item_lines.c.state == "released")
        return self.connection.execute(query.limit(1)).first() is not None

    def _change_contributors(self, item_id: int) -> set[int]:
        query = (
            select(budget_changes.c.created_by, budget_changes.c.approved_by)
            .join(item_changes, item_changes.c.change_id == budget_changes.c.id)
            .where(item_changes.c.item_id == item_id)
        )
        return {person for row in self.connection.execute(query) for person in row if person is not None}


def require_no_errors(tried: Tried) -> None:
    """Raise BadInput with every error at once, a thousand of each rule in full."""
    if tried.errors:
        count = tried.count(Severity.ERROR)
        raise BadInput(
            f"The ERP would refuse this budget: {count:,} error{'s' if count > 1 else ''} found; nothing was sent.",
            remedy="Correct each that is named, then send again.",
            faults=[finding_fault(finding) for finding in tried.errors],
            details={"errors": count, "warnings": tried.count(Severity.WARNING)},
        )


def require_acknowledged(tried: Tried, acknowledged: Collection[str]) -> None:
    """Raise BadInput with every warning that nobody acknowledged: by `rule`, by `rule:line`, or all by `*` (B5)."""
    missing = [finding for finding in tried.warnings if not is_acknowledged(finding, acknowledged)]
    if missing:
        rules = list(dict.fromkeys(finding.rule for finding in missing))
        raise BadInput(
            f"{len(missing):,} warning{'s' if len(missing) > 1 else ''} must be acknowledged first; nothing was sent.",
            remedy=f"Look at each, then send again acknowledging {', '.join(rules)}.",
            faults=[finding_fault(finding) for finding in missing],
            details={"acknowledge": rules},
        )


def is_acknowledged(finding: Finding, acknowledged: Collection[str]) -> bool:
    """Whether a warning is among those that a person acknowledged."""
    return bool({"*", finding.rule, f"{finding.rule}:{finding.line}"} & set(acknowledged))


def finding_fault(finding: Finding) -> Fault:
    """A finding as an error's fault: where it stands, in words."""
    place = "the budget" if finding.line is None else f"line {finding.line}"
    key = "" if finding.key is None else f" ({finding.key})"
    field = f", {finding.field}" if finding.field else ""
    return Fault(
        f"{place}{key}{field}", finding.message, value=finding.value or None, rule=finding.rule, remedy=finding.remedy
    )


def keep_findings(connection: Connection, actor: Actor, project: ProjectView, *, tried: Tried, at: datetime) -> None:
    """Keep warnings, with who acknowledged them, and notes: the approver reads them too."""
    for page in batched(_finding_rows(tried, actor, project, at), _PAGE):
        connection.execute(insert(item_findings), list(page))


def _finding_rows(tried: Tried, actor: Actor, project: ProjectView, at: datetime) -> Iterator[dict[str, Any]]:
    for finding in tried.findings:
        warned = finding.severity is Severity.WARNING
        yield {
            "company_id": project.company_id,
            "item_id": tried.staged.item_id,
            "severity": finding.severity.value,
            "rule": finding.rule[:64],
            "line": finding.line,
            "field": finding.field[:32],
            "value": finding.value[:500],
            "message": finding.message,
            "remedy": finding.remedy,
            "acknowledged_by": actor.person_id if warned else None,
            "acknowledged_at": at if warned else None,
        }
