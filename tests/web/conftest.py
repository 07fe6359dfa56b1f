"""Fixtures of the web's tests: a home made once and copied, a server over it, and a browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from controlled_clock import ControlledClock
from databases import copied_home
from litestar.testing import TestClient
from web_site import Browser, make_home, open_site, server_over

from erp_bridge_core.app import Application
from erp_bridge_core.people.actor import Actor


@pytest.fixture(scope="session")
def made_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site's home, made once."""
    home = tmp_path_factory.mktemp("site") / "home"
    make_home(home)
    return home


@pytest.fixture
def application(tmp_path: Path, made_home: Path, clock: ControlledClock) -> Iterator[Application]:
    """The site: companies hoosier and second, people ada, mia, abe and sue, and item 1 that waits in hoosier."""
    with open_site(copied_home(made_home, tmp_path / "site"), clock) as application:
        yield application


@pytest.fixture
def server(application: Application) -> Iterator[TestClient[Any]]:
    """A server over the site, reached without TLS."""
    with TestClient(server_over(application)) as client:
        # An export that a page would show as going on is waited for.
        client.app.state["background"].patience = 60.0
        yield client


@pytest.fixture
def browser(server: TestClient[Any]) -> Browser:
    """A browser of a stranger."""
    return Browser(server)


@pytest.fixture
def abe(browser: Browser) -> Browser:
    """The browser of the approver, just signed in."""
    assert 303 == browser.sign_in("abe").status_code
    return browser


@pytest.fixture
def mia(browser: Browser) -> Browser:
    """The browser of the project manager, just signed in; her budget waits in item 1, and is locked."""
    assert 303 == browser.sign_in("mia").status_code
    return browser


@pytest.fixture
def open_mia(mia: Browser) -> Browser:
    """The project manager's browser, after she has taken her budget back: it can be edited."""
    assert 303 == mia.send("/projects/24-001/budget/retrieve", {}, page="/projects/24-001/budget").status_code
    return mia


@pytest.fixture
def mia_herself(open_mia: Browser, application: Application) -> Actor:
    """The project manager as services know her, once she can edit her budget."""
    return application.people.actor_from_session(open_mia.session() or "", "hoosier")
