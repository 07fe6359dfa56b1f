"""`budget pull` and `lock-source`: what the budget's source would bring, a person's choices, and taking it in."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import click

from erp_bridge_core.cli.acts import Act, pass_call
from erp_bridge_core.cli.call import Call
from erp_bridge_core.cli.hints import command
from erp_bridge_core.cli.output import Page, money, plural
from erp_bridge_core.cli.progress import progress

if TYPE_CHECKING:
    from erp_bridge_core.contract.errors import Fault
    from erp_bridge_core.pulling.rules import Verdict
    from erp_bridge_core.pulling.views import Look, Taken


@click.command("pull", cls=Act, answer=["look", "taken"])
@click.argument("project")
@click.option("--take", is_flag=True, help="Take it in, as it is looked at now.")
@click.option("--as-looked", metavar="HASH", help="Take it in only if it is what an earlier look showed.")
@click.option("--theirs", multiple=True, metavar="NAME", help="The source's counts, for a line, a change or a kind.")
@click.option("--ours", multiple=True, metavar="NAME", help="What stands here counts, likewise.")
@pass_call
def pull(
    call: Call, /, project: str, *, take: bool, as_looked: str | None, theirs: tuple[str, ...], ours: tuple[str, ...]
) -> None:
    """See what the source of PROJECT's budget would bring, and take it in with --take.

    The first time all of it comes, later what is new or changed there. What was edited in both places is never merged:
    choose for each by its name, as `03-100 / L` or `change CO-1`, or for all of a kind, as `both-changed`.
    """
    from erp_bridge_core.pulling.views import Choices

    with progress(f"Reading the source's budget of {project}"):
        look = call.app.pulling.look(call.actor, project)
    taken = None
    if take or as_looked or theirs or ours:
        choices = Choices(theirs=frozenset(theirs), ours=frozenset(ours))
        with progress(f"Taking the budget of {project} in"):
            taken = call.app.pulling.take(call.actor, project, look=as_looked or look.hash, choices=choices)

    def print_it(page: Page) -> None:
        if taken is None:
            _print_look(page, look)
        else:
            _print_taken(page, taken)

    call.answer({"look": look, "taken": taken}, print_it)


@click.command("lock-source", cls=Act, answer=["done"])
@click.argument("project")
@click.option("--unlock", is_flag=True, help="Unlock it there.")
@pass_call
def lock_source(call: Call, project: str, *, unlock: bool) -> None:
    """Lock PROJECT's budget at its source, so that nobody edits it there; ours is locked by a send alone."""
    with progress(f"{'Unlocking' if unlock else 'Locking'} the budget of {project} at its source"):
        call.app.pulling.lock(call.actor, project, locked=not unlock)
    call.done(f"The budget of {project} is {'unlocked' if unlock else 'locked'} at its source.")


def _print_look(page: Page, look: "Look") -> None:
    page.facts(
        [
            ("Source", f"{look.connection}: {look.source_number} {look.source_name}"),
            ("Last taken", look.taken_at or "never"),
            ("Locked there", look.locked),
            ("Original budget there", look.original),
            ("Budget changes there", look.change_total),
            ("New sub jobs", look.sub_jobs),
            ("Lines", _counted(look.counts)),
            ("Budget changes", _counted(look.change_counts)),
            ("Look", look.hash),
        ]
    )
    page.bullets(f"{each.message} {each.remedy}" for each in look.warnings)
    if look.lines:
        with page.section("Lines that differ"):
            _print_lines(page, look)
    if look.changes:
        with page.section("Budget changes that differ"):
            _print_changes(page, look)
    _print_reasons(page, "Why lines can't come now", look.line_reasons if look.lines else ())
    _print_reasons(page, "Why budget changes can't come now", look.change_reasons if look.changes else ())
    _print_next(page, look)


def _print_lines(page: Page, look: "Look") -> None:
    columns = ["Line", "How it stands", money("Last taken"), money("There"), money("Here"), "Where there"]
    rows = []
    for each in look.lines:
        sides = (None if side is None else side.amount for side in (each.base, each.theirs, each.ours))
        rows.append((each.name, each.verdict.value, *sides, each.place))
    page.table(columns, rows)


def _print_changes(page: Page, look: "Look") -> None:
    columns = ["Change", "Date", "How it stands", money("Last taken"), money("There"), money("Here"), "On its way"]
    rows = [
        (each.name, each.date, each.verdict.value, each.base, each.theirs, each.ours, each.progress)
        for each in look.changes
    ]
    page.table(columns, rows)


def _print_next(page: Page, look: "Look") -> None:
    if look.asks:
        page.line(
            f"{plural(look.asks, 'of them was', many='of them were')} edited in both places: choose for each with"
            " --theirs NAME or --ours NAME, then take it in."
        )
    elif look.comes:
        page.line(f"Next: {command('budget', 'pull', look.project, '--take')}.")
    elif not look.held:
        before = "the budget is what was last taken, but for what was changed here"
        page.line(f"Nothing comes: {before if look.taken_at else 'no budget is there yet'}.")


def _print_taken(page: Page, taken: "Taken") -> None:
    page.facts(
        [
            ("Lines written", taken.lines),
            ("Lines removed", taken.removed),
            ("Budget changes, by number", taken.changes),
            ("New sub jobs", taken.sub_jobs),
            ("Original budget moved by", taken.original),
            ("Budget changes moved by", taken.change_total),
        ]
    )
    if taken.held:
        _print_reasons(page, f"{taken.held:,} could not come now", taken.reasons)
    elif not taken.moved:
        page.line("Nothing was new.")
    else:
        page.line(f"Next: {command('budget', 'show', taken.project)}, then {command('budget', 'send', taken.project)}.")


def _print_reasons(page: Page, title: str, reasons: "Iterable[Fault]") -> None:
    reasons = tuple(reasons)
    if reasons:
        with page.section(title):
            page.bullets(f"{each.message} {each.remedy or ''}".strip() for each in reasons)


def _counted(counts: "Mapping[Verdict, int]") -> str:
    return ", ".join(f"{count:,} {verdict.value}" for verdict, count in sorted(counts.items()))
