"""People: what they do at the ERP, or at our own pages, while an export is under way and after it.

Nothing that a person does may be written over, and nothing that he does may be called done that is not.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Final

from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.conformance.cases.meddling import needs
from erp_bridge_core.conformance.rulebook import rule
from erp_bridge_core.conformance.verdicts import tell
from erp_bridge_core.conformance.wire import FileFault, WireFault
from erp_bridge_core.conformance.world.arming import ALWAYS, Strike, arm
from erp_bridge_core.conformance.world.bench import Bench
from erp_bridge_core.conformance.world.positions import Write, reference
from erp_bridge_core.conformance.world.site import Site
from erp_bridge_core.conformance.world.sweep import Ended, Sweep, to_rest
from erp_bridge_core.conformance.world.workload import Change, later_line, standard
from erp_bridge_core.contract.errors import ErpBridgeError, NotFound
from erp_bridge_core.contract.postings import Outcome
from erp_bridge_core.contract.profile import Capability
from erp_bridge_core.contract.simulator import Mischief
from erp_bridge_core.exports.settling import DOUBTED, Settlement
from erp_bridge_core.exports.status import ExportState

Check = Callable[[Sweep, Ended], str]
#: What happens in a site whose export was started: what was wrong with it, blank for nothing.
Story = Callable[[Bench, Site, ItemView], str]
#: By how much a person at the ERP raises a key.
_EDIT: Final = Decimal("1.00")


def _sweep(
    bench: Bench, rule_id: str, strike: Callable[[Write], Strike], writes: Sequence[Write], check: Check
) -> None:
    sweep = Sweep(bench, rule_id)
    for write in writes:
        ended = sweep.strike(write, strike(write))
        if ended is not None:
            sweep.add(ended, check(sweep, ended))
    sweep.finish()


def _nothing_more(_: Sweep, __: Ended) -> str:
    return ""


def _first_of_each_kind(bench: Bench) -> list[Write]:
    found: dict[str, Write] = {}
    for write in reference(bench).writes:
        found.setdefault(write.operation, write)
    return list(found.values())


# -- while an export is under way --------------------------------------------------------------------------------------


@rule("PPL-01", "What somebody posts while half of it is there is never called done by mistake")
def test_posted_early(bench: Bench) -> None:
    """A person posts what lies in the ERP between two of our writes: it ends done with equal books, or it is told.

    Likely causes: a container that people can post before it is whole; rows that go on into a container which has been
    posted meanwhile; an answer that says *posted* and is taken for done.
    """
    needs(bench, Mischief.POSTS_EARLY)
    sweep = Sweep(bench, "PPL-01")
    writes = [*sweep.writes(), *sweep.writes(by_file=True)]
    _sweep(bench, "PPL-01", _at(Mischief.POSTS_EARLY, "recorded"), writes, _nothing_more)


def _at(kind: Mischief, stage: str) -> Callable[[Write], Strike]:
    return lambda write: Strike(fault=kind, ordinal=write.ordinal, stage=stage)


@rule("PPL-04", "A number that somebody takes by hand is never written over")
def test_number_taken(bench: Bench) -> None:
    """Between planning and sending a person enters something of his own under the number that we would use next.

    Likely causes: what stands under our number is taken for ours without comparing it; a write that replaces it; rows
    that are put into it.
    """
    needs(bench, Mischief.TAKES_NUMBER)
    _sweep(bench, "PPL-04", _at(Mischief.TAKES_NUMBER, "intent"), _first_of_each_kind(bench), _nothing_more)


@rule("PPL-05", "A job that is closed midway takes the rest once it is open again, each line once")
def test_job_closed(bench: Bench) -> None:
    """The ERP refuses what comes after: that is told in its words, and a retry brings what is missing and no more.

    Likely causes: the ERP's refusal is raised as anything but `ErpRefused`, so that it is a doubt; its words are lost;
    a retry that sends everything again.
    """
    needs(bench, Mischief.CLOSED_JOB)

    def check(sweep: Sweep, ended: Ended) -> str:
        if ended.rest is None or ended.rest.state is sweep.reference.state:
            return ""
        if ended.rest.state is not ExportState.FAILED:
            return f"a job that is closed takes nothing, yet the export is {ended.rest.state.value}: {ended.rest.told}"
        return "" if ended.rest.told.strip("; ") else "the ERP refused it, and nobody is told why"

    sweep = Sweep(bench, "PPL-05")
    writes = [*sweep.writes(), *sweep.writes(by_file=True)]
    _sweep(bench, "PPL-05", _at(Mischief.CLOSED_JOB, "intent"), writes, check)


# -- after it ----------------------------------------------------------------------------------------------------------


@rule("PPL-02", "What people load wrongly, take away or settle wrongly is told and bars the next send")
def test_loaded_wrongly(bench: Bench) -> None:
    """Loaded twice, with the wrong tick box, half of it, removed before posting, or settled as what it was not.

    Likely causes: `verify_posted` reads what we sent, not the ERP's figures; original and changes are added up though
    the ERP tells them apart; a key without figures is left out instead of being told as nought.
    """
    wrong, count = _settled_wrongly(bench)
    bench.count("PPL-02", count)
    tell(wrong)
    kinds = needs(bench, Mischief.LOADS_TWICE, Mischief.TICKS_WRONG, Mischief.LOADS_HALF, Mischief.REMOVES_ENTRY)
    _stories(bench, "PPL-02", {kind.value: _loaded(kind) for kind in kinds})


def _loaded(kind: Mischief) -> Story:
    def story(_: Bench, site: Site, item: ItemView) -> str:
        site.run(item)
        handed = site.take(item)
        site.mischief(kind, handed)
        if kind is Mischief.REMOVES_ENTRY:
            site.post()
            if not site.entries():  # nothing of ours was there yet: it is taken back once it is posted
                site.post(handed)
                site.mischief(kind)
        result = site.verify(item)
        books = site.difference()
        if not books:
            return ""  # it was of no consequence here
        if site.item(item).state is not ItemState.MISMATCH and not result.outcome.is_mismatch:
            return f"{kind.meaning} It is told as {result.outcome.value}; {books}"
        return _barred(site)

    return story


def _barred(site: Site) -> str:
    try:
        site.add([later_line()])
        site.send()
    except ErpBridgeError:
        return ""
    return "the next budget can be sent though the ERP's figures are not what was exported"


@rule("PPL-03", "What somebody edits in the ERP is told as drift and not written over")
def test_edited(bench: Bench) -> None:
    """A person raises a key by 1.00 after posting, or between accept and export: it is told, and it stays.

    Likely causes: an absolute write that does not look first whether the figure is still the one from accept; a figure
    that is remembered instead of read.
    """
    needs(bench, Mischief.EDITS_ENTRY)
    stories: dict[str, Story] = {
        "after_posting": _edited_after,
        "before_next_export": _edited_between,
        "after_accept": _edited_before,
        "midway": _edited_midway,
        "under_next_export": _edited_under,
    }
    _stories(bench, "PPL-03", stories)


def _edited_after(_: Bench, site: Site, item: ItemView) -> str:
    site.run(item)
    site.finish(item)
    site.mischief(Mischief.EDITS_ENTRY)
    result = site.verify(item)
    if result.outcome is not Outcome.DRIFT:
        return f"a posted figure was changed in the ERP, and that is told as {result.outcome.value}"
    return _kept(site) or _barred(site)


def _edited_between(_: Bench, site: Site, item: ItemView) -> str:
    site.run(item)
    site.finish(item)
    site.mischief(Mischief.EDITS_ENTRY)
    try:
        site.add([later_line()])
        later = site.accept(site.send())
        site.deliver(later)
    except ErpBridgeError:
        pass  # it asks first, which is as good
    return _kept(site)


def _edited_before(_: Bench, site: Site, item: ItemView) -> str:
    try:
        site.mischief(Mischief.EDITS_ENTRY)
    except NotFound:
        return ""  # there is nothing on the job yet that could be edited
    return _comes_through(site, item)


def _edited_midway(bench: Bench, site: Site, item: ItemView) -> str:
    with arm(bench, site, Strike(fault=Mischief.EDITS_ENTRY, ordinal=1, stage="recorded")):
        return _comes_through(site, item)


def _edited_under(bench: Bench, site: Site, item: ItemView) -> str:
    """The next budget moves every key, and a person edits one of them after it was accepted."""
    if not bench.claims(Capability.CHANGES):
        return ""
    site.run(item)
    site.finish(item)
    if site.status(item).state is not ExportState.COMPLETE:
        return ""  # nothing is changed while an outcome is unknown
    moves = tuple((line.key, Decimal("10.00")) for line in standard(bench.profile).lines)
    site.add((), [Change(number="BC-009", description="All keys", moves=moves)])
    later = site.accept(site.send())
    site.mischief(Mischief.EDITS_ENTRY)
    try:
        site.start(later)
    except ErpBridgeError:
        return _kept(site)  # it was seen before anything was written
    return _comes_through(site, later)


def _comes_through(site: Site, item: ItemView) -> str:
    status = to_rest(site, item, site.run(item))
    if status.state in {ExportState.COMPLETE, ExportState.OFFERED}:
        site.finish(item)
    else:
        site.post()
    return _kept(site)


def _kept(site: Site) -> str:
    """The person's 1.00 must still be there, whatever of ours came in: some key is off by it, or holds it alone."""
    held, meant = site.held(), site.expected.amounts
    if all(key in held and sum(held[key]) == sum(both) for key, both in meant.items()) and held.keys() == meant.keys():
        return f"a person raised a key by {_EDIT}, and that is gone: the books are just as we sent them"
    return ""


