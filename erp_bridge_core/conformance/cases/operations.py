"""Which operations of an adapter are reached: by the usual set-up of its site, and by the others."""

from collections.abc import Iterator
from typing import Final

from attrs import evolve

from erp_bridge_core.conformance.world.bench import Bench
from erp_bridge_core.conformance.world.positions import Reference, Write, reference
from erp_bridge_core.conformance.world.workload import Workload, standard

_KEPT: Final = "writes of variants"


def variant_of(bench: Bench, name: str) -> Workload:
    """The standard budget under another set-up of the site."""
    return evolve(standard(bench.profile), variant=name, name=name)


def all_references(bench: Bench) -> Iterator[tuple[str, Reference]]:
    """The export without faults under the usual set-up, and under each other one as long as operations are missing."""
    usual = reference(bench)
    yield "the usual set-up", usual
    reached = {write.operation for write in usual.writes}
    for name, variant in bench.variants.items():
        if {each.name for each in bench.profile.operations} <= reached:
            return
        made = reference(bench, variant_of(bench, name))
        reached |= {write.operation for write in made.writes}
        yield variant.title, made


def writes_of_variants(bench: Bench) -> tuple[Write, ...]:
    """One write of each operation that only other set-ups reach; their ordinals follow those of the usual one."""
    return tuple(bench.once(_KEPT, lambda: list(_found(bench))))


def _found(bench: Bench) -> Iterator[Write]:
    references = [made for _, made in all_references(bench)]
    reached = {write.operation for write in references[0].writes}
    ordinal = len(references[0].writes)
    for made in references[1:]:
        for write in made.writes:
            if write.operation not in reached:
                reached.add(write.operation)
                ordinal += 1
                yield evolve(write, ordinal=ordinal)
