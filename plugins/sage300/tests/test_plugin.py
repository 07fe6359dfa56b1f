import json

import pluggy

from erp_bridge_core.contract import Capability, OverLimit, SafetyClass, hookspecs
from erp_bridge_core.contract.structuring import to_json
from erp_bridge_sage300 import plugin


def manager() -> pluggy.PluginManager:
    """A manager with this adapter alone."""
    made = pluggy.PluginManager(hookspecs.PROJECT)
    made.add_hookspecs(hookspecs)
    made.register(plugin, "sage300")
    return made


def test_every_hook_is_spelt_as_the_contract_has_it() -> None:
    """All required hooks and both optional ones are there, none besides."""
    made = manager()
    made.check_pending()

    assert {*hookspecs.REQUIRED, *hookspecs.OPTIONAL} == {caller.name for caller in made.get_hookcallers(plugin) or ()}


def test_the_profile_is_the_same_each_time_and_json() -> None:
    """It is frozen data."""
    hook = manager().hook

    assert (hook.erp_profile(), "sage300") == (hook.erp_profile(), json.loads(to_json(hook.erp_profile()))["name"])


def test_both_writes_are_completed_by_a_person() -> None:
    """Sage enforces nothing, so a file is offered once and taken by a person."""
    profile = plugin.erp_profile()

    assert {"original_file": SafetyClass.HUMAN, "changes_file": SafetyClass.HUMAN} == {
        one.name: one.safety for one in profile.operations
    }


def test_limits_are_those_of_the_file_and_the_database() -> None:
    """Descriptions may be shortened, codes and units never."""
    profile = plugin.erp_profile()
    limits = {one.field: (one.max_length, one.over) for one in profile.limits if one.max_length}

    assert {
        "job": (12, OverLimit.REFUSE),
        "sub_job": (10, OverLimit.REFUSE),
        "cost_code": (12, OverLimit.REFUSE),
        "category": (3, OverLimit.REFUSE),
        "description": (30, OverLimit.SHORTEN),
        "unit": (4, OverLimit.REFUSE),
    } == limits


def test_sub_jobs_must_stand_in_sage_already() -> None:
    """An Extra is not created by an import of ours."""
    profile = plugin.erp_profile()

    assert (True, False) == (profile.supports(Capability.SUB_JOBS), profile.supports(Capability.CREATES_SUB_JOBS))
