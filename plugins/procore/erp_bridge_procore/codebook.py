"""The codes that people use, for Procore's numbers of them: sub job code, full cost code, cost type code."""

from collections.abc import Mapping
from functools import cached_property

from attrs import define

from erp_bridge_core.contract import LineKey
from erp_bridge_core.contract.errors import ReadFailed
from erp_bridge_procore.client import ProcoreClient
from erp_bridge_procore.client.erp_values import JobCost
from erp_bridge_procore.client.values import BudgetRow, CostCode, CostType, SubJob

_REMEDY = "Read it again; if it stays so, look at the project's codes in Procore."


@define(slots=False)
class Codebook:
    """The codes of one project; each list is read when it is first needed, once."""

    client: ProcoreClient
    project_id: int

    @cached_property
    def sub_jobs(self) -> Mapping[int, SubJob]:
        """The sub jobs by number."""
        return {each.id: each for each in self.client.codes.sub_jobs(self.project_id)}

    @cached_property
    def cost_codes(self) -> Mapping[int, CostCode]:
        """The cost codes of project and sub jobs by number."""
        return {each.id: each for each in self.client.codes.cost_codes(self.project_id)}

    @cached_property
    def cost_types(self) -> Mapping[int, CostType]:
        """The company's cost types by number."""
        return {each.id: each for each in self.client.codes.cost_types()}

    def of_row(self, row: BudgetRow) -> LineKey:
        """The key of a budget row; raises `ReadFailed` for a code that is on no list."""
        code, kind = self.cost_codes.get(row.cost_code_id), self.cost_types.get(row.cost_type_id)
        sub_job = None if row.sub_job_id is None else self.sub_jobs.get(row.sub_job_id)
        if code is None or kind is None or (row.sub_job_id is not None and sub_job is None):
            raise ReadFailed(
                f"A row of the budget has cost code {row.cost_code_id}, cost type {row.cost_type_id} and sub job "
                f"{row.sub_job_id or '-'}, which Procore does not list.",
                remedy=_REMEDY,
            )
        return LineKey(sub_job.code if sub_job else "", code.full_code, kind.code)

    def of_flat_code(self, flat_code: str) -> LineKey | None:
        """The key of a budget code as Procore joins it, by the project's own codes; None where it is none of them."""
        return self._flat_codes.get(flat_code)

    def of_job_cost(self, cost: JobCost) -> LineKey | None:
        """The key of a job cost by the ERP's ids that it names; None where one of them is not found."""
        code = self._by_origin.get((cost.cost_code_origin_id, cost.sub_job_origin_id))
        kind = self._types_by_origin.get(cost.cost_type_origin_id)
        sub_job = self._sub_jobs_by_origin.get(cost.sub_job_origin_id) if cost.sub_job_origin_id else None
        if not code or not kind or (cost.sub_job_origin_id and sub_job is None):
            return None
        return LineKey(sub_job.code if sub_job else "", code.full_code, kind.code)

    @cached_property
    def _flat_codes(self) -> Mapping[str, LineKey]:
        found = {}
        for code in self.cost_codes.values():
            sub_job = self.sub_jobs.get(code.sub_job_id) if code.sub_job_id is not None else None
            for kind in self.cost_types.values():
                key = LineKey(sub_job.code if sub_job else "", code.full_code, kind.code)
                found[".".join(filter(None, (key.sub_job, key.cost_code, key.category)))] = key
        return found

    @cached_property
    def _by_origin(self) -> Mapping[tuple[str, str], CostCode]:
        """Cost codes by their origin id and their sub job's."""
        origins = {number: each.origin_id for number, each in self.sub_jobs.items()}
        found: dict[tuple[str, str], CostCode] = {}
        for code in self.cost_codes.values():
            if code.origin_id:
                found[code.origin_id, origins.get(code.sub_job_id or 0, "")] = code
        return found

    @cached_property
    def _types_by_origin(self) -> Mapping[str, CostType]:
        return {each.origin_id: each for each in self.cost_types.values() if each.origin_id}

    @cached_property
    def _sub_jobs_by_origin(self) -> Mapping[str, SubJob]:
        return {each.origin_id: each for each in self.sub_jobs.values() if each.origin_id}
