"""The connector's metadata, to be handed in to Procore: what an ERP takes, its limits and messages [firm shape, 4.5].

Made of the ERP's profile alone, so that the same profile always gives the same document. Shape, entities, validators
and the budget's switches are firm; the keys of the fields within `rules`, and the types of custom fields but for dates,
are inferred.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from erp_bridge_core.contract import Capability, ConditionKind, ErpProfile, FieldLimit

#: Entities that this product serves no export of; each is named, so that nothing is on by default.
_OTHERS: Final = (
    "vendors", "commitments", "commitment_items", "commitment_change_orders", "commitment_change_order_items",
    "contract_payments", "company_level_direct_costs", "requisitions", "payment_applications", "prime_contracts",
    "prime_contract_change_orders",
)  # fmt: skip
_AMOUNT_FIELDS: Final = ("amount", "quantity", "unit_cost")
_COLUMNS: Final = (
    "original_estimate", "original_estimate_units", "approved_estimate_changes", "approved_estimate_unit_changes",
    "estimate", "estimate_units", "original_commitment", "approved_commitment_changes", "revised_commitment",
    "commitment_invoiced", "job_to_date_cost", "job_to_date_units", "job_to_date_dollars_paid", "month_to_date_cost",
    "month_to_date_dollars_paid", "month_to_date_units",
)  # fmt: skip


def connector_metadata(profile: ErpProfile) -> Mapping[str, Any]:
    """The metadata of a connector to an ERP."""
    words = profile.words
    code, category = words.cost_code, words.category
    return {
        "settings": {
            "labels": {"name": profile.title, "id_name": f"{profile.title} ID", "short_name": _short(profile)},
            "configurations": {"features": {"custom_wbs_segments": False}},
            "entities": {
                "standard_cost_codes": _codes(profile, "cost_code", code),
                "standard_categories": _codes(profile, "category", category),
                "jobs": _codes(profile, "job", words.job),
                "sub_jobs": {
                    **_codes(profile, "sub_job", words.sub_job),
                    "enabled": profile.supports(Capability.SUB_JOBS),
                },
                "budgets": _budgets(profile),
                "job_costs": {"enabled": True, "tab": {"columns": list(_COLUMNS)}},
                "job_cost_transactions": {"enabled": False},
                **{name: {"enabled": False} for name in _OTHERS},
            },
        }
    }


def _short(profile: ErpProfile) -> str:
    return profile.title.split(" (", 1)[0]


def _codes(profile: ErpProfile, name: str, label: str) -> dict[str, Any]:
    """Codes that come from the ERP or are made there: nothing of them is exported, their lengths are told."""
    limit = profile.limit(name)
    rules = {"code": {"validation": dict(_validators(limit, label))}} if limit else {}
    entity: dict[str, Any] = {
        "enabled": True,
        "configs": {"export": {"enabled": False, "create": False, "update": False, "custom_fields": []}},
    }
    if rules:
        entity["rules"] = {"export": {"fields": rules}, "save": {"fields": rules}}
    return entity


def _budgets(profile: ErpProfile) -> dict[str, Any]:
    takes_changes = profile.supports(Capability.CHANGES)
    fields: dict[str, Any] = {}
    for name in ("description", "unit", *_AMOUNT_FIELDS):
        limit = profile.limit(name)
        if limit is not None:
            fields[_field(name)] = {"validation": dict(_validators(limit, _label(name)))}
    return {
        "enabled": True,
        "configs": {
            "export": {
                "enabled": True,
                "create": True,
                "update": True,
                "forecast_amounts": False,
                "custom_fields": _custom_fields() if takes_changes else [],
            },
            "sub_job_export": profile.supports(Capability.SUB_JOBS),
            "revised_estimates_export": takes_changes,
            "import": False,
        },
        "rules": {"export": {"fields": fields, "warning_message": _warning(profile)}},
    }


def _field(name: str) -> str:
    return "uom" if name == "unit" else name


def _label(name: str) -> str:
    return "unit of measure" if name == "unit" else name.replace("_", " ")


def _validators(limit: FieldLimit, label: str) -> Iterator[tuple[str, Any]]:
    """The limit in Procore's validators; their messages hold the number that Procore fills in."""
    if limit.max_length is not None:
        message = f"The {label} may have at most %{{length}} characters."
        yield "max_length", {"length": limit.max_length, "message": message}
    if limit.decimals is not None:
        message = f"The {label} may have at most %{{length}} decimals."
        yield "max_length_decimal", {"decimals": limit.decimals, "message": message}
    if limit.whole_digits is not None:
        message = f"The {label} may have at most %{{length}} digits before the point."
        yield "max_length_units", {"units": limit.whole_digits, "message": message}


def _custom_fields() -> list[dict[str, Any]]:
    """The standard fields of a revision (A3); the approver here sees what was entered there."""
    labels = (
        ("budget_revision_type", "Budget revision type", "string"),
        ("revision_date", "Revision date", "date"),
        ("budget_revision_number", "Budget revision number", "string"),
        ("budget_revision_status", "Budget revision status", "string"),
        ("approved_by", "Approved by", "string"),
    )
    return [{"key": key, "label": label, "type": kind, "rules": {}} for key, label, kind in labels]


def _warning(profile: ErpProfile) -> str:
    posted = any(each.kind is ConditionKind.POSTED_BY_HAND for each in profile.unlock_conditions)
    after = " The entries have to be posted there by hand before the budget can be unlocked." if posted else ""
    return (
        f"After the first export to {profile.title} the budget can no longer be imported from it.{after} "
        "Your accounting approver in ERP Bridge may have to accept it as well."
    )
