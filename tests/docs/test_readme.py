"""The front page shows real output."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from documents import ROOT, blocks

from erp_bridge_core.cli.root import root

#: The demos that the front page shows, in their order.
DEMOS = (("demo",), ("demo", "--source", "procore", "--erp", "cmic"))


def shown(number: int) -> list[str]:
    """The lines of a demo that the front page shows, up to where it leaves something out."""
    all_shown = [each for each in blocks(ROOT / "README.md") if each.language == "text" and "simulated" in each.body]
    assert len(DEMOS) == len(all_shown)
    block = all_shown[number]
    starts = (line.partition("…")[0].rstrip() for line in block.body.splitlines())
    return [start for start in starts if start]


@pytest.mark.parametrize("number", range(len(DEMOS)))
def test_the_front_page_shows_what_the_demo_prints(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each line that is shown is printed, in that order."""
    monkeypatch.setenv("COLUMNS", "200")
    ran = CliRunner().invoke(root, [*DEMOS[number], "--home", str(tmp_path / "home")])
    printed = iter(ran.output.splitlines())

    assert 0 == ran.exit_code, ran.output
    assert [] == [line for line in shown(number) if not any(each.startswith(line) for each in printed)]
