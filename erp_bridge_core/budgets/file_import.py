"""A budget from a CSV or XLSX file: all or nothing, its column mapping remembered per project (B8)."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attrs import Factory, frozen
from sqlalchemy import Connection, delete, insert, select

from erp_bridge_core.budgets.merging import MOST_FAULTS, Merged, MergeMode, merge_lines
from erp_bridge_core.budgets.records import ProjectView, note_contribution
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import BadInput, Changed, Fault
from erp_bridge_core.contract.money import QUANTITY_DIGITS, to_units
from erp_bridge_core.contract.source import SourceBudget, SourceLine
from erp_bridge_core.contract.structuring import converter, structure
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.rights import policy_of
from erp_bridge_core.registry import SourceAdapter
from erp_bridge_core.registry.checks import built_in_source
from erp_bridge_core.sources import file_source
from erp_bridge_core.sources.file_source import FileSettings
from erp_bridge_core.sources.imported import ImportedBudget
from erp_bridge_core.sources.lines import JobSummary
from erp_bridge_core.sources.mapping import ColumnMapping
from erp_bridge_core.sources.numbers import NumberStyle
from erp_bridge_core.sources.tables import FileOptions
from erp_bridge_core.store.tables import column_mappings

if TYPE_CHECKING:
    from erp_bridge_core.budgets.lines import Budgets

#: The name under which a project's last mapping is remembered.
REMEMBERED: Final = "file"
_UNIT_LENGTH: Final = 32


@frozen(kw_only=True)
class ImportChoices:
    """What a person says of an import.

    `mapping` None takes the one remembered for the project, or guesses from the header. `duplicates` None follows the
    company's policy (`refuse` or `sum`). `job` names the file's job when it holds several, or another than the
    project's. `faults_to` is where every bad row is written when there are any. A `trial` reads and checks all of it,
    and changes nothing.
    """

    mapping: ColumnMapping | None = None
    mode: str = MergeMode.KEEP.value
    duplicates: str | None = None
    job: str | None = None
    style: NumberStyle | str = NumberStyle.POINT
    options: FileOptions | None = None
    faults_to: Path | None = None
    trial: bool = False
    progress: Callable[[int], None] | None = None


@frozen(kw_only=True)
class FileImport:
    """What was imported: from which file, which of its rows, what became of lines, and what somebody should look at."""

    file: str
    sha256: str
    job: str
    lines: int
    rows: int
    rows_read: int
    rows_filtered: int
    amount: Decimal
    merged: Merged
    columns: Mapping[str, str] = Factory(dict)
    guessed: tuple[str, ...] = ()
    warnings: tuple[Fault, ...] = ()
    warning_count: int = 0


class _Undo(Exception):
    """Leaves a transaction without committing it."""


def import_file(budgets: "Budgets", actor: Actor, number: str, *, path: Path, choices: ImportChoices) -> FileImport:
    """Read the file whole, then bring its lines in, in one transaction; raises BadInput with every fault."""
    mode = merge_mode(choices.mode)
    with budgets.store.read() as connection:
        project = budgets.editable(connection, actor, number)
        mapping = choices.mapping or remembered_mapping(connection, project)
        duplicates = choices.duplicates or policy_of(connection, actor.company_id).duplicates
    with FileSettings(
        path=path,
        mapping=mapping,
        digits=project.digits,
        duplicates=duplicates,
        style=choices.style,
        options=choices.options,
        progress=choices.progress,
    ) as file:
        look = file.look()
        imported = look.imported
        if imported.fault_count and choices.faults_to is not None:
            imported.write_faults(choices.faults_to)
        files, source = _files(), file.connected(budgets.clock)
        job = _choose_job([each.id for each in files.list_projects(source)], imported, project, choices.job)
        with suppress(_Undo), budgets.store.begin() as connection:
            project = budgets.editable(connection, actor, number)
            budget = files.read_budget(job, source)
            _require_same(imported, budget)
            rows = _rows(budget, imported.facts.name, project.digits)
            merged = merge_lines(connection, project, rows, mode=mode, sum_repeated=duplicates == "sum")
            report = _report(imported, look.jobs[job], merged)
            if choices.trial:
                raise _Undo
            if choices.mapping is not None:
                _remember(connection, project, choices.mapping, budgets.clock)
            note_contribution(connection, actor, project, "import")
            budgets.audit.record(
                connection, actor, "budget.import_file", "project", project.id, details=_details(report, mode)
            )
        return report


@cache
def _files() -> SourceAdapter:
    return built_in_source(file_source.NAME, file_source.__name__)


def merge_mode(text: str) -> MergeMode:
    """The mode of that name; raises BadInput for another."""
    try:
        return MergeMode(text)
    except ValueError:
        fault = Fault("mode", "no such mode", value=text, expected="keep or override", rule="R2")
        raise BadInput(f"{text!r} is no way to import.", remedy="Choose keep or override.", faults=[fault]) from None


def remembered_mapping(connection: Connection, project: ProjectView) -> ColumnMapping | None:
    """The mapping that the project's last import with one used, or None."""
    query = select(column_mappings.c.mapping).where(
        column_mappings.c.project_id == project.id, column_mappings.c.name == REMEMBERED
    )
    stored = connection.execute(query).scalar_one_or_none()
    return None if stored is None else structure(ColumnMapping, stored, what="remembered column mapping")


