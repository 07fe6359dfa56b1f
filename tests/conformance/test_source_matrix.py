"""The suite's part for sources is tested too: each planted defect is caught by exactly the rules named for it.

By default those alone are run on it. With `--whole-matrix` all the others are, too, at a glance: they must let it
pass.
"""

from pathlib import Path

import pytest
from matrix import Defect, caught
from source_matrix import source_defects, verdicts

from erp_bridge_core.conformance.effort import Depth
from erp_bridge_core.conformance.manifest import manifest
from erp_bridge_core.conformance.rulebook import FOR_SOURCES

DEFECTS = source_defects()
CORRECT = Defect(spec="planted_source.plugin:correct", what="nothing", caught_by=())


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_a_planted_defect_is_caught_by_the_rule_named_for_it(defect: Defect, tmp_path: Path) -> None:
    """By itself."""
    found = verdicts(defect, tmp_path, rules=defect.caught_by)
    assert tuple(sorted(defect.caught_by)) == caught(found), {id_: each.why[:500] for id_, each in found.items()}


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_a_planted_defect_is_caught_by_no_other_rule(defect: Defect, tmp_path: Path, whole_matrix: None) -> None:
    """A rule that catches what it is not about would point people to the wrong place."""
    others = [rule.id for rule in manifest(FOR_SOURCES) if rule.id not in defect.caught_by]
    found = {} if defect.grounded else verdicts(defect, tmp_path, depth=Depth.GLANCE, rules=others)
    assert () == caught(found), {id_: found[id_].why[:500] for id_ in caught(found)}


def test_a_correct_source_is_caught_by_none(tmp_path: Path) -> None:
    """It passes every rule."""
    found = verdicts(CORRECT, tmp_path, depth=Depth.GLANCE)
    assert () == caught(found), {id_: found[id_].why[:500] for id_ in caught(found)}


def test_every_rule_is_the_only_catcher_of_some_defect() -> None:
    """A rule that nothing would slip past without is no rule. Those through the product stand on each other."""
    product = {rule.id for rule in manifest(FOR_SOURCES) if rule.group == "PRD"}
    alone = {
        id_ for each in DEFECTS if len(each.caught_by) == 1 or {*each.caught_by} <= product for id_ in each.caught_by
    }
    assert [] == [rule.id for rule in manifest(FOR_SOURCES) if rule.id not in alone]


def test_each_defect_has_a_name_of_its_own() -> None:
    """No name twice."""
    names = [defect.name for defect in DEFECTS]
    assert len(set(names)) == len(names)
