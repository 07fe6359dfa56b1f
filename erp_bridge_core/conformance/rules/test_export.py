"""Export: what arrives is the batch, once, in its own place, and nothing is written that the ledger did not plan."""

from erp_bridge_core.conformance.cases import exporting
from erp_bridge_core.conformance.cases.doctored import look_for_other_content
from erp_bridge_core.conformance.cases.importing import imported
from erp_bridge_core.conformance.cases.meanwhile import meanwhile
from erp_bridge_core.conformance.rulebook import rule
from erp_bridge_core.conformance.verdicts import not_applicable, tell
from erp_bridge_core.conformance.world.bench import Bench
from erp_bridge_core.conformance.world.walk import item_of, walk
from erp_bridge_core.contract.profile import Capability, ErpProfile, SafetyClass


def imports(profile: ErpProfile) -> str:
    """Blank when the ERP's own figures can be imported."""
    return "" if profile.supports(Capability.IMPORT) else "importing from the ERP is not claimed"


def ends_known(profile: ErpProfile) -> str:
    """Blank when an export can end without a person who settles it."""
    append = any(operation.safety is SafetyClass.APPEND for operation in profile.operations)
    return "every export has to be settled by a person before the next one" if append else ""


@rule("EXP-01", "What arrived equals the batch, every line once, in its place")
def test_what_arrived(bench: Bench) -> None:
    """Sub job, cost code and category, original and changes, in the ERP's own books; no more entries than lines.

    Likely causes: a code that is sent in another form than the ERP keeps; lines of a sub job that go to the job itself;
    a line that is split or sent with two writes.
    """
    seen = walk(bench)
    wrong = [seen.difference] if seen.difference else []
    lines = exporting.lines_by_key(bench)
    for key, _, _, originals, changes in seen.entries:
        for side, count in (("original", originals), ("changes", changes)):
            if count > (meant := lines[key, side]):
                wrong.append(f"{key}: {count} entries of {side} for {meant} lines sent")
    tell(wrong)


@rule("EXP-02", "A later export sends what is new, and a finished one nothing", applies=ends_known)
def test_again(bench: Bench) -> None:
    """A new line, an amount that was raised and a new change are exported after the first budget: just they arrive.

    Likely causes: the whole new amount is sent where the batch has the difference; a reference without the item, so
    that the second export finds the first one's entries; an export that plans anew when it is run again.
    """
    snapshot = bench.delivered()
    with bench.site(snapshot) as site:
        if not site.is_done(item_of(snapshot)):
            not_applicable("the first export did not arrive as it was sent, which EXP-01 tells")
        site.expected = exporting.as_held(site)
        item = exporting.later(bench, site)
        site.deliver(item)
        wrong = [f"after the second export {told}" for told in [exporting.difference_by_total(bench, site)] if told]
        with exporting.listening(bench, site) as heard:
            site.run(item)
        wrong += [f"run again when it was finished, the second export wrote {heard}"] if heard else []
    tell(wrong)


@rule("EXP-03", "Other content under the same key is a conflict, not the same thing")
def test_other_content(bench: Bench) -> None:
    """After an export, a batch whose amounts are a cent off is looked for under the same keys: it must not be found.

    Likely causes: a payload hash that leaves amounts out; a `find` that asks whether something stands under the
    reference, and does not compare what.
    """
    if not (answers := look_for_other_content(bench)):
        not_applicable("no effect carries a line")
    wrong = [str(each) for each in answers if each.is_wrong]
    tell(wrong)


@rule("EXP-04", "Nothing is written outside of an effect")
def test_nothing_outside(bench: Bench) -> None:
    """Between two effects, while a finished export is run again, and in a share, nothing changes.

    Likely causes: a write from `export` itself or while planning; a `find` that repairs something.
    """
    tell(walk(bench).meddling)


@rule("EXP-05", "Two jobs and two installations never get in one another's way")
def test_apart(bench: Bench) -> None:
    """The same content into a second job, then a second installation with an item of the same number: all arrives.

    So it does where one job's export is brought whole in the middle of another's, the first ones of an installation.

    Likely causes: a reference made of the content alone, or without the installation's code; a number that is taken
    without asking whether it is free; a file's name that another installation would choose as well; something of all
    jobs, as a marker in the share, that is made because it was not there a moment ago.
    """
    wrong = [*exporting.apart(bench), *meanwhile(bench)]
    tell(wrong)


@rule("EXP-06", "What the ERP holds is imported as it is, and a change then moves just that", applies=imports)
def test_import(bench: Bench) -> None:
    """A budget made from the ERP's figures equals them; exporting one change adds it and leaves all else.

    Likely causes: `read_job` leaves out keys, or tells a revised budget as the original one; an export that takes the
    imported figures for something to be sent.
    """
    wrong = imported(bench)
    tell(wrong)
