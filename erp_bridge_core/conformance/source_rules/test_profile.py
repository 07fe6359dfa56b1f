"""Profile and claims: what a source says of itself is whole, always the same, and true."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Final

from erp_bridge_core.conformance.cases.asking import answered
from erp_bridge_core.conformance.rulebook import rule
from erp_bridge_core.conformance.source_cases import probes
from erp_bridge_core.conformance.source_cases.asking import reads, told
from erp_bridge_core.conformance.source_world.bench import SourceBench
from erp_bridge_core.conformance.source_world.subject import find_source
from erp_bridge_core.conformance.verdicts import not_applicable, tell
from erp_bridge_core.contract.errors import NotSupported
from erp_bridge_core.contract.fields import FieldKind
from erp_bridge_core.contract.profile import API_VERSION, Capability, ErpProfile, FieldLimit
from erp_bridge_core.contract.structuring import to_json


@rule("SRC-01", "The source loads, and its profile is whole, plain data, and always the same")
def test_profile(bench: SourceBench) -> None:
    """Every hook that its capabilities ask for is there, and the profile says the same at each load.

    Likely causes: a hook without `@hookimpl` or with another name; a profile that is built from the environment, the
    time, or the order of a set; a value in it that JSON can't hold.
    """
    profile = bench.profile
    others = [find_source(bench.subject.spec).adapter.profile for _ in range(2)]
    wrong = ["the profile differs when it is loaded again" for other in others if to_json(other) != to_json(profile)]
    tell(wrong[:1])


@rule("SRC-02", "Every hook comes back in time, and none ends the process")
def test_comes_back(bench: SourceBench) -> None:
    """Each hook that reads answers a small budget within seconds; waiting costs nothing here.

    Likely causes: a loop that waits for something that never comes; reading pages without an end; `sys.exit`.
    """
    wrong = []
    with bench.site(bench.budgeted()) as site:
        for name, call in reads(site).items():
            try:
                answered(call)
            except SystemExit as error:
                wrong.append(f"{name} ended the process ({error})")
    tell(wrong)


@rule("SRC-03", "Every capability that is claimed is there")
def test_claimed(bench: SourceBench) -> None:
    """Each is proved through its hook: what people entered or did at the source is told, what we do is done there.

    Likely causes: a claim that was copied; a hook that answers nothing; a budget that is told without its sub jobs or
    its changes.
    """
    tell(_refuted(bench))


def _refuted(bench: SourceBench) -> Iterator[str]:
    for capability, probe in probes.PROBES.items():
        if bench.claims(capability):
            bench.count("SRC-03")
            if (why := probe(bench)) is not None:
                yield f"{capability.value} is claimed, and {why}"


@rule("SRC-04", "Nothing works that the profile does not claim")
def test_not_claimed(bench: SourceBench) -> None:
    """What is not claimed is tried all the same: the product would refuse people what works.

    Likely causes: the profile was not brought up to date when the source learned it. Claim it, or take the hook away.
    """
    if all(bench.claims(capability) for capability in probes.PROBES):
        not_applicable("everything is claimed")
    wrong = []
    for capability, probe in probes.PROBES.items():
        if not bench.claims(capability):
            bench.count("SRC-04")
            _, error = answered(partial(probe, bench))
            if error is None and probe(bench) is None:
                wrong.append(f"{capability.value} is not claimed, yet it works")
    tell(wrong)


_ERPS: Final = tuple(
    ErpProfile(
        name=name,
        title=name.title(),
        api_version=API_VERSION,
        settings_class=FieldKind,
        capabilities=frozenset(Capability) if full else frozenset({Capability.ORIGINAL}),
        limits=(
            FieldLimit(field="job", max_length=10), FieldLimit(field="description", max_length=30, forbidden='"'),
            FieldLimit(field="amount", whole_digits=10, decimals=2),
        ) if full else (),
    )
    for name, full in (("tin", True), ("lead", False))
)  # fmt: skip


@rule("SRC-05", "What is handed in to the source is plain data, and the same each time")
def test_metadata(bench: SourceBench) -> None:
    """For an ERP that takes much and one that takes little: JSON that says the same at each call.

    Likely causes: the time or a random id in it; the order of a set; one document for every ERP, whatever its limits.
    """
    wrong = []
    documents = []
    for profile in _ERPS:
        first, error = answered(partial(bench.subject.adapter.connector_metadata, profile))
        if isinstance(error, NotSupported):
            not_applicable("nothing is handed in")
        if error is not None:
            tell([f"for {profile.name}: {told(error)}"])
        again = bench.subject.adapter.connector_metadata(profile)
        documents.append(_json(first))
        if not documents[-1]:
            wrong.append(f"for {profile.name} it can't be written as JSON")
        elif documents[-1] != _json(again):
            wrong.append(f"for {profile.name} it says something else when it is asked again")
    if not wrong and documents[0] == documents[1]:
        wrong.append("two ERPs with other limits are told in the same words")
    tell(wrong)


def _json(document: object) -> str:
    try:
        return json.dumps(document, sort_keys=False, allow_nan=False)
    except (TypeError, ValueError):
        return ""
