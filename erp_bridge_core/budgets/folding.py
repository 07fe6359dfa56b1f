"""Findings of a budget of any size: a thousand of each rule in full, of the others one that counts them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from attrs import define, field

from erp_bridge_core.contract.findings import Finding, Severity

#: Findings of one rule that are told in full: nobody reads more of them, and a million would not fit into memory.
MOST: Final = 1_000


@define
class Folding:
    """Lets findings through as they come, and counts all of them."""

    most: int = MOST
    counts: Counter[tuple[Severity, str]] = field(factory=Counter, init=False)

    def fold(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """The findings that are told in full."""
        for finding in findings:
            rule = finding.severity, finding.rule
            self.counts[rule] += 1
            if self.counts[rule] <= self.most:
                yield finding

    def rest(self) -> Iterator[Finding]:
        """One finding for all others of a rule; a warning among them is acknowledged by its rule."""
        for (severity, rule), count in self.counts.items():
            if count > self.most:
                yield Finding(
                    severity=severity,
                    rule=rule,
                    message=f"{count - self.most:,} more like the {self.most:,} that are listed.",
                    remedy="See to those that are listed; the cause of the others is most likely the same.",
                )
