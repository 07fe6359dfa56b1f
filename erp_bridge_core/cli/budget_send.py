"""`budget send`, `resend`, `retrieve`, `unlock`: what may be done now, and every reason why not (B3-B6, V1)."""

from typing import TYPE_CHECKING, Any

import click

from erp_bridge_core.cli.acts import Act, pass_call
from erp_bridge_core.cli.call import Call
from erp_bridge_core.cli.findings import print_findings
from erp_bridge_core.cli.hints import command
from erp_bridge_core.cli.output import Page, money
from erp_bridge_core.cli.progress import progress
from erp_bridge_core.cli.verify import print_conditions
from erp_bridge_core.contract.errors import Fault, NotPossibleNow

if TYPE_CHECKING:
    from erp_bridge_core.approvals.items import ItemView

_acknowledge = click.option(
    "--acknowledge", "acknowledged", multiple=True, metavar="RULE", help="Send in spite of the warnings of this rule."
)
_acknowledge_all = click.option("--acknowledge-all", is_flag=True, help="Send in spite of every warning; audited.")
_preview = click.option("--preview", is_flag=True, help="Show what would be found, and send nothing.")


@click.command("readiness", cls=Act, answer=["readiness"])
@click.argument("project")
@pass_call
def readiness(call: Call, project: str) -> None:
    """What may be done with PROJECT's budget now, and every reason why not."""
    found = call.app.sending.readiness(call.actor, project)

    def print_it(page: Page) -> None:
        words = {"send": "Send to ERP", "resend": "Re-send to ERP"}
        page.facts(
            [
                ("Possible now", words.get(found.action or "", f"no {words[found.would_be]}")),
                ("Item", found.item_id and f"{found.item_id}, {page.cell(found.item_state)}"),
                ("Budget", "locked" if found.locked else "open for editing"),
                ("It would hold", f"{found.originals:,} original lines, {found.changes:,} lines of changes"),
                ("Warnings", found.warnings or None),
                ("ERP data of", found.masters_at),
            ]
        )
        for title, reasons in (
            ("Not supported by this ERP", found.not_supported),
            ("What you are not allowed", found.not_allowed),
            (f"Why {words[found.would_be]} is not possible now", found.reasons),
            ("Why Retrieve from ERP is not possible now", found.retrieve_reasons),
            ("Why it can't be unlocked now", found.unlock_reasons if found.locked else ()),
            ("Why lines can't be edited now", found.edit_reasons),
            ("Why it can't be imported from the ERP now", found.import_reasons),
        ):
            _print_reasons(page, title, reasons)
        print_conditions(page, found.conditions)

    call.answer({"readiness": found}, print_it)


@click.command("send", cls=Act, answer=["item", "findings"])
@click.argument("project")
@_acknowledge
@_acknowledge_all
@_preview
@pass_call
def send(call: Call, project: str, acknowledged: tuple[str, ...], *, acknowledge_all: bool, preview: bool) -> None:
    """Send PROJECT's budget to ERP Integrations for the first time; it locks until it is answered and posted.

    All problems are found at once: errors block, warnings are acknowledged one by one.
    """
    if preview:
        _preview_it(call, project)
    else:
        _send(call, project, "send", ("*",) if acknowledge_all else acknowledged)


@click.command("resend", cls=Act, answer=["item", "findings"])
@click.argument("project")
@_acknowledge
@_acknowledge_all
@_preview
@pass_call
def resend(call: Call, project: str, acknowledged: tuple[str, ...], *, acknowledge_all: bool, preview: bool) -> None:
    """Send it again: after a reject, a retrieve, or a finished export with something new."""
    if preview:
        _preview_it(call, project)
    else:
        _send(call, project, "resend", ("*",) if acknowledge_all else acknowledged)


@click.command("retrieve", cls=Act, answer=["item"])
@click.argument("project")
@pass_call
def retrieve(call: Call, project: str) -> None:
    """Take back what waits for its answer; the budget is as it was before that send."""
    item = call.app.sending.retrieve(call.actor, project)
    call.answer({"item": item}, lambda page: page.line(f"Item {item.id} was retrieved; the budget can be edited."))


@click.command("unlock", cls=Act, answer=["done"])
@click.argument("project")
@pass_call
def unlock(call: Call, project: str) -> None:
    """Unlock the budget, once all of the ERP's conditions hold."""
    call.app.sending.unlock(call.actor, project)
    call.done(f"The budget of {project} can be edited.")


@click.command("history", cls=Act, answer=["items"])
@click.argument("project")
@pass_call
def history(call: Call, project: str) -> None:
    """Every send of PROJECT and what became of it; rejected is told from retrieved."""
    found = call.app.reviews.history(call.actor, project)
    columns = ["Item", "Send", "State", money("Amount"), "Sent by", "Sent", "Accepted by", "Answered by", "Reason"]
    rows = [
        (
            each.id, each.version, each.state, each.amount, each.sent_by, each.sent_at, each.accepted_by,
            each.answered_by, each.reason,
        )
        for each in found
    ]  # fmt: skip
    call.answer({"items": found}, lambda page: page.table(columns, rows, none="It was never sent."))


def _preview_it(call: Call, project: str) -> None:
    with progress("Checking"):
        found = tuple(call.app.sending.preview(call.actor, project))
    call.answer({"item": None, "findings": found}, lambda page: print_findings(page, found))


def _send(call: Call, project: str, action: str, acknowledged: tuple[str, ...]) -> None:
    _require_action(call, project, action)
    with progress("Sending"):
        item = call.app.sending.send(call.actor, project, acknowledge=acknowledged)
    call.answer({"item": item, "findings": ()}, lambda page: _print_sent(call, page, item))


def _require_action(call: Call, project: str, action: str) -> None:
    """Send is for the first time alone and Re-send for all others: what was meant must be what is done (B4)."""
    possible = call.app.sending.readiness(call.actor, project, thorough=False).would_be
    if possible != action:
        first = "was never sent" if possible == "send" else "was sent before"
        raise NotPossibleNow(
            f"Project {project} {first}.",
            remedy=command("budget", possible, project),
            faults=[Fault(f"project {project}", first, rule="B4")],
        )


def _print_sent(call: Call, page: Page, item: "ItemView") -> None:
    words = call.words(item)
    page.facts(
        [
            ("Item", item.id),
            ("Send", item.version),
            (words.job.capitalize(), item.job),
            ("Lines", item.line_count),
            (words.original_budget.capitalize(), item.original),
            (f"{words.budget_change.capitalize()}s", item.changes),
            ("State", item.state),
        ]
    )
    page.line(f"It waits for an approver: `erp-bridge review show {item.id}`.")


def _print_reasons(page: Page, title: str, reasons: "tuple[Fault, ...] | Any") -> None:
    if not reasons:
        return
    with page.section(title):
        for reason in reasons:
            page.line(f"- {reason.message}" + (f" [{reason.rule}]" if reason.rule else ""))
            if reason.remedy:
                page.line(f"    {reason.remedy}")
