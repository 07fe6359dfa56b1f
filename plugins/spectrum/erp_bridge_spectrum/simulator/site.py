"""The simulator's one server: Data Exchange, and the desk page."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from erp_bridge_core.contract import DeskCommand
from erp_bridge_core.contract.errors import ErpBridgeError
from erp_bridge_core.simulation import DeskPage, Reply, Request, Section
from erp_bridge_spectrum.simulator import desk_estimates, desk_masters, desk_requests, desk_service
from erp_bridge_spectrum.simulator.amounts import shown
from erp_bridge_spectrum.simulator.company import NAME, Installation
from erp_bridge_spectrum.simulator.cost_activity import HEADERS, read_activity
from erp_bridge_spectrum.simulator.requests import list_requests
from erp_bridge_spectrum.simulator.service import DataExchange
from erp_bridge_spectrum.simulator.switches import SWITCHES

DESK: Final = "/desk"
COMMANDS: Final[Mapping[str, DeskCommand]] = {
    command.name: command
    for module in (desk_estimates, desk_requests, desk_masters, desk_service)
    for command in module.COMMANDS
}
_JOBS: Final = (
    "Company",
    "Job",
    "Description",
    "Status",
    "Phase mask",
    "Original estimate",
    "Changes",
    "Estimated Cost",
)
_REQUESTS: Final = ("Job", "Number", "Status", "Phase", "Cost type", "Amount", "Change order", "Description")
#: Rows of cost activity that the page shows for one job; the command shows them all.
_SHOWN: Final = 200


class Site:
    """Answers every request to the server of one installation."""

    def __init__(self, installation: Installation) -> None:
        """Keep the installation; nothing is opened before a request comes."""
        self._installation = installation
        self._exchange = DataExchange(installation)
        self._desk = DeskPage(
            title=NAME,
            path=DESK,
            acts=COMMANDS,
            sections=self._sections,
            run=self._run,
            mistakes=(ErpBridgeError,),
        )

    def answer(self, request: Request) -> Reply:
        """The answer of Data Exchange or of the desk; 404 for any other address."""
        return self._exchange.answer(request) or self._desk.answer(request) or Reply(status=404, body="Not there.")

    def _run(self, name: str, arguments: Mapping[str, str]) -> Sequence[str]:
        return COMMANDS[name].run(self._installation.home, **arguments)

    def _sections(self) -> Iterator[Section]:
        with self._installation.reading() as connection:
            display_only = SWITCHES.get(connection, "display_only")
            late = connection.execute("SELECT count(*) FROM late_write").fetchone()[0]
            jobs, activities, asked = [], [], []
            for job in connection.execute("SELECT * FROM job ORDER BY company, job").fetchall():
                rows = list(read_activity(connection, job["company"], job["job"]))
                totals = [sum(row.original for row in rows), sum(row.changes for row in rows)]
                figures = (shown(each) for each in (*totals, sum(totals)))
                jobs.append((job["company"], job["job"], job["description"], job["status"], job["mask"], *figures))
                activities.append((job["job"], [row.cells for row in rows[:_SHOWN]]))
                asked += [
                    (job["job"], row["number"], row["status"], row["phase"] or "", row["cost_type"] or "",
                     shown(row["amount"] or 0), row["change_order"], row["description"])
                    for row in list_requests(connection, job["company"], job["job"])
                ]  # fmt: skip
        states = [("Current Estimate display only?", display_only), ("Late writes", late)]
        yield Section(title="Installation", headers=("What", "State"), rows=states)
        yield Section(title="Jobs", headers=_JOBS, rows=jobs)
        yield Section(title="Change requests", headers=_REQUESTS, rows=asked)
        for name, cells in activities:
            yield Section(title=f"Cost activity of job {name}", headers=HEADERS, rows=cells)
