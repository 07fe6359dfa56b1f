"""The desk's acts on potential change items: look, enter by hand, approve, post, and keep their types."""

from collections.abc import Sequence
from pathlib import Path

from erp_bridge_cmic.simulator import office
from erp_bridge_cmic.simulator.books import check_job, shown, typed
from erp_bridge_cmic.simulator.company import COMPANY, Company
from erp_bridge_cmic.simulator.desk_words import command, day, flag, needed, one_of, optional, whole
from erp_bridge_cmic.simulator.masters import add
from erp_bridge_core.contract import DeskCommand
from erp_bridge_core.contract.errors import NotFound
from erp_bridge_core.simulation import today


def list_pcis(home: Path, *, job: str) -> Sequence[str]:
    """The PCIs of a job."""
    with Company(home).reading() as connection:
        check_job(connection, job)
        found = connection.execute(
            "SELECT h.*, count(l.id) AS lines, coalesce(sum(l.amount), 0) AS total FROM seen_pci h LEFT JOIN pci_line l"
            " ON l.comp = h.comp AND l.master = h.job AND l.number = h.number"
            " WHERE h.comp = ? AND h.job = ? GROUP BY h.vuuid ORDER BY h.created, h.number",
            (COMPANY, job),
        )
        return [
            f"{row['number']:<11}  {row['type']:<4}  {row['status']:<10}  {row['posting']:<8}  {row['lines']} lines  "
            f"{shown(row['total'])}  {row['name']}"
            for row in found
        ] or [f"Job {job} has no PCI."]


def show_pci(home: Path, *, job: str, number: str) -> Sequence[str]:
    """The lines of a PCI, each with its place."""
    with Company(home).reading() as connection:
        header = office.held_pci(office.at_screen(connection), job, number)
        lines = connection.execute(
            "SELECT * FROM pci_line WHERE comp = ? AND master = ? AND number = ? ORDER BY id", (COMPANY, job, number)
        ).fetchall()
        head = f"{number}  {header['type']}  {header['status']}  {header['posting']}  {header['name']}"
        return [
            head,
            *(
                f"{place}: {line['job']} / {line['phase']} / {line['category']}  {line['status']}  "
                f"{shown(line['amount'] or 0)}"
                for place, line in enumerate(lines, start=1)
            ),
        ]


def add_pci(
    home: Path, *, job: str, type_code: str, name: str, status: str = "PENDING", number: str = ""
) -> Sequence[str]:
    """Enter a PCI by hand."""
    with Company(home).writing() as connection:
        context = office.at_screen(connection)
        vuuid = office.make(
            context,
            "cmmast",
            CmmCompCode=COMPANY,
            CmmJobCode=job,
            CmmTypeCode=type_code,
            CmmCode=number,
            CmmName=name,
            CmmRefDate=today(connection).isoformat(),
            CmmPrepostStatCode=status,
            CmmCalcProjAmtMethod="A",
        )
        made = context.one("SELECT number FROM pci WHERE vuuid = ?", vuuid)
        assert made is not None
        return [f"PCI {made['number']} of job {job} is entered."]


def add_line(
    home: Path, *, job: str, number: str, phase: str, category: str, amount: str, line_job: str = ""
) -> Sequence[str]:
    """Add a line to a PCI by hand."""
    with Company(home).writing() as connection:
        office.make(
            office.at_screen(connection),
            "cmdetail",
            CmdCompCode=COMPANY,
            CmdMastJobCode=job,
            CmdJobCode=line_job or job,
            CmdChgCode=number,
            CmdPhsCode=phase,
            CmdCatCode=category,
            CmdCostAmt=typed(amount),
        )
    return [f"PCI {number} of job {job} has a line more: {phase} / {category} {amount}."]


def remove_line(home: Path, *, job: str, number: str, line: str) -> Sequence[str]:
    """Remove a line of a PCI by its place in the list."""
    place = whole("line", line)
    with Company(home).writing() as connection:
        context = office.at_screen(connection)
        office.held_pci(context, job, number)
        row = context.one(
            "SELECT vuuid FROM pci_line WHERE comp = ? AND master = ? AND number = ? ORDER BY id LIMIT 1 OFFSET ?",
            COMPANY,
            job,
            number,
            max(0, place - 1),
        )
        if row is None or place == 0:
            raise NotFound(f"PCI {number} has no line {line}.", remedy="Look at the PCI and name one of its lines.")
        office.remove(context, "cmdetail", row["vuuid"])
    return [f"Line {line} of PCI {number} is removed."]


