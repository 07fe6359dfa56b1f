"""The profile, the check, hints, the lock, and authorization by a person."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from simulator.stranger import Desk, Receiver
from source.doubles import JOB, SIMULATOR, MemoryEffects, changed

from erp_bridge_core.contract import SafetyClass, Secret, Served
from erp_bridge_core.contract.errors import BadInput, BadSettings, NotAllowed, SignInFailed
from erp_bridge_core.contract.source import Delivery, Source, SourceCapability
from erp_bridge_core.contract.source_hooks import REQUIRED, REQUIRED_FOR
from erp_bridge_core.contract.source_simulator import SourceMischief
from erp_bridge_core.contract.structuring import to_json
from erp_bridge_procore import plugin
from erp_bridge_procore.client.errors import ModificationsInTheWay
from erp_bridge_procore.settings import ProcoreSettings
from erp_bridge_procore.simulator import ProcoreSimulator

Connection = Source[ProcoreSettings]


def test_the_profile_is_plain_data_and_all_it_claims_is_there() -> None:
    """Each capability has its hook; each write is absolute, and says why."""
    profile = plugin.source_profile()
    assert to_json(profile) == to_json(plugin.source_profile())
    assert frozenset(SourceCapability) == profile.capabilities
    assert [] == [name for name in (*REQUIRED, *REQUIRED_FOR.values()) if not hasattr(plugin, name)]
    assert {SafetyClass.ABSOLUTE} == {operation.safety for operation in profile.operations}
    assert all(operation.because for operation in profile.operations)


# -- check ------------------------------------------------------------------------------------------------------------


def failing(source: Connection) -> dict[str, str]:
    """What a check finds wrong."""
    return {each.name: f"{each.message} {each.remedy}" for each in plugin.check_source(source) if not each.ok}


def test_a_connection_that_works_is_good(source: Connection, desk: Desk) -> None:
    """That the webhook is missing is a warning, since the poll finds all, until somebody sets it up."""
    desk.budget(L="1")
    assert {} == failing(source)
    assert ["webhook"] == [each.name for each in plugin.check_source(source) if each.is_warning]
    SIMULATOR.tell(desk.home, "http://127.0.0.1:9/receive", "secret")
    assert not any(each.is_warning for each in plugin.check_source(source))


@pytest.mark.parametrize(
    ("mischief", "names"),
    [
        (SourceMischief.LACKS_RIGHTS, {"budget view", "ERP Integrations", "transactions", "webhook"}),
        (SourceMischief.HIDES_COLUMNS, {"budget view"}),
        (SourceMischief.REVOKES_APP, {"company", "projects", "ERP Integrations", "webhook"}),
        (SourceMischief.EXPIRES_TOKENS, set()),
    ],
)
def test_a_check_names_what_is_wrong(source: Connection, desk: Desk, mischief: SourceMischief, names: set[str]) -> None:
    """Each by itself, with a remedy."""
    desk.budget(L="1")
    SIMULATOR.mischief()[mischief](desk.home, JOB)
    found = failing(source)
    assert names == set(found)
    assert all(text.strip().endswith((".", "anew")) for text in found.values())


def test_a_refused_log_in_is_not_tried_again(source: Connection) -> None:
    """Until a person checks the connection."""
    wrong = changed(source, client_secret=Secret("wrong"))
    for _ in range(2):
        with pytest.raises(SignInFailed, match="refused to sign the app in"):
            list(plugin.list_projects(wrong))
    with pytest.raises(SignInFailed, match="not tried again by itself"):
        list(plugin.list_projects(source))
    assert ["log-in"] == list(failing(wrong))
    assert "log-in" not in failing(source)
    assert 2 == len(list(plugin.list_projects(source)))


# -- hints ------------------------------------------------------------------------------------------------------------


def delivery(body: Any, token: str = "secret") -> Delivery:
    """A webhook as the receiver is given it."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Delivery(headers={"authorization": f"Bearer {token}"}, body=content)


EVENT = {
    "ulid": "01A", "resource_name": "ERP Requests", "resource_id": 5, "event_type": "create", "company_id": 4261,
    "project_id": 7, "metadata": {"source_application_id": 7101},
}  # fmt: skip


def test_a_hint_names_the_request(source: Connection) -> None:
    """Both deliveries of one event have one identity; our own doing is an echo."""
    taking = changed(source, webhook_token=Secret("secret"), application_id=7101)
    first, second = (plugin.hint(delivery(EVENT), taking) for _ in range(2))
    assert first == second
    assert first is not None
    assert ("01A", "5", "7", True) == (first.id, first.request, first.project, first.echo)
    other = plugin.hint(delivery({**EVENT, "metadata": {}}), taking)
    assert other is not None
    assert not other.echo


@pytest.mark.parametrize("event", [{**EVENT, "resource_name": "Projects"}, {**EVENT, "company_id": 1}])
def test_what_is_not_for_us_is_no_hint(source: Connection, event: dict[str, Any]) -> None:
    """Another resource, another company."""
    assert plugin.hint(delivery(event), changed(source, webhook_token=Secret("secret"))) is None


def test_forged_and_odd_deliveries_are_refused(source: Connection) -> None:
    """Without the token, without a token to compare with, and with nothing to read."""
    taking = changed(source, webhook_token=Secret("secret"))
    none = changed(source, webhook_token=Secret(""))
    for forged, by in ((delivery(EVENT, "other"), taking), (delivery(EVENT, ""), none)):
        with pytest.raises(NotAllowed):
            plugin.hint(forged, by)
    with pytest.raises(BadInput):
        plugin.hint(delivery(b"{"), taking)


