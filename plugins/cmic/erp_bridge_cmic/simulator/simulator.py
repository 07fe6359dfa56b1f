"""The simulator as the demo, the command line and the conformance suite know it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from erp_bridge_cmic.simulator import access, books, mischief
from erp_bridge_cmic.simulator.access import TOKEN_PATH
from erp_bridge_cmic.simulator.company import COMPANY, ENVIRONMENT, Company, fact
from erp_bridge_cmic.simulator.context import open_context
from erp_bridge_cmic.simulator.masters import set_up
from erp_bridge_cmic.simulator.office import post_all
from erp_bridge_cmic.simulator.site import COMMANDS, DESK, Site
from erp_bridge_cmic.simulator.variants import VARIANTS
from erp_bridge_core.contract import BookEntry, DeskCommand, HandOver, JobSetup, Mischief, Served, Variant
from erp_bridge_core.simulation import serve

_SECRETS: Final = ("password", "oauth_client_secret")
_PLAIN: Final = ("client_id", "user", "oauth_client_id")


class CmicSimulator:
    """A simulated installation of CMiC: Job Costing and Change Management, their REST service, and a desk."""

    def setup(self, home: Path, jobs: Sequence[JobSetup]) -> None:
        """Create the company, or add what is missing. Jobs are pending; sub jobs are jobs below their control job."""
        company = Company(home)
        company.books.create()
        with company.writing() as connection:
            set_up(open_context(connection, "SETUP"), jobs)

    @contextmanager
    def serve(self, home: Path, *, port: int = 0) -> Iterator[Served]:
        """Serve the REST service, its identity provider and the desk page on loopback until the context ends."""
        company = Company(home)
        with company.reading() as connection:
            plain = {name: fact(connection, name) for name in _PLAIN}
            secrets = {name: fact(connection, name) for name in _SECRETS}
        with serve(Site(company).answer, port=port) as address:
            yield Served(
                settings={
                    "base_url": f"{address.url}/{ENVIRONMENT}",
                    "company": COMPANY,
                    "live": False,
                    "authentication": "basic",
                    "token_url": address.url + TOKEN_PATH,
                    **plain,
                    **{name: f"file:{name}" for name in secrets},
                },
                secrets=secrets,
                hosts=(str(address),),
                desk_url=address.url + DESK,
            )

    def desk(self) -> Mapping[str, DeskCommand]:
        """The acts of a person at CMiC, by name."""
        return COMMANDS

    def post(self, home: Path, job: str, hand_overs: Sequence[HandOver] = ()) -> Iterator[str]:
        """Approve pending PCIs of the job and its sub jobs, and post all approved ones, telling each act.

        Pre-pending and rejected ones stay where they are. Nothing is handed over as a file to CMiC; a sheet is told.
        """
        for hand_over in hand_overs:
            yield f"{hand_over.title}: nothing is loaded into CMiC from a file."
        yield from post_all(Company(home), job)

    def ledger(self, home: Path, job: str) -> Iterator[BookEntry]:
        """Original budget and posted changes per key, added up from the journals of what moved them.

        `sub_job` is the job code of a sub job, blank on the control job itself. A posted PCI that moved no budget, as
        a control flag may have it, counts for nothing.
        """
        with Company(home).reading() as connection:
            yield from books.ledger(connection, job)

    def restart(self, home: Path) -> None:
        """Come back as after a crash: tokens are gone, writes that were still under way are lost, books are not."""
        company = Company(home)
        company.thaw_reads()
        with company.writing() as connection:
            access.expire_tokens(open_context(connection, ""))
            connection.execute("DELETE FROM held_write")

    def mischief(self) -> Mapping[Mischief, mischief.Act]:
        """What CMiC and the people at its screens may do meanwhile."""
        return mischief.ACTS

    def calm(self, home: Path) -> None:
        """End what lasts or is armed: reads are whole and fresh again, closed jobs open."""
        mischief.calm(Company(home))

    def variants(self) -> Mapping[str, Variant]:
        """Other set-ups of the site."""
        return VARIANTS

    def permit_any_rate(self, home: Path, *, any_rate: bool) -> None:
        """Take any number of requests a second, or no more than CMiC's service does."""
        COMMANDS["switch"].run(home, name="per_second", value="0" if any_rate else "15")
