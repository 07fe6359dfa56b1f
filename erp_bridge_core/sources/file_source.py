"""Files as a budget source: the first one, built in, on the same hooks as every source that is installed.

A connection of this source is one file, which is read once, however often it is asked. A project is a job of the file,
named by its code (blank where the file names none). A line's `id` is the numbers of the rows that it was made from.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from attrs import field, frozen

from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import Fault, NotFound, NotSupported
from erp_bridge_core.contract.findings import Finding, Severity
from erp_bridge_core.contract.hookspecs import hookimpl
from erp_bridge_core.contract.profile import API_VERSION
from erp_bridge_core.contract.source import Source, SourceBudget, SourceCapability, SourceProfile, SourceProject
from erp_bridge_core.sources.imported import ImportedBudget
from erp_bridge_core.sources.lines import Duplicates, JobSummary
from erp_bridge_core.sources.mapping import ColumnMapping
from erp_bridge_core.sources.numbers import NumberStyle
from erp_bridge_core.sources.reading import read_budget as read_file
from erp_bridge_core.sources.tables import FileOptions

NAME: Final = "files"


@frozen(kw_only=True, slots=False)
class FileSettings:
    """A file and how it is to be read, as `reading.read_budget` takes it. Use it as a context, or `close` it."""

    path: Path
    mapping: ColumnMapping | None = None
    digits: int = 2
    duplicates: str = Duplicates.REFUSE
    style: str = NumberStyle.POINT
    options: FileOptions | None = None
    progress: Callable[[int], None] | None = field(default=None, eq=False, repr=False)

    @cached_property
    def imported(self) -> ImportedBudget:
        """The file, read once; raises what reading it does."""
        return read_file(
            self.path,
            mapping=self.mapping,
            digits=self.digits,
            duplicates=self.duplicates,
            style=self.style,
            options=self.options,
            progress=self.progress,
        )

    @cached_property
    def jobs(self) -> dict[str, JobSummary]:
        """The file's jobs by their codes; raises `BadInput` with every fault if anything is wrong."""
        return {summary.job: summary for summary in self.imported.jobs()}

    def connected(self, clock: Clock) -> Source["FileSettings"]:
        """The file as a connection: without a wire, since reading it needs none."""
        nothing: Any = _Nothing()
        return Source(
            name=self.path.name,
            company="",
            settings=self,
            http=nothing,
            files=nothing,
            clock=clock,
            state=nothing,
            private=self.path.parent,
            log=logging.LoggerAdapter(logging.getLogger(__name__)),
            installation="",
        )

    def close(self) -> None:
        """Give up what was read."""
        if "imported" in self.__dict__:
            self.imported.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Nothing:
    """What a file has no use for."""

    def __getattr__(self, name: str) -> Any:
        raise NotSupported(f"Reading a file needs no {name}.")


PROFILE: Final = SourceProfile(
    name=NAME,
    title="Files (CSV, XLSX)",
    api_version=API_VERSION,
    settings_class=FileSettings,
    capabilities=frozenset({SourceCapability.PROJECTS}),
)


@hookimpl
def source_profile() -> SourceProfile:
    """What files can do: they tell their jobs and lines, and are told nothing."""
    return PROFILE


@hookimpl
def list_projects(source: Source[FileSettings]) -> Iterable[SourceProject]:
    """The file's jobs in the order of their first rows."""
    return map(_project, source.settings.jobs)


@hookimpl
def read_budget(project: str, source: Source[FileSettings]) -> SourceBudget:
    """One job's lines, one a key; nothing at all where any row of the file has a fault."""
    settings = source.settings
    if project not in settings.jobs:
        raise NotFound(f"{settings.imported.facts.name} holds no job {project}.", remedy="Choose one that it holds.")
    return SourceBudget(
        project=_project(project),
        currency="",
        revision=settings.imported.facts.sha256,
        lines=settings.imported.lines(project),
        warnings=tuple(_findings(settings.imported.warnings)),
    )


def _project(job: str) -> SourceProject:
    return SourceProject(id=job, number=job, name=job, job=job)


def _findings(warnings: Iterable[Fault]) -> Iterator[Finding]:
    for each in warnings:
        yield Finding(
            severity=Severity.WARNING,
            rule=each.rule or "B8",
            message=f"{each.where}: {each.message}",
            remedy=each.remedy or "",
            value=each.value or "",
        )
