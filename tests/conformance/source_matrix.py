"""The suite's part for sources run on planted defects, in this process: which rules catch which defect."""

from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import planted_source
from matrix import Defect, Verdict, verdict_of

from erp_bridge_core.certificates import Result
from erp_bridge_core.conformance.effort import Depth, Effort
from erp_bridge_core.conformance.manifest import manifest
from erp_bridge_core.conformance.preflight import FIRST_OF_SOURCE, fly
from erp_bridge_core.conformance.rulebook import FOR_SOURCES
from erp_bridge_core.conformance.source_world.bench import SourceBench
from erp_bridge_core.conformance.source_world.subject import find_source


def source_defects() -> tuple[Defect, ...]:
    """Every planted defect, of every module `planted_source.defects_*`."""
    return tuple(_defects())


def _defects() -> Iterator[Defect]:
    for info in iter_modules(planted_source.__path__):
        if info.name.startswith("defects_"):
            yield from import_module(f"planted_source.{info.name}").DEFECTS.values()


def verdicts(
    defect: Defect, folder: Path, *, depth: Depth = Depth.SAMPLE, rules: Sequence[str] = ()
) -> Mapping[str, Verdict]:
    """What rules make of a defect: all of them, where none are named."""
    if defect.grounded:
        flight = fly(defect.spec, patience=20.0, first=FIRST_OF_SOURCE)
        return {flight.rule: Verdict(result=Result.FAILED, why=flight.why)} if flight.rule else {}
    asked = [rule for rule in manifest(FOR_SOURCES) if not rules or rule.id in rules]
    with SourceBench(subject=find_source(defect.spec), effort=Effort(depth=depth), folder=folder) as bench:
        return {rule.id: verdict_of(rule, bench) for rule in asked}
