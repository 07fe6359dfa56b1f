"""The suite run on planted defects, in this process: which rules catch which defect."""

from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import planted
import pytest
from attrs import frozen

from erp_bridge_core.certificates import Result
from erp_bridge_core.conformance.effort import Depth, Effort
from erp_bridge_core.conformance.guard import OutOfTime
from erp_bridge_core.conformance.manifest import manifest
from erp_bridge_core.conformance.preflight import fly
from erp_bridge_core.conformance.rulebook import Rule
from erp_bridge_core.conformance.subject import find_subject
from erp_bridge_core.conformance.world.bench import Bench

#: The rules that the preflight answers.
PREFLIGHT = ("CON-01", "CON-02")


@frozen(kw_only=True)
class Defect:
    """One planted defect: where its adapter is, what is wrong with it, and exactly the rules that must catch it.

    `grounded`: it does not come through the preflight, so that no other rule is run. `widely`: it is so bad that rules
    beside those that are named catch it, too.
    """

    spec: str
    what: str
    caught_by: tuple[str, ...]
    grounded: bool = False
    widely: bool = False

    @property
    def name(self) -> str:
        """The defect's short name."""
        return self.spec.rpartition(":")[2]


@frozen(kw_only=True)
class Verdict:
    """What one rule made of an adapter."""

    result: Result
    why: str = ""


def all_defects() -> tuple[Defect, ...]:
    """Every planted defect, of every module `planted.defects_*`."""
    return tuple(_defects())


def _defects() -> Iterator[Defect]:
    for info in iter_modules(planted.__path__):
        if info.name.startswith("defects_"):
            yield from import_module(f"planted.{info.name}").DEFECTS.values()


def verdicts(
    defect: Defect, folder: Path, *, depth: Depth = Depth.SAMPLE, rules: Sequence[str] = ()
) -> Mapping[str, Verdict]:
    """What rules make of a defect: all of them, where none are named."""
    if defect.grounded:
        flight = fly(defect.spec, patience=20.0)
        return {flight.rule: Verdict(result=Result.FAILED, why=flight.why)} if flight.rule else {}
    asked = [rule for rule in manifest() if not rules or rule.id in rules]
    with Bench(subject=find_subject(defect.spec), effort=Effort(depth=depth), folder=folder) as bench:
        return {rule.id: verdict_of(rule, bench) for rule in asked}


def verdict_of(rule: Rule, bench: Any) -> Verdict:
    """What one rule makes of the plugin on a bench."""
    if why := rule.applies(bench.profile):
        return Verdict(result=Result.NOT_APPLICABLE, why=why)
    try:
        rule.function(bench)
    except pytest.skip.Exception as skipped:
        return Verdict(result=Result.NOT_APPLICABLE, why=str(skipped))
    except (Exception, OutOfTime, pytest.fail.Exception) as error:  # noqa: BLE001 - all of it is a verdict
        return Verdict(result=Result.FAILED, why=f"{type(error).__name__}: {error}")
    return Verdict(result=Result.PASSED)


def caught(found: Mapping[str, Verdict]) -> tuple[str, ...]:
    """The ids of the rules that failed, in order."""
    return tuple(sorted(id_ for id_, verdict in found.items() if verdict.result is Result.FAILED))
