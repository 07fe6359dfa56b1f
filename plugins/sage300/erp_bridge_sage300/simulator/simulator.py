"""The simulator as the demo, the command line and the conformance suite know it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

from erp_bridge_core.contract import BookEntry, DeskCommand, HandOver, JobSetup, LineKey, Mischief, Served
from erp_bridge_core.simulation import remove_aside, serve
from erp_bridge_sage300.simulator import hh2, masters, mischief
from erp_bridge_sage300.simulator.codes import held_job
from erp_bridge_sage300.simulator.company import EXTRAS_REPORT, JOB_COST_REPORT, NAME, Company, fact, keep
from erp_bridge_sage300.simulator.hand_overs import follow
from erp_bridge_sage300.simulator.reports import print_reports
from erp_bridge_sage300.simulator.site import COMMANDS, DESK, Site
from erp_bridge_sage300.simulator.sync import carry

#: Each credential of hh2 and the connection's setting for it.
_SECRETS = {
    "ApiKey": "hh2_api_key",
    "ApiSecret": "hh2_api_secret",
    "Username": "hh2_username",
    "Password": "hh2_password",
}


class SageSimulator:
    """A simulated Sage 300 CRE company: Job Cost, the folder it shares, and the hh2-shaped service."""

    def setup(self, home: Path, jobs: Sequence[JobSetup]) -> None:
        """Create the company, or add what is missing; then hh2 and the reports show what there is."""
        company = Company(home)
        company.books.create()
        company.share.mkdir(parents=True, exist_ok=True)
        with company.writing() as connection:
            keep(connection, "name", fact(connection, "name") or NAME)
            hh2.make_credentials(connection)
            masters.set_up(connection, jobs)
            carry(connection)
            print_reports(company, connection)

    @contextmanager
    def serve(self, home: Path, *, port: int = 0) -> Iterator[Served]:
        """Serve hh2 and the desk page on loopback until the context ends."""
        company = Company(home)
        with company.reading() as connection:
            name = fact(connection, "name")
            secrets = {setting: fact(connection, credential) for credential, setting in _SECRETS.items()}
        with serve(Site(company).answer, port=port) as address:
            yield Served(
                settings={
                    "company": name,
                    "live": False,
                    "hh2_url": address.url,
                    "job_cost_report": JOB_COST_REPORT,
                    "extras_report": EXTRAS_REPORT,
                    **{setting: f"file:{setting}" for setting in secrets},
                },
                secrets=secrets,
                files_root=str(company.share.resolve()),
                hosts=(str(address),),
                desk_url=address.url + DESK,
            )

    def desk(self) -> Mapping[str, DeskCommand]:
        """The acts of a person at Sage, by name."""
        return COMMANDS

    def post(self, home: Path, job: str, hand_overs: Sequence[HandOver] = ()) -> Iterator[str]:
        """Follow the hand-over sheets: import, post the job's batches, sync, print the reports, telling each act."""
        return follow(Company(home), job, hand_overs)

    def ledger(self, home: Path, job: str) -> Iterator[BookEntry]:
        """The posted figures per key, added up from the posted transactions themselves, not from the masters."""
        with Company(home).reading() as connection:
            rows = connection.execute(
                """SELECT extra, code, category,
                       coalesce(sum(amount) FILTER (WHERE kind = 'original'), 0) AS original,
                       coalesce(sum(amount) FILTER (WHERE kind = 'approved'), 0) AS changes,
                       count(*) FILTER (WHERE kind = 'original') AS original_entries,
                       count(*) FILTER (WHERE kind = 'approved') AS change_entries
                   FROM posted WHERE job = ? GROUP BY extra, code, category ORDER BY extra, code, category""",
                (held_job(connection, job),),
            )
            for row in rows:
                yield BookEntry(
                    key=LineKey(row["extra"], row["code"], row["category"]),
                    original=Decimal(row["original"]).scaleb(-2),
                    changes=Decimal(row["changes"]).scaleb(-2),
                    original_entries=row["original_entries"],
                    change_entries=row["change_entries"],
                )

    def restart(self, home: Path) -> None:
        """Come back as after a crash: sessions are gone, and what was half written in the share is removed."""
        company = Company(home)
        with company.writing() as connection:
            hh2.end_sessions(connection)
        remove_aside(company.share)

    def mischief(self) -> Mapping[Mischief, mischief.Act]:
        """What Sage, hh2 and the accounting office may do meanwhile."""
        return mischief.ACTS

    def calm(self, home: Path) -> None:
        """End what lasts: report and hh2 are whole and fresh again, closed jobs in progress."""
        mischief.calm(Company(home))
