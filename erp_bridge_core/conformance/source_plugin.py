"""The suite run for a budget source: the same plugin, with the rules, the bench and the preflight of sources."""

from pathlib import Path
from typing import Any

from erp_bridge_core.conformance.plugin import ConformancePlugin
from erp_bridge_core.conformance.preflight import FIRST_OF_SOURCE
from erp_bridge_core.conformance.rulebook import FOR_SOURCES, Part
from erp_bridge_core.conformance.source_world.bench import SourceBench
from erp_bridge_core.conformance.source_world.subject import SourceSubject, find_source


class SourceConformancePlugin(ConformancePlugin):
    """The plugin of one run with `--source`."""

    @property
    def part(self) -> Part:
        """The part of the suite that is run."""
        return FOR_SOURCES

    @property
    def first(self) -> tuple[str, str]:
        """The rules that the preflight answers."""
        return FIRST_OF_SOURCE

    def open_bench(self, folder: Path) -> Any:
        """The one bench of this process, not entered yet."""
        self.opened = SourceBench(subject=self.subject, effort=self.effort, folder=folder)
        return self.opened

    @property
    def subject(self) -> SourceSubject:
        """The source under test."""
        return find_source(self.spec)
