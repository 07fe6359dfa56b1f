"""`verify`: read the ERP back and compare; and what people decide about a mismatch."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import click

from erp_bridge_core.cli.acts import Noun, pass_call
from erp_bridge_core.cli.call import Call
from erp_bridge_core.cli.errors import DONE, UNKNOWN
from erp_bridge_core.cli.output import Page, money, plural
from erp_bridge_core.cli.progress import progress

if TYPE_CHECKING:
    from erp_bridge_core.app import Application
    from erp_bridge_core.exports.results import VerificationResult
    from erp_bridge_core.exports.verification import Verified
    from erp_bridge_core.people.actor import Actor

    Decision = Callable[[Actor, int, str], VerificationResult]


@click.group("verify", cls=Noun, default="run")
def verify() -> None:
    """Prove that an export arrived: per key before, sent and now. `verify` alone looks at all that waits."""


@verify.command("run", answer=["verifications"])
@click.argument("item", type=int, required=False)
@click.option("--all", "everything", is_flag=True, help="Every item that waits; so does no ITEM.")
@click.option("--also-synced", is_flag=True, help="Finished items too, so that a change in the ERP is noticed.")
@click.pass_context
@pass_call
def run(call: Call, context: click.Context, item: int | None, *, everything: bool, also_synced: bool) -> None:
    """Read the ERP back now for ITEM, or for all that waits; leaves with 5 when anything is a mismatch."""
    if item is not None and (everything or also_synced):
        raise click.UsageError("Name an ITEM, or all of them, not both.")
    with progress("Reading the ERP back"):
        found = _one(call, item) if item is not None else _all(call, also_synced=also_synced)

    def print_it(page: Page) -> None:
        for each in found:
            _print(page, each)
        if not found:
            page.line("Nothing waits to be verified.")

    call.answer({"verifications": found}, print_it)
    context.exit(max((_status(each) for each in found), default=DONE))


@verify.command("show", answer=["verification"])
@click.argument("item", type=int)
@click.pass_context
@pass_call
def show(call: Call, context: click.Context, item: int) -> None:
    """The last verification of ITEM as it was concluded; nothing is read from the ERP."""
    result = call.app.verification.show(call.actor, item)
    if result is None:
        call.answer({"verification": None}, lambda page: page.line(f"Item {item} was never verified."))
    else:
        _answer(call, context, result)


def _resolving(name: str, way: "Callable[[Application], Decision]", text: str) -> None:
    @verify.command(name, help=text, answer=["verification"])
    @click.argument("item", type=int)
    @click.option("--reason", required=True, help="Why, and what you saw in the ERP; it is audited.")
    @click.pass_context
    @pass_call
    def resolve(call: Call, context: click.Context, item: int, reason: str) -> None:
        with progress("Reading the ERP back"):
            result = way(call.app)(call.actor, item, reason)
        _answer(call, context, result)


_resolving(
    "adopt",
    lambda app: app.verification.adopt,
    "Make what the ERP shows the new baseline; what is not there at all is given back.",
)
_resolving(
    "corrected",
    lambda app: app.verification.corrected,
    "Say that it was corrected in the ERP: it is verified again.",
)
_resolving(
    "accept-difference",
    lambda app: app.verification.accept_difference,
    "Accept the difference as it is, with a reason.",
)


def _one(call: Call, item: int) -> "list[Verified]":
    from erp_bridge_core.exports.verification import Verified

    result = call.app.verification.verify(call.actor, item)
    return [Verified(item=result.item, project=result.project, result=result)]


def _all(call: Call, *, also_synced: bool) -> "list[Verified]":
    return list(call.app.verification.verify_all(call.actor, also_synced=also_synced))


def _status(each: "Verified") -> int:
    if each.error is not None:
        return each.error.exit_status
    return DONE if each.result is None else result_status(each.result)


def result_status(result: "VerificationResult") -> int:
    """5 while it is a mismatch that nobody has resolved, or its export is in doubt."""
    return UNKNOWN if result.state.value in {"mismatch", "unknown"} else DONE


def _answer(call: Call, context: click.Context, result: "VerificationResult") -> None:
    call.answer({"verification": result}, lambda page: print_result(page, result))
    context.exit(result_status(result))


def _print(page: Page, each: "Verified") -> None:
    if each.result is not None:
        print_result(page, each.result)
    if each.error is not None:
        page.line(f"Item {each.item}, project {each.project}: could not be verified. {each.error.message}")
        page.line(f"What to do: {each.error.remedy}")


def print_result(page: Page, result: "VerificationResult") -> None:
    """A verification: the outcome, the keys that are not as sent, what each route saw, what is still to be done."""
    with page.section(f"Item {result.item}, project {result.project}, job {result.job}"):
        page.facts(
            [
                ("Outcome", result.outcome),
                ("State", result.state),
                ("Since", result.since),
                ("Keys", ", ".join(f"{page.cell(name.replace('_', ' '))} {n:,}" for name, n in result.counts.items())),
            ]
        )
    _print_keys(page, result)
    page.bullets(f"{sight.title}: {_sight(sight)}" for sight in result.routes)
    page.bullets(result.warnings)
    print_conditions(page, result.conditions)
    if result.state.value == "mismatch":
        page.line(
            "Sending and unlocking are barred. Correct it in the ERP, then"
            f" `erp-bridge verify corrected {result.item}`; or `erp-bridge verify adopt {result.item}`,"
            f" or `erp-bridge verify accept-difference {result.item}`."
        )


def _print_keys(page: Page, result: "VerificationResult") -> None:
    if not result.keys:
        return
    columns = [
        "Sub job", "Cost code", "Category", "Outcome", money("Sent original"), money("Sent changes"),
        money("Now original"), money("Now changes"), money("Now total"), "Times",
    ]  # fmt: skip
    rows = [
        (
            each.key.sub_job, each.key.cost_code, each.key.category, each.outcome, each.sent_original,
            each.sent_changes, each.now_original, each.now_changes, each.now_total, each.times,
        )
        for each in result.keys
    ]  # fmt: skip
    page.table(columns, rows)
    if result.named > len(result.keys):
        page.line(f"... and {plural(result.named - len(result.keys), 'more key')}; the job costs report has all.")


def _sight(sight: Any) -> str:
    if sight.failed:
        return f"could not be read: {sight.failed}"
    if sight.stale:
        return f"read, but from before the export: {sight.stale}"
    unseen = [
        name
        for name, seen in (
            ("original apart", sight.sees_original),
            ("changes apart", sight.sees_changes),
            ("sub jobs", sight.sees_sub_jobs),
            ("unposted entries", sight.sees_unposted),
        )
        if not seen
    ]
    role = "decides" if sight.proof else "confirms"
    return f"{role}; it does not see {', '.join(unseen)}" if unseen else role


def print_conditions(page: Page, conditions: Iterable[Any]) -> None:
    """The conditions between an export and the next send, each with how to fulfil it (V1)."""
    rows = [
        (str(each.kind).replace("_", " "), each.met, each.since, each.how if not each.met else "")
        for each in conditions
    ]
    if rows:
        with page.section("Before the next send"):
            page.table(["Condition", "Met", "Since", "How to fulfil it"], rows)
