"""Fixtures of the ledger's tests."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from ledger_erp import Scene, add_export, make_scene

from erp_bridge_core.contract.profile import SafetyClass
from erp_bridge_core.store.database import Store

OpenScene = Callable[..., Scene]


@pytest.fixture
def open_scene(store: Store, home: Path, project: int) -> OpenScene:
    """Open a scene of a safety class on the one export of this test; opened again, it is another worker's."""
    item_id, export_id = add_export(store, 1, project)

    def scene(safety: SafetyClass, **options: object) -> Scene:
        return make_scene(store, home, safety, export_id=export_id, item_id=item_id, **options)

    return scene
