"""Reading projects and budgets. A budget is taken as two equal looks showed it, or not at all."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from typing import Final

from attrs import define

from erp_bridge_core.contract import Finding, LineKey, Severity, Stream
from erp_bridge_core.contract.errors import BadSettings, NotFound, ReadFailed
from erp_bridge_core.contract.source import SourceBudget, SourceLine, SourceProject, SourceSubJob
from erp_bridge_procore.changes import ChangeReader
from erp_bridge_procore.client import ProcoreClient
from erp_bridge_procore.client.errors import BudgetChangedWhileRead
from erp_bridge_procore.client.values import Budget, BudgetLine, BudgetRow, BudgetView, Project
from erp_bridge_procore.codebook import Codebook
from erp_bridge_procore.connection import ProcoreConnection, connect, streamed, told
from erp_bridge_procore.settings import ProcoreSettings

_READ_AGAIN: Final = "Correct it in Procore, then read the budget again."


def list_projects(source: ProcoreConnection) -> Iterator[SourceProject]:
    """The projects that the connection's user sees, closed ones too."""
    projects = connect(source).codes.projects(inactive_too=True)
    yield from streamed(source, (as_project(each, source.settings) for each in projects))


def as_project(project: Project, settings: ProcoreSettings) -> SourceProject:
    """A project as the product knows it; its job is where the settings say that it stands."""
    job = project.origin_id if settings.job_from == "origin_id" else project.number
    return SourceProject(
        id=str(project.id), number=project.number, name=project.name, job=job, active=project.active
    )  # fmt: skip


def read_budget(project: str, source: ProcoreConnection) -> SourceBudget:
    """The whole budget of a project. Raises `Changed` when it moved while it was read."""
    with told(source):
        client = connect(source)
        number = project_number(project)
        view = choose_view(client, number, source.settings.view)
        found = client.budgets.read(number, view, columns=source.settings.change_columns, unlinked_too=True)
        return _Reader(client, source.settings, found).whole()


def project_number(project: str) -> int:
    """Procore's number of a project; raises `NotFound` for what can't be one."""
    if not (project.isascii() and project.isdigit()):
        raise NotFound(f"Procore has no project {project!r}.", remedy="List the projects, and choose one.")
    return int(project)


def choose_view(client: ProcoreClient, project_id: int, wanted: str) -> BudgetView:
    """The budget view of the settings, by name or number; raises `BadSettings` where that leaves more than one."""
    views = list(client.budgets.views(project_id))
    found = [view for view in views if not wanted or wanted in (view.name, str(view.id))]
    if len(found) != 1:
        names = ", ".join(repr(view.name) for view in views) or "none"
        wrong = f"has no budget view {wanted!r}" if wanted and not found else "has several budget views"
        raise BadSettings(
            f"The Procore company {wrong}: there is {names}." if views else "The Procore company has no budget view.",
            remedy="Set `view` to the name of the view that budgets are to be read by.",
        )
    return found[0]


