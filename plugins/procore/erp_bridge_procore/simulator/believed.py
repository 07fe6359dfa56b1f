"""What the simulated Procore believes of a project: its budget, what of it is synced, and how its requests stand."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from erp_bridge_core.contract import LineKey
from erp_bridge_core.contract.source_simulator import RequestState, SourceBooks
from erp_bridge_procore.simulator.amounts import DIGITS
from erp_bridge_procore.simulator.connector import OPEN
from erp_bridge_procore.simulator.context import Context, Row
from erp_bridge_procore.simulator.figures import figures_of
from erp_bridge_procore.simulator.transactions import ORIGINAL

_KEY = (
    "SELECT w.id, coalesce(s.code, '') AS sub_job, c.full_code, t.code FROM wbs w"
    " JOIN cost_code c ON c.id = w.cost_code"
    " JOIN cost_type t ON t.id = w.cost_type LEFT JOIN sub_job s ON s.id = w.sub_job WHERE w.project = ?"
)


def books_of(context: Context, project: Row) -> SourceBooks:
    """The books of one project."""
    number = project["id"]
    keys = {row["id"]: LineKey(row["sub_job"], row["full_code"], row["code"]) for row in context.all(_KEY, number)}
    held = [figures for figures in figures_of(context, number) if figures.line is not None]
    rows = context.all(
        "SELECT t.*, j.wbs FROM erp_transaction t JOIN job_cost j ON j.id = t.job_cost WHERE t.project = ?", number
    )
    synced = [(keys[row["wbs"]], row["type"] == ORIGINAL, row["amount"]) for row in rows if row["synced"]]
    return SourceBooks(
        locked=bool(context.budget(number)["locked"]),
        original={keys[each.wbs["id"]]: amount(each.original) for each in held},
        changes=_sums((keys[each.wbs["id"]], each.modifications + each.changes) for each in held),
        synced_original=_sums((key, units) for key, original, units in synced if original),
        synced_changes=_sums((key, units) for key, original, units in synced if not original),
        requests=_requests(context, number),
        marks={str(row["id"]): row["marks"] for row in rows if row["marks"]},
    )


def amount(units: int) -> Decimal:
    """An amount of the books, with two decimals unless it has more."""
    exact = Decimal(units).scaleb(-DIGITS)
    cents = exact.quantize(Decimal("0.01"))
    return cents if cents == exact else exact


def _sums(pairs: Iterable[tuple[LineKey, int]]) -> Mapping[LineKey, Decimal]:
    found: defaultdict[LineKey, int] = defaultdict(int)
    for key, units in pairs:
        found[key] += units
    return {key: amount(units) for key, units in found.items() if units}


def _requests(context: Context, project: int) -> tuple[RequestState, ...]:
    rows = context.all(
        "SELECT r.id, d.status, d.messages FROM erp_request r JOIN request_detail d ON d.id = r.detail"
        " WHERE r.project = ? ORDER BY r.id",
        project,
    )
    return tuple(
        RequestState(
            id=str(row["id"]),
            status=row["status"],
            open=row["status"] == OPEN,
            messages=tuple(json.loads(row["messages"])),
        )
        for row in rows
    )
