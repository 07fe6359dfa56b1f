from pathlib import Path

import pytest

from erp_bridge_core.contract import Erp
from erp_bridge_sage300.settings import Sage300Settings
from sage_doubles import make_erp


@pytest.fixture
def erp(tmp_path: Path) -> Erp[Sage300Settings]:
    (tmp_path / "reports").mkdir()
    return make_erp(tmp_path)
