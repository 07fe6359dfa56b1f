"""A certificate for tests: of the adapter in memory, with every rule passed unless a test says otherwise."""

from datetime import UTC, date, datetime
from typing import Any

from attrs import evolve
from memory_erp import memory_profile

from erp_bridge_core.certificates import Certificate, Claims, Evidence, Gap, Result, RuleResult, Versions
from erp_bridge_core.certificates.standing import core_version
from erp_bridge_core.contract import API_VERSION

PASSED = RuleResult(
    id="E1", title="What arrived is what was sent.", result=Result.PASSED, evidence=Evidence.SIMULATOR, cases=12
)
FAILED = evolve(PASSED, id="M1", title="No cent is lost.", result=Result.FAILED, why="sent 2.00, the ERP holds 3.00")
MISSED = RuleResult(id="S1", title="A long budget goes through.", result=Result.GAP, why="it takes an hour")
GAP = Gap(rule="S1", reason="pages are read twice", link="https://acme.test/gaps/1", expires=date(2099, 12, 31))


def versions(**changes: Any) -> Versions:
    """What is installed: the adapter in memory and this core."""
    installed = Versions(
        core=core_version(),
        plugin="1.0",
        contract=API_VERSION,
        suite=core_version(),
        python="3.11.9",
        distribution="erp-bridge-memory",
        wheel_hash="0" * 64,
    )
    return evolve(installed, **changes)


def certificate(*rules: RuleResult, **changes: Any) -> Certificate:
    """A certificate of the adapter in memory."""
    made = Certificate(
        plugin="memory",
        versions=versions(),
        made_at=datetime(2026, 3, 2, 15, 0, tzinfo=UTC),
        evidence=Evidence.SIMULATOR,
        seed=7,
        thorough=True,
        claims=Claims.of(memory_profile()),
        rules=rules or (PASSED,),
    )
    return evolve(made, **changes)


def with_gap(**changes: Any) -> Certificate:
    """A certificate with one gap, declared until the end of 2099."""
    return certificate(PASSED, MISSED, gaps=(evolve(GAP, **changes),))
