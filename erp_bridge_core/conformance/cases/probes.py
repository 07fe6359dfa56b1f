"""Trying a capability, claimed or not: a budget that needs it, and what became of it in the ERP."""

from collections.abc import Callable
from decimal import Decimal
from typing import Final, cast

from attrs import evolve, frozen

from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.conformance.cases.asking import answered, ask, told
from erp_bridge_core.conformance.world.bench import Bench
from erp_bridge_core.conformance.world.site import Site
from erp_bridge_core.conformance.world.workload import Line, Workload, standard
from erp_bridge_core.contract.errors import ErpBridgeError
from erp_bridge_core.contract.masters import Figure
from erp_bridge_core.contract.profile import Capability, SafetyClass
from erp_bridge_core.demo.books import bare

#: A quantity and a text that no set-up holds by itself.
QUANTITY: Final = Decimal(12)
TEXT: Final = "Sheet piles"


@frozen
class Probe:
    """What came of it: whether the capability is there, None where nothing shows it; `why` is the evidence."""

    holds: bool | None
    why: str


def original(bench: Bench) -> Probe:
    """Lines of the original budget."""
    return _carried(bench, Capability.ORIGINAL, "originals")


def changes(bench: Bench) -> Probe:
    """Budget changes beside the original."""
    return _carried(bench, Capability.CHANGES, "changes")


def sub_jobs(bench: Bench) -> Probe:
    """Lines on sub jobs."""
    return _carried(bench, Capability.SUB_JOBS, "lines on sub jobs")


def sub_jobs_are_jobs(bench: Bench) -> Probe:
    """A sub job can be read as a job of its own."""
    if not bench.claims(Capability.SUB_JOBS):
        return Probe(None, "the ERP takes no sub jobs")
    accepted = bench.accepted()
    with bench.site(accepted) as site:
        assert accepted.item is not None
        asked = ask(site, site.item(accepted.item))
        codes = [each.code for each in asked.read_job()["sub_jobs"]]
        if not codes:
            return Probe(False, "the job's sub jobs can't be read")
        answer, error = answered(lambda: asked.read_job(codes[0]))
        if error is not None:
            return Probe(False, f"sub job {codes[0]} can't be read as a job: {told(error)}")
        return Probe(True, f"sub job {codes[0]} is read as the job {answer['header'][0].job}")


def imports(bench: Bench) -> Probe:
    """`read_job` gives what the ERP's books hold."""
    delivered = bench.delivered()
    with bench.site(delivered) as site:
        assert delivered.item is not None
        asked = ask(site, site.item(delivered.item))
        answer, error = answered(asked.read_job)
        if error is not None:
            return Probe(False, f"the job can't be read: {told(error)}")
        held = {key: sum(both, Decimal(0)) for key, both in site.held().items()}
        if not held:
            return Probe(None, "the ERP's books are empty")
        read = {bare(each.key): _total(each) for each in answer["figures"]}
        wrong = [
            f"{key}: read {read.get(key, 0)}, the ERP holds {held.get(key, 0)}"
            for key in sorted({*held, *read})
            if held.get(key, Decimal(0)) != read.get(key, Decimal(0))
        ]
        return Probe(not wrong, "; ".join(wrong[:3]) or "what is read equals the ERP's books")


def units(bench: Bench) -> Probe:
    """A quantity that was sent is there when it is read back."""
    return _shown(bench, Capability.UNITS, lambda figure: figure.quantity, QUANTITY)


def description(bench: Bench) -> Probe:
    """A description that was sent is there when it is read back."""
    return _shown(bench, Capability.DESCRIPTION, lambda figure: figure.description or None, TEXT)


def creates_sub_jobs(bench: Bench) -> Probe:
    """A line on a sub job that the ERP lacks arrives on it."""
    if not bench.claims(Capability.SUB_JOBS):
        return Probe(None, "the ERP takes no sub jobs")
    usual = standard(bench.profile)
    line = next(line for line in usual.lines if line.sub_job)
    return _created(bench, Capability.CREATES_SUB_JOBS, evolve(line, sub_job="NEW"), everywhere=True)


def creates_cost_codes(bench: Bench) -> Probe:
    """A line on a cost code that the company has, and the job lacks, arrives."""
    line = Line(cost_code="105-06845", category="Subcontract", amount="77.10", description="New")
    return _created(bench, Capability.CREATES_COST_CODES, evolve(line, cost_code="105-06849"), everywhere=False)


