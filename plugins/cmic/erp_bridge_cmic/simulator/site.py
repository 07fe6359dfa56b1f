"""The simulator's one server: the REST service, and the accountant's desk page."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from erp_bridge_cmic.simulator import desk_changes, desk_jobs, desk_service
from erp_bridge_cmic.simulator.books import cost_status, shown
from erp_bridge_cmic.simulator.company import COMPANY, TITLE, Company
from erp_bridge_cmic.simulator.front import Front
from erp_bridge_core.contract import DeskCommand
from erp_bridge_core.contract.errors import ErpBridgeError
from erp_bridge_core.simulation import DeskPage, Reply, Request, Section

DESK: Final = "/desk"
COMMANDS: Final[Mapping[str, DeskCommand]] = {
    command.name: command for module in (desk_jobs, desk_changes, desk_service) for command in module.COMMANDS
}
_JOBS: Final = ("Job", "Control job", "Status", "Name")
_CHANGES: Final = ("Job", "PCI", "Type", "Status", "Posting", "Lines", "Total", "Name")
_STATUS: Final = (
    "Job", "Phase", "Category", "Original budget", "Posted internal and transfer", "Posted external",
    "Current budget", "Pending", "Pre-pending",
)  # fmt: skip
_SELECT_CHANGES: Final = """
    SELECT h.job, h.number, h.type, h.status, h.posting, count(l.id) AS lines, coalesce(sum(l.amount), 0) AS total,
        h.name
    FROM seen_pci h LEFT JOIN pci_line l ON l.comp = h.comp AND l.master = h.job AND l.number = h.number
    WHERE h.comp = ? GROUP BY h.vuuid ORDER BY h.job, h.number"""


class Site:
    """Answers every request to the server of one company."""

    def __init__(self, company: Company) -> None:
        """Keep the company; nothing is opened before a request comes."""
        self._company = company
        self._front = Front(company)
        self._desk = DeskPage(
            title=TITLE,
            path=DESK,
            acts=COMMANDS,
            sections=self._sections,
            run=self._run,
            mistakes=(ErpBridgeError,),
        )

    def answer(self, request: Request) -> Reply:
        """The answer of the service or of the desk; 404 for any other address."""
        return self._front.answer(request) or self._desk.answer(request) or Reply(status=404, body="Not there.")

    def _run(self, name: str, arguments: Mapping[str, str]) -> Sequence[str]:
        return COMMANDS[name].run(self._company.home, **arguments)

    def _sections(self) -> Iterator[Section]:
        with self._company.reading() as connection:
            jobs = connection.execute(
                "SELECT job, ctrl, status, name FROM job WHERE comp = ? ORDER BY job", (COMPANY,)
            ).fetchall()
            changes = [
                (*tuple(row)[:6], shown(row["total"]), row["name"])
                for row in connection.execute(_SELECT_CHANGES, (COMPANY,))
            ]
            tops = [row["job"] for row in jobs if row["ctrl"] == "ALL"]
            status = [row for top in tops for row in cost_status(connection, top)]
        yield Section(title="Jobs", headers=_JOBS, rows=[tuple(row) for row in jobs])
        yield Section(title="Potential change items", headers=_CHANGES, rows=changes)
        yield Section(title="Cost status", headers=_STATUS, rows=status)
