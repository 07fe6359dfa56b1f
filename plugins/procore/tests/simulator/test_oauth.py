"""Tokens, as any OAuth client has them."""

import re

import requests
from simulator.stranger import V1, Desk, Stranger

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"


def code_of(stranger: Stranger) -> str:
    """What a person does in a browser: open the consent page, press the button, copy the code."""
    query = {"response_type": "code", "client_id": stranger.app("web")["client_id"], "redirect_uri": OUT_OF_BAND}
    page = requests.get(f"{stranger.url}/oauth/authorize", params=query, timeout=30)
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text))
    headers = {"Origin": stranger.url}
    return requests.post(f"{stranger.url}/oauth/authorize", data=fields, headers=headers, timeout=30).text


def exchanged(stranger: Stranger, code: str) -> requests.Response:
    """A code for tokens."""
    return stranger.token("web", grant_type="authorization_code", code=code, redirect_uri=OUT_OF_BAND)


def refreshed(stranger: Stranger, refresh_token: str) -> requests.Response:
    """A refresh token for new tokens."""
    return stranger.token("web", grant_type="refresh_token", refresh_token=refresh_token)


def test_a_data_connector_has_a_token_of_5400_seconds(stranger: Stranger) -> None:
    """By client credentials, and without a refresh token."""
    document = stranger.token(grant_type="client_credentials").json()
    assert ("Bearer", 5400) == (document["token_type"], document["expires_in"])
    assert "refresh_token" not in document


def test_an_app_may_log_in_as_http_has_it(stranger: Stranger) -> None:
    """As libraries of OAuth do: name and secret beside the form, not in it."""
    app = stranger.app()
    fields = {"grant_type": "client_credentials"}
    url = f"{stranger.url}/oauth/token"
    answers = [
        requests.post(url, data=fields, auth=(app["client_id"], secret), timeout=30).status_code
        for secret in (app["client_secret"], "wrong")
    ]
    assert [200, 401] == answers


def test_the_desk_tells_what_to_sign_in_with(desk: Desk, stranger: Stranger) -> None:
    """Of both apps, so that any client can be pointed at the simulator."""
    told = desk.do("apps")
    assert [] == [value for kind in ("service", "web") for value in stranger.app(kind).values() if value not in told]


def test_a_wrong_secret_is_refused(stranger: Stranger) -> None:
    """In the words of OAuth."""
    answer = stranger.token(grant_type="client_credentials", client_secret="wrong")
    assert (401, "invalid_client") == (answer.status_code, answer.json()["error"])


def test_a_code_is_used_once(stranger: Stranger) -> None:
    """Its second use is refused, and the first one's tokens are good."""
    code = code_of(stranger)
    first, second = exchanged(stranger, code), exchanged(stranger, code)
    assert (200, 401, "invalid_grant") == (first.status_code, second.status_code, second.json()["error"])


def test_a_code_belongs_to_its_address(stranger: Stranger) -> None:
    """Whoever names another one has none."""
    code = code_of(stranger)
    other = stranger.token("web", grant_type="authorization_code", code=code, redirect_uri="http://127.0.0.1:9/")
    assert [401, 200] == [other.status_code, exchanged(stranger, code).status_code]


def test_a_code_lives_ten_minutes(desk: Desk, stranger: Stranger) -> None:
    """After that it is refused."""
    code = code_of(stranger)
    desk.do("pass-time", seconds="601")
    assert 401 == exchanged(stranger, code).status_code


def test_a_refresh_token_rotates_and_is_dead_after_use(stranger: Stranger) -> None:
    """Each answer holds the next; the one before is refused."""
    first = exchanged(stranger, code_of(stranger)).json()["refresh_token"]
    second = refreshed(stranger, first).json()["refresh_token"]
    assert first != second
    assert [401, 200] == [refreshed(stranger, each).status_code for each in (first, second)]


def test_a_lost_reply_costs_the_authorization(desk: Desk, stranger: Stranger) -> None:
    """What was given and not received can't be asked for again."""
    token = exchanged(stranger, code_of(stranger)).json()["refresh_token"]
    desk.switch("lost_token_replies", "1")
    try:
        refreshed(stranger, token)
    except requests.ConnectionError:
        desk.switch("lost_token_replies", "0")
    assert "invalid_grant" == refreshed(stranger, token).json()["error"]


def test_revoking_ends_access_and_refresh_token(stranger: Stranger) -> None:
    """And is answered alike for a token that there never was."""
    tokens = exchanged(stranger, code_of(stranger)).json()
    for token in (tokens["access_token"], "never given"):
        body = stranger.app("web", token=token)
        assert 200 == requests.post(f"{stranger.url}/oauth/revoke", data=body, timeout=30).status_code
    assert 401 == refreshed(stranger, tokens["refresh_token"]).status_code
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert 401 == requests.get(f"{stranger.url}/oauth/token/info", headers=headers, timeout=30).status_code


def test_a_token_ends(desk: Desk, stranger: Stranger) -> None:
    """After its 5400 seconds it is no token."""
    desk.do("pass-time", seconds="5400")
    assert 401 == stranger.ask("GET", f"{V1}/me").status_code


def test_a_token_may_be_asked_for_in_other_encodings(stranger: Stranger) -> None:
    """As a form with parts, which the vendor's own examples send, and as JSON."""
    fields = stranger.app(grant_type="client_credentials")
    parts = {name: (None, value) for name, value in fields.items()}
    url = f"{stranger.url}/oauth/token"
    answers = [requests.post(url, files=parts, timeout=30), requests.post(url, json=fields, timeout=30)]
    assert [200, 200] == [answer.status_code for answer in answers]


def test_a_code_may_be_sent_by_redirect(desk: Desk, stranger: Stranger) -> None:
    """With the state that was given, to the address that is registered."""
    desk.do("set-redirect", uri="http://127.0.0.1:9/back")
    query = {"response_type": "code", "client_id": stranger.app("web")["client_id"], "state": "s 1",
             "redirect_uri": "http://127.0.0.1:9/back"}  # fmt: skip
    page = requests.get(f"{stranger.url}/oauth/authorize", params=query, timeout=30)
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text))
    answer = requests.post(
        f"{stranger.url}/oauth/authorize", data=fields, headers={"Origin": stranger.url}, timeout=30,
        allow_redirects=False,
    )  # fmt: skip
    assert re.fullmatch(r"http://127\.0\.0\.1:9/back\?code=\w{64}&state=s\+1", answer.headers["Location"])
    wrong = requests.get(f"{stranger.url}/oauth/authorize", params={**query, "redirect_uri": OUT_OF_BAND}, timeout=30)
    assert 400 == wrong.status_code


def test_the_consent_form_can_not_be_made_elsewhere(stranger: Stranger) -> None:
    """Without the page's ticket, or from another site's page, no code is given."""
    fields = {"response_type": "code", "client_id": stranger.app("web")["client_id"], "redirect_uri": OUT_OF_BAND}
    for origin in (stranger.url, "http://elsewhere.example"):
        headers = {"Origin": origin}
        answer = requests.post(f"{stranger.url}/oauth/authorize", data=fields, headers=headers, timeout=30)
        assert 403 == answer.status_code
