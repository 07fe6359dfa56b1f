"""The connector's metadata: the documented shape, from nothing but an ERP's profile."""

import json
from importlib.metadata import entry_points
from typing import Any

import pytest

from erp_bridge_core.contract import Capability, ErpProfile, FieldLimit
from erp_bridge_procore import plugin

BOOKS = ErpProfile(
    name="books",
    title="Books",
    api_version=1,
    settings_class=object,
    capabilities=frozenset({Capability.ORIGINAL, Capability.CHANGES, Capability.SUB_JOBS}),
    limits=(
        FieldLimit(field="cost_code", max_length=12),
        FieldLimit(field="amount", whole_digits=9, decimals=2),
        FieldLimit(field="unit", max_length=3),
    ),
)
SMALL = ErpProfile(name="small", title="Small", api_version=1, settings_class=object)
#: The ERPs that are installed beside it, if any are.
PROFILES = [BOOKS, SMALL, *(found.load().erp_profile() for found in entry_points(group="erp_bridge.erps"))]
ENTITIES = {
    "standard_cost_codes", "standard_categories", "vendors", "jobs", "sub_jobs", "budgets", "job_costs",
    "job_cost_transactions", "commitments", "commitment_items", "commitment_change_orders",
    "commitment_change_order_items", "contract_payments", "company_level_direct_costs", "requisitions",
    "payment_applications", "prime_contracts", "prime_contract_change_orders",
}  # fmt: skip
NUMBERS = {"max_length": "length", "max_length_decimal": "decimals", "max_length_units": "units"}


def settings_of(profile: ErpProfile) -> dict[str, Any]:
    """The document's one part."""
    document = plugin.connector_metadata(profile)
    assert ["settings"] == list(document)
    return dict(document["settings"])


def validations(found: Any) -> list[tuple[str, Any]]:
    """Every validator of a document."""
    if not isinstance(found, dict):
        return []
    own = list(found["validation"].items()) if "validation" in found else []
    return [*own, *(pair for name, inner in found.items() if name != "validation" for pair in validations(inner))]


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_the_shape_is_the_documented_one(profile: ErpProfile) -> None:
    """Labels, features, every entity, and only validators that Procore has, each with its number and message."""
    settings = settings_of(profile)
    assert {"name", "id_name", "short_name"} == set(settings["labels"])
    assert {"features": {"custom_wbs_segments": False}} == settings["configurations"]
    assert ENTITIES == set(settings["entities"])
    assert all(isinstance(entity["enabled"], bool) for entity in settings["entities"].values())
    for name, validator in validations(settings["entities"]):
        assert {NUMBERS[name], "message"} == set(validator)
        assert "%{length}" in validator["message"]
    assert settings == json.loads(json.dumps(settings_of(profile)))


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_the_budgets_switches_are_the_erps(profile: ErpProfile) -> None:
    """A budget that the ERP does not take can't even be sent."""
    configs = settings_of(profile)["entities"]["budgets"]["configs"]
    assert (profile.supports(Capability.SUB_JOBS), profile.supports(Capability.CHANGES), False) == (
        configs["sub_job_export"],
        configs["revised_estimates_export"],
        configs["import"],
    )
    assert profile.supports(Capability.CHANGES) == bool(configs["export"]["custom_fields"])
    assert all({"key", "label", "type", "rules"} == set(each) for each in configs["export"]["custom_fields"])


def test_limits_are_the_profiles() -> None:
    """Each number where Procore looks for it."""
    entities = settings_of(BOOKS)["entities"]
    code = entities["standard_cost_codes"]["rules"]["save"]["fields"]["code"]["validation"]
    fields = entities["budgets"]["rules"]["export"]["fields"]
    assert 12 == code["max_length"]["length"]
    assert (9, 2) == (
        fields["amount"]["validation"]["max_length_units"]["units"],
        fields["amount"]["validation"]["max_length_decimal"]["decimals"],
    )
    assert 3 == fields["uom"]["validation"]["max_length"]["length"]
    assert "rules" not in settings_of(SMALL)["entities"]["standard_cost_codes"]
