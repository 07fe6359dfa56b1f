"""Faults of meaning: what the ERP answers or shows is not what happened, and no wire tells.

Every rule restores an export right before one of its writes, lets the ERP answer or hide something, and lets workers
and people go on until everything is at rest. A case is named `RULE:WHAT@N`, N being the n-th write of an export without
faults; `--case` reruns one.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

from attrs import evolve

from erp_bridge_core.conformance.cases.meddling import needs, offers
from erp_bridge_core.conformance.rulebook import rule
from erp_bridge_core.conformance.rules.test_faults import by_wire
from erp_bridge_core.conformance.verdicts import not_applicable
from erp_bridge_core.conformance.wire import FileFault, WireFault
from erp_bridge_core.conformance.world.arming import Strike
from erp_bridge_core.conformance.world.bench import Bench
from erp_bridge_core.conformance.world.outcomes import SURE, Fault, Outage
from erp_bridge_core.conformance.world.positions import Write
from erp_bridge_core.conformance.world.sweep import Ended, Sweep
from erp_bridge_core.conformance.world.workload import Workload, many, standard
from erp_bridge_core.contract.simulator import Mischief

Check = Callable[[Sweep, Write, Ended], str]
#: More keys in the job than any list of the ERP's that is cut short holds.
_MANY_KEYS: Final = 520


def _sweep(
    bench: Bench, rule_id: str, strikes: Iterable[Callable[[Write], tuple[Strike, ...]]], check: Check,
    *, workload: Workload | None = None, several_lines: bool = False,
) -> None:  # fmt: skip
    sweep = Sweep(bench, rule_id, workload)
    writes = sweep.writes(where=lambda write: write.lines > 1 or not several_lines)
    if not writes:
        not_applicable("no write carries several lines")
    for write, made in sweep.spread(writes, list(strikes)):
        ended = sweep.strike(write, *made(write))
        if ended is not None:
            sweep.add(ended, check(sweep, write, ended))
    sweep.finish()


def _at(*parts: tuple[Fault, str]) -> Callable[[Write], tuple[Strike, ...]]:
    """Faults at a write, each with the stage of those that are done by somebody."""
    return lambda write: tuple(Strike(fault=fault, ordinal=write.ordinal, stage=stage) for fault, stage in parts)


# -- answers that are not what they look like --------------------------------------------------------------------------


@rule("MEA-01", "A failure inside a success is a failure, told in the ERP's words", applies=by_wire)
def test_failure_inside_success(bench: Bench) -> None:
    """The write is answered with 200 and the ERP's own words that it was not done: it is refused, and retried later.

    Likely causes: the adapter trusts the HTTP status. Read the answer as the ERP defines it, and raise `ErpRefused`
    with its words for what it says it did not do.
    """
    needs(bench, Mischief.FAILS_WITH_200)

    def check(sweep: Sweep, _: Write, ended: Ended) -> str:
        if ended.rest is None or ended.rest.state is sweep.reference.state:
            return ""  # this kind of write is not answered so by this ERP
        return "" if ended.rest.told.strip("; ") else f"the export is {ended.rest.state.value} and nobody is told why"

    _sweep(bench, "MEA-01", [_at((Mischief.FAILS_WITH_200, "intent"))], check)


@rule("MEA-02", "Of a request that is done in part each line is told as it is", applies=by_wire)
def test_some_rows_applied(bench: Bench) -> None:
    """Of n rows one is carried out: it has arrived, the others are refused, and a retry brings those alone.

    Likely causes: the answer's rows are not mapped to lines one by one (`Accepted.refused`), or `find` answers Found
    without naming the lines that the ERP refused; a retry that sends the whole effect again.
    """
    needs(bench, Mischief.APPLIES_SOME)

    def check(sweep: Sweep, write: Write, ended: Ended) -> str:
        refused = ended.rest.lines.refused if ended.rest else 0
        if ended.rest is None or (ended.rest.state is sweep.reference.state and not refused):
            return ""
        return "" if refused == write.lines - 1 else f"{write.lines - 1} lines were not done, {refused} are told so"

    _sweep(bench, "MEA-02", [_at((Mischief.APPLIES_SOME, "intent"))], check, several_lines=True)


@rule("MEA-03", "Rows that a reply leaves out are unknown until they are read back", applies=by_wire)
def test_rows_left_out(bench: Bench) -> None:
    """The reply tells of the first row alone, all were carried out: reading back shows it, and nothing is sent again.

    Likely causes: rows that are missing from a reply are taken for refused, or for done: they are `Accepted.unmapped`;
    a `find` that does not read each row back.
    """
    needs(bench, Mischief.OMITS_ROWS)
    _sweep(bench, "MEA-03", [_at((Mischief.OMITS_ROWS, "intent"))], _unaided, several_lines=True)


def _unaided(sweep: Sweep, write: Write, ended: Ended) -> str:
    """Workers alone must bring it as far as without any fault."""
    if ended.rest is None or ended.rest.state is sweep.reference.state or write.safety not in SURE:
        return ""
    return f"workers alone left it {ended.rest.state.value}, not {sweep.reference.state.value}: {ended.rest.told}"


# -- reads that don't show everything ----------------------------------------------------------------------------------


def _never(*kinds: str) -> Check:
    """What the ERP has carried out may not be told as missing, in these words, while reads are not whole."""

    def check(_: Sweep, __: Write, ended: Ended) -> str:
        wrong = Counter(kind for kind in ended.rest.sightings if kind in kinds) if ended.rest else Counter[str]()
        told = ", ".join(f"{count} times {kind}" for kind, count in wrong.items())
        return f"the ERP holds it, reads were not whole, and `find` said {told}" if told else ""

    return check


def _nothing_more(_: Sweep, __: Write, ___: Ended) -> str:
    return ""


@rule("MEA-04", "A stale read settles no doubt", applies=by_wire)
def test_stale_reads(bench: Bench) -> None:
    """The reply is lost, and for a while reads show the books from before: what was done is not done twice.

    Likely causes: a second try under another reference than the first; a class that claims more than the ERP does.
    """
    lost = (WireFault.REPLY_LOST, "intent")
    if offers(bench, Mischief.STALE_READS):
        strikes = [_at(lost, (Mischief.STALE_READS, "body_sent"))]
    else:
        strikes = [_with_reads(WireFault.REPLY_LOST, WireFault.STALE_REPLY)]
    _sweep(bench, "MEA-04", strikes, _nothing_more)


@rule("MEA-05", "A list that is cut short proves nothing absent", applies=by_wire)
def test_capped_reads(bench: Bench) -> None:
    """The reply is lost, and the ERP cuts long answers short without a word: our write may be in what is missing.

    Likely causes: an end of a list that is believed. Compare with the ERP's own count, read on until a known row is
    seen, or ask for the one row; raise `ReadFailed`, or answer `CannotTell`, otherwise.
    """
    needs(bench, Mischief.CAPPED_READS)
    workload = standard(bench.profile)
    large = evolve(workload, keys=tuple(line.key for line in many(_MANY_KEYS).lines), name="in a large job")
    strikes = [_at((WireFault.REPLY_LOST, "intent"), (Mischief.CAPPED_READS, "reply_held"))]
    _sweep(bench, "MEA-05", strikes, _never("absent", "before"), workload=large)


@rule("MEA-06", "Rows that our user may not see are not absent", applies=by_wire)
def test_hidden_rows(bench: Bench) -> None:
    """The reply is lost, and the service's user no longer sees some rows: they may be ours.

    Likely causes: absence is concluded from a list without a control. Look for a row that must be there, such as the
    job's own, in the same read; without it, answer `CannotTell`.
    """
    needs(bench, Mischief.HIDDEN_ROWS)
    strikes = [_at((WireFault.REPLY_LOST, "intent"), (Mischief.HIDDEN_ROWS, "reply_held"))]
    # Setting the same value again is harmless, so a row that can't be seen may be told as before it was written.
    _sweep(bench, "MEA-06", strikes, _never("absent"))


# -- the ERP's server --------------------------------------------------------------------------------------------------


@rule("MEA-07", "An ERP that is restarted meanwhile loses and doubles nothing", applies=by_wire)
def test_restarted(bench: Bench) -> None:
    """Its server comes back between the commit and the reply, and between two writes.

    Likely causes: something of the former session is kept and used without looking, such as a token, a cursor, or a
    number that was reserved in the ERP's memory.
    """
    between = _at((Outage.RESTARTED, "recorded"))
    _sweep(
        bench, "MEA-07", [_at((WireFault.REPLY_LOST, "intent"), (Outage.RESTARTED, "reply_held")), between], _unaided
    )


@rule("MEA-08", "A session that ends is begun again, and the export goes on", applies=by_wire)
def test_tokens_end(bench: Bench) -> None:
    """Tokens end right before a write, between its commit and its reply, and with the reply lost.

    Likely causes: a 401 that is taken for a refusal of the write or for a wrong password; the same token used again and
    again. The ERP looks at the token before anything else: forget it and raise `NotSent`.
    """
    needs(bench, Mischief.EXPIRES_TOKENS)
    ends = Mischief.EXPIRES_TOKENS
    strikes = [
        _at((ends, "reply_held")),
        _at((ends, "intent")),
        _at((WireFault.REPLY_LOST, "intent"), (ends, "reply_held")),
    ]
    _sweep(bench, "MEA-08", strikes, _unaided)


# -- looking that fails ------------------------------------------------------------------------------------------------


def _with_reads(fault: Fault, of_reads: Fault) -> Callable[[Write], tuple[Strike, ...]]:
    """A fault at a write, and another one at every read after it."""
    return lambda write: (
        Strike(fault=of_reads, ordinal=write.ordinal, of_reads=True),
        Strike(fault=fault, ordinal=write.ordinal),
    )


@rule("MEA-09", "A look that fails proves nothing")
def test_reads_fail(bench: Bench) -> None:
    """The reply is lost, and every read after it fails: 500, cut short, a web page, no answer, a share that is gone.

    Likely causes: `find` catches an error and answers Absent, or takes an empty or half answer for an empty list. Let
    errors of `erp.http` and `erp.files` through, or answer `CannotTell`.
    """
    sweep = Sweep(bench, "MEA-09")
    reads = (WireFault.STATUS_500, WireFault.REPLY_CUT, WireFault.STATUS_502, WireFault.TIMED_OUT)
    cases: list[tuple[Write, tuple[Strike, ...]]] = [
        (write, _with_reads(WireFault.REPLY_LOST, fault)(write)) for write, fault in sweep.spread(sweep.writes(), reads)
    ]
    by_file = _with_reads(FileFault.SHARE_LOST_AFTER, FileFault.SHARE_LOST)
    cases += [(write, by_file(write)) for write in sweep.writes(by_file=True)]
    for write, strikes in cases:
        ended = sweep.strike(write, *strikes)
        if ended is not None:
            sweep.add(ended, _never("absent", "before")(sweep, write, ended))
    sweep.finish()
