"""Behaviour: a source serves others too, its secrets are nobody's business, and time is what it is told."""

from erp_bridge_core.conformance.rulebook import rule
from erp_bridge_core.conformance.source_cases import behaviour
from erp_bridge_core.conformance.source_cases.asking import claiming
from erp_bridge_core.conformance.source_world.bench import SourceBench
from erp_bridge_core.conformance.verdicts import not_applicable, tell
from erp_bridge_core.contract.source import SourceCapability


@rule("BHV-01", "Each request says that it is ours")
def test_user_agent(bench: SourceBench) -> None:
    """Everything goes through `source.http`, with the User-Agent by which the source's administrator knows us.

    Likely causes: a session of the plugin's own beside `source.http`; a header that is set over the session's.
    """
    wrong, made = behaviour.strangers(bench)
    if not made:
        not_applicable("no request is made")
    tell(wrong)


@rule("BHV-02", "A secret is in no log, error, ledger or state")
def test_secrets(bench: SourceBench) -> None:
    """After reads and outcomes with faults, every secret of the connection is looked for in all that was said and kept.

    Likely causes: a secret in an effect's request, in `source.state`, in a log of a logger other than `source.log`, or
    in the message of an error.
    """
    tell(behaviour.leaks(bench))


@rule("BHV-03", "Time, waiting, the network and files only by what it is given")
def test_bypasses(bench: SourceBench) -> None:
    """Whatever the hooks do is done by `source`: its clock, its http, its files, its private folder.

    Likely causes: `datetime.now()`, `time.sleep`, a connection or a temporary file of the plugin's own.
    """
    tell(behaviour.bypassed(bench))


@rule("BHV-04", "No more requests at once, and none faster, than the profile declares")
def test_pace(bench: SourceBench) -> None:
    """Seen from the source while everything is read and an outcome is told, in the connection's own time.

    Likely causes: threads or sessions of the plugin's own beside `source.http`; another rate than the profile's.
    """
    tell(behaviour.too_fast(bench))


@rule(
    "BHV-05",
    "One attempt makes each write once",
    applies=claiming(SourceCapability.REQUESTS, SourceCapability.OUTCOMES),
)
def test_no_repetition(bench: SourceBench) -> None:
    """A write that is refused, lost or throttled is not made again within its attempt; the core decides what follows.

    Likely causes: retries that a library makes (a `Retry` of urllib3, a decorator), or a loop around the request.
    """
    tell(behaviour.repetitions(bench))
