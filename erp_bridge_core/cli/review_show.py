"""`review show`, `lines` and `fields`: one item as its approver reads it (A2, A3, X5)."""

from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING

import click

from erp_bridge_core.cli.acts import Act, pass_call
from erp_bridge_core.cli.call import Call
from erp_bridge_core.cli.findings import print_findings
from erp_bridge_core.cli.output import Column, Page, money
from erp_bridge_core.cli.things import print_short

if TYPE_CHECKING:
    from erp_bridge_core.approvals.details import Details
    from erp_bridge_core.contract.fields import RevisionField
    from erp_bridge_core.contract.profile import Words

_limit = click.option(
    "--limit", type=click.IntRange(min=0), help="How many lines; 0 all. Default: 200, with --json all."
)


@click.command("show", cls=Act, answer=["review"])
@click.argument("item", type=int)
@_limit
@pass_call
def show(call: Call, item: int, limit: int | None) -> None:
    """ITEM in full: per key original, changes, revised, what differs from the last export, fields to fill in."""
    details = call.app.reviews.show(call.actor, item)
    asked = call.app.requests.of_item(call.actor, item)
    shown = limit if limit is not None else (0 if call.as_json else 200)

    def print_it(page: Page) -> None:
        words = call.words(details.item)
        _print_head(page, details, words)
        if asked is not None:
            closed = "" if asked.open else ", closed there"
            page.facts([("Asked for at", f"{asked.connection}, request {asked.number}{closed}")])
            page.facts(asked.custom_fields.items())
        _print_keys(page, details, words, shown)
        _print_rest(page, details)
        warning = call.app.certificates.assess(details.item.erp).standing.warning
        print_short(page, call.app.connections.profile_of(details.item.erp, details.item.connection), warning)
        if details.item.state.value == "ready":
            page.line(
                f"Next: `erp-bridge review accept {item} --revision {details.item.revision}`, or `review reject`."
            )

    call.answer({"review": details}, print_it)


@click.command("lines", cls=Act, answer=["item", "lines"])
@click.argument("item", type=int)
@_limit
@pass_call
def lines(call: Call, item: int, limit: int | None) -> None:
    """The lines of ITEM by the numbers that findings, remarks and outcomes name."""
    from erp_bridge_core.approvals.batches import load_batch

    details = call.app.reviews.show(call.actor, item)
    batch = load_batch(call.app.store.read, details.item.id)
    shown = limit if limit is not None else (0 if call.as_json else 200)
    found = islice(batch.lines, shown or None)
    columns = [
        Column("Line", right=True),
        "Part",
        "Change",
        "Sub job",
        "Cost code",
        "Category",
        money("Amount"),
        "Remark",
    ]

    def print_it(page: Page) -> None:
        rows = [
            (
                line.number, line.part, line.change, line.ours.sub_job, line.ours.cost_code, line.ours.category,
                line.amount, details.remarks.get(line.number),
            )
            for line in found
        ]  # fmt: skip
        page.table(columns, rows)
        if len(rows) < details.item.line_count:
            page.line(f"{len(rows):,} of {details.item.line_count:,} are shown; `--limit 0` shows all.")

    call.answer({"item": details.item.id, "lines": found}, print_it)


@click.command("fields", cls=Act, answer=["fields"])
@click.argument("item", type=int)
@pass_call
def fields(call: Call, item: int) -> None:
    """The revision fields of this ERP for ITEM, with choices and defaults."""
    found = call.app.reviews.fields(call.actor, item)
    call.answer({"fields": found}, lambda page: _print_fields(page, found))


def _print_head(page: Page, details: "Details", words: "Words") -> None:
    item = details.item
    page.facts(
        [
            ("Item", f"{item.id}, send {item.version} of project {item.project} {item.project_name}"),
            ("State", item.state),
            ("Revision", item.revision),
            (words.job.capitalize(), item.job),
            ("Its status", details.header and details.header.status),
            ("Amount", f"{page.cell(item.amount)} {item.currency} in {item.line_count:,} lines"),
            ("Sent", f"{page.moment(item.sent_at)} by {item.sent_by_name}"),
            ("ERP data of", item.masters_at),
            ("Accepted by", item.accepted_by),
            ("Reason", item.reason),
        ]
    )
    if details.import_closes:
        page.line("Accepting it closes import from the ERP for good: confirm with --confirm-import-closes.")
    page.line(f"A difference of an exported {words.original_budget} is booked {details.difference_of_original}.")


def _print_keys(page: Page, details: "Details", words: "Words", limit: int) -> None:
    columns = [
        *(name.capitalize() for name in (words.sub_job, words.cost_code, words.category)), "Description",
        money("Original budget"), money("Budget changes"), money("Revised estimate"), money("Sent original"),
        money("Sent changes"), money("ERP before"),
    ]  # fmt: skip
    rows = [
        (
            line.ours.sub_job, line.ours.cost_code, line.ours.category, line.description, line.original_budget,
            line.budget_changes, line.revised_estimate, line.sent_original, line.sent_changes, line.before_total,
        )
        for line in islice(details.lines, limit or None)
    ]  # fmt: skip
    sums = details.totals
    total = (
        "Total", "", "", "", sums.original_budget, sums.budget_changes, sums.revised_estimate, sums.sent_original,
        sums.sent_changes, None,
    )  # fmt: skip
    with page.section("Per key"):
        page.table(columns, [*rows, total])
    if len(rows) < sums.keys:
        page.line(f"{len(rows):,} of {sums.keys:,} keys are shown; `--limit 0` shows all.")


def _print_rest(page: Page, details: "Details") -> None:
    if details.changes:
        with page.section("Budget changes"):
            rows = [
                (
                    each.number,
                    each.date,
                    each.description,
                    "transfer" if each.transfer else "",
                    each.amount,
                    each.reverses,
                )
                for each in details.changes
            ]
            page.table(["Number", "Date", "Description", "", money("Amount"), "Reverses"], rows)
    if details.findings:
        with page.section("Found when it was sent"):
            print_findings(page, details.findings)
    if details.remarks:
        with page.section("Remarks"):
            page.bullets(f"line {number}: {remark}" for number, remark in details.remarks.items())
    if details.fields:
        with page.section("Fields to fill in (--field NAME=VALUE)"):
            _print_fields(page, details.fields)


def _print_fields(page: Page, found: "Iterable[RevisionField]") -> None:
    rows = [
        (
            field.change, field.name, field.label, field.kind, field.default,
            " | ".join(choice.value for choice in field.choices), field.required, field.help,
        )
        for field in found
    ]  # fmt: skip
    page.table(
        ["Change", "Name", "Label", "Kind", "Default", "Choices", "Required", "Help"],
        rows,
        none="This ERP asks for nothing.",
    )
