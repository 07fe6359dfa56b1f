"""`demo`: the main job from end to end, on a simulated ERP."""

from pathlib import Path
from typing import Any, Final

import click

from erp_bridge_core.cli.acts import Act, pass_call
from erp_bridge_core.cli.call import Call
from erp_bridge_core.cli.errors import DONE, UNKNOWN
from erp_bridge_core.cli.safe import safe_lines

#: A folder of its own: a demo never gets near a home that is in use.
_FOLDER: Final = "erp-bridge-demo"


@click.command("demo", cls=Act, answer=["home", "jobs"])
@click.option("--budget", type=click.Path(path_type=Path), metavar="FILE", help="A budget of your own, CSV or XLSX.")
@click.option("--column", "columns", multiple=True, metavar="FIELD=HEADER", help="Which column is which field.")
@click.option("--where", multiple=True, metavar="HEADER=VALUE", help="Only rows with that value.")
@click.option("--default", "defaults", multiple=True, metavar="FIELD=VALUE", help="Where a cell is blank.")
@click.option(
    "--duplicates", type=click.Choice(["refuse", "sum"]), default="refuse", show_default=True, help="Repeated keys."
)
@click.option("--job", help="One job of the file; all of them by default.")
@click.option("--erp", help="One of the installed ERPs; all of them by default.")
@click.pass_context
@pass_call
def demo(call: Call, context: click.Context, /, **given: Any) -> None:
    """Take a budget past an approver into a simulated ERP, and prove that it is there to the cent.

    It leaves its home behind: `export status`, `verify` and `audit check` agree there with what was printed.
    """
    from erp_bridge_core.demo import DemoOptions, run_demo

    home = call.home or Path(click.get_app_dir(_FOLDER))
    result = run_demo(DemoOptions(home=home, **given), say=_say_nothing if call.as_json else _say)
    if call.as_json:
        call.answer(result.to_json(), lambda _: None)
    context.exit(DONE if result.is_good else UNKNOWN)


def _say(text: str) -> None:
    """Narrate at once: whoever watches reads along."""
    click.echo(safe_lines(text))


def _say_nothing(_: str) -> None:
    """With `--json` there is one document and nothing else."""
