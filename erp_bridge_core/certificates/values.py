"""A certificate: which adapter was tried, with what, and what came out rule by rule."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final

from attrs import field, frozen

from erp_bridge_core.contract.profile import ErpProfile, SafetyClass
from erp_bridge_core.contract.source import SourceProfile
from erp_bridge_core.contract.structuring import converter

#: The format that this program reads and writes.
CERTIFICATE_VERSION: Final = 1


class Result(StrEnum):
    """What came of one rule. A *gap* is a failure that its author declared; *not applicable* is none."""

    PASSED = "passed"
    FAILED = "failed"
    GAP = "gap"
    NOT_APPLICABLE = "not_applicable"
    NOT_RUN = "not_run"


class Kind(StrEnum):
    """What kind of plugin a certificate is of."""

    ERP = "erp"
    SOURCE = "source"


class Evidence(StrEnum):
    """What the adapter was tried against: its simulator, a recording of an ERP, or a live test company."""

    SIMULATOR = "simulator"
    RECORDED = "recorded"
    LIVE = "live"


@frozen(kw_only=True)
class Versions:
    """All that a result depends on.

    `contract` is the contract's API version; `distribution` the plugin's installed distribution, `plugin` its version,
    and `wheel_hash` the SHA-256 (hex) over its files, as the registry reckons it.
    """

    core: str
    plugin: str
    contract: int
    suite: str
    python: str
    distribution: str
    wheel_hash: str


@frozen(kw_only=True)
class RuleResult:
    """One rule and what came of it.

    `evidence` is None where nothing was tried. `cases` is how many cases were tried, at least one where it passed;
    `why` says what a person must know about the result: what was sent and what the ERP held, or why it was not tried.
    """

    id: str
    title: str
    result: Result
    evidence: Evidence | None = None
    cases: int = 0
    why: str = ""


@frozen(kw_only=True)
class Gap:
    """A rule that the adapter is known not to keep: why, where that is followed up, and the last day it may stand."""

    rule: str
    reason: str
    link: str
    expires: date

    def is_expired(self, today: date) -> bool:
        """Whether its last day is over."""
        return today > self.expires


def _sorted_capabilities(given: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(map(str, given)))


@frozen(kw_only=True)
class Claims:
    """What the plugin claimed of itself: its capabilities, and the safety class of every operation by name."""

    capabilities: tuple[str, ...] = field(converter=_sorted_capabilities)
    operations: Mapping[str, SafetyClass]

    @staticmethod
    def of(profile: ErpProfile | SourceProfile) -> "Claims":
        """The claims of a profile."""
        operations = {operation.name: operation.safety for operation in profile.operations}
        return Claims(capabilities=tuple(profile.capabilities), operations=operations)


def _sorted_rules(given: Iterable[RuleResult]) -> tuple[RuleResult, ...]:
    return tuple(sorted(given, key=lambda rule: rule.id))


def _sorted_gaps(given: Iterable[Gap]) -> tuple[Gap, ...]:
    return tuple(sorted(given, key=lambda gap: (gap.rule, gap.expires)))


def _whole_second(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return moment.astimezone(UTC).replace(microsecond=0)


@frozen(kw_only=True)
class Certificate:
    """What one run of the suite found out about one plugin.

    `plugin` is the short name of the ERP or of the budget source, as `kind` says. Rules and gaps are kept in the order
    of their ids, `made_at` in UTC to the second. `seed` repeats the run; `thorough` says that everything was tried, not
    a sample.
    """

    plugin: str
    kind: Kind = Kind.ERP
    versions: Versions
    made_at: datetime = field(converter=_whole_second)
    evidence: Evidence
    seed: int
    thorough: bool
    claims: Claims
    rules: tuple[RuleResult, ...] = field(converter=_sorted_rules)
    gaps: tuple[Gap, ...] = field(default=(), converter=_sorted_gaps)

    @property
    def certificate_version(self) -> int:
        """The version of the format."""
        return CERTIFICATE_VERSION

    @property
    def summary(self) -> dict[str, int]:
        """How many rules came out how, zero included."""
        counts = Counter(rule.result for rule in self.rules)
        return {result.value: counts[result] for result in Result}

    def of_result(self, *results: Result) -> tuple[RuleResult, ...]:
        """The rules that came out so."""
        return tuple(rule for rule in self.rules if rule.result in results)

    def to_json(self) -> str:
        """The certificate as it is written to a file: sorted keys and a line end, the same bytes for the same facts."""
        plain = converter.unstructure(self)
        whole = {**plain, "certificate_version": self.certificate_version, "summary": self.summary}
        return json.dumps(whole, sort_keys=True, indent=2, ensure_ascii=False) + "\n"
