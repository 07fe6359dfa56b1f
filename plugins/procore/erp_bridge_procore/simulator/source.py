"""The simulator as a budget source's: what the demo, `erp-bridge simulate` and the conformance suite ask of one."""

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Final

from attrs import evolve

from erp_bridge_core.contract import JobSetup, LineKey, Served
from erp_bridge_core.contract.source_simulator import SourceBooks, SourceMischief
from erp_bridge_procore.simulator import mischief, people
from erp_bridge_procore.simulator.believed import books_of
from erp_bridge_procore.simulator.company import Installation, fact, keep
from erp_bridge_procore.simulator.desk_acts import acting, looking, project_named
from erp_bridge_procore.simulator.hooks import REQUESTS, make_company_hook
from erp_bridge_procore.simulator.masters import APPROVER
from erp_bridge_procore.simulator.simulator import ProcoreSimulator
from erp_bridge_procore.simulator.switches import SWITCHES

#: The namespace under which our receiver is set up.
NAMESPACE: Final = "erp-bridge"
_RECEIVER: Final = "receiver"


class SimulatedSource(ProcoreSimulator):
    """A simulated Procore with the settings of a connection to it, its people's acts, and their mischief."""

    def setup(self, home: Path, jobs: Sequence[JobSetup]) -> None:
        """Create the company with a project for each job, linked with it."""
        super().setup(home, jobs)
        with Installation(home).writing() as connection:
            if not fact(connection, _RECEIVER):
                keep(connection, _RECEIVER, secrets.token_urlsafe(24))

    @contextmanager
    def serve(self, home: Path, *, port: int = 0) -> Iterator[Served]:
        """Serve it; settings and secrets are those of a connection by its service account."""
        with super().serve(home, port=port) as served, Installation(home).reading() as connection:
            app = connection.execute("SELECT client_id, client_secret, number FROM app WHERE service = 1").fetchone()
            settings = {name: served.settings[name] for name in ("api_url", "login_url", "company_id")}
            yield evolve(
                served,
                settings={
                    **settings,
                    "client_id": app["client_id"],
                    "client_secret": "file:procore_client_secret",
                    "webhook_token": f"file:{_RECEIVER}",
                    "application_id": app["number"],
                },
                secrets={
                    "procore_client_secret": app["client_secret"],
                    _RECEIVER: fact(connection, _RECEIVER),
                },
            )

    def project_id(self, home: Path, job: str) -> str:
        """Procore's number of a project."""
        with looking(home) as context:
            return str(project_named(context, job)["id"])

    def set_line(self, home: Path, job: str, key: LineKey, amount: Decimal) -> None:
        """The project manager enters, or edits, a line."""
        people.set_line(home, job, key, amount)

    def approve_change(self, home: Path, job: str, number: str, lines: Mapping[LineKey, Decimal]) -> None:
        """The project manager makes a budget change and approves it."""
        people.make_change(home, job, number, lines, "approved")

    def send(self, home: Path, job: str) -> str:
        """The budget is locked, sent and exported: the request's number."""
        return people.send(home, job)

    def books(self, home: Path, job: str) -> SourceBooks:
        """What Procore believes of a project."""
        with looking(home) as context:
            return books_of(context, project_named(context, job))

    def tell(self, home: Path, url: str, secret: str) -> None:
        """Set the webhook up, in place of an earlier one."""
        with acting(home, APPROVER) as context:
            make_company_hook(context, NAMESPACE, url, secret, resource=REQUESTS)

    def permit_any_rate(self, home: Path, *, any_rate: bool) -> None:
        """Take requests at any rate, or as many as Procore's samples say."""
        with Installation(home).writing() as connection:
            for name in ("hourly_limit", "spike_limit"):
                if any_rate:
                    SWITCHES.set(connection, name, "0")
                else:
                    SWITCHES.take(connection, name)

    def mischief(self) -> Mapping[SourceMischief, Callable[[Path, str], None]]:
        """What may happen to a connector at Procore."""
        return mischief.MISCHIEF

    def calm(self, home: Path) -> None:
        """End all mischief that lasts."""
        mischief.calm(home)
