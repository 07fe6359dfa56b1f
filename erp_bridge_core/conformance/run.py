"""One run of the suite: what came of each rule, the gaps that were declared, and the certificate that is made of it."""

import platform
import tomllib
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from attrs import define, field, frozen

from erp_bridge_core.certificates import Certificate, Claims, Evidence, Gap, Kind, Result, RuleResult, Versions
from erp_bridge_core.conformance.effort import Effort
from erp_bridge_core.conformance.rulebook import Rule
from erp_bridge_core.contract.errors import BadInput, Fault
from erp_bridge_core.contract.profile import API_VERSION
from erp_bridge_core.contract.structuring import structure
from erp_bridge_core.registry import Adapter, SourceAdapter

#: Where the documentation is, for the links of a summary.
DOCUMENTATION: Final = "docs/"
#: What is told of a rule that another one kept from being run.
BLOCKED: Final = "not run: the adapter does not come far enough (see what failed first)"
_LONGEST: Final = 2_000


@frozen(kw_only=True)
class Told:
    """What one test says of its rule, small enough to travel between processes."""

    rule: str
    result: Result
    why: str = ""
    cases: int = 1


@frozen(kw_only=True)
class _GapFile:
    gap: tuple[Gap, ...] = ()


def read_gaps(path: Path | None) -> tuple[Gap, ...]:
    """The gaps that the adapter's author declares: `[[gap]]` tables with rule, reason, link and expires.

    Raises `BadInput` for a file that can't be read or lacks any of them.
    """
    if path is None:
        return ()
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput(f"The gaps in {path} can't be read: {error}.", remedy="Write [[gap]] tables (TOML).") from error
    plain = {"gap": [{**each, "expires": str(each.get("expires", ""))} for each in given.get("gap", [])]}
    gaps: tuple[Gap, ...] = structure(_GapFile, plain, what="gaps").gap
    faults = [Fault(f"gap {gap.rule}", "has no reason") for gap in gaps if not gap.reason.strip()]
    if faults:
        raise BadInput(f"The gaps in {path} are not right.", remedy="Say why, for each.", faults=faults)
    return gaps


@define(kw_only=True)
class Run:
    """Collects what the tests tell, and knows what is missing."""

    rules: tuple[Rule, ...]
    effort: Effort
    evidence: Evidence = Evidence.SIMULATOR
    gaps: tuple[Gap, ...] = ()
    told: dict[str, Told] = field(factory=dict)

    def tell(self, told: Told) -> None:
        """Keep what a test said; a failure is never overwritten by a later pass."""
        known = self.told.get(told.rule)
        if known is None or known.result is not Result.FAILED:
            self.told[told.rule] = told

    def results(self, today: date) -> tuple[RuleResult, ...]:
        """Every rule of the manifest with what came of it."""
        return tuple(self._result(rule, today) for rule in self.rules)

    def missing(self) -> list[Rule]:
        """Rules of the manifest of which nothing was heard."""
        return [rule for rule in self.rules if rule.id not in self.told]

    def expired(self, today: date) -> list[Gap]:
        """Gaps whose day is over."""
        return [gap for gap in self.gaps if gap.is_expired(today)]

    def has_gap(self, rule: Rule, today: date) -> bool:
        """Whether a gap is declared for a rule that has not expired."""
        return any(gap.rule == rule.id and not gap.is_expired(today) for gap in self.gaps)

    def _result(self, rule: Rule, today: date) -> RuleResult:
        told = self.told.get(rule.id)
        if told is None:
            return RuleResult(id=rule.id, title=rule.title, result=Result.NOT_RUN, why="nothing was heard of it")
        result = told.result
        if result is Result.FAILED and self.has_gap(rule, today):
            result = Result.GAP
        tried = result in {Result.PASSED, Result.FAILED, Result.GAP}
        return RuleResult(
            id=rule.id,
            title=rule.title,
            result=result,
            evidence=self.evidence if tried else None,
            cases=max(1, told.cases) if tried else 0,
            why=told.why[:_LONGEST],
        )

    def certificate(self, adapter: Adapter | SourceAdapter, *, now: datetime | None = None) -> Certificate:
        """The certificate of this run."""
        moment = now or datetime.now(UTC)
        rules = self.results(moment.date())
        open_gaps = {each.id for each in rules if each.result is Result.GAP}
        return Certificate(
            plugin=adapter.name,
            kind=Kind.ERP if isinstance(adapter, Adapter) else Kind.SOURCE,
            versions=Versions(
                core=version("erp-bridge-core"),
                plugin=adapter.version,
                contract=API_VERSION,
                suite=version("erp-bridge-core"),
                python=platform.python_version(),
                distribution=adapter.distribution,
                wheel_hash=adapter.wheel_hash,
            ),
            made_at=moment,
            evidence=self.evidence,
            seed=self.effort.seed,
            thorough=not self.effort.is_small,
            claims=Claims.of(adapter.profile),
            rules=rules,
            gaps=tuple(gap for gap in self.gaps if gap.rule in open_gaps),
        )


def summary_lines(run: Run, results: Iterable[RuleResult]) -> list[str]:
    """What a person can act on: per failed rule the evidence, the likely cause, and where to read on."""
    rules: Mapping[str, Rule] = {rule.id: rule for rule in run.rules}
    lines: list[str] = []
    for result in results:
        if result.result in {Result.FAILED, Result.GAP}:
            rule = rules[result.id]
            mark = "GAP " if result.result is Result.GAP else ""
            lines += [f"{mark}{result.id} {result.title}", *_indented(result.why), *_cause(rule)]
            lines.append(f"    Read on: {DOCUMENTATION}{rule.page}")
    return lines


def _indented(text: str) -> list[str]:
    return [f"    {line}" for line in text.splitlines()[:8]]


def _cause(rule: Rule) -> list[str]:
    """The rule's own words about likely causes: the part of its docstring after `Likely causes:`."""
    _, found, causes = rule.help.partition("Likely causes:")
    return [f"    Likely causes: {' '.join(causes.split())}"] if found else []


def plain(told: Told) -> dict[str, Any]:
    """As it travels from one process to another."""
    return {"rule": told.rule, "result": told.result.value, "why": told.why, "cases": told.cases}


def from_plain(values: Mapping[str, Any]) -> Told:
    """What another process told."""
    return Told(rule=values["rule"], result=Result(values["result"]), why=values["why"], cases=values["cases"])
