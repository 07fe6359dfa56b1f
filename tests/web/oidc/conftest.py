"""Fixtures of sign-ins through a provider: a real one in a process of its own, and a server configured for it."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from controlled_clock import ControlledClock
from litestar.testing import TestClient
from oidc_doubles import ProviderDouble, RoundTrip, provider_double
from oidc_person import PersonThere
from web_site import PASSWORD, WEB, Browser, server_over

from erp_bridge_core.app import Application
from erp_bridge_core.web.server import create_server

HERE = "http://testserver.local"
CLIENT_SECRET = "what only the two of us know"
BACK = f"{HERE}/sign-in/provider/back"

Configure = Callable[..., Browser]


@pytest.fixture(scope="session")
def provider_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real provider, in a process of its own."""
    program = Path(__file__).with_name("real_provider.py")
    with subprocess.Popen(
        [sys.executable, str(program), str(tmp_path_factory.mktemp("provider")), PASSWORD, BACK],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as process:  # fmt: skip
        assert process.stdout
        assert process.stdin
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        process.stdin.close()
        process.wait(timeout=20)


@pytest.fixture
def configure(application: Application, clock: ControlledClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Configure]:
    """Makes a browser before a server with `[oidc]` for an issuer; further settings as TOML."""
    monkeypatch.setenv("OIDC_SECRET", CLIENT_SECRET)
    clients: list[TestClient[Any]] = []

    def make(issuer: str, *settings: str) -> Browser:
        lines = [
            "", "[web]", f'base_url = "{HERE}"', "[oidc]", f'issuer = "{issuer}"', 'client_id = "erp-bridge"',
            'client_secret = "env:OIDC_SECRET"', 'label = "Builders ID"', "plain_http = true", *settings, "",
        ]  # fmt: skip
        with (application.home / "erp-bridge.toml").open("a", encoding="utf-8") as file:
            file.write("\n".join(lines))
        # A second one in a test runs beside the first.
        create = create_server if clients else server_over
        client = TestClient(create(application, web=evolve(WEB, base_url=HERE)), base_url=HERE)
        clients.append(client.__enter__())
        return Browser(client)

    yield make
    for client in clients:
        client.__exit__(None, None, None)


@pytest.fixture
def there() -> PersonThere:
    """A person's browser at the provider."""
    return PersonThere(password=PASSWORD)


@pytest.fixture
def double() -> Iterator[ProviderDouble]:
    """A provider that says whatever a test has it say."""
    with provider_double() as found:
        yield found


@pytest.fixture
def round_trip(configure: Configure, double: ProviderDouble, application: Application) -> RoundTrip:
    """A stranger's browser before a server that knows the double; abe is linked."""
    host = application.companies.system("hoosier")
    application.people.identities.link(host, "abe", issuer=double.url, subject="abe-there")
    return RoundTrip(browser=configure(double.url), double=double, clock=application.clock)
