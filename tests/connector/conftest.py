"""A site that an office asks for exports: made once, copied for each test."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from controlled_clock import ControlledClock
from databases import copied_home

sys.path.insert(0, str(Path(__file__).parent))

from desk import Desk, books, make_site, open_application, plugin_of


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site's home, made once."""
    home = tmp_path_factory.mktemp("connector") / "home"
    make_site(home)
    return home


@pytest.fixture
def home(tmp_path: Path, site: Path) -> Path:
    """A copy of it, with its office beside it."""
    shutil.copy(site.parent / "office", tmp_path / "office")
    return copied_home(site, tmp_path / "home")


@pytest.fixture
def desk(home: Path, clock: ControlledClock) -> Iterator[Desk]:
    """The site, opened."""
    plugin, adapter = plugin_of(home), books()
    with open_application(home, plugin, adapter, clock=clock) as application:
        yield Desk(application=application, plugin=plugin, adapter=adapter, clock=clock)
