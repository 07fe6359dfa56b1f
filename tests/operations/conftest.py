"""Fixtures of what those who run an installation are told: listeners, and the web's site."""

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from controlled_clock import ControlledClock
from hearing import Heard
from web_site import make_home, open_site

from erp_bridge_core.app import Application
from erp_bridge_core.following import listening


@pytest.fixture
def heard() -> Iterator[Heard]:
    """What a listener is told during the test."""
    ears = Heard()
    with listening(ears):
        yield ears


@pytest.fixture(scope="session")
def made_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The web's site, made once."""
    home = tmp_path_factory.mktemp("site") / "home"
    make_home(home)
    return home


@pytest.fixture
def application(tmp_path: Path, made_home: Path, clock: ControlledClock) -> Iterator[Application]:
    """The site, with item 1 that waits."""
    with open_site(shutil.copytree(made_home, tmp_path / "site"), clock) as application:
        yield application


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    """Whatever a test sets up of logging is gone after it."""
    handlers = list(logging.getLogger().handlers)
    yield
    assert handlers == logging.getLogger().handlers
