"""Companies, projects, and the parts of a budget code [firm, 3.2; companies and projects: the public reference]."""

from collections.abc import Iterator

from attrs import frozen

from erp_bridge_procore.client.errors import ProjectNotLinked
from erp_bridge_procore.client.pages import v1_rows
from erp_bridge_procore.client.records import Record
from erp_bridge_procore.client.transport import Transport
from erp_bridge_procore.client.values import Company, CostCode, CostType, Project, SubJob, WbsCode

_V1 = "/rest/v1.0"


@frozen
class Codes:
    """What a budget is built from. Lists are read as they are iterated, page by page."""

    transport: Transport

    def companies(self) -> Iterator[Company]:
        """The companies that the app is connected to."""
        for record in v1_rows(self.transport, f"{_V1}/companies", "company"):
            yield Company(id=record.number("id"), name=record.text("name"))

    def projects(self, *, inactive_too: bool = False) -> Iterator[Project]:
        """The projects that the user sees: active ones, unless asked otherwise."""
        params = {"company_id": self.transport.company_id}
        extra = {"filters[by_status]": "All"} if inactive_too else {}
        for record in v1_rows(self.transport, f"{_V1}/projects", "project", params={**params, **extra}):
            yield _project(record)

    def project(self, project_id: int) -> Project:
        """One project."""
        params = {"company_id": self.transport.company_id}
        answer = self.transport.get(f"{_V1}/projects/{project_id}", params)
        return _project(Record.of("project", answer.document))

    def linked_project(self, project_id: int) -> Project:
        """One project with its ERP job; raises `ProjectNotLinked`."""
        project = self.project(project_id)
        if not project.origin_id:
            raise ProjectNotLinked(project.number)
        return project

    def sub_jobs(self, project_id: int) -> Iterator[SubJob]:
        """The sub jobs of a project."""
        for record in v1_rows(self.transport, f"{_V1}/sub_jobs", "sub job", params={"project_id": project_id}):
            origin = record.text("origin_id")
            yield SubJob(id=record.number("id"), code=record.text("code"), name=record.text("name"), origin_id=origin)

    def cost_codes(self, project_id: int) -> Iterator[CostCode]:
        """The cost codes of a project and of its sub jobs, divisions among them."""
        params = {"project_id": project_id, "view": "erp_compact"}
        for record in v1_rows(self.transport, f"{_V1}/cost_codes", "cost code", params=params):
            of_sub_job = record.text("biller_type") == "SubJob"
            yield CostCode(
                id=record.number("id"),
                full_code=record.text("full_code"),
                name=record.text("name"),
                sub_job_id=record.number("biller_id") if of_sub_job else None,
                origin_id=record.text("origin_id"),
            )

    def cost_types(self) -> Iterator[CostType]:
        """The cost types of the company."""
        params = {"company_id": self.transport.company_id}
        for record in v1_rows(self.transport, f"{_V1}/line_item_types", "cost type", params=params):
            yield CostType(
                id=record.number("id"),
                code=record.text("code"),
                name=record.text("name"),
                base_type=record.text("base_type"),
                origin_id=record.text("origin_id"),
            )

    def wbs_codes(self, project_id: int) -> Iterator[WbsCode]:
        """The budget codes of a project."""
        path = f"{_V1}/projects/{project_id}/work_breakdown_structure/wbs_codes"
        for record in v1_rows(self.transport, path, "budget code"):
            told = record.text("description")
            yield WbsCode(id=record.number("id"), flat_code=record.text("flat_code"), description=told)


def _project(record: Record) -> Project:
    return Project(
        id=record.number("id"),
        number=record.text("project_number"),
        name=record.text("name"),
        active=record.flag("active"),
        origin_id=record.text("origin_id"),
    )