@pytest.mark.parametrize(
    ("mischief", "count"),
    [(None, 1), (SourceMischief.DOUBLES_HINTS, 2), (SourceMischief.FORGES_HINT, 2)],
)
def test_a_webhook_leads_to_the_request(
    source: Connection, desk: Desk, served: Served, mischief: SourceMischief | None, count: int
) -> None:
    """Delivered by the simulator, read by the hook; a stranger's is refused."""
    receiver = Receiver()
    desk.budget(L="1")
    with receiver.open() as url:
        SIMULATOR.tell(desk.home, url, served.secrets["receiver"])
        if mischief is SourceMischief.DOUBLES_HINTS:
            SIMULATOR.mischief()[mischief](desk.home, JOB)
        number = SIMULATOR.send(desk.home, JOB)
        if mischief is SourceMischief.FORGES_HINT:
            SIMULATOR.mischief()[mischief](desk.home, JOB)
        events = receiver.wait_for(count)
    hints = set()
    for header, event in zip(receiver.headers, events, strict=True):
        told = Delivery(headers={"authorization": header}, body=json.dumps(event).encode())
        try:
            hints.add(plugin.hint(told, source))
        except NotAllowed:
            assert mischief is SourceMischief.FORGES_HINT
    (found,) = hints
    assert found is not None
    assert number == found.request


# -- lock -------------------------------------------------------------------------------------------------------------


def locks(source: Connection, project: str, *, locked: bool) -> list[str]:
    """Lock or unlock; the operations that went out."""
    effects = MemoryEffects()
    plugin.lock_budget(project, locked, source, effects)
    return effects.sent


def test_a_budget_is_locked_and_unlocked(source: Connection, desk: Desk, project: str) -> None:
    """Each once: what is so already is left."""
    desk.budget(L="1")
    assert (["lock"], []) == (locks(source, project, locked=True), locks(source, project, locked=True))
    assert SIMULATOR.books(desk.home, JOB).locked
    assert (["unlock"], []) == (locks(source, project, locked=False), locks(source, project, locked=False))


def test_modifications_are_never_deleted(source: Connection, desk: Desk, project: str) -> None:
    """A budget that has some is not unlocked from here."""
    desk.budget(L="5", M="1")
    desk.do("modify", project=JOB, source="03-1000.L", target="03-1000.M", amount="2")
    locks(source, project, locked=True)
    with pytest.raises(ModificationsInTheWay, match="has 1 modifications"):
        locks(source, project, locked=False)
    assert SIMULATOR.books(desk.home, JOB).locked
    assert 2 == len([amount for amount in SIMULATOR.books(desk.home, JOB).changes.values() if amount])


# -- authorization ----------------------------------------------------------------------------------------------------


@pytest.fixture
def by_person(source: Connection, desk: Desk) -> Connection:
    """A connection that acts for a person, who is sent back to an address on loopback."""
    desk.do("set-redirect", uri="http://127.0.0.1:9/back")
    with ProcoreSimulator().serve(desk.home) as served:
        client_id, secret = served.settings["web_client_id"], served.secrets["web_client_secret"]
    return changed(source, grant="authorization_code", client_id=client_id, client_secret=Secret(secret))


def consent(address: str) -> str:
    """Press the button on Procore's consent page; the code that comes back."""
    page = requests.get(address, timeout=30).text
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page))
    back = requests.post(address.partition("?")[0], data=fields, timeout=30, allow_redirects=False)
    query = parse_qs(urlsplit(back.headers["Location"]).query)
    assert ["our state"] == query["state"]
    return query["code"][0]


def test_a_person_authorizes_the_app(by_person: Connection, home: Path) -> None:
    """He comes back with a code; afterwards the connection renews its tokens by itself, until it is revoked."""
    back = "http://127.0.0.1:9/back"
    with pytest.raises(SignInFailed, match="Nobody has authorized"):
        list(plugin.list_projects(by_person))
    authorization = plugin.authorization(by_person)
    code = consent(authorization.address(redirect_to=back, state="our state"))
    authorization.redeem(code, redirect_to=back)
    assert 2 == len(list(plugin.list_projects(by_person)))
    SIMULATOR.mischief()[SourceMischief.EXPIRES_TOKENS](home, JOB)
    assert 2 == len(list(plugin.list_projects(by_person)))
    SIMULATOR.mischief()[SourceMischief.REVOKES_APP](home, JOB)
    SIMULATOR.calm(home)
    with pytest.raises(SignInFailed, match="refused the authorization"):
        list(plugin.list_projects(by_person))
    authorization.redeem(consent(authorization.address(redirect_to=back, state="our state")), redirect_to=back)
    assert 2 == len(list(plugin.list_projects(by_person)))


def test_a_service_account_is_not_authorized_by_people(source: Connection) -> None:
    """It signs in by itself."""
    with pytest.raises(BadSettings, match="signs in by itself"):
        plugin.authorization(source).address(redirect_to="http://127.0.0.1:9/back", state="x")


def test_one_apps_tokens_are_not_taken_for_anothers(source: Connection, by_person: Connection) -> None:
    """A connection that is led to another app signs in as that, from the first request on."""
    assert 2 == len(list(plugin.list_projects(source)))
    with pytest.raises(SignInFailed, match="Nobody has authorized"):
        list(plugin.list_projects(by_person))
