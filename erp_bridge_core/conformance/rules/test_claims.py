"""Claims: what the profile says the ERP takes is what it takes, no less and no more."""

from collections.abc import Iterator
from typing import Final

from erp_bridge_core.conformance.cases import probes
from erp_bridge_core.conformance.cases.operations import all_references
from erp_bridge_core.conformance.rulebook import rule
from erp_bridge_core.conformance.verdicts import tell
from erp_bridge_core.conformance.world.bench import Bench
from erp_bridge_core.contract.profile import Capability, SafetyClass
from erp_bridge_core.exports.status import ExportState

#: What can be proved of a capability by carrying a budget that needs it.
PROBES: Final = {
    Capability.ORIGINAL: probes.original,
    Capability.CHANGES: probes.changes,
    Capability.SUB_JOBS: probes.sub_jobs,
    Capability.SUB_JOBS_ARE_JOBS: probes.sub_jobs_are_jobs,
    Capability.IMPORT: probes.imports,
    Capability.UNITS: probes.units,
    Capability.DESCRIPTION: probes.description,
    Capability.CREATES_SUB_JOBS: probes.creates_sub_jobs,
    Capability.CREATES_COST_CODES: probes.creates_cost_codes,
    Capability.CREATES_CATEGORIES: probes.creates_categories,
}


@rule("CLM-01", "Every capability that is claimed is there")
def test_claimed(bench: Bench) -> None:
    """A budget that needs it is sent, accepted, exported and posted, and what it needs it for is in the ERP.

    Likely causes: a claim that was copied; a batch that is refused by `validate_budget` although the profile says it is
    taken; a value that is taken and left out of the request. Mend it, or take the claim back.
    """
    tell(_refuted(bench))


def _refuted(bench: Bench) -> Iterator[str]:
    for capability, probe in PROBES.items():
        if bench.claims(capability):
            bench.count("CLM-01", 1)
            found = probe(bench)
            if found.holds is False:
                yield f"{capability.value} is claimed, and {found.why}"


@rule("CLM-02", "Nothing works that the profile does not claim")
def test_not_claimed(bench: Bench) -> None:
    """What is not claimed is tried all the same, as if it were: people would be refused what works.

    Likely causes: the profile was not brought up to date when the adapter learned it; an adapter that relies on the
    core for refusing it. Claim it; or refuse it in `validate_budget`.
    """
    tell(_proved(bench))


def _proved(bench: Bench) -> Iterator[str]:
    for capability, probe in PROBES.items():
        if not bench.claims(capability):
            bench.count("CLM-02", 1)
            found = probe(bench)
            if found.holds:
                yield f"{capability.value} is not claimed, yet {found.why}"


@rule("CLM-03", "Every operation that is declared is used")
def test_operations(bench: Bench) -> None:
    """The usual set-up of a site, and the others that the simulator offers, reach every operation of the profile.

    Likely causes: an operation that the adapter no longer uses; a simulator whose `variants` lack the set-up that needs
    it, so that no fault was ever tried on it.
    """
    references = list(all_references(bench))
    reached = {write.operation for _, made in references for write in made.writes}
    declared = [operation.name for operation in bench.profile.operations]
    bench.count("CLM-03", len(declared))
    wrong = [
        f"{name} is declared, and no export without faults sends it: not the usual set-up, nor "
        f"{', '.join(bench.variants) or 'another one, since the simulator offers none'}"
        for name in declared
        if name not in reached
    ]
    safe = all(operation.safety is not SafetyClass.APPEND for operation in bench.profile.operations)
    wrong += [
        f"{title}: an export without faults ends {made.state.value}"
        for title, made in references
        if safe and made.state not in {ExportState.COMPLETE, ExportState.OFFERED}
    ]
    tell(wrong)
