"""An adapter that was upgraded meanwhile: the same code under another version, for the product and for itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata

from erp_bridge_core.conformance.world.watching import WatchedAdapter

#: A version that no adapter has.
UPGRADED = "9999.1"


@contextmanager
def another_version(watch: WatchedAdapter) -> Iterator[None]:
    """The adapter's distribution has another version while the context is open, whoever asks for it."""
    asked = metadata.version

    def version(distribution_name: str) -> str:
        return UPGRADED if _plain(distribution_name) == _plain(watch.distribution) else asked(distribution_name)

    watch.version_shown, metadata.version = UPGRADED, version
    try:
        yield
    finally:
        watch.version_shown, metadata.version = "", asked


def _plain(name: str) -> str:
    return name.replace("_", "-").replace(".", "-").lower()
