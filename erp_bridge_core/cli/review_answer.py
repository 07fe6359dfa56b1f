"""`review accept`, `take-back` and `reject`: the answers of an accounting approver (A3-A6)."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from erp_bridge_core.cli.acts import Act, pass_call
from erp_bridge_core.cli.call import Call
from erp_bridge_core.cli.errors import DONE
from erp_bridge_core.cli.output import Page
from erp_bridge_core.cli.pairs import read_pairs
from erp_bridge_core.cli.progress import progress
from erp_bridge_core.contract.errors import Fault, UsageError

if TYPE_CHECKING:
    from erp_bridge_core.contract.fields import FieldValues

_import_closes = click.option(
    "--confirm-import-closes", is_flag=True, help="You know that import from the ERP closes for good with this."
)
_revision = click.option("--revision", type=int, help="The item's revision that you reviewed; another is refused.")


@click.command("accept", cls=Act, answer=["item"])
@click.argument("item", type=int)
@click.option("--field", "fields", multiple=True, metavar="NAME=VALUE", help="A revision field of the whole item.")
@click.option(
    "--change-field", "change_fields", multiple=True, metavar="NUMBER:NAME=VALUE", help="Of one budget change alone."
)
@click.option("--description", default="", help="Where the ERP has a place for one.")
@_import_closes
@click.option("--confirm-baseline", is_flag=True, help="The job holds estimates already: export on top of them.")
@_revision
@pass_call
def accept(
    call: Call,
    item: int,
    *,
    fields: tuple[str, ...],
    change_fields: tuple[str, ...],
    description: str,
    confirm_import_closes: bool,
    confirm_baseline: bool,
    revision: int | None,
) -> None:
    """Accept ITEM for export, bound to just what was reviewed; the job is read anew and all of it checked again."""
    values = _values(fields, change_fields, description)
    with progress(f"Checking item {item}"):
        accepted = call.app.reviews.accept(
            call.actor,
            item,
            values=values,
            confirm_import_closes=confirm_import_closes,
            confirm_baseline=confirm_baseline,
            revision=revision,
        )
    sentence = f"Item {item} was accepted. Next: `erp-bridge export start {item}`."
    call.answer({"item": accepted}, lambda page: page.line(sentence))


@click.command("accept-several", cls=Act, answer=["answers"])
@click.argument("items", type=int, nargs=-1, required=True, metavar="ITEM...")
@_import_closes
@click.pass_context
@pass_call
def accept_several(call: Call, context: click.Context, items: tuple[int, ...], *, confirm_import_closes: bool) -> None:
    """Accept several items with the fields' defaults; one that can't be does not stop the others."""
    with progress("Checking items"):
        answers = call.app.reviews.bulk_accept(call.actor, items, confirm_import_closes=confirm_import_closes)

    def print_it(page: Page) -> None:
        for each in answers:
            if each.error is None:
                page.line(f"Item {each.item} was accepted.")
            else:
                page.line(f"Item {each.item} was not: {each.error.message} {each.error.remedy}".rstrip())

    call.answer({"answers": answers}, print_it)
    context.exit(max((each.error.exit_status for each in answers if each.error), default=DONE))


@click.command("take-back", cls=Act, answer=["item"])
@click.argument("item", type=int)
@_revision
@pass_call
def take_back(call: Call, item: int, revision: int | None) -> None:
    """Take an acceptance back, until the export starts."""
    taken = call.app.reviews.take_back(call.actor, item, revision=revision)
    call.answer({"item": taken}, lambda page: page.line(f"Item {item} waits for an answer again."))


@click.command("reject", cls=Act, answer=["item"])
@click.argument("item", type=int)
@click.option("--reason", default="", help="Why, in a few words; it is mailed to whom the ERP's policy names.")
@click.option("--remark", "remarks", multiple=True, metavar="LINE=TEXT", help="On one line; see `review lines`.")
@_revision
@pass_call
def reject(call: Call, item: int, *, reason: str, remarks: tuple[str, ...], revision: int | None) -> None:
    """Give ITEM back with a reason; what arrived of a failed export stays exported."""
    said = _remarks(remarks)
    given = call.app.reviews.reject(call.actor, item, reason=reason, remarks=said, revision=revision)
    call.answer({"item": given}, lambda page: page.line(f"Item {item} is {given.state.value}; its budget is editable."))


def _values(fields: Iterable[str], change_fields: Iterable[str], description: str) -> "FieldValues":
    from erp_bridge_core.contract.fields import FieldValues

    changes: dict[str, dict[str, str]] = {}
    for place, value in read_pairs("--change-field", change_fields).items():
        number, colon, name = place.rpartition(":")
        if not (number and colon and name):
            raise UsageError(f"--change-field {place}: no change is named.", remedy="Write NUMBER:NAME=VALUE.")
        changes.setdefault(number, {})[name] = value
    return FieldValues(item=read_pairs("--field", fields), changes=changes, description=description)


def _remarks(texts: Iterable[str]) -> dict[int, str]:
    pairs = read_pairs("--remark", texts)
    faults = [
        Fault("--remark", "names no line", value=line, expected="a line's number")
        for line in pairs
        if not (line.isascii() and line.isdigit())
    ]
    if faults:
        raise UsageError("--remark can't be read.", remedy="Write LINE=TEXT.", faults=faults)
    return {int(line): text for line, text in pairs.items()}
