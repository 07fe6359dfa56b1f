"""`demo`: the main job from end to end, on a simulated ERP; or projects at every stage, served to look at."""

import signal
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from erp_bridge_core.cli.acts import Act, pass_call
from erp_bridge_core.cli.call import Call
from erp_bridge_core.cli.errors import DONE, UNKNOWN
from erp_bridge_core.cli.output import Page
from erp_bridge_core.cli.safe import safe_lines
from erp_bridge_core.cli.serve import serving, stop
from erp_bridge_core.contract.errors import UsageError

if TYPE_CHECKING:
    from erp_bridge_core.demo.serving import ServedDemo

#: A folder of its own: a demo never gets near a home that is in use.
_FOLDER: Final = "erp-bridge-demo"
#: A served demo has homes of its own, so that the story told by `demo` does not sweep them away.
_SERVED_FOLDER: Final = "erp-bridge-served-demo"
_HOST: Final = "127.0.0.1"
#: What the story alone has, and how it is given.
_STORY: Final = {
    "budget": "--budget", "columns": "--column", "where": "--where", "defaults": "--default", "job": "--job",
    "source": "--source",
}  # fmt: skip


@click.command("demo", cls=Act, answer=["home", "jobs", "address", "people", "password", "desks"])
@click.option("--budget", type=click.Path(path_type=Path), metavar="FILE", help="A budget of your own, CSV or XLSX.")
@click.option("--column", "columns", multiple=True, metavar="FIELD=HEADER", help="Which column is which field.")
@click.option("--where", multiple=True, metavar="HEADER=VALUE", help="Only rows with that value.")
@click.option("--default", "defaults", multiple=True, metavar="FIELD=VALUE", help="Where a cell is blank.")
@click.option(
    "--duplicates", type=click.Choice(["refuse", "sum"]), default="refuse", show_default=True, help="Repeated keys."
)
@click.option("--job", help="One job of the file; all of them by default.")
@click.option("--erp", help="One of the installed ERPs; all of them by default.")
@click.option("--source", metavar="NAME", help="An installed budget source: the budget is made there, and asked for.")
@click.option("--serve", is_flag=True, help="Serve projects at every stage with their ERPs, until it is stopped.")
@click.option("--port", type=click.IntRange(0, 65535), help="With --serve: the port; 8000 by default, 0 any free one.")
@click.pass_context
@pass_call
def demo(call: Call, context: click.Context, /, *, serve: bool, port: int | None, **given: Any) -> None:
    """Take a budget past an approver into a simulated ERP, and prove that it is there to the cent.

    It leaves its home behind: `export status`, `verify` and `audit check` agree there with what was printed. With
    --serve it shows ten projects at different stages on pages instead, and takes its home up again as it was left.
    With --source the budget is made in a simulated source, whose people ask for its export and read what came of it.
    """
    if serve:
        _serve(call, 8000 if port is None else port, given)
        return
    if port is not None:
        raise UsageError("--port goes with --serve.", remedy="Leave it out, or add --serve.")
    from erp_bridge_core.demo import DemoOptions, run_demo

    home = call.home or Path(click.get_app_dir(_FOLDER))
    result = run_demo(DemoOptions(home=home, **given), say=_say_nothing if call.as_json else _say)
    if call.as_json:
        call.answer(result.to_json(), lambda _: None)
    context.exit(DONE if result.is_good else UNKNOWN)


def _serve(call: Call, port: int, given: dict[str, Any]) -> None:
    """Serve until it is stopped; the ERPs end with it."""
    if too_much := [option for name, option in _STORY.items() if given[name]]:
        remedy = f"Leave {', '.join(too_much)} out; its projects have every installed ERP and source."
        raise UsageError("--serve shows projects of its own.", remedy=remedy)
    running = serving()
    home = call.home or Path(click.get_app_dir(_SERVED_FOLDER))
    with running.listening(_HOST, port) as free:
        # Before the demo is made, which takes a while, and since mail says where the pages are.
        port = free.getsockname()[1]
    from erp_bridge_core.demo.serving import served_demo

    signal.signal(signal.SIGTERM, stop)
    say = _say_nothing if call.as_json else _say
    try:
        with served_demo(home, base_url=f"http://{_HOST}:{port}", erp=given["erp"], say=say) as demo:
            running.run_server(demo.application, host=_HOST, port=port, behind_tls=False, said=_tells(call, home, demo))
    except KeyboardInterrupt:
        return


def _tells(call: Call, home: Path, demo: "ServedDemo") -> Callable[[str], None]:
    def tell(address: str) -> None:
        facts = {"home": home, "address": address, "people": demo.people, "password": demo.password}

        def print_it(page: Page) -> None:
            page.facts([("Pages", address), ("Sign in as", ", ".join(demo.people)), ("Password", demo.password)])
            page.facts((f"Desk of {title}", url) for title, url in demo.desks.items())
            page.facts([("Mail", home / "mail"), ("Home", home)])
            page.line("Stop it with Ctrl-C; the same command takes it up again.")

        call.answer({**facts, "desks": demo.desks}, print_it)

    return tell


def _say(text: str) -> None:
    """Narrate at once: whoever watches reads along."""
    click.echo(safe_lines(text))


def _say_nothing(_: str) -> None:
    """With `--json` there is one document and nothing else."""
