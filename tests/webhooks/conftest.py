"""What the tests of webhooks share: the web's site, and a program that listens behind real certificates."""

import ssl
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from controlled_clock import ControlledClock
from databases import copied_home

# The helpers beside these tests are plain modules; importlib mode does not put their folder on the path.
sys.path.insert(0, str(Path(__file__).parent))

from listener import Listener
from web_site import PASSWORD, make_home, open_site

from erp_bridge_core.app import Application
from erp_bridge_core.people.actor import Actor


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site's home, made once: item 1 waits in hoosier."""
    home = tmp_path_factory.mktemp("webhooks") / "home"
    make_home(home)
    return home


@pytest.fixture
def application(tmp_path: Path, site: Path, clock: ControlledClock) -> Iterator[Application]:
    """The site, opened; its people are those of the web's tests."""
    with open_site(copied_home(site, tmp_path / "site"), clock) as application:
        yield application


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[Listener]:
    """A program that takes what it is told, on loopback behind TLS."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with Listener(context) as served:
        yield served


@pytest.fixture
def allowed(application: Application, listener: Listener, tmp_path: Path) -> None:
    """The operator has named the program's host, and whose certificates it shows."""
    with (application.home / "erp-bridge.toml").open("a") as file:
        file.write(f'[webhooks]\nallowed_hosts = ["localhost:{listener.port}"]\nca_file = "{tmp_path}/ca.pem"\n')


@pytest.fixture
def signed_in(application: Application) -> Any:
    """Sign somebody in, in hoosier unless another company is named."""

    def sign_in(login: str, company: str = "hoosier") -> Actor:
        return application.people.sign_in(login, PASSWORD, company)[1]

    return sign_in
