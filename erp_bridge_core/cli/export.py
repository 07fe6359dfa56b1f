"""`export`: bring an accepted item into the ERP, hand files over, retry, and settle what nobody can know."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from erp_bridge_core.cli.acts import Noun, pass_call
from erp_bridge_core.cli.call import Call
from erp_bridge_core.cli.errors import DONE, ERP, UNKNOWN
from erp_bridge_core.cli.export_doubts import doubts
from erp_bridge_core.cli.export_hold import cancel, go_on, pause
from erp_bridge_core.cli.output import Column, Page, plural
from erp_bridge_core.cli.progress import Advance, polled
from erp_bridge_core.contract.errors import ErpBridgeError, UsageError

if TYPE_CHECKING:
    from erp_bridge_core.contract.effects import HandOver
    from erp_bridge_core.exports.status import ExportStatus

SETTLEMENTS = ("arrived", "not-arrived", "withdrawn", "difference-accepted")


_waits: Final = click.option(
    "--wait", is_flag=True, help="Wait for the end, too, where a worker brings it there; without one it is waited for."
)


@click.group("export", cls=Noun)
def export() -> None:
    """Exports: durable, resumed after any crash, no line twice and none lost."""


@export.command("start", answer=["export"])
@click.argument("item", type=int)
@_waits
@click.pass_context
@pass_call
def start(call: Call, context: click.Context, item: int, *, wait: bool) -> None:
    """Export an accepted ITEM; rights, masters and what was accepted are checked again first."""
    call.app.exports.start(call.actor, item)
    _bring(call, context, item, wait=wait)


@export.command("status", answer=["export"])
@click.argument("item", type=int)
@click.pass_context
@pass_call
def status(call: Call, context: click.Context, item: int) -> None:
    """How the export of ITEM stands; leaves with 5 when its outcome is unknown."""
    _answer(call, context, call.app.exports.status(call.actor, item))


@export.command("resume", answer=["exports"])
@click.argument("item", type=int, required=False)
@click.pass_context
@pass_call
def resume(call: Call, context: click.Context, item: int | None) -> None:
    """Take up the export of ITEM, or every one of the company that is not at rest, as after a crash."""
    with polled("Resuming exports", lambda: None):
        found = call.app.exports.resume(call.actor) if item is None else (call.app.exports.run(call.actor, item),)

    def print_it(page: Page) -> None:
        rows = [(each.item_id, each.state, each.stage, _arrived(each)) for each in found]
        page.table(["Item", "State", "Stage", "Lines arrived"], rows, none="Every export is at rest.")

    call.answer({"exports": found}, print_it)
    context.exit(max((exit_status(each) for each in found), default=DONE))


@export.command("retry", answer=["export"])
@click.argument("item", type=int)
@_waits
@click.pass_context
@pass_call
def retry(call: Call, context: click.Context, item: int, *, wait: bool) -> None:
    """Send again what has not arrived of a failed export, and only that."""
    call.app.exports.reopen(call.actor, item)
    _bring(call, context, item, wait=wait)


@export.command("retry-several", answer=["answers"])
@click.argument("items", type=int, nargs=-1, required=True)
@click.pass_context
@pass_call
def retry_several(call: Call, context: click.Context, items: tuple[int, ...]) -> None:
    """Retry several failed exports, each to its end; one that can't be retried does not stop the others."""
    answers: list[dict[str, Any]] = []
    with polled("Retrying exports", lambda: None):
        for item in dict.fromkeys(items):
            try:
                answers.append({"item": item, "export": _retried(call, item), "error": None})
            except ErpBridgeError as error:
                answers.append({"item": item, "export": None, "error": error})

    def print_it(page: Page) -> None:
        for each in answers:
            status, error = each["export"], each["error"]
            if error is None:
                page.line(f"Item {each['item']}: {status.state.replace('_', ' ')}, {_arrived(status)} lines arrived.")
            else:
                page.line(f"Item {each['item']} was not retried: {error.message} {error.remedy}".rstrip())

    call.answer({"answers": answers}, print_it)
    context.exit(max(each["error"].exit_status if each["error"] else exit_status(each["export"]) for each in answers))


def _retried(call: Call, item: int) -> "ExportStatus":
    """Retry one export, by a worker where one lives, else here."""
    from erp_bridge_core.engine import bringing

    return bringing.retry(call.app, call.actor, item)


for command in (pause, go_on, cancel, doubts):
    export.add_command(command)


@export.command("settle", answer=["export"])
@click.argument("item", type=int)
@click.argument("effect")
@click.argument("how", type=click.Choice(SETTLEMENTS))
@click.option("--reason", required=True, help="What you saw in the ERP; it is audited.")
@click.pass_context
@pass_call
def settle(call: Call, context: click.Context, item: int, effect: str, *, how: str, reason: str) -> None:
    """Say what became of an EFFECT of ITEM that nobody else can know; not by whoever exported it."""
    from erp_bridge_core.engine import bringing
    from erp_bridge_core.exports.settling import Settlement

    settlement = Settlement(how.replace("-", "_"))
    _answer(call, context, bringing.settle(call.app, call.actor, item, effect, how=settlement, reason=reason))


@export.command("hand-overs", answer=["hand_overs"])
@click.argument("item", type=int)
@pass_call
def hand_overs(call: Call, item: int) -> None:
    """The sheets of what lies ready for a person, or was taken; nothing is moved."""
    _answer_hand_overs(call, call.app.exports.hand_overs(call.actor, item))


@export.command("take", answer=["hand_overs"])
@click.argument("item", type=int)
@pass_call
def take(call: Call, item: int) -> None:
    """Take over what lies ready, once, and print its sheet; taking again moves nothing."""
    _answer_hand_overs(call, call.app.exports.take(call.actor, item))


