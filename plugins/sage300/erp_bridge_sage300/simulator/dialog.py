"""Import Estimates as a person sees it: what is filled in, and what comes back."""

from collections.abc import Iterator, Sequence

from attrs import frozen

from erp_bridge_sage300.simulator.amounts import shown
from erp_bridge_sage300.simulator.company import IMPORT_REPORT, REJECT_FILE


@frozen(kw_only=True)
class ImportDialog:
    """The dialog filled in. `file` and `reject_file` are paths below the share.

    `approved_change` is the tick box for the whole file, `new_codes` the one that allows cost codes which are not on
    the standard list. `job` and `extra` are for a file without a job record. `import_again` is the answer to the
    warning about a file that was imported before. A blank `accounting_date` takes each record's own date.
    """

    file: str
    approved_change: bool = False
    new_codes: bool = False
    reject_file: str = REJECT_FILE
    job: str = ""
    extra: str = ""
    import_again: bool = True
    accounting_date: str = ""

    @property
    def kind(self) -> str:
        """What the file's records become, all of them."""
        return "approved" if self.approved_change else "original"


@frozen(kw_only=True)
class ImportRun:
    """What an import came to. `batch` is blank when nothing was accepted; `amount` is the batch's total in cents.

    `stopped` holds the errors that stopped the whole run; `cancelled` says that the person heeded the warning.
    """

    batch: str = ""
    accepted: int = 0
    amount: int = 0
    rejected: int = 0
    warning: str = ""
    stopped: Sequence[str] = ()
    cancelled: bool = False
    jobs_created: Sequence[str] = ()

    def told(self) -> Iterator[str]:
        """The run in sentences, as a person would tell it."""
        if self.warning:
            yield self.warning
        if self.cancelled:
            yield "The import was cancelled; nothing came in."
            return
        yield from (f"Sage created job {job}." for job in self.jobs_created)
        if self.stopped:
            yield "The run stopped and nothing came in:"
            yield from self.stopped
        else:
            batch = f"unposted batch {self.batch}, total {shown(self.amount)}" if self.batch else "no batch"
            yield f"{self.accepted} records accepted ({batch}), {self.rejected} rejected."
        yield f"The Estimate Import Report is in {IMPORT_REPORT}."
