"""`doctor`: everything that whoever runs an installation would look at, in one go."""

import click

from erp_bridge_core.cli.acts import Act, pass_call
from erp_bridge_core.cli.call import Call
from erp_bridge_core.cli.errors import DONE, REFUSED
from erp_bridge_core.cli.output import Page, plural


@click.command("doctor", cls=Act, answer=["well", "looked"])
@click.option(
    "--reach", is_flag=True, help="Also connect to each ERP's host and the mail server, saying nothing there."
)
@click.pass_context
@pass_call
def doctor(call: Call, context: click.Context, *, reach: bool) -> None:
    """Look at host, files, configuration, secrets, plugins, database, workers, mail and backups; change nothing.

    Leaves with 0 where nothing is wrong, else with 1. Nobody needs to be signed in: it is for whoever may read the
    home's files. No secret is shown.
    """
    from erp_bridge_core.operations.doctor import examine
    from erp_bridge_core.upkeep.findings import Standing

    found = examine(call.folder, reach=reach)
    faults = sum(each.standing is Standing.FAILED for each in found.looked)
    warnings = sum(each.standing is Standing.WARNING for each in found.looked)

    def print_it(page: Page) -> None:
        page.table(["", "What", "What was seen"], [(each.standing, each.name, each.message) for each in found.looked])
        page.bullets(f"{each.name}: {each.remedy}" for each in found.looked if each.remedy)
        page.line(f"{plural(faults, 'fault')}, {plural(warnings, 'warning')}.")

    call.answer({"well": found.is_well, "looked": found.looked}, print_it)
    context.exit(DONE if found.is_well else REFUSED)
