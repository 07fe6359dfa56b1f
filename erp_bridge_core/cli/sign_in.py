"""`sign-in` and `sign-out`: who acts from here on, in a file of this operating-system user."""

import click

from erp_bridge_core.cli.acts import Act, pass_call
from erp_bridge_core.cli.call import VIA, Call
from erp_bridge_core.cli.hints import command
from erp_bridge_core.cli.passwords import ask_password, password_option
from erp_bridge_core.cli.session import StoredSession, forget_session, read_session, write_session
from erp_bridge_core.contract.errors import ErpBridgeError


@click.command("sign-in", cls=Act, answer=["done", "login", "company", "session"])
@click.argument("login")
@password_option
@pass_call
def sign_in(call: Call, login: str, password_stdin: bool) -> None:  # noqa: FBT001 -- click gives flags by name
    """Sign in as LOGIN; accepting, settling and granting ask for a sign-in of the last minutes.

    The session is kept in a file that only you can read.
    """
    company = call.company or _company_of(call)
    password = ask_password("Password", from_stdin=password_stdin)
    token, actor = call.app.people.sign_in(login, password, company, via=VIA)
    stored = StoredSession(token=token, login=actor.login, company=company)
    write_session(call.session_file, stored)
    own = f" First choose your own password: {command('person', 'password')}." if actor.one_time_password else ""
    call.done(
        f"Signed in as {actor.name} ({actor.login}) in {company}.{own}",
        login=actor.login, company=company, session=call.session_file,
    )  # fmt: skip


@click.command("sign-out", cls=Act, answer=["done"])
@pass_call
def sign_out(call: Call) -> None:
    """End the session and forget it."""
    try:
        stored = read_session(call.session_file)
    except ErpBridgeError:
        # A file that can't be used is forgotten like any other.
        stored = None
    if stored is not None:
        call.app.people.sign_out(stored.token)
    forget_session(call.session_file)
    call.done("Signed out.")


def _company_of(call: Call) -> str:
    from erp_bridge_core.cli.call import only_company

    return only_company(call.app)
