"""Files as a budget source: the first one, built in, on the same hooks as every source that is installed.

A connection of this source is one file, which is read again only where somebody saved it anew. A project is a job of
the file, named by its code (blank where the file names none). A line's `id` is made of its key; where it stands in the
file is its `place`, which moves when somebody inserts a row.
"""

import hashlib
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
from erp_bridge_core.contract.source_simulator import SourceSimulator
from erp_bridge_core.sources.imported import ImportedBudget
from erp_bridge_core.sources.lines import Duplicates, JobSummary
from erp_bridge_core.sources.mapping import ColumnMapping
from erp_bridge_core.sources.numbers import NumberStyle
from erp_bridge_core.sources.reading import read_budget as read_file
from erp_bridge_core.sources.tables import FileOptions

NAME: Final = "files"


@frozen(kw_only=True, slots=False)
class FileLook:
    """A file as it was read. `sha256` is of the bytes that stood there right before."""

    sha256: str
    imported: ImportedBudget

    @cached_property
    def jobs(self) -> dict[str, JobSummary]:
        """The file's jobs by their codes; raises `BadInput` with every fault if anything is wrong."""
        return {summary.job: summary for summary in self.imported.jobs()}


@frozen(kw_only=True)
class FileSettings:
    """A file and how it is to be read, as `reading.read_budget` takes it. Use it as a context, or `close` it."""

    path: Path
    mapping: ColumnMapping | None = None
    digits: int = 2
    duplicates: str = Duplicates.REFUSE
    style: str = NumberStyle.POINT
    options: FileOptions | None = None
    progress: Callable[[int], None] | None = field(default=None, eq=False, repr=False)
    _looks: list[FileLook] = field(factory=list, init=False, eq=False, repr=False)

    def look(self) -> FileLook:
        """The file as it stands: what was read of it, or read anew where its bytes differ; raises what that does."""
        sha256 = _sha256(self.path)
        if not self._looks or self._looks[-1].sha256 != sha256:
            # What was read before stays open for whoever still iterates it, and goes with the last who does.
            self._looks[:] = [FileLook(sha256=sha256, imported=self._read())]
        return self._looks[-1]

    def _read(self) -> ImportedBudget:
        return read_file(
            self.path,
            mapping=self.mapping,
            digits=self.digits,
            duplicates=self.duplicates,
            style=self.style,
            options=self.options,
            progress=self.progress,
        )

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
        while self._looks:
            self._looks.pop().imported.close()

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
    return map(_project, source.settings.look().jobs)


@hookimpl
def read_budget(project: str, source: Source[FileSettings]) -> SourceBudget:
    """One job's lines, one a key; nothing at all where any row of the file has a fault."""
    look = source.settings.look()
    imported = look.imported
    if project not in look.jobs:
        raise NotFound(f"{imported.facts.name} holds no job {project}.", remedy="Choose one that it holds.")
    return SourceBudget(
        project=_project(project),
        currency="",
        revision=imported.facts.sha256,
        lines=imported.lines(project),
        warnings=tuple(_findings(imported.warnings)),
    )


@hookimpl
def source_simulator() -> SourceSimulator:
    """The people who keep such a file."""
    from erp_bridge_core.sources.file_simulator import FileSimulator

    return FileSimulator()


def _sha256(path: Path) -> str:
    """The hash of a file's bytes; blank where it can't be read, which reading it will tell."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


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
