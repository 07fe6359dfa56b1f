"""The simulator as the demo, the command line and the conformance suite know it."""

import secrets
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Final

from erp_bridge_core.contract import BookEntry, DeskCommand, HandOver, JobSetup, LineKey, Mischief, Served, Variant
from erp_bridge_core.simulation import serve
from erp_bridge_spectrum.simulator import masters, mischief, tokens
from erp_bridge_spectrum.simulator.company import COMPANY, Installation
from erp_bridge_spectrum.simulator.cost_activity import read_activity, tell_activity
from erp_bridge_spectrum.simulator.site import COMMANDS, DESK, Site

#: The operator whose job security filters what the simulated connection may read.
OPERATOR: Final = "BRG"


class SpectrumSimulator:
    """A simulated Spectrum: Job Cost and change requests, Data Exchange's SOAP services, and a desk."""

    def setup(self, home: Path, jobs: Sequence[JobSetup]) -> None:
        """Create the company, its masters and the jobs, or add what is missing; sub jobs are passed over.

        A job's phase mask is the narrowest that holds its cost codes without their dashes; their groups are the mask's
        where all codes have the same ones. Codes of one length get the installation's fill, others none.
        """
        installation = Installation(home)
        installation.books.create()
        with installation.writing() as connection:
            masters.set_up(connection, jobs)
            tokens.make_credentials(connection)
            _authorize(connection)

    @contextmanager
    def serve(self, home: Path, *, port: int = 0) -> Iterator[Served]:
        """Serve Data Exchange and the desk page on loopback until the context ends."""
        installation = Installation(home)
        with installation.reading() as connection:
            row = connection.execute("SELECT id FROM authorization WHERE operator = ?", (OPERATOR,)).fetchone()
            masters_of_company = masters.tell_masters(connection, COMPANY)
        # The idle connection keeps SQLite from folding its log into the file after every call, as the last one does.
        with installation.reading(), serve(Site(installation).answer, port=port) as address:
            yield Served(
                settings={
                    "url": address.url,
                    "company": COMPANY,
                    "live": False,
                    "authorization_id": "file:authorization_id",
                    **masters_of_company,
                },
                secrets={"authorization_id": row["id"]},
                hosts=(str(address),),
                desk_url=address.url + DESK,
            )

    def desk(self) -> Mapping[str, DeskCommand]:
        """The acts of a person at Spectrum, by name."""
        return COMMANDS

    def post(self, home: Path, job: str, hand_overs: Sequence[HandOver] = ()) -> Iterator[str]:  # noqa: ARG002 - the protocol's
        """Tell that nothing has to be posted, then the job's cost activity."""
        yield "Nothing has to be posted in Spectrum: a phase has its estimates as soon as it is written."
        with Installation(home).reading() as connection:
            yield from tell_activity(connection, COMPANY, job)

    def ledger(self, home: Path, job: str) -> Iterator[BookEntry]:
        """Original and changes (current estimate less original) per key, with the writes that moved each."""
        with Installation(home).reading() as connection:
            for row in read_activity(connection, COMPANY, job):
                yield BookEntry(
                    key=LineKey("", row.phase, row.cost_type),
                    original=Decimal(row.original).scaleb(-2),
                    changes=Decimal(row.changes).scaleb(-2),
                    original_entries=row.original_entries,
                    change_entries=row.change_entries,
                )

    def restart(self, home: Path) -> None:
        """Come back as after a crash: tokens are gone, and so are writes that were late."""
        installation = Installation(home)
        installation.thaw_reads()
        with installation.writing() as connection:
            tokens.end_tokens(connection)
            connection.execute("DELETE FROM late_write")

    def variants(self) -> Mapping[str, Variant]:
        """Another set-up of the site: budget changes become change requests, approved as they are made."""
        settings = {
            "change_route": "change_request",
            "change_request_status": {"approved": "A"},
            "change_request_prefix": "EB",
        }
        return {"change_requests": Variant(title="budget changes as change requests", settings=settings)}

    def mischief(self) -> Mapping[Mischief, mischief.Act]:
        """What Data Exchange and the people at Spectrum may do meanwhile."""
        return mischief.ACTS

    def calm(self, home: Path) -> None:
        """End what lasts or is armed: Gets are whole and fresh again, Complete jobs Active."""
        mischief.calm(Installation(home))


def _authorize(connection: sqlite3.Connection) -> None:
    """Set up the connection's own Authorization ID, once."""
    if connection.execute("SELECT 1 FROM authorization WHERE operator = ?", (OPERATOR,)).fetchone() is None:
        connection.execute(
            "INSERT INTO authorization (id, default_company, operator) VALUES (?, ?, ?)",
            (f"SIM{secrets.token_hex(8)}", COMPANY, OPERATOR),
        )
