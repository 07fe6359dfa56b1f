"""What is read of each project for its requests, and the details of all of them: once for one look at the requests."""

from collections.abc import Mapping
from functools import cached_property

from attrs import define, field

from erp_bridge_core.contract import LineKey
from erp_bridge_procore.changes import id_of_change, id_of_modification
from erp_bridge_procore.client import ProcoreClient
from erp_bridge_procore.client.erp_values import JobCost, RequestDetail, Transaction
from erp_bridge_procore.client.values import Project
from erp_bridge_procore.codebook import Codebook
from erp_bridge_procore.reading import as_project, choose_view
from erp_bridge_procore.settings import ProcoreSettings


@define(slots=False)
class ProjectBook:
    """What is read of a project once, for all of its requests."""

    client: ProcoreClient
    settings: ProcoreSettings
    project_id: int

    @cached_property
    def project(self) -> Project:
        """The project as it is now."""
        return self.client.codes.project(self.project_id)

    @property
    def job(self) -> str:
        """The ERP's job that it is linked with now, blank for none."""
        return as_project(self.project, self.settings).job

    @cached_property
    def codes(self) -> Codebook:
        """Its codes."""
        return Codebook(self.client, self.project_id)

    @cached_property
    def by_line(self) -> Mapping[int, LineKey]:
        """The keys of its budget lines, for job costs whose ERP ids are not found."""
        view = choose_view(self.client, self.project_id, self.settings.view)
        rows = self.client.budgets.rows(self.project_id, view)
        return {row.line_id: self.codes.of_row(row) for row in rows if row.line_id is not None}

    @cached_property
    def changes(self) -> Mapping[int, int]:
        """The change of each adjustment line."""
        return {line.id: change for change, line in self.client.changes.lines(self.project_id)}

    @cached_property
    def modifications(self) -> frozenset[int]:
        """The numbers of its budget modifications."""
        return frozenset(each.id for each in self.client.budgets.modifications(self.project_id))

    def key(self, cost: JobCost) -> LineKey | None:
        """The key of a job cost by the ERP's ids, else by its budget line."""
        found = self.codes.of_job_cost(cost)
        if found is None and cost.line_id is not None:
            found = self.by_line.get(cost.line_id)
        return found

    def change(self, transaction: Transaction) -> str | None:
        """The id of the change that a transaction comes from; None where that can't be told.

        The class names are not known: one that says what it is decides; else the number, if it is only one's.
        """
        number, kind = transaction.procore_id, transaction.procore_type.lower()
        if number is None:
            return None
        changes = [] if "transfer" in kind or "modification" in kind else [self.changes.get(number)]
        found = [id_of_change(change) for change in changes if change is not None]
        if "change" not in kind and "adjustment" not in kind and number in self.modifications:
            found.append(id_of_modification(number))
        return found[0] if len(found) == 1 else None


@define(slots=False)
class Shelf:
    """What the requests share: the details, and what is read of each project."""

    client: ProcoreClient
    settings: ProcoreSettings
    books: dict[int, ProjectBook] = field(factory=dict, init=False)

    @cached_property
    def details(self) -> Mapping[int, RequestDetail]:
        """Every request detail by number."""
        return {detail.id: detail for detail in self.client.erp.details()}

    def detail(self, number: int) -> RequestDetail:
        """One detail; read by itself where it was made after the list was."""
        return self.details.get(number) or self.client.erp.detail(number)

    def book(self, project_id: int) -> ProjectBook:
        """What is read of a project."""
        if project_id not in self.books:
            self.books[project_id] = ProjectBook(self.client, self.settings, project_id)
        return self.books[project_id]
