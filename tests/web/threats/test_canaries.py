"""Secrets that are planted everywhere are found nowhere: no page, answer, log, mail, audit entry or file (X4)."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from full_site import FullSite, full_site
from web_site import PASSWORD

pytestmark = pytest.mark.rule("X4")

MAIL, CONNECTION, TYPED = "canary-of-the-mail-server", "canary-of-the-connection", "canary that was typed wrongly"


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FullSite, dict[str, str]]]:
    """A site with secrets of every kind, each by its name; those of the operator lie where his references lead."""
    with full_site(tmp_path_factory.mktemp("canaries")) as site:
        home, ada = site.application.home, site.person("ada")
        (home / "secrets").mkdir(mode=0o700, exist_ok=True)
        for name, value in (("mail-password", MAIL), ("hoosier-books", CONNECTION)):
            (home / "secrets" / name).touch(mode=0o600)
            (home / "secrets" / name).write_text(value)
        with (home / "erp-bridge.toml").open("a") as file:
            file.write('\n[mail]\nhost = "localhost"\nport = 1\nusername = "u"\npassword = "file:mail-password"\n')
            file.write('from_address = "erp-bridge@site.test"\n')
        people = site.application.people
        token = people.create_token(ada, "canary", companies=["hoosier"], verbs=["read"])
        made = site.application.webhooks.add(ada, "https://hooks.example.com/canary")
        secrets = {
            "a password": PASSWORD, "a token": token, "a webhook's secret": made.secret, "the mail server's": MAIL,
            "a connection's": CONNECTION, "a password that was typed": TYPED,
            "the key of the trail": site.application.opened.audit_key.hex(),
        }  # fmt: skip
        yield site, secrets


def misuse(site: FullSite) -> list[str]:
    """What is answered to those who type secrets in the wrong places, and when what needs one fails."""
    headers = {"X-CSRF-Token": site.browser("bob").token("/password")}
    form = {"csrf_token": headers["X-CSRF-Token"], "old": TYPED, "password": TYPED, "new": TYPED, "again": "x"}
    client = site.server
    answers = [
        client.post("/password", data={**form, "current": TYPED, "repeated": "x"}),
        client.post("/sign-in", data={**form, "login": "mia", "company": "hoosier"}),
        client.post("/api/v1/session", json={"login": "mia", "password": TYPED, "company": "hoosier"}),
        client.post("/api/v1/session", json={"login": "mia", "password": TYPED, "secret": TYPED}),
        client.put("/api/v1/people/bob/password", json={"password": TYPED[:5], "x": TYPED}, headers=headers),
        client.post("/api/v1/mail/retry", json={}, headers=headers),
        client.post("/api/v1/mail/send", json={}, headers=headers),
        client.post("/api/v1/mail/test", json={"address": "x@site.test"}, headers=headers),
        client.post("/api/v1/connections/books/check", json={}, headers=headers),
        client.get("/api/v1/items", headers={"Authorization": f"Bearer {TYPED}", "ERP-Bridge-Company": "hoosier"}),
    ]
    return [answer.text + str(answer.headers) for answer in answers]


def answers(site: FullSite) -> Iterator[tuple[str, str]]:
    """What every page and operation answers to an administrator who may do everything."""
    browser = site.browser("bob")
    for route in site.routes():
        if route.startswith("GET "):
            answer = browser.get(site.path(route))
            yield route, answer.text + str(answer.headers)


def files(home: Path) -> Iterator[tuple[str, bytes]]:
    """All that is kept on the disk, but the secrets themselves and what checks them."""
    for path in home.rglob("*"):
        if path.is_file() and path.parent.name != "secrets":
            yield str(path.relative_to(home)), path.read_bytes()


def test_no_secret_is_told_logged_or_kept(
    planted: tuple[FullSite, dict[str, str]], caplog: pytest.LogCaptureFixture
) -> None:
    """After all that could bring one out: pages, API, errors, logs, audit, ledger, mail, database and files."""
    site, secrets = planted
    with caplog.at_level(logging.DEBUG):
        told = [("a refusal", text) for text in misuse(site)]
        told += list(answers(site))
    told += [("the log", caplog.text)]
    told += [(f"mail {mail.id}", str(site.application.mail.show(site.person("ada"), mail.id)))
             for mail in site.application.mail.list(site.person("ada"))]  # fmt: skip
    found = [f"{what} in {where}" for where, text in told for what, secret in secrets.items() if secret in text]
    found += [
        f"{what} in {where}"
        for where, content in files(site.application.home)
        for what, secret in secrets.items()
        if secret.encode() in content
    ]

    assert [] == found


@pytest.mark.sqlite
def test_a_secret_would_be_found(planted: tuple[FullSite, dict[str, str]]) -> None:
    """Each kind is searched for, and where it lies it is found."""
    site, secrets = planted
    lying = {path.name: path.read_text() for path in (site.application.home / "secrets").iterdir()}

    assert {"mail-password": MAIL, "hoosier-books": CONNECTION} == {name: lying[name] for name in lying if "-" in name}
    assert len(secrets) == len({secret for secret in secrets.values() if len(secret) > 15})
    assert any(b"nightly" in content for _, content in files(site.application.home))
