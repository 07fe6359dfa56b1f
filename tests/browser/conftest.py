"""Fixtures of the browser's tests: a demo served as a process, and a browser whose every complaint fails the test."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from browsing import CHROMIUM, WIDE, Watched
from playwright.sync_api import Browser, sync_playwright

# The helpers beside these tests, and the mail server of the mail's: importlib mode puts their folders on no path.
sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "mail"))

from story_home import PASSWORD, StoryHome, served_story


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test here is the browser's; without one, CI fails and a developer is told."""
    for item in items:
        if Path(item.fspath).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)
            if not CHROMIUM and not os.environ.get("CI"):
                item.add_marker(pytest.mark.skip(reason="there is no browser: run tools/install-browser.sh"))


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """`erp-bridge demo --serve` with every installed ERP: what it printed when its pages were there."""
    home = tmp_path_factory.mktemp("browser") / "home"
    command = [sys.executable, "-m", "erp_bridge_core", "demo", "--home", str(home), "--serve", "--port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline() or "{}")
        assert "address" in told, f"the demo did not start: {told}"
        yield told
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, which tools/install-browser.sh installs."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@contextmanager
def watched_browsers(browser: Browser, address: str, password: str) -> Iterator[Callable[..., Watched]]:
    """Opens browsers, one a person, at an address or another `base`; in the end their complaints fail the test."""
    all_opened: list[Watched] = []

    def open_one(width: int = WIDE, *, base: str = address, **options: Any) -> Watched:
        context = browser.new_context(
            base_url=base, viewport={"width": width, "height": 800}, locale="en-US", **options
        )
        context.set_default_timeout(20_000)
        watched = Watched(context=context, page=context.new_page(), base=base, password=password)
        watched.watch()
        all_opened.append(watched)
        return watched

    yield open_one
    for watched in all_opened:
        watched.context.close()
    assert [] == [text for watched in all_opened for text in watched.complaints]


@pytest.fixture
def opened(demo: dict[str, Any], browser: Browser) -> Iterator[Callable[..., Watched]]:
    """Opens a browser of one person of the demo (`width`, `color_scheme`, `java_script_enabled`)."""
    with watched_browsers(browser, demo["address"], demo["password"]) as open_one:
        yield open_one


@pytest.fixture(scope="session")
def story_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoryHome]:
    """Every installed ERP with jobs of which nothing is known here yet, and mail that arrives."""
    with served_story(tmp_path_factory.mktemp("story")) as served:
        yield served


@pytest.fixture
def in_story(story_home: StoryHome, browser: Browser) -> Iterator[Callable[..., Watched]]:
    """Opens a browser of one person of the story."""
    with watched_browsers(browser, story_home.address, PASSWORD) as open_one:
        yield open_one
