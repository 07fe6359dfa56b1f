"""Mail by the command line: in a demo's home it becomes files, and every answer is one document."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from erp_bridge_core.app import Application
from erp_bridge_core.cli.root import root
from erp_bridge_core.configuration.document import rewrite
from erp_bridge_core.installation import create_home
from erp_bridge_core.mail.outbox import notify

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    """A demo's home with a mail for somebody without an address, and one for somebody with one."""
    home = tmp_path / "home"
    create_home(
        home, company_code="hoosier", company_name="Hoosier Builders", time_zone="UTC", currency="USD",
        admin_login="ada", admin_name="Ada Administrator", demo=True,
    ).close()  # fmt: skip
    with Application.open(home) as application:
        ada = application.people.actor_as("ada", "hoosier")
        application.people.add(ada, "mia", "Mia Manager", email="mia@builders.test")
        with application.store.begin() as connection:
            for person in (1, 2):
                notify(connection, 1, kind="news", people=[person], payload={"a": "b"}, at=application.clock.now())
    return home


@pytest.fixture
def run(demo: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command as the administrator: exit status and output."""
    for name in ("ERP_BRIDGE_HOME", "ERP_BRIDGE_COMPANY", "ERP_BRIDGE_SESSION", "ERP_BRIDGE_TOKEN"):
        monkeypatch.delenv(name, raising=False)

    def act(*arguments: str) -> tuple[int, str]:
        ran = CliRunner().invoke(root, ["--home", str(demo), "--as", "ada", "mail", *arguments])
        return ran.exit_code, ran.output

    return act


def document(ran: tuple[int, str]) -> Any:
    """The JSON of an answer."""
    assert 0 == ran[0], ran[1]
    return json.loads(ran[1])


def test_mail_is_sent_shown_and_put_back(run: Run, demo: Path) -> None:
    """What can't be sent is told with its reason, and is due again once a person says so."""
    assert {"sent": [2], "put_off": [], "given_up": [1], "error": None, "summaries": []} == document(
        run("send", "--json")
    )
    (given_up,) = document(run("list", "--state", "given-up", "--json"))["mail"]
    assert ("ada", "ada has no mail address") == (given_up["login"], given_up["problem"])
    assert "a: b" in document(run("show", "2", "--json"))["text"]
    assert [1] == document(run("retry", "1", "--json"))["mail"]
    assert [] == document(run("list", "--state", "given-up", "--json"))["mail"]
    assert 1 == len(list((demo / "mail").glob("*.eml")))


def test_people_read_the_same(run: Run) -> None:
    """Sentences and a table."""
    assert (0, "Sent: 1 mail.\nGiven up: 1. `erp-bridge mail list --state given-up` says why.\n") == run("send")
    assert "mia <mia@builders.test>" in run("list")[1]
    assert "There is nobody to send it to." in run("show", "1")[1]
    assert (0, "No summary is due.\n") == run("summary")
    assert (0, "Due again: 1.\n") == run("retry")
    assert (0, "Due again: nothing was given up.\n") == run("retry")
    assert (0, "Sent to somebody@builders.test.\n") == run("test", "somebody@builders.test")


def test_a_server_that_is_gone_leaves_with_three(run: Run, demo: Path) -> None:
    """With what to do; so that a schedule's keeper sees it."""
    mail = {"host": "localhost", "port": 1, "security": "none", "from_address": "erp-bridge@builders.test"}
    with rewrite(demo) as document:
        document["mail"] = mail
    status, told = run("send")

    assert 3 == status
    assert "localhost:1 can't be reached" in told
    assert "What to do:" in told


@pytest.mark.parametrize(
    ("arguments", "status", "code"),
    [
        (["show", "99"], 1, "not_found"),
        (["retry", "2"], 1, "not_possible_now"),
        (["test", "nobody"], 1, "bad_input"),
        (["test", ""], 1, "bad_input"),
        (["list", "--state", "gone"], 2, "usage"),
    ],
)
def test_bad_input_is_told(run: Run, arguments: list[str], status: int, code: str) -> None:
    """By its code and status."""
    ended, told = run(*arguments, "--json")

    assert (status, code) == (ended, json.loads(told)["error"])