def creates_categories(bench: Bench) -> Probe:
    """A line on a category that the cost code lacks arrives; not claimed: on one that nobody has."""
    claimed = bench.claims(Capability.CREATES_CATEGORIES)
    category = "Labor" if claimed else "Rental"
    line = Line(cost_code="105-06845", category=category, amount="77.10", description="Construction engineering")
    return _created(bench, Capability.CREATES_CATEGORIES, line, everywhere=not claimed)


# -- what the probes share ---------------------------------------------------------------------------------------------


def _total(figure: Figure) -> Decimal:
    """A key's figure as a whole, by what of it can be read."""
    if figure.total is not None:
        return figure.total
    return (figure.original or Decimal(0)) + (figure.changes or Decimal(0))


def _granted(bench: Bench, capability: Capability) -> frozenset[Capability]:
    """What the product must take as claimed to try a capability."""
    return frozenset() if bench.claims(capability) else frozenset({capability})


def _says_nothing(bench: Bench) -> bool:
    """Whether an export stops at its first write until a person has looked."""
    return any(operation.safety is SafetyClass.APPEND for operation in bench.profile.operations)


def _carried(bench: Bench, capability: Capability, what: str) -> Probe:
    """The standard budget, with all that the capability lets it hold, compared with the ERP's books."""
    granted = _granted(bench, capability)
    profile = evolve(bench.profile, capabilities=bench.profile.capabilities | granted)
    workload = evolve(standard(profile), granted=granted, name=f"with {what}") if granted else standard(profile)
    try:
        delivered = bench.delivered(workload)
        with bench.site(delivered) as site:
            missing = site.difference()
    except ErpBridgeError as error:
        return _refused(error)
    if missing and _says_nothing(bench):
        return Probe(None, "the ERP leaves everything unknown")
    return Probe(not missing, missing or f"{what} arrive where they belong")


def _refused(error: ErpBridgeError) -> Probe:
    more = "; ".join(str(fault) for fault in error.faults[:3])
    return Probe(False, f"it is refused: {told(error)} {more}".strip())


def _shown(bench: Bench, capability: Capability, value: Callable[[Figure], object], sent: object) -> Probe:
    """One line with a quantity and a text of its own, carried, and read back by `read_job`."""
    granted = _granted(bench, capability)
    figure, probe = bench.once(("shown", granted), lambda: _figure(bench, granted))
    if figure is None:
        return cast("Probe", probe)
    found = value(figure)
    if found is None:
        return Probe(None, f"nothing of it is shown for {figure.key}")
    return Probe(found == sent, f"{figure.key} shows {found} where {sent} was sent")


def _figure(bench: Bench, granted: frozenset[Capability]) -> tuple[Figure | None, Probe]:
    usual = standard(bench.profile)
    line = evolve(usual.lines[0], quantity=QUANTITY, unit="EA", description=TEXT)
    lines = (line, *(evolve(each, description="") for each in usual.lines[1:]))
    # The set-up names its codes otherwise, so that what is read back can't come from there.
    workload = evolve(usual, lines=lines, granted=granted, plain_names=True, name="shown")
    seen: list[Figure] = []

    def walk(site: Site, item: ItemView) -> Probe:
        key = bare(site.codes.theirs(line.key))
        seen.extend(each for each in ask(site, item).read_job()["figures"] if bare(each.key) == key)
        return Probe(None, f"no figure of {key} can be read")

    probe = _walked(bench, workload, walk)
    return (seen[0] if seen else None), probe


def _walked(bench: Bench, workload: Workload, walk: Callable[[Site, ItemView], Probe]) -> Probe:
    """Send, accept, export and post a workload, then look; what the product refuses on the way is not there."""
    linked = bench.linked(workload)
    with bench.site(linked) as site:
        try:
            site.build(workload.lines, workload.changes)
            item = site.accept(site.send())
            site.export(item)
            site.post(site.take(item))
            return walk(site, site.item(item))
        except ErpBridgeError as error:
            return _refused(error)


def _created(bench: Bench, capability: Capability, line: Line, *, everywhere: bool) -> Probe:
    """A line whose key the job lacks: nobody else has it either, or another job of the company has."""
    usual = standard(bench.profile)
    workload = evolve(
        usual,
        lines=(*usual.lines, line),
        lacking=frozenset({line.key}),
        elsewhere=frozenset() if everywhere else frozenset({line.key}),
        name=capability.value,
    )

    def walk(site: Site, item: ItemView) -> Probe:
        del item
        key = bare(site.codes.theirs(line.key))
        arrived = site.held().get(key) == (line.amount, Decimal(0))
        if not arrived and _says_nothing(bench):
            return Probe(None, "the ERP leaves everything unknown")
        return Probe(arrived, f"a line on {key}, which the job lacked, {'arrived' if arrived else 'is not there'}")

    return _walked(bench, workload, walk)
