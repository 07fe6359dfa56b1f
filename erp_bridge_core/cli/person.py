"""`person`: people, their passwords, permissions, privileges and API tokens."""

import os
from typing import TYPE_CHECKING

import click

from erp_bridge_core.cli.acts import Noun, pass_call
from erp_bridge_core.cli.call import Call
from erp_bridge_core.cli.hints import command
from erp_bridge_core.cli.output import Page
from erp_bridge_core.cli.passwords import ask_password, password_option
from erp_bridge_core.cli.person_account import change, deactivate, end_sign_in, end_sign_ins, reactivate, sign_ins
from erp_bridge_core.cli.person_identities import identities, link, unlink
from erp_bridge_core.contract.errors import NotAllowed
from erp_bridge_core.people.actor import Actor

if TYPE_CHECKING:
    from erp_bridge_core.people.views import Person

LEVELS = click.Choice(["none", "read-only", "standard", "admin"])


@click.group("person", cls=Noun)
def person() -> None:
    """People of the company and what they may do."""


@person.command("add", answer=["person"])
@click.argument("login")
@click.option("--name", required=True, help="The name that others see.")
@click.option("--email", default="", help="Where mail goes.")
@pass_call
def add(call: Call, login: str, name: str, email: str) -> None:
    """Add a person, with no rights yet."""
    added = call.app.people.add(call.actor, login, name, email=email)
    sentence = f"{added.name} was added. Next: {command('person', 'password', login)}, then grant what is needed."
    call.answer({"person": added}, lambda page: page.line(sentence))


@person.command("list", answer=["people"])
@pass_call
def list_people(call: Call) -> None:
    """The company's people."""
    found = call.app.people.list(call.actor)
    columns = ["Login", "Name", "E-mail", "Administrator", "ERP Integrations", "Pushes budgets", "Active"]
    rows = [
        (who.login, who.name, who.email, who.administrator, who.integrations, bool(who.privileges), who.active)
        for who in found
    ]
    call.answer({"people": found}, lambda page: page.table(columns, rows))


@person.command("show", answer=["person"])
@click.argument("login")
@pass_call
def show(call: Call, login: str) -> None:
    """One person with all that was granted."""
    found = call.app.people.show(call.actor, login)
    call.answer({"person": found}, lambda page: _print_person(page, found))


@person.command("password", answer=["done"])
@click.argument("login", required=False)
@click.option("--on-host", is_flag=True, help="As owner of the home folder, where no administrator can sign in.")
@click.option("--one-time", is_flag=True, help="On the host: its person has to choose another one first of all.")
@password_option
@pass_call
def password(call: Call, login: str | None, *, on_host: bool, one_time: bool, password_stdin: bool) -> None:
    """Set LOGIN's password, or your own; ends all sessions of that person.

    What an administrator sets for somebody else is good for one thing: choosing one's own.
    """
    actor = _host(call) if on_host else call.newcomer
    whose = login or actor.login
    entered = ask_password(f"New password of {whose}", from_stdin=password_stdin, confirm=True)
    call.app.people.set_password(actor, whose, entered, one_time=one_time)
    again = " Sign in with it." if whose == actor.login else ""
    call.done(f"The password of {whose} was set; open sessions have ended.{again}")


@person.command("formats", answer=["person"])
@click.option("--locale", help="As in CLDR, en_US or fr_CA; blank: as your browser says, and the company's in mail.")
@click.option("--time-zone", help="As in the IANA data, Europe/Paris; blank: the company's.")
@pass_call
def formats(call: Call, locale: str | None, time_zone: str | None) -> None:
    """Set how you read money, dates and times, on pages and in mail; what is not named stays."""
    found = call.app.people.show(call.actor, call.actor.login)
    call.app.people.accounts.set_formats(
        call.actor,
        locale=found.locale if locale is None else locale,
        time_zone=found.time_zone if time_zone is None else time_zone,
    )
    changed = call.app.people.show(call.actor, call.actor.login)
    call.answer({"person": changed}, lambda page: _print_person(page, changed))


@person.command("membership", answer=["person"])
@click.argument("login")
@click.option("--integrations", type=LEVELS, help="The level on ERP Integrations.")
@click.option("--administrator/--no-administrator", default=None, help="Whether the person administers the company.")
@pass_call
def membership(call: Call, login: str, *, integrations: str | None, administrator: bool | None) -> None:
    """Set what a person may do in the company as a whole."""
    changed = call.app.people.grant_membership(
        call.actor, login, integrations=integrations, administrator=administrator
    )
    call.answer({"person": changed}, lambda page: _print_person(page, changed))


@person.command("project", answer=["person"])
@click.argument("login")
@click.argument("project")
@click.option("--level", type=LEVELS, help="The level on the project's budget.")
@click.option("--may-send/--may-not-send", default=None, help='The grant "send and retrieve budgets".')
@pass_call
def project(call: Call, login: str, project: str, *, level: str | None, may_send: bool | None) -> None:
    """Set what a person may do with the budget of one PROJECT."""
    changed = call.app.people.grant_project(call.actor, login, project, level=level, may_send=may_send)
    call.answer({"person": changed}, lambda page: _print_person(page, changed))


