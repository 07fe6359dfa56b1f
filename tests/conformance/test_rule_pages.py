"""The rules' pages say what the rules say, and every rule can be found by its id."""

import sys
from pathlib import Path

import pytest

from erp_bridge_core.conformance.manifest import IDS, SOURCE_IDS, manifest
from erp_bridge_core.conformance.rulebook import FOR_ERPS, FOR_SOURCES, Part, all_rules

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from rule_pages import folder, pages  # noqa: E402 - the path is set above

PARTS = pytest.mark.parametrize("part", [FOR_ERPS, FOR_SOURCES], ids=lambda part: part.pages)


@PARTS
def test_the_pages_are_what_the_rules_say(part: Part) -> None:
    """Run `python tools/rule_pages.py` after changing a rule, the outcome table or a planted defect."""
    assert pages(part) == {path.name: path.read_text(encoding="utf-8") for path in sorted(folder(part).glob("*.md"))}


def test_the_manifest_names_every_rule() -> None:
    """A rule that is forgotten in the manifest would not be missed when it does not run."""
    assert sorted(IDS) == sorted(rule.id for rule in all_rules())
    assert sorted(SOURCE_IDS) == sorted(rule.id for rule in all_rules(FOR_SOURCES))


@PARTS
def test_every_rule_tells_likely_causes_and_has_a_page(part: Part) -> None:
    """What a person can act on."""
    assert [] == [rule.id for rule in manifest(part) if "Likely causes:" not in rule.help]
    assert [] == [rule.id for rule in manifest(part) if not (ROOT / "docs" / rule.page.partition("#")[0]).is_file()]
