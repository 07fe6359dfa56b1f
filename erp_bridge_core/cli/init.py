"""`init`: a new installation with its first company and first administrator."""

import click

from erp_bridge_core.cli.acts import Act, pass_call
from erp_bridge_core.cli.call import Call
from erp_bridge_core.cli.hints import command
from erp_bridge_core.cli.passwords import ask_password, password_option
from erp_bridge_core.contract.errors import UsageError


@click.command("init", cls=Act, answer=["done", "home", "company", "administrator"])
@click.option("--company-name", help="The company's name; its code is --company.")
@click.option("--time-zone", default="UTC", show_default=True, help="The company's, such as America/Chicago.")
@click.option("--currency", default="USD", show_default=True, help="The company's, as in ISO 4217.")
@click.option("--login", required=True, help="The first administrator's login.")
@click.option("--name", required=True, help="The first administrator's name.")
@click.option(
    "--database", default="", metavar="URL",
    help="An empty PostgreSQL database, postgresql://user@host:5432/name; otherwise a file in the home.",
)  # fmt: skip
@click.option(
    "--database-password", default="", metavar="REFERENCE",
    help="Where that user's password is: env:NAME or keyring:SERVICE/USER.",
)  # fmt: skip
@click.option("--demo", "is_demo", is_flag=True, help="A home for trying things out: there `--as LOGIN` works.")
@password_option
@pass_call
def init(call: Call, /, **given: str | bool) -> None:
    """Create the installation's home: database, keys, configuration, one company, one administrator."""
    if not call.company:
        raise UsageError("The first company has no code.", remedy="Give one: `--company CODE`.")
    password = _password(is_demo=bool(given["is_demo"]), from_stdin=bool(given["password_stdin"]))
    _create(call, call.company, given, password)
    call.done(
        f"{call.folder} is ready. Next: {command('sign-in', given['login'])}.",
        home=call.folder, company=call.company, administrator=given["login"],
    )  # fmt: skip


def _password(*, is_demo: bool, from_stdin: bool) -> str | None:
    """A demo's people need none: `--as` plays them."""
    if is_demo and not from_stdin:
        return None
    return ask_password("Password of the first administrator", from_stdin=from_stdin, confirm=True)


def _create(call: Call, company: str, given: dict[str, str | bool], password: str | None) -> None:
    from erp_bridge_core.configuration.database_server import DatabaseConfig
    from erp_bridge_core.installation import create_home
    from erp_bridge_core.people.texts import password_faults

    login = str(given["login"])
    if password is not None and (faults := password_faults(password, login)):
        from erp_bridge_core.contract.errors import BadInput

        raise BadInput("The password can't be used; nothing was created.", faults=faults)
    create_home(
        call.folder,
        company_code=company,
        company_name=str(given["company_name"] or company),
        time_zone=str(given["time_zone"]),
        currency=str(given["currency"]),
        admin_login=login,
        admin_name=str(given["name"]),
        demo=bool(given["is_demo"]),
        database=DatabaseConfig(url=str(given["database"]), password=str(given["database_password"])),
    )
    if password is not None:
        call.app.people.set_password(call.app.companies.system(company), login, password)
