"""The desk's acts on estimates: import a file, look at unposted batches, remove or post them, enter by hand."""

from collections.abc import Sequence
from pathlib import Path

from erp_bridge_core.contract import DeskCommand
from erp_bridge_sage300.simulator import batches, codes, hand, typed
from erp_bridge_sage300.simulator.amounts import shown, typed_amount
from erp_bridge_sage300.simulator.company import REJECT_FILE, Company
from erp_bridge_sage300.simulator.dialog import ImportDialog
from erp_bridge_sage300.simulator.importing import import_estimates
from erp_bridge_sage300.simulator.posting import post_entries
from erp_bridge_sage300.simulator.switches import SWITCHES
from erp_bridge_sage300.simulator.typed import command, needed, optional


def import_file(
    home: Path,
    *,
    file: str,
    approved: str = "no",
    new_codes: str = "no",
    rejects: str = REJECT_FILE,
    job: str = "",
    extra: str = "",
    again: str = "yes",
    accounting_date: str = "",
) -> Sequence[str]:
    """Import Estimates with the dialog filled in."""
    dialog = ImportDialog(
        file=file,
        approved_change=typed.yes("approved", approved),
        new_codes=typed.yes("new_codes", new_codes),
        reject_file=rejects,
        job=job,
        extra=extra,
        import_again=typed.yes("again", again),
        accounting_date=typed.day("accounting_date", accounting_date),
    )
    return list(import_estimates(Company(home), dialog).told())


def list_unposted(home: Path) -> Sequence[str]:
    """The unposted batches."""
    with Company(home).reading() as connection:
        told = [
            f"{batch.batch}  {batch.source}  {batch.made}  job {batch.jobs}  {batch.entries} entries  "
            f"original {shown(batch.original)}  approved changes {shown(batch.approved)}"
            for batch in batches.list_batches(connection)
        ]
    return told or ["No batch is unposted."]


def remove(home: Path, *, batch: str) -> Sequence[str]:
    """Remove one unposted batch."""
    with Company(home).writing() as connection:
        return [f"Removed batch {batch} with {batches.remove_batch(connection, batch)} entries."]


def post(home: Path, *, batch: str = "", first: str = "") -> Sequence[str]:
    """Post Entries."""
    company = Company(home)
    named = [name.strip() for name in batch.split(",") if name.strip()]
    with company.writing() as connection:
        run = post_entries(connection, named, first=typed.whole("first", first) if first else None)
        return [str(run)]


def enter(
    home: Path,
    *,
    job: str,
    cost_code: str,
    category: str,
    amount: str,
    kind: str = "original",
    extra: str = "",
    description: str = "Entered by hand",
) -> Sequence[str]:
    """Enter and post an amount in Job Cost itself."""
    entry = hand.HandEntry(
        job=job,
        extra=extra,
        code=cost_code,
        category=category,
        kind=typed.one_of("kind", kind, ("original", "approved", "pending")),
        amount=typed_amount(amount),
        description=description,
    )
    with Company(home).writing() as connection:
        return [str(hand.enter_by_hand(connection, entry))]


def list_posted(home: Path, *, job: str, last: str = "50") -> Sequence[str]:
    """The last posted transactions of a job, newest first."""
    with Company(home).reading() as connection:
        types = {"original": "Original estimate", "approved": SWITCHES.get(connection, "approved_type")}
        rows = connection.execute(
            "SELECT * FROM posted WHERE job = ? ORDER BY run DESC, sequence DESC LIMIT ?",
            (codes.held_job(connection, job), typed.whole("last", last)),
        )
        told = [
            f"{row['run']}/{row['sequence']}  {row['batch']}  {row['accounting_date']}  {row['extra']:<10}  "
            f"{row['code']:<13}  {row['category']:<3}  {types.get(row['kind'], 'Pending estimate change')}  "
            f"{shown(row['amount'])}  {row['description']}"
            for row in rows
        ]
    return told or [f"Nothing was posted to job {job}."]


COMMANDS: tuple[DeskCommand, ...] = (
    command("unposted", "List the unposted batches", list_unposted),
    command(
        "import", "Import Estimates: read a file of the share into an unposted batch", import_file,
        needed("file", "file, as a path below the share"),
        optional("approved", "Import as an Approved Estimate Change: yes or no (the default)"),
        optional("new_codes", "Allow creation of Cost Codes not on standard Cost Code list: yes or no (the default)"),
        optional("rejects", f"rejection file, below the share; {REJECT_FILE} by default"),
        optional("job", "job, for a file without a job record"),
        optional("extra", "extra, for a file without a job record"),
        optional("again", "import a file although it was imported before: yes (the default) or no"),
        optional("accounting_date", "accounting date (YYYY-MM-DD); each record's own by default"),
    ),
    command("remove", "Remove an unposted batch", remove, needed("batch", "batch")),
    command(
        "post", "Post Entries: unposted entries become transactions", post,
        optional("batch", "batches, comma-separated; all by default"),
        optional("first", "post the first so many entries only"),
    ),
    command(
        "enter", "Enter and post an amount by hand", enter,
        needed("job", "job"), needed("cost_code", "cost code"), needed("category", "category"),
        needed("amount", "amount, such as -1234.50"),
        optional("kind", "original (the default), approved or pending"), optional("extra", "extra"),
        optional("description", "description"),
    ),
    command(
        "posted", "List the last posted transactions of a job", list_posted,
        needed("job", "job"), optional("last", "how many; 50 by default"),
    ),
)  # fmt: skip
