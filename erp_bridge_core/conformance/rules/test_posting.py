"""Posting: what is said of the ERP's books is what they show, no more than its routes can tell, however it is asked."""

from erp_bridge_core.conformance.cases import postings
from erp_bridge_core.conformance.rulebook import rule
from erp_bridge_core.conformance.verdicts import not_applicable, tell
from erp_bridge_core.conformance.world.bench import Bench
from erp_bridge_core.conformance.world.walk import walk
from erp_bridge_core.contract.postings import Outcome


@rule("PST-01", "Every outcome that the routes can tell is told, and none that they can't")
def test_outcomes(bench: Bench) -> None:
    """Posted as sent, or half, twice, with the wrong tick, edited, removed: the verification agrees with the books.

    Likely causes: `verify_posted` leaves out keys, or sums in another way than the ERP; a `RouteSight` that claims to
    see unposted entries, or data carried back, which the profile's stages say can't be seen.
    """
    cases = postings.cases(bench)
    bench.count("PST-01", len(cases))
    tell([told for case in cases for told in case.wrong(bench.profile)])


@rule("PST-02", "Verification reads the ERP, and neither its receipt nor a memory")
def test_reads_the_erp(bench: Bench) -> None:
    """After the export was verified as posted, an entry is edited, another taken away, an older copy put back.

    Likely causes: `verify_posted` answers from `erp.state`, from the export's answers, or from a report that it does
    not know to be old.
    """
    cases = postings.cases_after(bench)
    bench.count("PST-02", len(cases))
    tell([case for case in cases if case])


@rule("PST-03", "Nothing is called posted before it is")
def test_not_too_early(bench: Bench) -> None:
    """An export that nobody has posted yet is exported, or offered, and no more.

    Likely causes: entries that wait to be posted are counted among the posted figures.
    """
    seen = walk(bench)
    if any(original or changes for _, original, changes, *_ in seen.early):
        not_applicable("what is written counts at once: there is nothing to be posted")
    if seen.before_posting in {Outcome.POSTED, Outcome.SYNCED}:
        tell([f"nothing is posted in the ERP's books, and the verification says {seen.before_posting.value}"])
    if seen.before_posting.is_mismatch:
        tell([f"nothing is wrong, only not posted yet, and the verification says {seen.before_posting.value}"])


@rule("PST-04", "Verifying again says the same and changes nothing")
def test_again(bench: Bench) -> None:
    """Two verifications of books that did not change agree key by key, and the books are as before.

    Likely causes: a verification that repairs or marks something; a cursor in `erp.state` that makes the second read
    see less than the first.
    """
    tell(postings.twice(bench))
