"""What a simulator offers of mischief, and a rule's end where it offers none of what the rule is about."""

from erp_bridge_core.conformance.verdicts import not_applicable
from erp_bridge_core.conformance.world.bench import Bench
from erp_bridge_core.contract.simulator import Mischief


def offers(bench: Bench, kind: Mischief) -> bool:
    """Whether this can happen to the ERP under test."""
    mischievous = bench.subject.mischievous
    return mischievous is not None and kind in mischievous.mischief()


def needs(bench: Bench, *kinds: Mischief) -> tuple[Mischief, ...]:
    """Those of some kinds of mischief that can happen; ends the rule as not applicable where none can."""
    offered = tuple(kind for kind in kinds if offers(bench, kind))
    if not offered:
        not_applicable(f"this can't happen to the simulated ERP: {', '.join(kinds)}")
    return offered
