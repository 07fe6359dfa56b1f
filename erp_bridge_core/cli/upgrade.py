"""`upgrade`: bring the home's database to this program's version."""

import click

from erp_bridge_core.cli.acts import Act, pass_call
from erp_bridge_core.cli.call import Call
from erp_bridge_core.cli.output import Page


@click.command("upgrade", cls=Act, answer=["upgraded"])
@pass_call
def upgrade(call: Call) -> None:
    """Bring the home's database to this program's version, after a newer ERP Bridge was installed.

    Make a backup first. It is done whole or not at all. Nobody needs to be signed in: it is for whoever may write the
    home's files.
    """
    from erp_bridge_core.installation import upgrade_home

    done = upgrade_home(call.folder)

    def print_it(page: Page) -> None:
        if done.was == done.now:
            page.line(f"The database has this program's version {done.now} already: nothing was to be done.")
        else:
            page.line(f"The database was upgraded from version {done.was} to {done.now}.")

    call.answer({"upgraded": done}, print_it)