def delete_pci(home: Path, *, job: str, number: str) -> Sequence[str]:
    """Delete an unposted PCI with its lines."""
    with Company(home).writing() as connection:
        context = office.at_screen(connection)
        office.held_pci(context, job, number)
        key = (COMPANY, job, number)
        for line in connection.execute(
            "SELECT vuuid FROM pci_line WHERE comp = ? AND master = ? AND number = ?", key
        ).fetchall():
            office.remove(context, "cmdetail", line["vuuid"])
        connection.execute("DELETE FROM pci WHERE comp = ? AND job = ? AND number = ? AND posted IS NULL", key)
    return [f"PCI {number} of job {job} is deleted."]


def set_status(home: Path, *, job: str, number: str, status: str) -> Sequence[str]:
    """Give a PCI and its lines a status."""
    with Company(home).writing() as connection:
        office.set_status(office.at_screen(connection), job, number, status)
    return [f"PCI {number} of job {job} is {status}."]


def approve(home: Path, *, job: str, number: str) -> Sequence[str]:
    """Approve a PCI and its lines."""
    with Company(home).writing() as connection:
        context = office.at_screen(connection)
        office.set_status(context, job, number, office.approved_status(context))
    return [f"PCI {number} of job {job} is approved."]


def post_pci(home: Path, *, job: str, number: str, date: str = "") -> Sequence[str]:
    """Post an approved PCI."""
    with Company(home).writing() as connection:
        return [office.post_one(office.at_screen(connection), job, number, day("date", date))]


def set_type(
    home: Path,
    *,
    type_code: str,
    letter: str = "I",
    mask: str = "",
    own_numbers: str = "yes",
    name: str = "",
) -> Sequence[str]:
    """Make a PCI type, or change whether its numbers may be typed and by which mask they are given."""
    values = {"comp": COMPANY, "type": type_code, "name": name or type_code, "class": one_of("letter", letter, "EIOT")}
    with Company(home).writing() as connection:
        add(office.at_screen(connection), "pci_type", values | {"mask": mask or f"{type_code[:3]}********"})
        connection.execute(
            "UPDATE pci_type SET own_numbers = ?, mask = coalesce(nullif(?, ''), mask) WHERE comp = ? AND type = ?",
            (flag("own_numbers", own_numbers), mask, COMPANY, type_code),
        )
    return [f"PCI type {type_code}: numbers may be typed: {own_numbers}."]


def add_status(home: Path, *, status: str, pending_type: str) -> Sequence[str]:
    """Make a PCI status."""
    chosen = one_of("pending_type", pending_type, ("Pre-Pending", "Pending", "Approved", "Rejected"))
    with Company(home).writing() as connection:
        values = {"comp": COMPANY, "status": status[:10], "name": status, "pending_type": chosen}
        add(office.at_screen(connection), "pci_status", values)
    return [f"PCI status {status[:10]} stands for {chosen}."]


_JOB = needed("job", "job")
_NUMBER = needed("number", "PCI number")
COMMANDS: tuple[DeskCommand, ...] = (
    command("pcis", "List the PCIs of a job", list_pcis, _JOB),
    command("pci", "Show the lines of a PCI", show_pci, _JOB, _NUMBER),
    command("add-pci", "Enter a PCI by hand", add_pci, _JOB, needed("type_code", "type code"), needed("name", "name"),
            optional("status", "status, PENDING by default"), optional("number", "number; blank: by mask")),
    command("add-line", "Add a line to a PCI by hand", add_line, _JOB, _NUMBER, needed("phase", "phase"),
            needed("category", "category"), needed("amount", "amount"), optional("line_job", "sub job's job code")),
    command("remove-line", "Remove a line of a PCI", remove_line, _JOB, _NUMBER, needed("line", "place in the list")),
    command("delete-pci", "Delete an unposted PCI", delete_pci, _JOB, _NUMBER),
    command("set-status", "Set the status of a PCI", set_status, _JOB, _NUMBER, needed("status", "status code")),
    command("approve", "Approve a PCI", approve, _JOB, _NUMBER),
    command("post-pci", "Post an approved PCI", post_pci, _JOB, _NUMBER, optional("date", "YYYY-MM-DD; today")),
    command("type", "Make or change a PCI type", set_type, needed("type_code", "type code"),
            optional("letter", "class: E, I, O or T"), optional("mask", "mask"),
            optional("own_numbers", "whether numbers may be typed: yes or no"), optional("name", "name")),
    command("add-status", "Make a PCI status", add_status, needed("status", "status code"),
            needed("pending_type", "Pre-Pending, Pending, Approved or Rejected")),
)  # fmt: skip