@export.command("file", answer=["file", "sha256", "bytes"])
@click.argument("item", type=int)
@click.argument("sha256")
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@pass_call
def taken_file(call: Call, item: int, sha256: str, target: Path) -> None:
    """Copy a file that was taken to TARGET, which must not be there; its hash proves which one it is."""
    found = call.app.exports.taken_file(call.actor, item, sha256)
    try:
        with target.open("xb") as file:
            file.write(found.content)
    except OSError as error:
        raise UsageError(f"{target} can't be written: {error.strerror}.", remedy="Name a new file.") from error
    answer = {"file": target, "sha256": found.sha256, "bytes": len(found.content)}
    call.answer(answer, lambda page: page.line(f"{target} is a copy of {found.name}, SHA-256 {found.sha256}."))


def exit_status(status: "ExportStatus") -> int:
    """5 for an unknown outcome, 3 for a failed export, else 0."""
    if status.is_unknown:
        return UNKNOWN
    return ERP if status.state.value == "failed" else DONE


def _bring(call: Call, context: click.Context, item: int, *, wait: bool) -> None:
    """Leave it to a worker where one lives; else bring it to its end here."""
    from erp_bridge_core.engine.bringing import bring
    from erp_bridge_core.engine.living import any_at_work

    if not wait and any_at_work(call.app.store):
        _answer(call, context, call.app.exports.status(call.actor, item))

    def ask() -> Advance:
        now = call.app.exports.status(call.actor, item)
        return Advance(done=now.lines.arrived, total=now.lines.total, stage=(now.stage or "").replace("_", " "))

    with polled(f"Exporting item {item}", ask):
        done = bring(call.app, call.actor, item)
    _answer(call, context, done)


def _answer(call: Call, context: click.Context, status: "ExportStatus") -> None:
    call.answer({"export": status}, lambda page: print_status(page, status))
    context.exit(exit_status(status))


def print_status(page: Page, status: "ExportStatus") -> None:
    """An export as it stands: lines, what the ERP refused, what is in doubt, and what to do next."""
    page.facts(
        [
            ("Item", status.item_id),
            ("Item's state", status.item_state),
            ("Export", status.state),
            ("Held", status.held and f"{status.held}: {status.held_reason}"),
            ("Stage", status.stage and status.stage.replace("_", " ")),
            ("Lines arrived", _arrived(status)),
            ("Refused", status.lines.refused or None),
            ("In doubt", status.lines.unknown or None),
            ("Started", f"{page.moment(status.started_at)} by {status.started_by}"),
            ("Finished", status.finished_at),
        ]
    )
    if status.failure:
        page.line(f"Stopped by: {status.failure.get('message', '')} {status.failure.get('remedy', '')}".rstrip())
    if status.failed_lines:
        _print_failed(page, status)
    _print_doubts(page, status)
    page.line(_next(status))


def _print_failed(page: Page, status: "ExportStatus") -> None:
    with page.section("Lines that the ERP refused"):
        rows = [
            (line.line, line.sub_job, line.cost_code, line.category, line.words, line.meaning, line.remedy)
            for line in status.failed_lines
        ]
        columns = [
            Column("Line", right=True), "Sub job", "Cost code", "Category", "The ERP says", "It means", "What to do",
        ]  # fmt: skip
        page.table(columns, rows)


def _print_doubts(page: Page, status: "ExportStatus") -> None:
    doubted = [effect for effect in status.effects if effect.state in {"unknown", "conflict", "duplicated"}]
    if not doubted:
        return
    with page.section("In doubt"):
        for effect in doubted:
            tried = plural(effect.attempts, "attempt")
            page.line(
                f"{effect.reference}  {effect.operation}  {plural(effect.lines, 'line')}  {tried}  {effect.state}"
            )
            page.facts((f"  {name}", value) for name, value in effect.evidence.items())


def _next(status: "ExportStatus") -> str:
    item = status.item_id
    sentences = {
        "running": "It goes on: a worker brings it to its end, or `erp-bridge export resume` where none runs.",
        "offered": f"Next: `erp-bridge export take {item}`, then import it as its sheet says.",
        "failed": f"Next: `erp-bridge export retry {item}`, or `erp-bridge review reject {item}`.",
        "unknown": f"Next: `erp-bridge export resume`; or look in the ERP, then `erp-bridge export settle {item}`.",
        "conflict": f"Nothing more is sent. Look in the ERP, then `erp-bridge export settle {item}`.",
        "complete": f"Next: post it in the ERP, then `erp-bridge verify {item}`.",
    }
    if status.held == "paused":
        return f"Next: `erp-bridge export continue {item}`, or `erp-bridge export cancel {item}`."
    if status.item_state.value == "synced":
        return "Posted and verified: nothing more to do."
    return sentences[status.state.value]


def _arrived(status: "ExportStatus") -> str:
    return f"{status.lines.arrived:,} of {status.lines.total:,}"


def _answer_hand_overs(call: Call, found: "tuple[HandOver, ...]") -> None:
    def print_it(page: Page) -> None:
        for sheet in found:
            with page.section(sheet.title):
                page.facts(
                    [
                        ("File", sheet.location),
                        ("SHA-256", sheet.sha256),
                        ("Lines", sheet.lines),
                        ("Total", sheet.total),
                        ("Taken", sheet.taken),
                        *sheet.facts.items(),
                    ]
                )
                for number, sentence in enumerate(sheet.instructions, start=1):
                    page.line(f"{number}. {sentence}")
        if not found:
            page.line("Nothing is handed over to a person.")

    call.answer({"hand_overs": found}, print_it)
