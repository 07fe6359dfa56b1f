"""Scale: a budget of any size arrives whole, within what the adapter says it costs, and a job is read to its end."""

from erp_bridge_core.conformance.cases import scale
from erp_bridge_core.conformance.rulebook import rule
from erp_bridge_core.conformance.verdicts import tell
from erp_bridge_core.conformance.world.bench import Bench
from erp_bridge_core.contract.profile import Capability, ErpProfile


def tells_figures(profile: ErpProfile) -> str:
    """Blank when the job's figures can be read."""
    return "" if profile.supports(Capability.IMPORT) else "reading the job's figures is not claimed"


@rule("SCL-01", "A large budget arrives whole, within the requests and memory that the profile declares")
def test_many_lines(bench: Bench) -> None:
    """As many lines as the run has time for, in a process of its own: all are in the ERP's books, and it was seen how.

    Likely causes: a plan or a batch that is kept in memory as a whole; one read a line; a list that is cut at some
    number of lines; a `cost` in the profile that is not what the adapter does.
    """
    tell(scale.at_scale(bench).arrived)


@rule("SCL-02", "A job is read to its end", applies=tells_figures)
def test_many_figures(bench: Bench) -> None:
    """A job with more figures than a page of the ERP's answers is read whole by `read_job`.

    Likely causes: only the first page is read; an answer that the ERP cuts without a word is taken for all.
    """
    tell(scale.at_scale(bench).read)
