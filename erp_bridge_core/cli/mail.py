"""`mail`: who is told what: daily summaries made, mail sent, shown, tested and put back (workflow section 7)."""

from typing import TYPE_CHECKING

import click

from erp_bridge_core.cli.acts import Noun, pass_call
from erp_bridge_core.cli.call import Call
from erp_bridge_core.cli.errors import DONE
from erp_bridge_core.cli.output import Page, joined, plural

if TYPE_CHECKING:
    from erp_bridge_core.mail.sending import Sent
    from erp_bridge_core.mail.summaries import Summary

STATES = ("waiting", "sending", "sent", "given-up")


@click.group("mail", cls=Noun)
def mail() -> None:
    """Mail to approvers and project managers. A worker makes and sends it; `mail send` does so by hand."""


@mail.command("send", answer=["sent", "put_off", "given_up", "error", "summaries"])
@click.pass_context
@pass_call
def send(call: Call, context: click.Context) -> None:
    """Make the daily summaries that are due, then send the company's mail that is due.

    Any number of processes may do this at once: each mail is sent by one of them. What the server does not take for now
    is tried again later; what it never will is given up, and shown by `mail list`.
    """
    summaries = call.app.mail.make_summaries(call.actor)
    done = call.app.mail.send(call.actor)
    document = {"sent": done.sent, "put_off": done.put_off, "given_up": done.given_up, "error": done.error}
    call.answer({**document, "summaries": summaries}, lambda page: _print_sent(page, done, summaries))
    context.exit(DONE if done.error is None else done.error.exit_status)


@mail.command("summary", answer=["summaries"])
@pass_call
def summary(call: Call) -> None:
    """Make the daily summaries that are due, without sending anything; each is made once a day."""
    made = call.app.mail.make_summaries(call.actor)
    call.answer({"summaries": made}, lambda page: _print_summaries(page, made))


@mail.command("list", answer=["mail"])
@click.option("--state", type=click.Choice(STATES), help="Only mail in that state.")
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True, help="How many, newest first.")
@pass_call
def list_mail(call: Call, state: str | None, limit: int) -> None:
    """The company's newest mail: to whom, about what, sent or not, and why not; for administrators."""
    from erp_bridge_core.mail.deliveries import DeliveryState

    wanted = None if state is None else DeliveryState(state.replace("-", "_"))
    found = call.app.mail.list(call.actor, state=wanted, limit=limit)
    columns = ["No.", "Made", "To", "Kind", "Item", "State", "Tries", "Next try", "Sent", "Problem"]
    rows = [
        (
            each.id, each.created_at, f"{each.login} <{each.address}>", each.kind.replace("_", " "), each.item,
            each.state, each.tries, each.due_at if each.state is DeliveryState.WAITING else None, each.sent_at,
            each.problem,
        )
        for each in found
    ]  # fmt: skip
    call.answer({"mail": found}, lambda page: page.table(columns, rows, none="No mail."))


@mail.command("show", answer=["delivery", "subject", "text"])
@click.argument("number", type=int)
@pass_call
def show(call: Call, number: int) -> None:
    """One mail with its words as they would go out now; for administrators."""
    shown = call.app.mail.show(call.actor, number)
    delivery = shown.delivery

    def print_it(page: Page) -> None:
        page.facts(
            [
                ("To", f"{delivery.name} <{delivery.address}>"),
                ("State", delivery.state),
                ("Tries", delivery.tries),
                ("Sent", delivery.sent_at),
                ("Problem", delivery.problem),
                ("Message-ID", delivery.message_id),
                ("Subject", shown.subject),
            ]
        )
        page.line()
        page.line(shown.text or "There is nobody to send it to.")

    call.answer({"delivery": delivery, "subject": shown.subject, "text": shown.text}, print_it)


@mail.command("retry", answer=["mail"])
@click.argument("number", type=int, required=False)
@pass_call
def retry(call: Call, number: int | None) -> None:
    """Make mail NUMBER that was given up, or all of it, due again: after an address was corrected, say."""
    put = call.app.mail.retry(call.actor, number)
    sentence = f"Due again: {joined(put, empty='nothing was given up')}."
    call.answer({"mail": put}, lambda page: page.line(sentence))


@mail.command("test", answer=["done", "message_id"])
@click.argument("address")
@pass_call
def test(call: Call, address: str) -> None:
    """Send a mail to ADDRESS at once, to see whether `[mail]` of erp-bridge.toml is right; for administrators."""
    message = call.app.mail.test(call.actor, address)
    call.done(f"Sent to {address}.", message_id=str(message["Message-ID"]))


def _print_sent(page: Page, done: "Sent", summaries: "tuple[Summary, ...]") -> None:
    if summaries:
        _print_summaries(page, summaries)
    page.line(f"Sent: {plural(len(done.sent), 'mail', many='mails')}.")
    if done.put_off:
        page.line(f"Put off, to be tried again: {joined(done.put_off)}.")
    if done.given_up:
        page.line(f"Given up: {joined(done.given_up)}. `erp-bridge mail list --state given-up` says why.")
    if done.error is not None:
        page.line(done.error.message)
        page.line(f"What to do: {done.error.remedy}")


def _print_summaries(page: Page, made: "tuple[Summary, ...]") -> None:
    page.bullets(
        f"Summary of {each.day} for {each.login}: {len(each.waiting)} waiting, {len(each.troubled)} failed, unknown or"
        f" mismatched, {plural(len(each.requests), 'request')} of a source."
        for each in made
    )
    if not made:
        page.line("No summary is due.")
