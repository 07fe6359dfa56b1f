"""Words that nobody knows: whether any hook says so."""

from functools import partial
from typing import Any

from erp_bridge_core.conformance.cases.asking import answered
from erp_bridge_core.conformance.source_cases.asking import reads
from erp_bridge_core.conformance.source_world.bench import SourceBench
from erp_bridge_core.conformance.source_world.site import Asked, Read
from erp_bridge_core.contract.errors import PluginError
from erp_bridge_core.contract.source import SourceCapability
from erp_bridge_core.contract.source_simulator import SourceMischief


def guessed(bench: SourceBench) -> list[str]:
    """What was made of unknown words without saying so, in words."""
    snapshot = bench.asked() if bench.claims(SourceCapability.REQUESTS) else bench.budgeted()
    with bench.site(snapshot) as site:
        usual = {name: call() for name, call in reads(site).items()}
        site.mischief(SourceMischief.UNKNOWN_WORD)
        found = {name: answered(partial(call)) for name, call in reads(site).items()}
        site.calm()
    named = [name for name, (answer, error) in found.items() if error is not None or _says(answer)]
    wrong = [f"{name} raised {error}" for name, (_, error) in found.items() if isinstance(error, PluginError)]
    wrong += [
        f"{name} tells something else than before, and not that it met a word it does not know"
        for name, (answer, _) in found.items()
        if name not in named and answer != usual[name]
    ]
    if not named:
        wrong.append("no hook says that it met a word it does not know")
    return wrong


def _says(answer: Any) -> bool:
    if isinstance(answer, Read):
        return bool(answer.warnings)
    return any(isinstance(each, Asked) and each.failed for each in answer)
