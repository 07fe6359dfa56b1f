"""The simulator's one server: the hh2-shaped service, and the accountant's desk page."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from erp_bridge_core.contract import DeskCommand
from erp_bridge_core.contract.errors import ErpBridgeError
from erp_bridge_core.simulation import DeskPage, Reply, Request, Section
from erp_bridge_sage300.simulator import desk_entries, desk_masters, desk_service, hh2
from erp_bridge_sage300.simulator.amounts import shown
from erp_bridge_sage300.simulator.batches import list_batches
from erp_bridge_sage300.simulator.company import NAME, Company

DESK: Final = "/desk"
COMMANDS: Final[Mapping[str, DeskCommand]] = {
    command.name: command for module in (desk_entries, desk_masters, desk_service) for command in module.COMMANDS
}
_BATCHES: Final = ("Batch", "Source", "Made", "Jobs", "Entries", "Original", "Approved changes")
_TOTALS: Final = ("original", "approved", "total", "extras_total")
_JOBS: Final = ("Job", "Name", "Status", "Original", "Approved changes", "Total", "Extras' total")


class Site:
    """Answers every request to the server of one company."""

    def __init__(self, company: Company) -> None:
        """Keep the company; nothing is opened before a request comes."""
        self._company = company
        self._desk = DeskPage(
            title=NAME,
            path=DESK,
            acts=COMMANDS,
            sections=self._sections,
            run=self._run,
            mistakes=(ErpBridgeError,),
        )

    def answer(self, request: Request) -> Reply:
        """The answer of hh2 or of the desk; 404 for any other address.

        hh2's writes are among those: direct costs and their status are not simulated.
        """
        return hh2.answer(self._company, request) or self._desk.answer(request) or Reply(status=404, body="Not there.")

    def _run(self, name: str, arguments: Mapping[str, str]) -> Sequence[str]:
        return COMMANDS[name].run(self._company.home, **arguments)

    def _sections(self) -> Iterator[Section]:
        with self._company.reading() as connection:
            batches = [
                (row.batch, row.source, row.made, row.jobs, row.entries, shown(row.original), shown(row.approved))
                for row in list_batches(connection)
            ]
            jobs = [
                (row["job"], row["name"], row["status"], *(shown(row[total]) for total in _TOTALS))
                for row in connection.execute("SELECT * FROM job ORDER BY job")
            ]
        yield Section(title="Unposted batches", headers=_BATCHES, rows=batches)
        yield Section(title="Jobs", headers=_JOBS, rows=jobs)
