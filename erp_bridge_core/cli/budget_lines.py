"""`budget add-line`, `edit-line`, `remove-line` and `sub-job`."""

from decimal import Decimal
from typing import Any

import click

from erp_bridge_core.cli.acts import Act, pass_call
from erp_bridge_core.cli.call import Call
from erp_bridge_core.cli.numbers import read_numbers
from erp_bridge_core.contract.budget import LineKey
from erp_bridge_core.contract.errors import UsageError

_NUMBERS = ("quantity", "unit_cost", "amount")


@click.command("add-line", cls=Act, answer=["done", "key"])
@click.argument("project")
@click.argument("cost_code")
@click.argument("category", required=False, default="")
@click.option("--sub-job", default="", help="The sub job; the job itself by default.")
@click.option("--description", default="", help="What it is.")
@click.option("--quantity", help="How many units; at most four decimals.")
@click.option("--unit", default="", help="Of what.")
@click.option("--unit-cost", help="What one costs; at most four decimals.")
@click.option("--amount", help="The book value; without it quantity x unit cost, where that is exact.")
@pass_call
def add_line(call: Call, /, project: str, **given: str | None) -> None:
    """Add a line for COST_CODE and CATEGORY; one line a key."""
    from erp_bridge_core.budgets.entries import LineEntry

    values: dict[str, Any] = {**given, **_numbers(given)}
    key = call.app.budgets.add_line(call.actor, project, LineEntry(**values))
    call.done(f"Line {key} was added.", key=key)


@click.command("edit-line", cls=Act, answer=["done", "key"])
@click.argument("project")
@click.argument("cost_code")
@click.argument("category", required=False, default="")
@click.option("--sub-job", default="", help="The line's sub job; the job itself by default.")
@click.option("--description", help="What it is.")
@click.option("--quantity", help='How many units; "" takes it away.')
@click.option("--unit", help="Of what.")
@click.option("--unit-cost", help='What one costs; "" takes it away.')
@click.option("--amount", help="The book value.")
@click.option("--to-sub-job", help="Another sub job.")
@click.option("--to-cost-code", help="Another cost code.")
@click.option("--to-category", help="Another category.")
@pass_call
def edit_line(call: Call, /, project: str, *, cost_code: str, category: str, sub_job: str, **given: str | None) -> None:
    """Change a line; what is not given stays. The key of an exported line stays, too."""
    values: dict[str, str | Decimal | None] = {
        name.removeprefix("to_"): value for name, value in given.items() if value is not None
    }
    values |= _numbers({name: value for name, value in given.items() if value is not None})
    if not values:
        raise UsageError("Nothing is to be changed.", remedy="Give what changes, such as --amount.")
    key = LineKey(sub_job, cost_code, category)
    changed = call.app.budgets.edit_line(call.actor, project, key, changes=values)
    call.done(f"Line {changed} was changed.", key=changed)


@click.command("remove-line", cls=Act, answer=["done", "kept"])
@click.argument("project")
@click.argument("cost_code")
@click.argument("category", required=False, default="")
@click.option("--sub-job", default="", help="The line's sub job; the job itself by default.")
@pass_call
def remove_line(call: Call, project: str, *, cost_code: str, category: str, sub_job: str) -> None:
    """Remove a line; one that was exported is set to zero, and the difference is sent."""
    key = LineKey(sub_job, cost_code, category)
    kept = call.app.budgets.remove_line(call.actor, project, key)
    told = f"Line {key} was exported, so it stays, at zero; the next send tells the ERP." if kept else None
    call.done(told or f"Line {key} was removed.", kept=kept)


@click.command("sub-job", cls=Act, answer=["done"])
@click.argument("project")
@click.argument("code")
@click.option("--name", required=True, help="What people call it.")
@pass_call
def sub_job(call: Call, project: str, code: str, name: str) -> None:
    """Add a sub job to PROJECT, or rename it; where an ERP has another word for it, it is shown under that."""
    call.app.budgets.sub_job(call.actor, project, code, name=name)
    call.done(f"Sub job {code} of {project} is {name}.")


def _numbers(given: dict[str, str | None]) -> dict[str, Decimal | None]:
    return read_numbers({name: given[name] for name in _NUMBERS if name in given})
