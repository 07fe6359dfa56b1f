"""The letting's walk by commands: contracts of the public record arrive in the simulated ERP, once and to the cent."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

LETTING = Path(__file__).parents[2] / "examples" / "letting"
Walk = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def walk(tmp_path: Path) -> Walk:
    """Run the script as a person does, in a home of its own, with the commands of this environment."""
    if shutil.which("bash") is None:
        pytest.skip("the walk is a bash script")
    folder = Path(sys.executable).parent
    environment = {**os.environ, "PYTHON": sys.executable, "ERP_BRIDGE": str(folder / "erp-bridge")}

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = ["bash", str(LETTING / "walk.sh"), "--home", str(tmp_path / "home"), *arguments]
        return subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)

    return run


def test_contracts_of_the_letting_arrive_once_and_to_the_cent(walk: Walk) -> None:
    """Two contracts go from an empty folder to the ERP's books, which equal the report line by line."""
    ran = walk("--most", "2")

    assert 0 == ran.returncode, ran.stdout + ran.stderr
    assert "2 contracts, 170 lines, 3,093,674.33: the report and the ERP's own books are equal." in ran.stdout


def test_a_file_that_is_not_there_is_told(walk: Walk) -> None:
    """Nothing is made for a file that is not there."""
    ran = walk("nowhere.csv")

    assert (2, "walk.sh: there is no file nowhere.csv\n") == (ran.returncode, ran.stderr)
