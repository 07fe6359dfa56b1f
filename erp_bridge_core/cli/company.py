"""`company`: the companies of the installation and their policies."""

from typing import TYPE_CHECKING

import click

from erp_bridge_core.cli.acts import Noun, pass_call
from erp_bridge_core.cli.call import Call
from erp_bridge_core.cli.output import Page
from erp_bridge_core.contract.errors import Fault, UsageError

if TYPE_CHECKING:
    from erp_bridge_core.people.policy import CompanyPolicy


@click.group("company", cls=Noun)
def company() -> None:
    """Companies: every project, person, connection and permission belongs to one."""


@company.command("add", answer=["company"])
@click.argument("code")
@click.option("--name", required=True, help="Its name.")
@click.option("--time-zone", default="UTC", show_default=True, help="Its dates are this zone's.")
@click.option("--currency", default="USD", show_default=True, help="As in ISO 4217.")
@click.option("--administrator", metavar="LOGIN", help="Its first administrator, instead of yourself.")
@pass_call
def add(call: Call, /, code: str, **facts: str) -> None:
    """Add a company CODE; you, or who is named, administers it."""
    added = call.app.companies.add(call.actor, code, **facts)
    call.answer({"company": added}, lambda page: page.line(f"Company {added.code} was added."))


@company.command("list", answer=["companies"])
@pass_call
def list_companies(call: Call) -> None:
    """The companies that you belong to."""
    found = call.app.companies.list(call.actor)
    rows = [(each.code, each.name, each.currency, each.time_zone) for each in found]
    call.answer({"companies": found}, lambda page: page.table(["Code", "Name", "Currency", "Time zone"], rows))


@company.command("show", answer=["company"])
@pass_call
def show(call: Call) -> None:
    """The company that you act in, with its policies."""
    found = call.app.companies.show(call.actor)

    def print_it(page: Page) -> None:
        page.facts([("Code", found.code), ("Name", found.name), ("Currency", found.currency)])
        page.facts([("Time zone", found.time_zone), ("Since", found.created_at)])
        _print_policy(page, found.policy)

    call.answer({"company": found}, print_it)


@company.command("policy", answer=["policy"])
@click.argument("settings", nargs=-1, metavar="[NAME=VALUE]...")
@pass_call
def policy(call: Call, settings: tuple[str, ...]) -> None:
    """Show the company's policies, or set some: `company policy duplicates=sum recent_minutes=30`."""
    if settings:
        shown = call.app.companies.set_policy(call.actor, **_parsed(settings))
    else:
        shown = call.app.companies.show(call.actor).policy
    call.answer({"policy": shown}, lambda page: _print_policy(page, shown))


@company.command("tokens", answer=["tokens"])
@pass_call
def tokens(call: Call) -> None:
    """All API tokens in force that are for the company; for administrators."""
    found = call.app.people.tokens.of_company(call.actor)
    rows = [(each.login, each.name, each.projects, each.verbs, each.created_at, each.expires_at) for each in found]
    columns = ["Of", "Name", "Projects", "Verbs", "Since", "Expires"]
    call.answer({"tokens": found}, lambda page: page.table(columns, rows, none="No tokens."))


@company.command("withdraw-token", answer=["done"])
@click.argument("login")
@click.argument("name")
@pass_call
def withdraw_token(call: Call, login: str, name: str) -> None:
    """Take the company out of the token NAME of LOGIN; one that is for no other company ends."""
    call.app.people.tokens.withdraw(call.actor, login, name)
    call.done(f"The token {name} of {login} is good for nothing here any more.")


def _print_policy(page: Page, policy: "CompanyPolicy") -> None:
    import attrs

    with page.section("Policies"):
        page.facts(sorted(attrs.asdict(policy).items()))


def _parsed(settings: tuple[str, ...]) -> dict[str, object]:
    import attrs

    from erp_bridge_core.people.policy import CompanyPolicy

    kinds = {field.name: field.type for field in attrs.fields(CompanyPolicy)}
    values: dict[str, object] = {}
    faults = []
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals or name not in kinds:
            known = ", ".join(sorted(kinds))
            faults.append(Fault("policy", "is not of the form NAME=VALUE", value=setting, expected=f"one of {known}"))
        else:
            values[name] = _value(kinds[name], text)
    if faults:
        raise UsageError("The policies can't be read.", remedy="Write NAME=VALUE.", faults=faults)
    return values


def _value(kind: object, text: str) -> object:
    """What the text means for a policy of that type; anything else is left for the service to refuse with its path."""
    if kind is bool and text.lower() in {"true", "yes", "false", "no"}:
        return text.lower() in {"true", "yes"}
    if kind is int and text.isascii() and text.isdigit():
        return int(text)
    return text
