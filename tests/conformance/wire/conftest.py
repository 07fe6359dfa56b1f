"""What the tests of the suite's wire share: a simulator behind a proxy, and the product's own session before it."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# The helpers beside these tests are plain modules; importlib mode does not put their folder on the path.
sys.path.insert(0, str(Path(__file__).parent))

from wire_scene import WireScene, open_scene


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[WireScene]:
    """A simulator, a proxy before it, a session that talks to the proxy."""
    with open_scene(tmp_path) as scene:
        yield scene
