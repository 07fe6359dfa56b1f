"""What the package as a whole promises."""

import subprocess
import sys

HEAVY = "{'cattrs', 'pluggy', 'requests', 'sqlalchemy', 'click', 'rich', 'erp_bridge_core.contract'}"


def test_loads_the_standard_library_and_attrs_alone() -> None:
    """A simulator's server starts without the core's libraries."""
    code = f"import sys, erp_bridge_core.simulation; print(sorted({HEAVY} & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "[]\n" == told.stdout