@define(slots=False)
class _Reader:
    """Makes the product's budget of what was read, with everything that somebody should look at."""

    client: ProcoreClient
    settings: ProcoreSettings
    budget: Budget

    def whole(self) -> SourceBudget:
        """The budget; everything is read before it is given."""
        lines, changes, sub_jobs = self._lines(), self._changes.all(), self._sub_jobs()
        warnings = (*self._project_findings(), *self._row_findings(), *self._changes.findings())
        return SourceBudget(
            project=as_project(self.budget.project, self.settings),
            currency=self._currency,
            revision=_revision(self._currency, lines, [change.revision for change in changes]),
            locked=self.budget.locked,
            sub_jobs=Stream(lambda: sub_jobs),
            lines=Stream(lambda: lines),
            changes=Stream(lambda: changes),
            warnings=warnings,
        )

    @cached_property
    def _codes(self) -> Codebook:
        return Codebook(self.client, self.budget.project.id)

    @cached_property
    def _keys(self) -> Mapping[int, LineKey]:
        """The keys of all rows by budget code."""
        return {row.wbs_code_id: self._codes.of_row(row) for row in self.budget.rows}

    @cached_property
    def _changes(self) -> ChangeReader:
        by_line = {row.line_id: self._keys[row.wbs_code_id] for row in self.budget.rows if row.line_id is not None}
        return ChangeReader(self.client, self._codes, self.budget, by_code=self._keys, by_line=by_line)

    @property
    def _budgeted(self) -> list[BudgetRow]:
        return [row for row in self.budget.rows if row.line_id is not None]

    def _sub_jobs(self) -> tuple[SourceSubJob, ...]:
        return tuple(SourceSubJob(code=each.code, name=each.name) for each in self._codes.sub_jobs.values())

    @cached_property
    def _currency(self) -> str:
        found = {row.currency for row in self.budget.rows if row.currency}
        if not found and self._budgeted:
            found = {self._alone(self._budgeted[0]).currency} - {""}
        if len(found) > 1:
            raise ReadFailed(f"The budget has lines in {' and '.join(sorted(found))}.", remedy=_READ_AGAIN)
        return found.pop() if found else self.settings.currency

    def _lines(self) -> tuple[SourceLine, ...]:
        rows = self._budgeted
        keys = [self._keys[row.wbs_code_id] for row in rows]
        twice = {str(key) for key in keys if keys.count(key) > 1} if len(set(keys)) < len(keys) else set()
        if twice:
            raise ReadFailed(
                f"The budget has more than one line on {'; '.join(sorted(twice))}.",
                remedy="Budget codes with segments of the company's own can't be carried: take them off the budget.",
            )
        with_quantities = len(rows) <= self.settings.quantities_up_to
        return tuple(self._line(row, with_quantities=with_quantities) for row in rows)

    def _line(self, row: BudgetRow, *, with_quantities: bool) -> SourceLine:
        key = self._keys[row.wbs_code_id]
        alone = self._alone(row) if with_quantities else None
        if alone is not None and alone.original != row.original:
            raise BudgetChangedWhileRead(f"the line on {key} differs")
        measured = alone is not None and bool(alone.unit or alone.quantity)
        return SourceLine(
            id=str(row.line_id),
            key=key,
            amount=row.original,
            description=self._codes.cost_codes[row.cost_code_id].name,
            quantity=alone.quantity if alone and measured else None,
            unit=alone.unit if alone and measured else "",
            unit_cost=alone.unit_cost if alone and measured else None,
            place=f"budget line {key}",
        )

    def _alone(self, row: BudgetRow) -> BudgetLine:
        assert row.line_id is not None
        return self.client.budgets.line(self.budget.project.id, row.line_id)

    # -- what somebody should look at ---------------------------------------------------------------------------------

    def _project_findings(self) -> Iterator[Finding]:
        if not self.budget.project.origin_id:
            yield warning(
                "project-not-linked",
                f"Project {self.budget.project.number} is not linked with a job of the ERP in Procore.",
                "Have its ERP job accepted in Procore's ERP Integrations tool, if budgets are to be sent from there.",
            )

    def _row_findings(self) -> Iterator[Finding]:
        moved, changed = self._changes.modified(), self._changes.changed()
        nought = Decimal(0)
        for row in self.budget.rows:
            key = self._keys[row.wbs_code_id]
            if row.line_id is None:
                yield warning(
                    "row-without-line",
                    f'{key} is shown as "?": it has costs and no budget line, and was left out.',
                    "Add a budget line for it in Procore, or leave it as it is.",
                    key,
                )
            elif row.modifications != moved.get(key, nought):
                yield _differs(key, "budget modifications", row.modifications, moved.get(key, nought))
            column = sum(row.amounts.values(), nought)
            if self.settings.change_columns and column != changed.get(key, nought):
                yield _differs(key, "approved budget changes", column, changed.get(key, nought))


def warning(rule: str, message: str, remedy: str, key: LineKey | None = None) -> Finding:
    """Something of a budget that a person should look at."""
    return Finding(severity=Severity.WARNING, rule=rule, message=message, remedy=remedy, key=key)


def _differs(key: LineKey, what: str, shown: Decimal, read: Decimal) -> Finding:
    return warning(
        "figures-differ",
        f"The view shows {shown} of {what} on {key}, and those that can be read come to {read}.",
        "Look at the view's columns, and at the line's history in Procore.",
        key,
    )


def _revision(currency: str, lines: Sequence[SourceLine], changes: Iterable[str]) -> str:
    """The same for as long as nothing of the budget changed; that it was locked changes nothing of it."""
    parts = [f"{line.id} {line.key} {line.amount} {line.quantity} {line.unit} {line.unit_cost}" for line in lines]
    return sha256("\n".join([currency, *sorted(parts), "", *sorted(changes)]).encode()).hexdigest()
