"""Files are a budget source like any other: the same hooks, the same guards, each file read once."""

from decimal import Decimal
from pathlib import Path

import pytest
from controlled_clock import ControlledClock

from erp_bridge_core.contract import LineKey, SourceCapability
from erp_bridge_core.contract.errors import BadInput, NotFound, NotSupported
from erp_bridge_core.registry import SourceAdapter
from erp_bridge_core.registry.checks import built_in_source
from erp_bridge_core.sources import file_source
from erp_bridge_core.sources.file_source import FileSettings

HEAD = "Job,Sub Job,Cost Code,Category,Description,Amount\n"


@pytest.fixture(scope="module")
def files() -> SourceAdapter:
    """The built-in source."""
    return built_in_source(file_source.NAME, file_source.__name__)


def written(folder: Path, text: str) -> FileSettings:
    """A file with those rows."""
    path = folder / "b.csv"
    path.write_text(HEAD + text, encoding="utf-8")
    return FileSettings(path=path)


def test_a_files_jobs_are_its_projects(files: SourceAdapter, tmp_path: Path) -> None:
    """Each with its lines, by keys and with their rows; the revision is the file's hash."""
    with written(tmp_path, "24-001,A,01-100,L,=1,5.00\n24-002,,01-100,L,,7\n24-001,,01-100,L,,1\n") as settings:
        source = settings.connected(ControlledClock())

        assert ["24-001", "24-002"] == [project.id for project in files.list_projects(source)]
        budget = files.read_budget("24-001", source)
        assert [
            ("row 2", LineKey("A", "01-100", "L"), Decimal(5)),
            ("row 4", LineKey("", "01-100", "L"), Decimal(1)),
        ] == [(line.place, line.key, line.amount) for line in budget.lines]
        assert settings.look().imported.facts.sha256 == budget.revision
        assert ['b.csv row 2, column "Description"'] == [each.message.partition(":")[0] for each in budget.warnings]
        with pytest.raises(NotFound, match="holds no job 9"):
            files.read_budget("9", source)


@pytest.mark.rule("B8")
def test_a_file_with_a_fault_tells_nothing_else(files: SourceAdapter, tmp_path: Path) -> None:
    """Neither projects nor a budget, but every fault."""
    with written(tmp_path, "J,,1,L,,1\nJ,,2,L,,NaN\n") as settings:
        source = settings.connected(ControlledClock())
        for ask in (lambda: list(files.list_projects(source)), lambda: files.read_budget("J", source)):
            with pytest.raises(BadInput, match="1 fault in 1 of 2 rows"):
                ask()


def test_a_file_is_read_once_and_again_when_it_was_saved_anew(files: SourceAdapter, tmp_path: Path) -> None:
    """However often it is asked; what was told before is still what stood there then, and a line keeps its id."""
    with written(tmp_path, "J,,2,L,,5.00\n") as settings:
        source = settings.connected(ControlledClock())
        before = files.read_budget("J", source)
        assert settings.look() is settings.look()
        written(tmp_path, "J,,1,L,,7.00\nJ,,2,L,,5.00\n")
        after = files.read_budget("J", source)

        assert before.revision != after.revision
        assert [("row 2", Decimal(5))] == [(line.place, line.amount) for line in before.lines]
        assert [("row 2", Decimal(7)), ("row 3", Decimal(5))] == [(line.place, line.amount) for line in after.lines]
        assert [line.id for line in before.lines] == [line.id for line in after.lines][1:]


def test_files_are_told_nothing(files: SourceAdapter, tmp_path: Path) -> None:
    """They tell jobs and lines alone, and there is no wire to tell them anything by."""
    settings = written(tmp_path, "J,,1,L,,1\n")
    source = settings.connected(ControlledClock())

    assert ("files", frozenset({SourceCapability.PROJECTS})) == (files.name, files.profile.capabilities)
    with pytest.raises(NotSupported, match="has no requests"):
        list(files.read_requests(source))
    with pytest.raises(NotSupported, match="needs no get"):
        source.http.get("http://127.0.0.1")
