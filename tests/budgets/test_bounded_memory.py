"""Memory does not grow with a budget: what is held of its lines at any time is a page of them."""

import tracemalloc
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from budget_services import JOB, NUMBER, Services

from erp_bridge_core.budgets.file_import import ImportChoices
from erp_bridge_core.budgets.folding import MOST
from erp_bridge_core.people.actor import Actor

SMALL, LARGE = 9_000, 24_000
#: Lines held as values would take twice that at least; codes, of which there are fewer, do take some of it.
BYTES_A_LINE = 400
CATEGORIES = ("L", "M", "S")


def write_file(path: Path, lines: int) -> Path:
    """A budget of so many keys."""
    rows = (
        f"{number // 3},{CATEGORIES[number % 3]},Pay item number {number} as it stands in the bid,{number}.25\n"
        for number in range(lines)
    )
    path.write_text("Cost Code,Category,Description,Amount\n" + "".join(rows), encoding="utf-8")
    return path


def peak(act: Callable[[], object]) -> int:
    """The most memory, in bytes, that an act took beside what was there before."""
    before = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    act()
    return tracemalloc.get_traced_memory()[1] - before


@pytest.mark.rule("B8")
def test_memory_stays_level_while_lines_grow(linked: Services, manager: Actor, tmp_path: Path) -> None:
    """Importing, checking and staging four times as many lines, each with a warning, takes hardly more memory."""
    linked.books.add_job(JOB, cost_codes=tuple(map(str, range(LARGE // 3))), categories=CATEGORIES)
    linked.projects.sync(manager, NUMBER)
    files = {lines: write_file(tmp_path / f"{lines}.csv", lines) for lines in (100, SMALL, LARGE)}

    def bring(lines: int) -> None:
        linked.budgets.import_file(manager, NUMBER, files[lines], choices=ImportChoices(mode="override"))

    def stage(lines: int) -> None:
        # Each text is too long for the books, so each line has a warning.
        rules = [each.rule for each in linked.sending.preview(manager, NUMBER)]
        assert min(lines, MOST + 1) == rules.count("description-shortened")

    bring(100)
    stage(100)
    peaks: dict[int, list[int]] = {}
    tracemalloc.start()
    try:
        for lines in (SMALL, LARGE):
            peaks[lines] = [peak(partial(bring, lines)), peak(partial(stage, lines))]
    finally:
        tracemalloc.stop()
    more = [large - small for small, large in zip(peaks[SMALL], peaks[LARGE], strict=True)]
    assert [] == [each for each in more if each > BYTES_A_LINE * (LARGE - SMALL)], peaks
