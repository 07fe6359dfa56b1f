"""`webhooks`: programs that are told when an item changes state; told, shown, tried again."""

import click

from erp_bridge_core.cli.acts import Noun, pass_call
from erp_bridge_core.cli.call import Call
from erp_bridge_core.cli.output import Page, joined

STATES = ("waiting", "sending", "sent", "given-up")


@click.group("webhooks", cls=Noun)
def webhooks() -> None:
    """Webhooks to programs. A worker tells them; `webhooks send` does so by hand."""


@webhooks.command("send", answer=["sent", "put_off", "given_up"])
@pass_call
def send(call: Call) -> None:
    """Tell what is due to the company's webhooks.

    Any number of processes may do this at once. What is not taken is tried again after pauses that grow, then given up.
    """
    done = call.app.webhooks.send(call.actor)

    def print_it(page: Page) -> None:
        page.line(f"Told: {joined(done.sent, empty='nothing was due')}.")
        if done.put_off:
            page.line(f"Put off, to be tried again: {joined(done.put_off)}.")
        if done.given_up:
            page.line(f"Given up: {joined(done.given_up)}. `erp-bridge webhooks deliveries` says why.")

    call.answer({"sent": done.sent, "put_off": done.put_off, "given_up": done.given_up}, print_it)


@webhooks.command("add", answer=["webhook", "secret"])
@click.argument("url")
@click.option("--description", default="", help="What it is for.")
@pass_call
def add(call: Call, url: str, description: str) -> None:
    """Tell URL of every change of an item's state from now on; its secret is shown this once."""
    made = call.app.webhooks.add(call.actor, url, description=description)
    _answer(call, made.webhook, made.secret)


@webhooks.command("list", answer=["webhooks"])
@pass_call
def list_webhooks(call: Call) -> None:
    """The company's webhooks; for administrators."""
    found = call.app.webhooks.list(call.actor)
    rows = [(each.id, each.url, each.description, each.created_by, each.created_at) for each in found]
    columns = ["No.", "URL", "Description", "Added by", "Since"]
    call.answer({"webhooks": found}, lambda page: page.table(columns, rows, none="No webhooks."))


@webhooks.command("renew-secret", answer=["webhook", "secret"])
@click.argument("number", type=int)
@pass_call
def renew_secret(call: Call, number: int) -> None:
    """Give webhook NUMBER another secret at once; the old one counts no more."""
    made = call.app.webhooks.renew_secret(call.actor, number)
    _answer(call, made.webhook, made.secret)


@webhooks.command("remove", answer=["done"])
@click.argument("number", type=int)
@pass_call
def remove(call: Call, number: int) -> None:
    """Tell webhook NUMBER nothing any more."""
    call.app.webhooks.remove(call.actor, number)
    call.done(f"Webhook {number} is told nothing any more.")


@webhooks.command("deliveries", answer=["deliveries"])
@click.option("--state", type=click.Choice(STATES), help="Only deliveries in that state.")
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True, help="How many, newest first.")
@pass_call
def deliveries(call: Call, state: str | None, limit: int) -> None:
    """What was told to whom, or is to be, and why not; for administrators."""
    from erp_bridge_core.webhooks.values import WebhookState

    wanted = None if state is None else WebhookState(state.replace("-", "_"))
    found = call.app.webhooks.deliveries(call.actor, state=wanted, limit=limit)
    columns = ["No.", "Webhook", "Item", "From", "To", "When", "State", "Tries", "Next try", "Answer", "Problem"]
    rows = [
        (
            each.id, each.webhook, each.item, each.from_state, each.to_state, each.moved_at, each.state, each.tries,
            each.due_at if each.state is WebhookState.WAITING else None, each.status, each.problem,
        )
        for each in found
    ]  # fmt: skip
    call.answer({"deliveries": found}, lambda page: page.table(columns, rows, none="Nothing was told."))


@webhooks.command("retry", answer=["deliveries"])
@click.argument("number", type=int, required=False)
@pass_call
def retry(call: Call, number: int | None) -> None:
    """Make delivery NUMBER that was given up, or all of them, due again."""
    put = call.app.webhooks.retry(call.actor, number)
    call.answer({"deliveries": put}, lambda page: page.line(f"Due again: {joined(put, empty='nothing was given up')}."))


def _answer(call: Call, webhook: object, secret: str) -> None:
    def print_it(page: Page) -> None:
        page.line(secret)
        page.line("It is shown this once. The program checks each signature with it.")

    call.answer({"webhook": webhook, "secret": secret}, print_it)
