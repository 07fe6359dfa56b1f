"""Faults at reads: each request that a reading hook makes fails once, in several ways."""

from collections.abc import Callable
from typing import Any, Final

from erp_bridge_core.conformance.cases.asking import answered
from erp_bridge_core.conformance.effort import Depth
from erp_bridge_core.conformance.source_cases.asking import reads, told
from erp_bridge_core.conformance.source_world.bench import Mark, SourceBench
from erp_bridge_core.conformance.source_world.site import Asked, SourceSite
from erp_bridge_core.conformance.verdicts import not_applicable
from erp_bridge_core.conformance.wire import WireFault
from erp_bridge_core.contract.errors import ErpBridgeError, NotFound, PluginError
from erp_bridge_core.contract.source import SourceCapability

_FAULTS: Final = (
    WireFault.STATUS_500,
    WireFault.STATUS_502,
    WireFault.STATUS_503,
    WireFault.REPLY_CUT,
    WireFault.REPLY_CUT_IN_HEAD,
    WireFault.RESET_BEFORE_READ,
    WireFault.REPLY_LOST,
    WireFault.THROTTLED,
    WireFault.REDIRECT,
    WireFault.TIMED_OUT,
)
_MOST: Final = {Depth.GLANCE: 4, Depth.SAMPLE: 6, Depth.FULL: 12, Depth.THOROUGH: 1_000}
_WAYS: Final = {Depth.GLANCE: 3, Depth.SAMPLE: 3, Depth.FULL: 5, Depth.THOROUGH: len(_FAULTS)}
#: How long an answer that never comes is waited for, in real seconds.
_HURRY: Final = 0.2


def reads_that_fail(bench: SourceBench) -> list[str]:
    """What was made of reads that failed, in words, where it was something else than a failure.

    Ends the rule, as not applicable, where no hook makes a request.
    """
    wrong: list[str] = []
    made = 0
    snapshot = bench.asked() if bench.claims(SourceCapability.REQUESTS) else bench.budgeted()
    with bench.site(snapshot) as site:
        for name in reads(site):
            usual, count = _metered(bench, site, name)
            made += count
            draw = bench.effort.random("RDG-11", name)
            for number in sorted(draw.sample(range(1, count + 1), min(count, _MOST[bench.effort.depth]))):
                for fault in draw.sample(_FAULTS, _WAYS[bench.effort.depth]):
                    bench.count("RDG-11")
                    answer, error = _struck(bench, reads(site)[name], fault, number)
                    if why := _taken_for(usual, answer, error):
                        wrong.append(f"{name}, request {number} {fault.value}: {why}")
                    site.clock.advance(600.0)
    if not made:
        not_applicable("no request is made")
    return list(dict.fromkeys(wrong))


def _metered(bench: SourceBench, site: SourceSite, name: str) -> tuple[Any, int]:
    """What a hook answers without a fault, once it is signed in, and how many requests it makes."""
    reads(site)[name]()
    before = bench.requests
    return reads(site)[name](), bench.requests - before


def _struck(
    bench: SourceBench, call: Callable[[], Any], fault: WireFault, number: int
) -> tuple[Any, ErpBridgeError | None]:
    wanted = bench.requests + number

    def announce(mark: Mark) -> float | None:
        bench.proxy.announce(mark.number)
        return _HURRY if mark.number == wanted and fault is WireFault.TIMED_OUT else None

    bench.announce = announce
    bench.proxy.arm(fault, lambda incoming: incoming.tag == wanted)
    try:
        return answered(call)
    finally:
        bench.announce = None
        bench.proxy.disarm()
        bench.proxy.accept()


def _taken_for(usual: Any, answer: Any, error: ErpBridgeError | None) -> str:
    """What was wrongly made of a read that failed; blank when it was told, or got after all."""
    if isinstance(error, NotFound):
        return f"taken for nothing being there: {error.message}"
    if isinstance(error, PluginError):
        return f"raised {told(error)}"
    if error is not None or answer == usual:
        return ""
    if isinstance(answer, tuple) and any(isinstance(each, Asked) and each.failed for each in answer):
        return ""
    return "answered as if nothing had failed, with something else"
