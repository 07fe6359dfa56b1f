"""The suite is tested too: each planted defect is caught by exactly the rules named for it, and no rule is idle.

By default the rules named for a defect are run on it. With `--whole-matrix` all the others are, too, at a glance: they
must let it pass.
"""

from pathlib import Path

import pytest
from matrix import Defect, all_defects, caught, verdicts

from erp_bridge_core.conformance.effort import Depth
from erp_bridge_core.conformance.manifest import manifest

DEFECTS = all_defects()
VARIANTS = ("keyed", "absolute", "contained", "human", "append")


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_a_planted_defect_is_caught_by_the_rules_named_for_it(defect: Defect, tmp_path: Path) -> None:
    """Each of them catches it by itself."""
    found = verdicts(defect, tmp_path, rules=defect.caught_by)
    assert tuple(sorted(defect.caught_by)) == caught(found), {id_: each.why[:500] for id_, each in found.items()}


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_a_planted_defect_is_caught_by_no_other_rule(
    defect: Defect, tmp_path: Path, whole_matrix: None, other_rules: list[str]
) -> None:
    """A rule that catches what it is not about would point people to the wrong place."""
    others = [] if defect.grounded or defect.widely else [id_ for id_ in other_rules if id_ not in defect.caught_by]
    found = verdicts(defect, tmp_path, depth=Depth.GLANCE, rules=others) if others else {}
    assert () == caught(found), {id_: found[id_].why[:500] for id_ in caught(found)}


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_correct_adapter_is_caught_by_none(variant: str, tmp_path: Path) -> None:
    """The correct adapter of each class passes every rule that applies to it."""
    correct = Defect(spec=f"planted.variants:{variant}", what="nothing", caught_by=())
    found = verdicts(correct, tmp_path, depth=Depth.GLANCE)
    assert () == caught(found), {id_: found[id_].why[:500] for id_ in caught(found)}


def test_every_rule_is_the_only_catcher_of_some_defect() -> None:
    """A rule that nothing would slip past without is no rule."""
    alone = {defect.caught_by[0] for defect in DEFECTS if len(defect.caught_by) == 1 and not defect.widely}
    assert [] == [rule.id for rule in manifest() if rule.id not in alone]


def test_there_are_enough_defects_and_each_has_a_name_of_its_own() -> None:
    """At least twenty, no name twice."""
    names = [defect.name for defect in DEFECTS]
    assert len(names) >= 20
    assert len(set(names)) == len(names)
