"""Through the product: its own services take a budget in, and make items of requests, as they will for people."""

from decimal import Decimal

from erp_bridge_core.conformance.rulebook import rule
from erp_bridge_core.conformance.source_cases.asking import claiming
from erp_bridge_core.conformance.source_world.bench import SourceBench
from erp_bridge_core.conformance.source_world.product import Product, product
from erp_bridge_core.conformance.source_world.receiver import receiving
from erp_bridge_core.conformance.source_world.site import LONG
from erp_bridge_core.conformance.source_world.workload import difference
from erp_bridge_core.conformance.verdicts import tell
from erp_bridge_core.conformance.wire import WireFault
from erp_bridge_core.contract.source import SourceCapability

_REASON = "Not before the owner has signed."
#: How often the source is told before it counts as stuck.
_ROUNDS = 3
_TELLS = claiming(
    SourceCapability.PROJECTS, SourceCapability.CHANGES, SourceCapability.REQUESTS, SourceCapability.OUTCOMES
)
_PULLS = claiming(SourceCapability.PROJECTS, SourceCapability.CHANGES)
_ASKS = claiming(SourceCapability.PROJECTS, SourceCapability.CHANGES, SourceCapability.REQUESTS)


@rule("PRD-01", "A pull brings what the source holds, and the next one only what is new", applies=_PULLS)
def test_pull(bench: SourceBench) -> None:
    """The budget is linked, looked at and taken in; then a line, an amount and a change are new: here as there.

    Likely causes: a currency that project and budget tell differently; ids or revisions that differ between reads, so
    that everything looks edited; a sub job that lines name and the list of sub jobs lacks.
    """
    with bench.site(bench.budgeted()) as site, product(site) as ours:
        ours.pull()
        wrong = _compared(ours, "after the first pull")
        look = ours.look()
        if look.comes or look.asks:
            wrong.append("a pull of a budget that nobody touched would bring something")
        key = next(iter(site.workload.lines))
        site.enter({site.workload.spare: Decimal("310.25"), key: Decimal("99.99")})
        site.approve("PCO-2", {key: Decimal("-12.34")})
        ours.pull()
        wrong += _compared(ours, "after the second pull")
    tell(wrong)


def _compared(ours: Product, when: str) -> list[str]:
    books = ours.site.books()
    original, changes = ours.amounts()
    pairs = (("original budget", books.original, original), ("changes", books.changes, changes))
    return [f"{when}, {what}: {why}" for what, theirs, found in pairs if (why := difference(theirs, found))]


@rule("PRD-02", "A request becomes one item, however often it is heard of", applies=_ASKS)
def test_request(bench: SourceBench) -> None:
    """It is delivered twice, and looked for three times, the first time in vain: one item, with nothing in its way.

    Likely causes: transactions that are not what a pull brings; an id that differs.
    """
    with bench.site(bench.budgeted()) as site, product(site) as ours, receiving() as receiver:
        if bench.claims(SourceCapability.HINTS):
            site.simulator.tell(site.books_home, receiver.url, site.secret)
        # What the product warns of waits for a person, and that is not what is tried here.
        site.enter({key: abs(amount) for key, amount in site.workload.lines.items()})
        request = site.ask()
        bench.proxy.refuse()
        in_vain = ours.poll()
        bench.proxy.accept()
        site.clock.advance(12 * 3_600.0)
        for delivery in [*receiver.deliveries] * 2:
            ours.receive(delivery)
        polled = [ours.poll() for _ in range(3)]
        requests = ours.requests()
    wrong = [] if in_vain.error else ["a look at a source that can't be reached is not told as one"]
    wrong += [f"a look failed: {each.error.message} {each.error.faults}" for each in polled if each.error]
    items = [item for each in polled for item in each.items]
    if len(items) != 1:
        reasons = [str(reason) for each in requests for reason in each.reasons]
        wrong.append(f"request {request} became {len(items)} items: {'; '.join(reasons) or 'no reason is told'}")
    if [each.request for each in requests] != [request]:
        wrong.append(f"known here are the requests {[each.request for each in requests]}, asked was {request}")
    tell(wrong)


@rule(
    "PRD-03",
    "What becomes of a request is told by the product's ledger, once, whatever happens on the way",
    applies=_TELLS,
)
def test_told(bench: SourceBench) -> None:
    """A first request arrives in the ERP, a second one is rejected; requests to the source fail in between.

    In the end the source believes to be in the ERP exactly what the ERP's own books hold, each transaction is marked
    once, and the reason of the reject can be read.

    Likely causes: facts or several messages that the source does not expect; a write whose class is not true of it.
    """
    with bench.site(bench.budgeted()) as site, product(site) as ours:
        site.enter({key: abs(amount) for key, amount in site.workload.lines.items()})
        first, wrong = site.ask(), list[str]()
        item = _item(ours)
        wrong += _told(bench, ours, WireFault.REPLY_LOST)
        ours.deliver(item)
        wrong += _told(bench, ours, WireFault.STATUS_503)
        books, figures = site.books(), ours.books.figures
        for part, synced, at in (("original", books.synced_original, 0), ("changes", books.synced_changes, 1)):
            held = {key: both[at] for key, both in figures.items() if both[at]}
            wrong += filter(None, [difference(held, synced) and f"{part} in the ERP and as the source believes differ"])
        more = [name for name, count in books.marks.items() if count > 1]
        wrong += [f"marked more than once: {', '.join(more)}"] * bool(more)
        wrong += [f"request {first} arrived, and is open"] * site.state(first).open
        site.approve("PCO-2", {site.workload.spare: Decimal("71.00")})
        second = site.ask()
        item = _item(ours)
        ours.reject(item, _REASON)
        wrong += _told(bench, ours, WireFault.REPLY_LOST)
        state = site.state(second)
    if state.open or not any(_REASON in message for message in state.messages):
        wrong.append(f"request {second} was rejected for {_REASON!r}, and the source shows {state}")
    tell(wrong)


def _item(ours: Product) -> int:
    """The item that the newest request becomes; fails the rule with what is in its way."""
    polled = ours.poll()
    if not polled.items:
        tell([f"no item: {polled.error or [str(reason) for each in ours.requests() for reason in each.reasons]}"])
    return polled.items[0]


def _told(bench: SourceBench, ours: Product, fault: WireFault) -> list[str]:
    """The source is told, its first write failing once; what still stops it at the end."""
    bench.announce = lambda mark: bench.proxy.announce("write" if mark.is_write else mark.number)
    bench.proxy.arm(fault, lambda incoming: incoming.tag == "write")
    stopped: list[str] = []
    for _ in range(_ROUNDS):
        stopped = ours.tell()
        ours.site.clock.advance(LONG)
    bench.announce = None
    bench.proxy.disarm()
    return stopped