def _remember(connection: Connection, project: ProjectView, mapping: ColumnMapping, clock: Clock) -> None:
    key = {"company_id": project.company_id, "project_id": project.id, "name": REMEMBERED}
    connection.execute(delete(column_mappings).filter_by(**key))
    values = {**key, "mapping": converter.unstructure(mapping), "saved_at": clock.now()}
    connection.execute(insert(column_mappings).values(**values))


def _choose_job(jobs: Sequence[str], imported: ImportedBudget, project: ProjectView, wanted: str | None) -> str:
    """The file's job that is meant: the one named, else the project's own, else the only one if it has no name."""
    for candidate in (wanted,) if wanted is not None else (project.job, project.number, ""):
        if candidate is not None and candidate in jobs:
            return candidate
    named = ", ".join(sorted(jobs)[:20])
    fault = Fault(
        f'{imported.facts.name} column "{imported.columns.get("job", "job")}"',
        "the job is not in the file",
        value=wanted or project.job or project.number,
        expected=f"one of {named}",
        rule="B8",
        remedy="Name the job that is meant: --job JOB.",
    )
    raise BadInput(
        f"{imported.facts.name} holds {len(jobs)} job{'s' if len(jobs) != 1 else ''}, none of them this project's.",
        remedy="Name the job that is meant: --job JOB.",
        faults=[fault],
    )


def _require_same(imported: ImportedBudget, budget: SourceBudget) -> None:
    """Raise `Changed` where somebody saved the file while it was being read: what is told of it must be what comes."""
    if budget.revision != imported.facts.sha256:
        raise Changed(
            f"{imported.facts.name} was saved anew while it was imported; nothing was imported.",
            remedy="Import it again.",
        )


def _rows(budget: SourceBudget, file: str, digits: int) -> Iterator[tuple[Any, ...]]:
    """The lines as rows of the table; raises BadInput at their end with units that are too long."""
    faults: list[Fault] = []
    source = json.dumps({"file": file}).removesuffix("}")
    for line in budget.lines:
        if len(line.unit) > _UNIT_LENGTH:
            if len(faults) < MOST_FAULTS:
                faults.append(_too_long(line))
            continue
        key = line.key
        yield (
            key.sub_job,
            key.cost_code,
            key.category,
            line.description,
            None if line.quantity is None else to_units(line.quantity, QUANTITY_DIGITS),
            line.unit,
            None if line.unit_cost is None else to_units(line.unit_cost, QUANTITY_DIGITS),
            to_units(line.amount, digits),
            # Its place says `rows 12, 15`.
            f'{source}, "rows": [{line.place.partition(" ")[2]}]}}',
        )
    if faults:
        raise BadInput("A unit is too long; nothing was imported.", remedy="Shorten each.", faults=faults)


def _too_long(line: SourceLine) -> Fault:
    where = f"{line.place}, unit"
    return Fault(where, "is too long", value=line.unit, expected=f"at most {_UNIT_LENGTH} characters", rule="B1")


def _report(imported: ImportedBudget, job: JobSummary, merged: Merged) -> FileImport:
    return FileImport(
        file=imported.facts.name,
        sha256=imported.facts.sha256,
        job=job.job,
        lines=job.lines,
        rows=job.rows,
        rows_read=imported.rows_read,
        rows_filtered=imported.rows_filtered,
        amount=job.amount,
        merged=merged,
        columns=imported.columns,
        guessed=imported.guessed,
        warnings=imported.warnings,
        warning_count=imported.warning_count,
    )


def _details(report: FileImport, mode: MergeMode) -> dict[str, Any]:
    facts = {"file": report.file, "sha256": report.sha256, "job": report.job, "mode": mode.value}
    return {**facts, "lines": report.lines, "amount": str(report.amount)}
