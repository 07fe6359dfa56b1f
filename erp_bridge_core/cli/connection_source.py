"""`connection` authorize, metadata: what a connection to a budget source has beside one to an ERP."""

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import click

from erp_bridge_core.cli.acts import Act, pass_call
from erp_bridge_core.cli.call import Call
from erp_bridge_core.cli.hints import command

#: What authorization servers take from a program that can't be sent back to: they show the code instead.
_SHOWN: Final = "urn:ietf:wg:oauth:2.0:oob"


@click.command("authorize", cls=Act, answer=["done"])
@click.argument("name")
@click.option("--listen", type=click.IntRange(1, 65535), metavar="PORT", help="Wait for the browser on this machine.")
@click.option("--redirect-to", default="", metavar="URL", help="Where the source leads back to, as it was told there.")
@pass_call
def authorize(call: Call, name: str, *, listen: int | None, redirect_to: str) -> None:
    """Authorize a connection to a budget source, as a person in a browser.

    Open the address that is told, agree there, and paste the code, or the whole address that you were led back to.
    With --listen nothing is pasted, where the source leads the browser to http://localhost:PORT/.
    """
    back = redirect_to or (f"http://localhost:{listen}/" if listen else _SHOWN)
    begun = call.app.connections.authorizing.begin(call.actor, name, redirect_to=back)
    click.echo(f"Open this address in a browser, and agree there:\n{call.clean(begun.address)}", err=True)
    if listen:
        from erp_bridge_core.cli.listening import wait_for_answer

        answer = wait_for_answer(listen)
    else:
        answer = _pasted(click.prompt("The code, or the address that you were led back to", err=True), begun.state)
    call.app.connections.authorizing.finish(call.actor, name, answer)
    call.done(f"{name} is authorized. Next: {command('connection', 'check', name)}.")


@click.command("metadata", cls=Act, answer=["metadata"])
@click.argument("name")
@click.option("--for", "erp_connection", required=True, metavar="CONNECTION", help="The connection to the ERP.")
@pass_call
def metadata(call: Call, name: str, *, erp_connection: str) -> None:
    """What is handed in to the budget source of NAME so that it knows an ERP: limits, messages, custom fields."""
    found = dict(call.app.connections.metadata(call.actor, name, erp_connection))
    text = json.dumps(found, indent=2, ensure_ascii=False, default=str)
    call.answer({"metadata": found}, lambda page: page.lines(text.splitlines()))


def _pasted(text: str, state: str) -> Mapping[str, Any]:
    """What was pasted: an address holds its own state, a code was begun here."""
    text = text.strip()
    if "://" in text:
        return dict(parse_qsl(urlsplit(text).query))
    return {"code": text, "state": state}
