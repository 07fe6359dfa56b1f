"""The connector's metadata: labels, and per entity what may be exported (4.5, firm shape; the default is ours)."""

import json
from typing import Any, Final

from erp_bridge_procore.simulator.company import fact, keep
from erp_bridge_procore.simulator.context import Context

_DEFAULT: Final[dict[str, Any]] = {
    "settings": {
        "labels": {"name": "ERP", "id_name": "ERP ID", "short_name": "ERP"},
        "configurations": {"features": {"custom_wbs_segments": False}},
        "entities": {
            "budgets": {
                "enabled": True,
                "configs": {
                    "export": {"enabled": True, "create": True, "update": True, "forecast_amounts": False,
                               "custom_fields": []},
                    "sub_job_export": True,
                    "revised_estimates_export": True,
                    "import": False,
                },
                "rules": {"export": {"warning_message": "After the first export the budget can't be imported."}},
            },
        },
    },
}  # fmt: skip


def show_metadata(context: Context, company: str) -> dict[str, Any]:
    """GET .../erp_metadata: what the connector declared, or the default. The address is assumed."""
    del company
    return metadata(context)


def keep_metadata(context: Context, company: str) -> dict[str, Any]:
    """PUT .../erp_metadata: the connector declares itself anew. The address is assumed."""
    del company
    keep(context.connection, "metadata", json.dumps(context.body, default=str))
    return metadata(context)


def metadata(context: Context) -> dict[str, Any]:
    """The whole document."""
    found = json.loads(fact(context.connection, "metadata") or "null") or _DEFAULT
    return dict(found)


def budget_switch(context: Context, name: str) -> bool:
    """One of the two switches that keep a budget from being sent; they stand at yes where they are not set."""
    found: Any = metadata(context)
    for step in ("settings", "entities", "budgets", "configs"):
        found = found.get(step, {}) if isinstance(found, dict) else {}
    export = found.get("export", {}) if isinstance(found, dict) else {}
    return bool(found.get(name, export.get(name, True) if isinstance(export, dict) else True))
