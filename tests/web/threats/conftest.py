"""One site for all threats: full of things, with hostile words in every text, and nobody changes it."""

from collections.abc import Iterator

import pytest
from full_site import HOSTILE, FullSite, full_site


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FullSite]:
    """The site; tests that share it leave it as it is."""
    with full_site(tmp_path_factory.mktemp("full"), word=HOSTILE) as made:
        yield made
