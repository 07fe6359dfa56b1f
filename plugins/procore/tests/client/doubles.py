"""Stand-ins for what a client is given: a clock that waits by telling the simulator, tokens that are there already."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import requests
from attrs import define, field

from erp_bridge_core.contract import Secret, Served
from erp_bridge_procore.client import ClientCredentials, ProcoreClient, TokenKeeper, Tokens, open_client

API = "https://api.procore.example"
LOGIN = "https://login.procore.example"
COMPANY = 4261


@define
class Clock:
    """The host's time, moved on by waiting; `on_sleep` hears of it, and nobody really waits."""

    on_sleep: Callable[[float], object] = lambda seconds: None
    moved: float = 0.0
    slept: list[float] = field(factory=list)

    def now(self) -> datetime:
        """The wall clock."""
        return datetime.fromtimestamp(time.time() + self.moved, tz=UTC)

    def today(self) -> date:
        """The date."""
        return self.now().date()

    def monotonic(self) -> float:
        """Seconds that only grow."""
        return time.monotonic() + self.moved

    def sleep(self, seconds: float) -> None:
        """Let so much time pass, at once."""
        self.slept.append(round(seconds, 1))
        self.on_sleep(seconds)
        self.moved += seconds


def credentials() -> ClientCredentials:
    """A data connector's."""
    return ClientCredentials(client_id="app", client_secret=Secret("app-secret"))


def signed_in(folder: Path, clock: Clock | None = None) -> ProcoreClient:
    """A client that has a token, of an API that `responses` plays."""
    path = folder / "tokens.json"
    TokenKeeper(path).keep(Tokens(access="good", ends=time.time() + 5000))
    return open_client(
        session=requests.Session(), clock=clock or Clock(), api_url=API, login_url=LOGIN, company_id=COMPANY,
        grant=credentials(), tokens=path,
    )  # fmt: skip


def connected(served: Served, folder: Path, clock: Clock, session: requests.Session) -> ProcoreClient:
    """A client of a served simulator, as its service account."""
    grant = ClientCredentials(
        client_id=served.settings["service_client_id"], client_secret=Secret(served.secrets["service_client_secret"])
    )
    return open_client(
        session=session, clock=clock, api_url=served.settings["api_url"], login_url=served.settings["login_url"],
        company_id=served.settings["company_id"], grant=grant, tokens=folder / "tokens.json",
    )  # fmt: skip