@person.command("grant", answer=["person"])
@click.argument("login")
@click.option("--item-type", default="budget", show_default=True, help="What may be answered.")
@click.option("--direction", default="export", show_default=True, help="In which direction.")
@click.option("--project", help="In this project alone.")
@pass_call
def grant(call: Call, login: str, item_type: str, direction: str, project: str | None) -> None:
    """Grant the privilege to push to accounting; nobody grants it to himself."""
    changed = call.app.people.grant_privilege(
        call.actor, login, item_type=item_type, direction=direction, project=project
    )
    call.answer({"person": changed}, lambda page: _print_person(page, changed))


@person.command("revoke", answer=["person"])
@click.argument("login")
@click.option("--item-type", default="budget", show_default=True, help="What was granted.")
@click.option("--direction", default="export", show_default=True, help="In which direction.")
@click.option("--project", help="The grant of this project.")
@pass_call
def revoke(call: Call, login: str, item_type: str, direction: str, project: str | None) -> None:
    """Take the privilege to push to accounting away."""
    changed = call.app.people.revoke_privilege(
        call.actor, login, item_type=item_type, direction=direction, project=project
    )
    call.answer({"person": changed}, lambda page: _print_person(page, changed))


@person.command("remove", answer=["done"])
@click.argument("login")
@pass_call
def remove(call: Call, login: str) -> None:
    """Take a person out of the company with all that was granted."""
    call.app.people.remove(call.actor, login)
    call.done(f"{login} is no longer of this company.")


@person.command("token", answer=["token", "name"])
@click.argument("name")
@click.option(
    "--verb", "verbs", multiple=True, required=True, help="What it may do: read, edit, send, answer or resume."
)
@click.option("--for-company", "companies", multiple=True, help="A company it is for; default the one you act in.")
@click.option("--project", "projects", multiple=True, help="A project it is limited to.")
@click.option("--days", type=int, default=90, show_default=True, help="How long it is valid.")
@pass_call
def token(
    call: Call, name: str, *, verbs: tuple[str, ...], companies: tuple[str, ...], projects: tuple[str, ...], days: int
) -> None:
    """Make an API token for yourself and show it, this once."""
    made = call.app.people.create_token(
        call.actor, name, companies=companies or (call.actor.company,), verbs=verbs, projects=projects, days=days
    )

    def print_it(page: Page) -> None:
        page.line(made)
        page.line("It is shown this once. Set ERP_BRIDGE_TOKEN to it where it is used.")

    call.answer({"token": made, "name": name}, print_it)


@person.command("tokens", answer=["tokens"])
@pass_call
def tokens(call: Call) -> None:
    """Your API tokens that are in force."""
    found = call.app.people.list_tokens(call.actor)
    rows = [(each.name, each.companies, each.projects, each.verbs, each.expires_at) for each in found]
    columns = ["Name", "Companies", "Projects", "Verbs", "Expires"]
    call.answer({"tokens": found}, lambda page: page.table(columns, rows))


@person.command("revoke-token", answer=["done"])
@click.argument("name")
@pass_call
def revoke_token(call: Call, name: str) -> None:
    """End one of your API tokens."""
    call.app.people.revoke_token(call.actor, name)
    call.done(f"The token {name} has ended.")


for verb in (change, deactivate, reactivate, sign_ins, end_sign_in, end_sign_ins, identities, link, unlink):
    person.add_command(verb)


def _host(call: Call) -> Actor:
    """The installation itself: whoever owns the home folder could change the database anyway, and it is audited."""
    owner = call.folder.stat().st_uid if call.folder.is_dir() else None
    if hasattr(os, "getuid") and os.getuid() not in {owner, 0}:
        raise NotAllowed("Only the owner of the home folder may do this.", remedy=f"Ask the owner of {call.folder}.")
    code = call.company
    if not code:
        from erp_bridge_core.cli.call import only_company

        code = only_company(call.app)
    return call.app.companies.system(code)


def _print_person(page: Page, who: "Person") -> None:
    page.facts(
        [
            ("Login", who.login),
            ("Name", who.name),
            ("E-mail", who.email),
            ("Active", who.active),
            ("Has a password", who.has_password),
            ("Has to choose his own", who.one_time_password),
            ("Locale", who.locale or ""),
            ("Time zone", who.time_zone or ""),
            ("Administrator", who.administrator),
            ("ERP Integrations", str(who.integrations).replace("_", "-")),
        ]
    )
    with page.section("Budgets"):
        page.table(
            ["Project", "Level", "May send"], [(each.project, each.level, each.may_send) for each in who.projects]
        )
    with page.section("Privileges to push to accounting"):
        rows = [
            (each.item_type, each.direction, each.project or "all projects", each.granted_by, each.granted_at)
            for each in who.privileges
        ]
        page.table(["Item", "Direction", "Project", "Granted by", "Since"], rows)
