"""Lock: a budget is locked and unlocked as it was asked for, and loses nothing by it."""

from erp_bridge_core.conformance.rulebook import rule
from erp_bridge_core.conformance.source_cases.asking import claiming
from erp_bridge_core.conformance.source_cases.finishing import finish_lock
from erp_bridge_core.conformance.source_cases.sweep import Sweep, of_lock
from erp_bridge_core.conformance.source_world.bench import SourceBench
from erp_bridge_core.conformance.verdicts import tell
from erp_bridge_core.contract.source import SourceCapability

_LOCKS = claiming(SourceCapability.LOCK)


@rule("LCK-01", "A budget is locked and unlocked, and nothing of it is lost", applies=_LOCKS)
def test_lock(bench: SourceBench) -> None:
    """The source's own books show the state that was asked for, a read tells it, and every line and change is there.

    Likely causes: unlocking deletes what was made while it was locked; the state is told by a field that is not it.
    """
    with bench.site(bench.budgeted()) as site:
        before = site.books()
        wrong = []
        for name, locked in (("first", True), ("second", False)):
            if stopped := finish_lock(site, locked=locked, name=name):
                wrong.append(f"locked={locked}: {stopped}")
            books = site.books()
            if books.locked is not locked or site.read().locked not in (locked, None):
                wrong.append(f"asked for locked={locked}, the books say {books.locked}, a read {site.read().locked}")
            if (books.original, books.changes) != (before.original, before.changes):
                wrong.append(f"after locked={locked} the budget is another one")
    tell(wrong)


@rule("LCK-02", "Locking what is locked changes nothing", applies=_LOCKS)
def test_again(bench: SourceBench) -> None:
    """Asked for twice, by two outcomes, the state is the one that was asked for; no other project is touched.

    Likely causes: a write that toggles; an error of the source's for a state that is there already.
    """
    wrong = []
    with bench.site(bench.budgeted()) as site:
        for locked in (True, False):
            for time in ("first", "second"):
                if stopped := finish_lock(site, locked=locked, name=f"{locked} {time}"):
                    wrong.append(f"locked={locked} for the {time} time: {stopped}")
                if site.books().locked is not locked:
                    wrong.append(f"asked for locked={locked} for the {time} time, it is {not locked}")
    tell(wrong)


@rule("LCK-03", "Whatever happens to a request on its way, the lock ends as it was asked for", applies=_LOCKS)
def test_faults(bench: SourceBench) -> None:
    """Each write fails once in each way of the wire; the product looks, and goes on.

    Likely causes: `find` answers from what was sent instead of what stands there; an error of `source.http` is caught.
    """
    sweep = Sweep(bench, "LCK-03", of_lock)
    sweep.by_wire()
    tell(sweep.wrong)
