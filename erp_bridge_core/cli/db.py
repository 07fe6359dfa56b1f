"""`db`: keeping the installation's database. For whoever may write the home's files; nobody has to be signed in."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from erp_bridge_core.cli.acts import Noun, pass_call
from erp_bridge_core.cli.call import Call
from erp_bridge_core.cli.errors import STORAGE
from erp_bridge_core.cli.output import Page, plural

if TYPE_CHECKING:
    from erp_bridge_core.configuration.database_server import DatabaseConfig

_PATH = click.Path(path_type=Path)


@click.group("db", cls=Noun)
def db() -> None:
    """The installation's database: check it, upgrade it, back it up, restore it, move it to a server."""


@db.command("check", answer=["sound", "looked"])
@click.pass_context
@pass_call
def check(call: Call, context: click.Context) -> None:
    """Look the database over: version, integrity, durability, space, clocks, leases, figures, mark, audit trail.

    Nothing is changed. Leaves with 4 when something is wrong.
    """
    from erp_bridge_core.upkeep.checking import check as do_check

    found = do_check(call.folder)

    def print_it(page: Page) -> None:
        rows = [(each.standing, each.name, each.message) for each in found.looked]
        page.table(["", "What", "What was seen"], rows)
        page.bullets(f"{each.name}: {each.remedy}" for each in found.looked if each.remedy)

    call.answer({"sound": found.sound, "looked": found.looked}, print_it)
    if not found.sound:
        context.exit(STORAGE)


@db.command("upgrade", answer=["upgraded"])
@pass_call
def upgrade(call: Call) -> None:
    """Bring the database to this program's version, after a newer ERP Bridge was installed.

    End servers and workers first. A backup is made before, in the home's folder `backups`; the upgrade is done whole
    or not at all.
    """
    from erp_bridge_core.upkeep.upgrading import upgrade_home

    done = upgrade_home(call.folder)

    def print_it(page: Page) -> None:
        if done.was == done.now:
            page.line(f"The database has this program's version {done.now} already: nothing was to be done.")
        else:
            page.line(f"The database was upgraded from version {done.was} to {done.now}.")
            page.line(f"As it was before: {done.backup}")

    call.answer({"upgraded": done}, print_it)


@db.command("backup", answer=["backup"])
@click.argument("file", type=_PATH)
@click.option("--with-key", is_flag=True, help="The audit key too: whoever has such a file can forge the trail.")
@pass_call
def backup(call: Call, file: Path, *, with_key: bool) -> None:
    """Write the whole database, as it is at one moment, to a new file, while everybody works on.

    The file is read again before it has its name. It restores into either kind of database.
    """
    from erp_bridge_core.upkeep.backup import back_up

    made = back_up(call.folder, file, with_key=with_key)

    def print_it(page: Page) -> None:
        page.line(f"{made.file}: {plural(made.rows, 'row')} of {plural(made.tables, 'table')}, read again and right.")
        if made.audit_faults:
            page.line("The audit trail in it is NOT whole, as it is in the database:")
            page.bullets(str(fault) for fault in made.audit_faults)
        if not made.with_key:
            page.line("The audit key is not in it: keep a copy of it in another place.")

    call.answer({"backup": made}, print_it)


@db.command("restore", answer=["restored"])
@click.argument("file", type=_PATH)
@click.option("--key", "key_file", type=_PATH, help="The audit key, where neither the home nor the backup has it.")
@click.option("--to", default="", metavar="URL", help="Into this empty PostgreSQL database, the home's from then on.")
@click.option("--password", default="", metavar="REFERENCE", help="For --to: where the password is, as env:NAME.")
@pass_call
def restore(call: Call, file: Path, *, key_file: Path | None, to: str, password: str) -> None:
    """Make a backup's database the home's, of one that is there or of a new one in an empty folder.

    End servers and workers first. What was there is kept aside. Writing is frozen until somebody has looked at the
    ERPs and thaws it.
    """
    from erp_bridge_core.upkeep.restoring import restore as do_restore

    done = do_restore(call.folder, file, key_file=key_file, to=_server(to, password) if to else None)

    def print_it(page: Page) -> None:
        page.line(f"{done.home} has the database of {done.made_at}: {plural(done.rows, 'row')}.")
        if done.kept:
            page.line("What was there before is kept:")
            page.bullets(done.kept)
        if done.audit_faults:
            page.line("The audit trail in the backup is NOT whole:")
            page.bullets(str(fault) for fault in done.audit_faults)
        page.line(f"Writing is frozen: {done.frozen_because}")
        page.line("Everybody has to sign in again. What to do now: look in each ERP for what came in since then, ")
        page.line("settle or reject every item shown as unknown, then `erp-bridge thaw --reason ...`.")

    call.answer({"restored": done}, print_it)


@db.command("move", answer=["moved"])
@click.option("--to", required=True, metavar="URL", help="An empty database, postgresql://user@host:5432/name.")
@click.option("--password", default="", metavar="REFERENCE", help="Where its password is, as env:NAME or file:NAME.")
@pass_call
def move(call: Call, *, to: str, password: str) -> None:
    """Move the home from its SQLite file to an empty PostgreSQL database, which is the home's from then on.

    End servers and workers first. All is compared before the home uses it; the file is sealed and kept. Cut short at
    any moment, run it again.
    """
    from erp_bridge_core.upkeep.moving import move as do_move

    done = do_move(call.folder, _server(to, password))

    def print_it(page: Page) -> None:
        page.line(f"The home's database is {done.url}.")
        if done.rows:
            page.line(f"{plural(done.rows, 'row')} moved and compared.")
        page.facts([("The file as it was", done.kept), ("Backup of before", done.backup)])
        if done.audit_faults:
            page.line("The audit trail is NOT whole, as it was before:")
            page.bullets(str(fault) for fault in done.audit_faults)

    call.answer({"moved": done}, print_it)


def _server(url: str, password: str) -> "DatabaseConfig":
    from erp_bridge_core.configuration.database_server import DatabaseConfig

    return DatabaseConfig(url=url, password=password)
