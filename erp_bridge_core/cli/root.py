"""The root command: what there is, the shared options, and the one place where errors become exit statuses."""

import sys
from collections.abc import Sequence
from typing import Any, Final, NoReturn

import click

from erp_bridge_core.cli import version_told
from erp_bridge_core.cli.acts import LazyGroup, shared_options
from erp_bridge_core.cli.call import Call, default_home
from erp_bridge_core.cli.errors import explain, report, wants_json
from erp_bridge_core.following import caused_by, new_cause

_ROOM: Final = "erp_bridge_core.cli"
#: In the order of the work.
COMMANDS: Final = {
    "init": f"{_ROOM}.init:init",
    "sign-in": f"{_ROOM}.sign_in:sign_in",
    "sign-out": f"{_ROOM}.sign_in:sign_out",
    "company": f"{_ROOM}.company:company",
    "person": f"{_ROOM}.person:person",
    "connection": f"{_ROOM}.connection:connection",
    "map": f"{_ROOM}.map:code_map",
    "project": f"{_ROOM}.project:project",
    "budget": f"{_ROOM}.budget:budget",
    "request": f"{_ROOM}.request:request",
    "review": f"{_ROOM}.review:review",
    "export": f"{_ROOM}.export:export",
    "verify": f"{_ROOM}.verify:verify",
    "problems": f"{_ROOM}.problems:problems",
    "report": f"{_ROOM}.report:report",
    "mail": f"{_ROOM}.mail:mail",
    "webhooks": f"{_ROOM}.webhooks:webhooks",
    "audit": f"{_ROOM}.audit:audit",
    "thaw": f"{_ROOM}.thaw:thaw",
    "db": f"{_ROOM}.db:db",
    "doctor": f"{_ROOM}.doctor:doctor",
    "serve": f"{_ROOM}.serve:serve",
    "worker": f"{_ROOM}.worker:worker",
    "plugins": f"{_ROOM}.plugins:plugins",
    "plugin": f"{_ROOM}.plugin_new:plugin",
    "simulate": f"{_ROOM}.simulate:simulate",
    "demo": f"{_ROOM}.demo:demo",
}


class Root(LazyGroup):
    """The group that tells every error in one way, whoever raised it."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """Take the shared options before the noun too."""
        super().__init__(*arguments, **options)
        self.params.extend(shared_options())

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: FBT001, FBT002 -- click's own signature
        **extra: Any,
    ) -> NoReturn:
        """Run and leave with the exit status of the table."""
        del standalone_mode
        arguments = list(sys.argv[1:] if args is None else args)
        call = Call()
        try:
            with caused_by(new_cause()):
                status = super().main(arguments, prog_name, complete_var, standalone_mode=False, obj=call, **extra)
        except BrokenPipeError:
            # Whoever read the answer has seen enough of it.
            sys.stderr.close()
            sys.exit(0)
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 -- nothing leaves without a message
            home = call.home or default_home()
            status = report(explain(error, home=home, clean=call.clean), as_json=wants_json(arguments))
        sys.exit(status if isinstance(status, int) else 0)


def _show_version(context: click.Context, _: click.Parameter, wanted: Any) -> None:
    if not wanted:
        return
    click.echo(version_told())
    context.exit()


@click.group(
    cls=Root,
    lazy=COMMANDS,
    name="erp-bridge",
    epilog="Exit status: 0 done, 1 refused by a rule or bad data, 2 bad usage, 3 the ERP or the network, 4 storage, "
    "5 unknown or mismatch.",
)
@click.option(
    "--version", is_flag=True, expose_value=False, is_eager=True, callback=_show_version, help="Show the version."
)
def root() -> None:
    """Carry construction budgets past an accounting approver into the ERP, exactly once, and prove it."""
