"""The rules' pages say what the rules say, and every rule can be found by its id."""

import sys
from pathlib import Path

from erp_bridge_core.conformance.manifest import IDS, manifest
from erp_bridge_core.conformance.rulebook import all_rules

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from rule_pages import PAGES, pages  # noqa: E402 - the path is set above


def test_the_pages_are_what_the_rules_say() -> None:
    """Run `python tools/rule_pages.py` after changing a rule, the outcome table or a planted defect."""
    assert pages() == {path.name: path.read_text(encoding="utf-8") for path in sorted(PAGES.glob("*.md"))}


def test_the_manifest_names_every_rule() -> None:
    """A rule that is forgotten in the manifest would not be missed when it does not run."""
    assert sorted(IDS) == sorted(rule.id for rule in all_rules())


def test_every_rule_tells_likely_causes_and_has_a_page() -> None:
    """What a person can act on."""
    assert [] == [rule.id for rule in manifest() if "Likely causes:" not in rule.help]
    assert [] == [rule.id for rule in manifest() if not (ROOT / "docs" / rule.page.partition("#")[0]).is_file()]