# -- settling ----------------------------------------------------------------------------------------------------------


def _settled_wrongly(bench: Bench) -> tuple[list[str], int]:
    """A person says that it had not arrived, and it had; or that it had, and it had not: what is wrong, of how many."""
    wrong: list[str] = []
    count = 0
    cases = [
        (write, how)
        for write in _first_of_each_kind(bench)
        if write.lines
        for how in (Settlement.NOT_ARRIVED, Settlement.ARRIVED)
    ]
    for write, how in cases:
        case = f"PPL-02:{how.value}@{write.ordinal}"
        if bench.effort.wants(case) and not (count > 1 and bench.effort.is_small):
            why = _settled(bench, write, how)
            count += why is not None
            wrong += [f"{case}: {why}"] if why else []
    return wrong, count


def _settled(bench: Bench, write: Write, how: Settlement) -> str | None:
    """What is wrong with one case; None where nothing stayed unknown."""
    arrived = how is Settlement.NOT_ARRIVED
    of_write = FileFault.SHARE_LOST_AFTER if write.by_file else WireFault.REPLY_LOST
    if not arrived:
        of_write = FileFault.DISK_FULL if write.by_file else WireFault.STATUS_500
    reads = Strike(
        fault=FileFault.SHARE_LOST if write.by_file else WireFault.STATUS_500, ordinal=write.ordinal, of_reads=True
    )
    with bench.site(write.before) as site:
        item = write.before.item
        assert item is not None
        strike = Strike(fault=of_write, ordinal=write.ordinal, times=1 if arrived else ALWAYS)
        with arm(bench, site, reads) as blind, arm(bench, site, strike) as struck:
            status = to_rest(site, item, site.run(item), rounds=1)
            if status.state is not ExportState.UNKNOWN:
                return None
            site.clock.advance(10_000.0)
            for effect in status.effects:
                if effect.state in DOUBTED:
                    site.application.exports.settle(
                        site.person("controller"), item.id, effect.reference, how=how, reason="looked it up wrongly"
                    )
            blind.calm()
            struck.calm()
        return _later(site, item)


