"""From what pytest saw of a test to what is said of its rule."""

from collections.abc import Iterable
from typing import Final

import pytest

from erp_bridge_core.certificates import Result
from erp_bridge_core.conformance.rulebook import Rule
from erp_bridge_core.conformance.run import BLOCKED, Told

_NOT_APPLICABLE: Final = "not applicable: "


def told_by(rule: Rule, report: pytest.TestReport, call: pytest.CallInfo[None], *, cases: int) -> Told | None:
    """What one report says; None for the parts of a test that went well and say nothing yet."""
    if report.skipped:
        return _skipped(rule, call)
    if report.failed and rule.until:
        return Told(rule=rule.id, result=Result.NOT_APPLICABLE, why=f"{rule.until}: {_why(call)}", cases=0)
    if report.failed:
        return Told(rule=rule.id, result=Result.FAILED, why=_why(call), cases=cases)
    if report.when == "call":
        return Told(rule=rule.id, result=Result.PASSED, cases=cases)
    return None


def _skipped(rule: Rule, call: pytest.CallInfo[None]) -> Told:
    why = _why(call)
    if why.startswith(_NOT_APPLICABLE):
        return Told(rule=rule.id, result=Result.NOT_APPLICABLE, why=why.removeprefix(_NOT_APPLICABLE), cases=0)
    return Told(rule=rule.id, result=Result.NOT_RUN, why=why or BLOCKED, cases=0)


def _why(call: pytest.CallInfo[None]) -> str:
    if call.excinfo is None:
        return ""
    error = call.excinfo.value
    text = str(error) or type(error).__name__
    if isinstance(error, AssertionError | pytest.fail.Exception | pytest.skip.Exception):
        return text
    return f"{type(error).__name__}: {text}"


def not_applicable(why: str) -> None:
    """End a rule that finds, while it runs, that it does not concern this adapter. It is then no gap."""
    pytest.skip(f"{_NOT_APPLICABLE}{why}")


#: So many things that are wrong are told at most; the rest is counted.
_TOLD: Final = 8


def tell(wrong: Iterable[str]) -> None:
    """Fail a rule with everything that is wrong, one thing a line; return when nothing is."""
    found = list(wrong)
    if found:
        more = [f"and {len(found) - _TOLD} more"] if len(found) > _TOLD else []
        raise AssertionError("\n".join([*found[:_TOLD], *more]))
