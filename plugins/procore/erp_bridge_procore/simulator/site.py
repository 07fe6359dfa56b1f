"""The simulator's one server: login host, API host, and the desk page."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from erp_bridge_core.contract import DeskCommand
from erp_bridge_core.contract.errors import ErpBridgeError
from erp_bridge_core.simulation import DeskPage, Reply, Request, Section
from erp_bridge_procore.simulator import desk_budget, desk_erp, desk_site
from erp_bridge_procore.simulator.amounts import shown
from erp_bridge_procore.simulator.company import COMPANY, TITLE, Installation
from erp_bridge_procore.simulator.context import open_context
from erp_bridge_procore.simulator.desk_erp import request_rows
from erp_bridge_procore.simulator.figures import figures_of
from erp_bridge_procore.simulator.postman import Postman
from erp_bridge_procore.simulator.service import Service

DESK: Final = "/desk"
COMMANDS: Final[Mapping[str, DeskCommand]] = {
    **desk_budget.COMMANDS, **desk_erp.COMMANDS, **desk_site.COMMANDS,
}  # fmt: skip
_PROJECTS: Final = ("Project", "Name", "ERP job", "Budget", "Stage", "Note", "Revised budget")
_LINES: Final = ("Project", "Code", "Original", "Modifications", "Changes", "Revised", "Cost")
_CHANGES: Final = ("Project", "Number", "Title", "Status", "ERP status")
_REQUESTS: Final = ("Request", "Project", "Name", "Detail", "Status", "Messages")
#: Budget lines that the page shows; the command `budget` shows them all.
_SHOWN: Final = 200


class Site:
    """Answers every request to the server of one installation."""

    def __init__(self, installation: Installation, postman: Postman) -> None:
        """Keep the installation; nothing is opened before a request comes."""
        self._installation = installation
        self._postman = postman
        self._service = Service(installation, postman.wake)
        self._desk = DeskPage(
            title=TITLE,
            path=DESK,
            acts=COMMANDS,
            sections=self._sections,
            run=self._run,
            mistakes=(ErpBridgeError,),
        )

    def answer(self, request: Request) -> Reply:
        """The answer of a host or of the desk; 404 for any other address."""
        return self._service.answer(request) or self._desk.answer(request) or Reply(status=404, body="Not there.")

    def _run(self, name: str, arguments: Mapping[str, str]) -> Sequence[str]:
        try:
            return COMMANDS[name].run(self._installation.home, **arguments)
        finally:
            self._postman.wake()

    def _sections(self) -> Iterator[Section]:
        with self._installation.reading() as connection:
            context = open_context(connection, company=COMPANY, person=0)
            projects, lines = [], []
            for row in context.all("SELECT * FROM project ORDER BY id"):
                budget, figures = context.budget(row["id"]), figures_of(context, row["id"])
                total = shown(sum(each.revised for each in figures))
                state = "locked" if budget["locked"] else "unlocked"
                projects.append(
                    (row["number"], row["name"], row["origin_id"] or "", state, budget["stage"], budget["note"], total)
                )
                lines += [
                    (row["number"], each.wbs["flat_code"], *map(shown, (each.original, each.modifications, each.changes,
                                                                        each.revised, each.costs)))
                    for each in figures[:_SHOWN]
                ]  # fmt: skip
            changed = context.all(
                "SELECT p.number, c.number, c.title, c.status, c.erp_status FROM change c JOIN project p"
                " ON p.id = c.project ORDER BY c.id"
            )
            asked = request_rows(context)
        yield Section(title="Projects", headers=_PROJECTS, rows=projects)
        yield Section(title="Budget lines", headers=_LINES, rows=lines[:_SHOWN])
        yield Section(title="Budget changes", headers=_CHANGES, rows=[tuple(row) for row in changed])
        yield Section(title="ERP requests", headers=_REQUESTS, rows=asked)
