"""Manners: an ERP serves others too, and a connection's secrets are nobody's business."""

from erp_bridge_core.conformance.cases import manners
from erp_bridge_core.conformance.rulebook import rule
from erp_bridge_core.conformance.verdicts import not_applicable, tell
from erp_bridge_core.conformance.world.bench import Bench
from erp_bridge_core.conformance.world.walk import walk

_OURS = "erp-bridge/"


@rule("MAN-01", "No more requests at once, and none faster, than the profile declares")
def test_pace(bench: Bench) -> None:
    """Seen from the ERP while an export runs in all its lanes and replies are held back, in the connection's own time.

    Likely causes: a session or threads of the adapter's own beside `erp.http`; another rate than the profile's.
    """
    tell(manners.too_fast(bench))


@rule("MAN-02", "Each request says that it is ours")
def test_user_agent(bench: Bench) -> None:
    """The ERP's administrator sees in the log who calls: the User-Agent of `erp.http`, unchanged.

    Likely causes: a session of the adapter's own; a header that is set over the session's.
    """
    if not (exchanges := walk(bench).exchanges):
        not_applicable("no request is made")
    names = sorted({each.headers.get("user-agent", "nothing") for each in exchanges})
    tell([f"requests call themselves {name}" for name in names if not name.startswith(_OURS)])


@rule("MAN-03", "A secret is in no log, error, ledger row or file")
def test_secrets(bench: Bench) -> None:
    """After an export with faults, every secret of the connection is looked for in all that was said and kept.

    Likely causes: a secret in an effect's request or evidence, in `erp.state`, in a reference, in a log of a logger
    other than `erp.log`, or in the message of an error.
    """
    tell(manners.leaks(bench))


@rule("MAN-04", "One attempt makes each writing request once")
def test_no_repetition(bench: Bench) -> None:
    """A write that is refused, lost or throttled is not made again within its attempt; the core decides what follows.

    Likely causes: retries that a library makes (a `Retry` of urllib3, a decorator), or a loop around the request.
    """
    wrong, looked = manners.repetitions(bench)
    if not looked:
        not_applicable("no write is a request")
    tell(wrong)


@rule("MAN-05", "Other jobs are left as they are")
def test_neighbours(bench: Bench) -> None:
    """Books and masters of another job are the same before and after an export.

    Likely causes: a request without its job; codes that are created for the whole company where the job was meant.
    """
    seen = walk(bench)
    before, after = seen.neighbour_before, seen.neighbour_after
    tell([f"the {name} of another job changed" for name in before if before[name] != after[name]])
