"""The simulator as tests and the command line know it: set up, serve, the desk, restart."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from erp_bridge_core.contract import DeskCommand, JobSetup, Served
from erp_bridge_core.simulation import serve
from erp_bridge_procore.simulator import masters, oauth
from erp_bridge_procore.simulator.company import COMPANY, Installation
from erp_bridge_procore.simulator.context import open_context
from erp_bridge_procore.simulator.postman import Postman
from erp_bridge_procore.simulator.site import COMMANDS, DESK, Site


class ProcoreSimulator:
    """A simulated Procore: login host, REST API, ERP connector platform, webhooks, and a desk for its people."""

    def setup(self, home: Path, jobs: Sequence[JobSetup]) -> None:
        """Create the company and a project for each job, with its codes and an empty budget, or add what is missing."""
        installation = Installation(home)
        installation.books.create()
        with installation.writing() as connection:
            connection.execute("INSERT OR IGNORE INTO sqlite_sequence (name, seq) SELECT 'serial', ? WHERE NOT EXISTS"
                               " (SELECT 1 FROM sqlite_sequence WHERE name = 'serial')", (2**49,))  # fmt: skip
            masters.set_up(open_context(connection, company=COMPANY, person=0), jobs)

    @contextmanager
    def serve(self, home: Path, *, port: int = 0) -> Iterator[Served]:
        """Serve both hosts and the desk page on loopback, and deliver webhooks, until the context ends.

        The settings hold what a connection needs: `service_client_id` for client credentials, `web_client_id` with
        `redirect_uri` for authorization codes; their secrets are told beside.
        """
        installation = Installation(home)
        with installation.reading() as connection:
            apps = {
                "service" if row["service"] else "web": row
                for row in connection.execute("SELECT * FROM app").fetchall()
            }
        postman = Postman(installation)
        with (
            installation.reading(),  # keeps SQLite from folding its log into the file after every request
            serve(Site(installation, postman).answer, port=port) as address,
            postman.at_work(),
        ):
            yield Served(
                settings={
                    "api_url": address.url,
                    "login_url": address.url,
                    "company_id": COMPANY,
                    "service_client_id": apps["service"]["client_id"],
                    "web_client_id": apps["web"]["client_id"],
                    "redirect_uri": apps["web"]["redirect_uri"],
                },
                secrets={f"{name}_client_secret": row["client_secret"] for name, row in apps.items()},
                hosts=(str(address),),
                desk_url=address.url + DESK,
            )

    def desk(self) -> Mapping[str, DeskCommand]:
        """The acts of people at Procore, by name."""
        return COMMANDS

    def restart(self, home: Path) -> None:
        """Come back as after a crash: access tokens are gone, reads are fresh, the books and what waits stay."""
        installation = Installation(home)
        with installation.writing() as connection:
            oauth.end_tokens(open_context(connection, company=COMPANY, person=0), refresh_too=False)
        installation.stale.end()
