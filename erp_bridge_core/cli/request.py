"""`request`: what the users of a source ask to be exported, and what became of it here."""

from typing import TYPE_CHECKING

import click

from erp_bridge_core.cli.acts import Noun, pass_call
from erp_bridge_core.cli.call import Call
from erp_bridge_core.cli.errors import DONE
from erp_bridge_core.cli.output import Page, money, plural
from erp_bridge_core.cli.progress import progress
from erp_bridge_core.cli.request_doubts import doubts, print_told, settle

if TYPE_CHECKING:
    from collections.abc import Iterable

    from erp_bridge_core.connector.values import Polled, RequestList, RequestView, TransactionView
    from erp_bridge_core.contract.errors import Fault

STATES = ("received", "item", "closed", "answered")


@click.group("request", cls=Noun)
def request() -> None:
    """Requests of a source's users. A worker looks for them; `request poll` does so by hand."""


@request.command("list", answer=["requests", "total", "counts", "sources"])
@click.option("--state", "states", type=click.Choice(STATES), multiple=True, help="Only requests in that state.")
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True, help="How many, newest first.")
@pass_call
def list_requests(call: Call, states: tuple[str, ...], limit: int) -> None:
    """The company's requests, whether each is an item, and why not; and when each source was looked at."""
    from erp_bridge_core.connector.values import RequestState

    found = call.app.requests.list(call.actor, states=[RequestState(each) for each in states], limit=limit)
    document = {"requests": found.rows, "total": found.total, "counts": found.counts, "sources": found.polls}
    call.answer(document, lambda page: _print_list(page, found))


@request.command("show", answer=["request", "told", "transactions"])
@click.argument("number", type=int)
@click.option("--limit", type=click.IntRange(min=0), help="How many lines; 0 all. Default: 200, with --json all.")
@pass_call
def show(call: Call, number: int, limit: int | None) -> None:
    """Request NUMBER: where it comes from, what it asks for, what is in its way, and what its source was told."""
    found, told = call.app.requests.show(call.actor, number), call.app.requests.told(call.actor, number)
    shown = limit if limit is not None else (0 if call.as_json else 200)
    asked = call.app.requests.transactions(call.actor, number, limit=shown or None)

    def print_it(page: Page) -> None:
        _print_request(page, found)
        print_told(page, told)
        _print_transactions(page, asked)

    call.answer({"request": found, "told": told, "transactions": asked}, print_it)


@request.command("poll", answer=["sources"])
@click.argument("connection", required=False)
@click.pass_context
@pass_call
def poll(call: Call, context: click.Context, connection: str | None) -> None:
    """Look for requests now, at every source or at CONNECTION, and make items of those that nothing is in the way of.

    Leaves with 3 where a source could not be read; the others are looked at all the same.
    """
    with progress("Looking for requests"):
        found = call.app.requests.poll(call.actor, connection)

    def print_it(page: Page) -> None:
        for each in found:
            _print_polled(page, each)
        if not found:
            page.line("No connection leads to a source whose users ask for exports.")

    call.answer({"sources": found}, print_it)
    context.exit(max((each.error.exit_status for each in found if each.error is not None), default=DONE))


@request.command("take", answer=["request"])
@click.argument("number", type=int)
@click.option("--acknowledge", multiple=True, help="A warning's rule, `rule:line`, or `*` for all; may be repeated.")
@pass_call
def take(call: Call, number: int, acknowledge: tuple[str, ...]) -> None:
    """Make the item of request NUMBER in your own name, as where somebody has to acknowledge warnings first."""
    with progress("Reading the source"):
        found = call.app.requests.take(call.actor, number, acknowledge=acknowledge)
    call.answer({"request": found}, lambda page: _print_request(page, found))


@request.command("tell", answer=["told"])
@click.argument("number", type=int)
@pass_call
def tell(call: Call, number: int) -> None:
    """Tell the source of request NUMBER now what it was not told yet; a worker does so by itself.

    Where the source holds something else, that is looked for anew; nothing of a person's is written over there.
    """
    with progress("Telling the source"):
        told = call.app.requests.tell(call.actor, number)
    call.answer({"told": told}, lambda page: print_told(page, told))


for command in (doubts, settle):
    request.add_command(command)


def _print_list(page: Page, found: "RequestList") -> None:
    columns = ["No.", "Source", "Request", "Kind", "Project", "Asked by", "Asked", "State", "Item", "Why not"]
    rows = [
        (
            each.number, each.connection, each.request, each.kind, each.project or f"({each.source_project})",
            each.asked_by, each.asked_at, each.state, each.item, _why_not(each),
        )
        for each in found.rows
    ]  # fmt: skip
    page.table(columns, rows, none="No requests.")
    for each in found.polls:
        if each.problem is not None:
            page.line(f"{each.connection} could not be read: {each.problem.get('message')}")
            page.line(f"What to do: {each.problem.get('remedy')}")


def _why_not(one: "RequestView") -> str:
    from erp_bridge_core.connector.reasons import sentence_of

    first = next(iter(one.reasons), None)
    return "" if first is None else sentence_of(first.where, first.message)


def _print_request(page: Page, found: "RequestView") -> None:
    page.facts(
        [
            ("Request", f"{found.number}: {found.request} of {found.connection}, {found.kind}"),
            ("State", found.state),
            ("Item", found.item and f"{found.item}, {found.item_state}"),
            ("Project", found.project),
            ("Source's project", found.source_project),
            ("Job", found.job),
            ("Asked", found.asked_by and f"by {found.asked_by}"),
            ("Asked at", found.asked_at),
            ("First heard of", f"{page.moment(found.first_seen_at)}, by a {found.found_by}"),
            ("Open at the source", "yes" if found.open else "no"),
            *found.custom_fields.items(),
        ]
    )
    _print_reasons(page, found.reasons)


def _print_reasons(page: Page, reasons: "Iterable[Fault]") -> None:
    from erp_bridge_core.connector.reasons import ended

    page.bullets(f"{each.where}: {ended(each.message)} {each.remedy or ''}".rstrip() for each in reasons)


def _print_transactions(page: Page, asked: "Iterable[TransactionView]") -> None:
    columns = ["Transaction", "Part", "Change", "Sub job", "Cost code", "Category", money("Amount"), "Item", "Arrived"]
    arrived = {True: "yes", False: "no", None: "not known"}
    rows = [
        (
            each.id, each.part, each.change_number or each.change, each.key.sub_job, each.key.cost_code,
            each.key.category, each.amount, each.item, arrived[each.arrived],
        )
        for each in asked
    ]  # fmt: skip
    if rows:
        page.table(columns, rows)


def _print_polled(page: Page, found: "Polled") -> None:
    if found.error is not None:
        page.line(f"{found.connection} could not be read: {found.error.message}")
        page.line(f"What to do: {found.error.remedy}")
        return
    made = f"; items {', '.join(map(str, found.items))}" if found.items else ""
    told = f"{plural(found.seen, 'request')}, {found.new} new, {found.closed} closed there"
    page.line(f"{found.connection}: {told}{made}.")
