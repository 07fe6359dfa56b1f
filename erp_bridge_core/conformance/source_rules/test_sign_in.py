"""Sign-in and rights: what ends is renewed, what was taken away is named, and nothing is taken for nothing there."""

from collections.abc import Iterator
from contextlib import suppress

from erp_bridge_core.conformance.cases.asking import answered
from erp_bridge_core.conformance.rulebook import rule
from erp_bridge_core.conformance.source_cases.asking import nameless, need, reads, told
from erp_bridge_core.conformance.source_cases.finishing import finish
from erp_bridge_core.conformance.source_cases.sweep import believed, of_outcome, the_request
from erp_bridge_core.conformance.source_world.bench import Snapshot, SourceBench
from erp_bridge_core.conformance.source_world.site import SourceSite
from erp_bridge_core.conformance.verdicts import tell
from erp_bridge_core.contract.errors import ErpBridgeError, NotAllowed, SignInFailed
from erp_bridge_core.contract.source import OutcomeStage, SourceCapability
from erp_bridge_core.contract.source_simulator import SourceMischief

#: So many requests may be made by one hook that nobody lets in.
_MOST = 6


def _begin(bench: SourceBench) -> Snapshot:
    return bench.asked() if bench.claims(SourceCapability.REQUESTS) else bench.budgeted()


@rule("SGN-01", "A token that ended is renewed")
def test_expired(bench: SourceBench) -> None:
    """All tokens end between two calls: the next read answers as before, and an outcome is told to its end.

    Likely causes: 401 is taken for a refusal for good; a token that is kept longer than it lives.
    """
    need(bench, SourceMischief.EXPIRES_TOKENS)
    wrong = []
    with bench.site(_begin(bench)) as site:
        for name, call in reads(site).items():
            usual = call()
            site.mischief(SourceMischief.EXPIRES_TOKENS)
            answer, error = answered(call)
            if error is not None:
                wrong.append(f"{name}, after every token had ended, raised {told(error)}")
            elif answer != usual:
                wrong.append(f"{name}, after every token had ended, answers something else")
    if bench.claims(SourceCapability.OUTCOMES) and bench.claims(SourceCapability.REQUESTS):
        wrong += _told_after_the_end(bench)
    tell(wrong)


def _told_after_the_end(bench: SourceBench) -> Iterator[str]:
    course = of_outcome(bench)
    ends = []
    for ended in (False, True):
        with bench.site(course.snapshot) as site:
            site.asked()
            if ended:
                site.mischief(SourceMischief.EXPIRES_TOKENS)
            if stopped := course.end(site):
                yield f"an outcome, after every token had ended: {stopped}"
            ends.append(believed(site.books()))
    if ends[0] != ends[1]:
        yield "an outcome, after every token had ended, ends in other books"


@rule("SGN-02", "An app that was removed is named, with what to do, and is not asked for again and again")
def test_revoked(bench: SourceBench) -> None:
    """The source's administrator removed us: `SignInFailed` or `NotAllowed` with a remedy, after a few requests.

    Likely causes: 401 is taken for a token that ended, for ever; for an empty list; for a failure of the wire.
    """
    need(bench, SourceMischief.REVOKES_APP)
    tell(_shut_out(bench, SourceMischief.REVOKES_APP))


@rule("SGN-03", "A right that is missing is named, and taken for nothing else")
def test_no_rights(bench: SourceBench) -> None:
    """Our user may no longer do it: `NotAllowed` (or `SignInFailed`) with a remedy; no empty answer, nothing not found.

    Likely causes: 403 is treated as 404, or as a list without rows.
    """
    need(bench, SourceMischief.LACKS_RIGHTS)
    tell(_shut_out(bench, SourceMischief.LACKS_RIGHTS))


def _shut_out(bench: SourceBench, kind: SourceMischief) -> Iterator[str]:
    with bench.site(_begin(bench)) as site:
        for name, call in reads(site).items():
            call()
            site.mischief(kind)
            before = bench.requests
            answer, error = answered(call)
            made = bench.requests - before
            site.calm()
            _check(site)
            if error is None and _is_unharmed(name, answer):
                continue
            if not isinstance(error, NotAllowed | SignInFailed):
                yield f"{name} {'raised ' + told(error) if error else 'answered as if nothing had happened'}"
            elif why := nameless(error):
                yield f"{name} {why}"
            elif made > _MOST:
                yield f"{name} made {made} requests before it gave up"
            site.clock.advance(3_600.0)
    yield from _not_told(bench, kind)


def _check(site: SourceSite) -> None:
    """A person checks the connection, as the remedy of a refused sign-in asks: whoever remembers one tries again."""
    with suppress(ErpBridgeError):
        for _ in site.adapter.check_source(site.source):
            pass


def _is_unharmed(name: str, answer: object) -> bool:
    """What the simulator lets this user see all the same is no empty answer."""
    return name == "list_projects" and bool(answer)


def _not_told(bench: SourceBench, kind: SourceMischief) -> Iterator[str]:
    """An outcome that could not be told is not called done; once we are let in again it is."""
    if not (bench.claims(SourceCapability.OUTCOMES) and bench.claims(SourceCapability.REQUESTS)):
        return
    request = the_request(bench)
    with bench.site(bench.asked()) as site:
        outcome = site.outcome(request, OutcomeStage.REJECTED, messages=("No budget left.",))
        before = believed(site.books())
        site.mischief(kind)
        _, error = answered(lambda: site.report(outcome))
        if error is None and believed(site.books()) == before:
            yield "an outcome is called told, and the source's books do not show it"
        site.calm()
        if kind is not SourceMischief.REVOKES_APP and (stopped := finish(site, outcome)):
            yield f"an outcome, when the right was back: {stopped}"


@rule("SGN-04", "A sign-in whose answer is lost is made good, or asks for a person by name")
def test_lost_sign_in(bench: SourceBench) -> None:
    """The answer that holds the next token is lost: the read after the one that failed answers, or says who is needed.

    Likely causes: a mark of a sign-in under way that stays for ever; a token that was used up and is used again.
    """
    need(bench, SourceMischief.LOSES_SIGN_IN_REPLY, SourceMischief.EXPIRES_TOKENS)
    with bench.site(_begin(bench)) as site:
        usual = site.read()
        site.mischief(SourceMischief.EXPIRES_TOKENS)
        site.mischief(SourceMischief.LOSES_SIGN_IN_REPLY)
        for _ in range(2):  # by one of them a new token is asked for, in vain
            answered(site.read)
        site.clock.advance(3_600.0)
        answer, error = answered(site.read)
    if error is None and answer != usual:
        tell(["the read after it answers something else"])
    if error is not None and (not isinstance(error, SignInFailed) or nameless(error)):
        tell([f"the read after it raised {told(error)}"])
