"""`person` identities, link, unlink: who a person is to the provider of sign-ins, for signing in on pages."""

import click

from erp_bridge_core.cli.acts import Act, pass_call
from erp_bridge_core.cli.call import Call
from erp_bridge_core.contract.errors import UsageError

_subject = click.option("--subject", required=True, help="What the provider calls the person.")
_issuer = click.option("--issuer", default="", help="The provider's address; default the one of [oidc].")


@click.command("identities", cls=Act, answer=["identities"])
@click.argument("login")
@pass_call
def identities(call: Call, login: str) -> None:
    """The identities by which LOGIN signs in through a provider."""
    found = call.app.people.identities.of(call.actor, login)
    rows = [(each.subject, each.issuer, each.linked_by or "the host", each.linked_at) for each in found]
    columns = ["Subject", "Issuer", "Linked by", "Linked at"]
    call.answer({"identities": found}, lambda page: page.table(columns, rows))


@click.command("link", cls=Act, answer=["identity"])
@click.argument("login")
@_subject
@_issuer
@pass_call
def link(call: Call, login: str, subject: str, issuer: str) -> None:
    """Link LOGIN with an identity: whoever has it at the provider signs in as LOGIN from now on."""
    found = call.app.people.identities.link(call.actor, login, issuer=_named(call, issuer), subject=subject)
    sentence = f"{login} is linked with {found.subject} of {found.issuer}."
    call.answer({"identity": found}, lambda page: page.line(sentence))


@click.command("unlink", cls=Act, answer=["done"])
@click.argument("login")
@_subject
@_issuer
@pass_call
def unlink(call: Call, login: str, subject: str, issuer: str) -> None:
    """Take an identity from LOGIN, yourself too; sign-ins through it end."""
    call.app.people.identities.unlink(call.actor, login, issuer=_named(call, issuer), subject=subject)
    call.done(f"{login} is no longer linked with {subject}; sign-ins through it have ended.")


def _named(call: Call, issuer: str) -> str:
    from erp_bridge_core.configuration.configuration import Configuration

    found = issuer or Configuration.read(call.folder).oidc.issuer
    if not found:
        raise UsageError("No provider of sign-ins is configured.", remedy="Name the provider's address by --issuer.")
    return found
