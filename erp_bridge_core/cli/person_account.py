"""`person` change, deactivate, reactivate, and one's own sign-ins: the account, not what was granted."""

from typing import TYPE_CHECKING

import click

from erp_bridge_core.cli.acts import Act, pass_call
from erp_bridge_core.cli.call import Call
from erp_bridge_core.cli.output import Page, plural
from erp_bridge_core.cli.session import read_session

if TYPE_CHECKING:
    from erp_bridge_core.people.views import Person


@click.command("change", cls=Act, answer=["person"])
@click.argument("login")
@click.option("--name", help="The name that others see.")
@click.option("--email", help="Where mail goes; blank for nowhere.")
@pass_call
def change(call: Call, login: str, name: str | None, email: str | None) -> None:
    """Set a person's name or mail address, your own too; what is not named stays."""
    before = call.app.people.show(call.actor, login)
    changed = call.app.people.change(
        call.actor,
        login,
        name=before.name if name is None else name,
        email=before.email if email is None else email,
    )
    _answer(call, changed, f"{changed.name} <{changed.email}> is what others see of {login}.")


@click.command("deactivate", cls=Act, answer=["person"])
@click.argument("login")
@pass_call
def deactivate(call: Call, login: str) -> None:
    """Let a person sign in no more: sessions end, tokens are refused; what was granted stays."""
    call.app.people.accounts.deactivate(call.actor, login)
    _answer(call, call.app.people.show(call.actor, login), f"{login} can't sign in any more.")


@click.command("reactivate", cls=Act, answer=["person"])
@click.argument("login")
@pass_call
def reactivate(call: Call, login: str) -> None:
    """Let a person sign in again, with what was granted before."""
    call.app.people.accounts.reactivate(call.actor, login)
    _answer(call, call.app.people.show(call.actor, login), f"{login} may sign in again.")


@click.command("sign-ins", cls=Act, answer=["sign_ins"])
@pass_call
def sign_ins(call: Call) -> None:
    """Where you are signed in, on pages and by command line, the latest first."""
    stored = read_session(call.session_file)
    found = call.app.people.accounts.sessions(call.actor, stored.token if stored else "")
    rows = [(each.number, each.signed_in_at, each.expires_at, "this one" if each.is_asking else "") for each in found]
    call.answer({"sign_ins": found}, lambda page: page.table(["No.", "Since", "Ends", ""], rows))


@click.command("end-sign-in", cls=Act, answer=["done"])
@click.argument("number", type=click.IntRange(1, 2**63 - 1))
@pass_call
def end_sign_in(call: Call, number: int) -> None:
    """End one of your own sign-ins, by its NUMBER."""
    call.app.people.accounts.end_session(call.actor, number)
    call.done(f"Sign-in {number} has ended.")


@click.command("end-sign-ins", cls=Act, answer=["done", "ended"])
@pass_call
def end_sign_ins(call: Call) -> None:
    """End all of your own sign-ins, this one too."""
    ended = call.app.people.accounts.end_sessions(call.actor)
    call.done(f"{plural(ended, 'sign-in')} ended; sign in again: `erp-bridge sign-in LOGIN`.", ended=ended)


def _answer(call: Call, person: "Person", sentence: str) -> None:
    def print_it(page: Page) -> None:
        page.line(sentence)

    call.answer({"person": person}, print_it)