def _later(site: Site, item: ItemView) -> str:
    """Everything goes on as if it had been settled rightly: then the books and what is said of them must agree."""
    status = to_rest(site, item, site.status(item))
    if status.state is ExportState.FAILED:
        status = site.retry(item)
    site.post(site.take(item))
    if status.state in {ExportState.COMPLETE, ExportState.OFFERED}:
        site.verify(item)
    books = site.difference()
    return f"the item is called done; {books}" if books and site.is_done(item) else ""


# -- stories -----------------------------------------------------------------------------------------------------------


def _stories(bench: Bench, rule_id: str, stories: Mapping[str, Story]) -> None:
    """Each story in a site whose export was started; told together when any of them went wrong."""
    wrong: list[str] = []
    snapshot = bench.started()
    asked = {name: story for name, story in stories.items() if bench.effort.wants(f"{rule_id}:{name}")}
    for name, story in asked.items():
        with bench.site(snapshot) as site:
            assert snapshot.item is not None
            try:
                why = story(bench, site, snapshot.item)
            except ErpBridgeError as error:
                why = f"{type(error).__name__}: {error.message}"
            if why:
                wrong.append(f"{rule_id}:{name}: {why}")
    bench.count(rule_id, len(asked))
    if wrong:
        raise AssertionError("\n".join(wrong))
