"""The vendors' tutorial leads to the example: its files, written in their order, are the example's.

That its commands do what it says, from the wheels alone, is tested with the wheels.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from documents import ROOT, blocks
from tutorial import ACTS, TUTORIAL, not_printed, steps

from erp_bridge_core.conformance.rulebook import all_rules
from erp_bridge_core.scaffold import plan_plugin

EXAMPLE = ROOT / "examples" / "erp-bridge-acme"
TESTING = ROOT / "docs" / "vendors" / "testing.md"
_RULE = re.compile(r"^(?:GAP )?([A-Z]{3}-\d\d) (.+)$", re.MULTILINE)
_OPTION = re.compile(r"(?<=\s)(--?[a-z][\w-]*)")


def code(folder: Path) -> dict[str, str]:
    """Every file of a distribution that is no page, by its path."""
    kept = (path for path in folder.rglob("*") if path.suffix in {".py", ".toml", ".typed"})
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in kept}


@pytest.fixture(scope="module")
def offered() -> str:
    """What pytest says of its options, the suite's among them."""
    command = [sys.executable, "-m", "pytest", "--help"]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout


def test_its_files_make_the_example_of_a_new_plugin(tmp_path: Path) -> None:
    """What `plugin new` makes, with each file of the page written over it, is the example to the letter."""
    plan_plugin("acme", directory=tmp_path, title="Acme Books").write()
    for step in steps():
        if step.act in {"file", "then"}:
            step.write(tmp_path)

    assert code(EXAMPLE) == code(tmp_path / "erp-bridge-acme")


def test_every_block_says_what_it_is() -> None:
    """Each is typed, written, printed, or stands in a file already: none is left that nothing tries."""
    acts = [(block.marker.partition(" ")[0], block.language) for block in blocks(TUTORIAL)]

    assert [] == [act for act in acts if act not in ACTS.items()]
    assert set(ACTS) == {act for act, _ in acts}


def test_each_file_is_named_where_it_is_written() -> None:
    """The path of a file stands in the text right above its first part: a marker is for machines."""
    parts = re.split(r"^```(?:\w+\n.*?^```)?$", TUTORIAL.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    above = [re.sub(r"<!-- .* -->", "", part) for part in parts]
    named = {
        step.path: any(f"`{step.path}`" in " ".join(text.split()) for text in above)
        for step in steps()
        if step.act == "file"
    }

    assert named
    assert [] == [path for path, found in named.items() if not found]


def test_what_is_shown_of_a_file_stands_in_it() -> None:
    """An excerpt is the file's own, line by line, wherever it is indented to."""
    for step in steps():
        if step.act == "in":
            held = [line.strip() for line in (EXAMPLE.parent / step.path).read_text(encoding="utf-8").splitlines()]
            assert "\n".join(line.strip(" ") for line in step.body.splitlines()).rstrip(",") in "\n".join(held)


@pytest.mark.parametrize("document", [TUTORIAL, TESTING], ids=lambda path: path.name)
def test_every_option_of_pytest_is_one(document: Path, offered: str) -> None:
    """What is typed after pytest are options that it has once the suite is installed."""
    typed = {
        option
        for block in blocks(document)
        for line in block.body.splitlines()
        if block.language == "console" and line.startswith("$ pytest ")
        for option in _OPTION.findall(line)
    }

    assert "--erp" in typed
    assert [] == sorted(option for option in typed if not re.search(rf"(?<![\w-]){option}(?![\w-])", offered))


@pytest.mark.parametrize("document", [TUTORIAL, TESTING], ids=lambda path: path.name)
def test_the_rules_that_are_shown_are_the_suites(document: Path) -> None:
    """Each has the id and the title that the suite tells it by."""
    known = {rule.id: rule.title for rule in all_rules()}
    shown = [found for block in blocks(document) if block.language == "text" for found in _RULE.findall(block.body)]

    assert shown
    assert [] == [(name, title) for name, title in shown if known.get(name) != title]


def test_a_line_that_is_not_printed_would_be_found() -> None:
    """Another word, another order, a line too many; another number is none of it."""
    printed = "one 17\ntwo\nthree and more"

    assert [] == not_printed("one 4\n…\nthree …", printed)
    assert ["four"] == not_printed("one 17\nfour", printed)
    assert ["one 1"] == not_printed("two\none 1", printed)
