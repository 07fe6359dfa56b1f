"""The desk's acts on the site: people's rights, tokens, views, webhooks, the clock, stale reads and the switches."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from erp_bridge_core.simulation import advance
from erp_bridge_core.simulation.commands import desk_commands
from erp_bridge_procore.simulator import hooks, oauth
from erp_bridge_procore.simulator.company import COMPANY, Installation
from erp_bridge_procore.simulator.desk_acts import acting, looking
from erp_bridge_procore.simulator.masters import APPROVER, person_of, set_columns
from erp_bridge_procore.simulator.switches import SWITCHES

_BUDGET = ("none", "read_only", "standard", "admin")
_ERP = ("none", "standard", "admin")


def switch(home: Path, *, name: str = "", value: Annotated[str, "value; blank: its default"] = "") -> Sequence[str]:
    """List the switches, or set one."""
    with Installation(home).writing() as connection:
        if not name:
            return [f"{held.name} = {SWITCHES.get(connection, held.name)}: {held.help}" for held in SWITCHES]
        found = next((held for held in SWITCHES if held.name == name), None)
        if found is None:
            raise ValueError(f"there is no switch {name}")
        SWITCHES.set(connection, name, value or found.default)
    return [f"{name} is now {value or found.default or 'blank'}."]


def pass_time(home: Path, *, seconds: str) -> Sequence[str]:
    """Let time pass for the simulator."""
    with Installation(home).writing() as connection:
        advance(connection, float(seconds))
    return [f"{seconds} seconds passed."]


def people(home: Path) -> Sequence[str]:
    """The people, with what they may."""
    with looking(home) as context:
        return [
            f"{row['login']}: budget {row['budget']}, ERP Integrations {row['erp']}, push to accounting "
            f"{'yes' if row['push'] else 'no'}"
            for row in context.all("SELECT * FROM person ORDER BY id")
        ]


def set_rights(
    home: Path, *, login: str, budget: Annotated[str, "none, read_only, standard or admin"],
    erp: Annotated[str, "none, standard or admin"], push: Annotated[str, "yes or no"],
) -> Sequence[str]:  # fmt: skip
    """Set what a person may."""
    if budget not in _BUDGET or erp not in _ERP or push not in {"yes", "no"}:
        raise ValueError("rights are as the help of each says")
    with acting(home, APPROVER) as context:
        person = person_of(context, login)
        context.run("UPDATE person SET budget = ?, erp = ?, push = ? WHERE id = ?", budget, erp, push == "yes", person)
    return [f"{login}: budget {budget}, ERP Integrations {erp}, push to accounting {push}."]


def expire_tokens(home: Path) -> Sequence[str]:
    """End all access tokens; refresh tokens stay good."""
    with acting(home, APPROVER) as context:
        return [f"{oauth.end_tokens(context, refresh_too=False)} tokens ended."]


def revoke(home: Path) -> Sequence[str]:
    """Revoke every authorization: access and refresh tokens."""
    with acting(home, APPROVER) as context:
        return [f"{oauth.end_tokens(context, refresh_too=True)} tokens ended, and their authorizations."]


def apps(home: Path) -> Sequence[str]:
    """The apps with what a client signs in with, as the developer portal shows it: for any client of the real API."""
    with looking(home) as context:
        rows = context.all("SELECT a.*, p.login FROM app a JOIN person p ON p.id = a.person ORDER BY a.service DESC")
        return [
            f"{'client credentials' if row['service'] else 'authorization code'}, as {row['login']}: client_id "
            f"{row['client_id']}, client_secret {row['client_secret']}, application {row['number']}, "
            f"redirect_uri {row['redirect_uri'] or '(none)'}, company {COMPANY}"
            for row in rows
        ]


def set_redirect(
    home: Path, *, uri: Annotated[str, "an address on loopback, or urn:ietf:wg:oauth:2.0:oob"]
) -> Sequence[str]:
    """Say where the app that acts for people has its codes sent."""
    if uri != oauth.OUT_OF_BAND and urlsplit(uri).hostname not in hooks.LOOPBACK:
        raise ValueError("codes of this simulator go to addresses on loopback alone")
    with acting(home, APPROVER) as context:
        context.run("UPDATE app SET redirect_uri = ? WHERE service = 0", uri)
    return [f"Codes go to {uri}."]


def connect(home: Path, *, connected: Annotated[str, "yes or no"]) -> Sequence[str]:
    """Connect the app to the company, or take the connection away."""
    if connected not in {"yes", "no"}:
        raise ValueError("connected is yes or no")
    with acting(home, APPROVER) as context:
        context.run("UPDATE company SET connected = ? WHERE id = ?", connected == "yes", COMPANY)
    return [f"The app is connected: {connected}."]


def view_columns(home: Path, *, keys: Annotated[str, "keys of columns, divided by commas"]) -> Sequence[str]:
    """Give the budget view these columns."""
    with acting(home, APPROVER) as context:
        view = context.one("SELECT id FROM view ORDER BY id LIMIT 1")
        assert view is not None
        set_columns(context, view["id"], [key.strip() for key in keys.split(",")])
    return [f"The view has {keys}."]


def freeze_reads(home: Path) -> Sequence[str]:
    """From now on the API's reads show what is there now."""
    installation = Installation(home)
    with installation.reading():
        installation.stale.keep()
    return ["Reads are frozen."]


def thaw_reads(home: Path) -> Sequence[str]:
    """The API's reads show the books again."""
    Installation(home).stale.end()
    return ["Reads are fresh."]


def deliveries(home: Path) -> Sequence[str]:
    """What came of the webhook events, newest first."""
    with looking(home) as context:
        rows = context.all("SELECT * FROM delivery ORDER BY id DESC")
        return [f"{row['id']} {row['outcome']} after {row['tries']} tries" for row in rows] or ["There is no event."]


def forge_event(home: Path, *, request: Annotated[str, "number of a request, real or not"]) -> Sequence[str]:
    """Send every hook an event without its secret headers, as a stranger does who knows the address."""
    with acting(home, APPROVER) as context:
        held = context.all("SELECT * FROM hook WHERE company <> 0")
        event = hooks.Event(resource=hooks.REQUESTS, event="create", resource_id=int(request), project=None)
        for hook in held:
            body = hooks.body_of(context, hook["version"], event)
            forged = context.add(
                "hook", company=0, namespace="forged", url=hook["url"], headers="{}", version=hook["version"]
            )
            context.add("delivery", hook=forged, event=json.dumps(body), created=context.moment)
    return [f"{len(held)} forged events wait."]


COMMANDS = desk_commands(
    switch, pass_time, people, set_rights, apps, expire_tokens, revoke, set_redirect, connect, view_columns,
    freeze_reads, thaw_reads, deliveries, forge_event,
)  # fmt: skip
