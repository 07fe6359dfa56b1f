"""The doctor sees what is planted, says what to do about it, shows no secret and changes nothing."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text, update

from erp_bridge_core.app import Application
from erp_bridge_core.configuration.document import rewrite
from erp_bridge_core.engine import living
from erp_bridge_core.engine.living import Sign
from erp_bridge_core.operations.doctor import Examined, examine
from erp_bridge_core.store.tables import installation
from erp_bridge_core.upkeep.backup import back_up
from erp_bridge_core.upkeep.findings import Looked, Standing

SECRET = "canary-of-the-connection"


def named(found: Examined, name: str) -> list[Looked]:
    """What was found about one thing."""
    return [each for each in found.looked if each.name == name]


def configure(home: Path, **sections: Any) -> None:
    """Write sections of the configuration."""
    with rewrite(home) as document:
        for name, section in sections.items():
            document[name] = section


def test_a_good_home_has_no_fault(application: Application, tmp_path: Path) -> None:
    """With an address, a way for mail, a worker and a backup it has hardly a warning."""
    home = application.home
    home.chmod(0o700)
    configure(home, web={"base_url": "https://budgets.test"}, mail={"transport": "files", "from_address": "a@b.test"},
              plugins={"enabled": []})  # fmt: skip
    with rewrite(home) as document:
        document.pop("connections", None)
    back_up(home, tmp_path / "one.backup")
    sign = Sign(application.store, "worker")
    sign.begin(application.clock.now())
    before = {path: path.read_bytes() for path in sorted(home.glob("*.toml"))}

    found = examine(home)

    assert [] == [each for each in found.looked if each.standing is Standing.FAILED]
    assert {"python", "extras", "files", "secrets", "plugins", "address", "worker", "backup", "items"} <= {
        each.name for each in found.looked if each.standing is Standing.OK
    }
    assert before == {path: path.read_bytes() for path in before}


def test_workers_of_another_version_are_told(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody forgot a host when the others were given the newer program."""
    with monkeypatch.context() as patch:
        patch.setattr(living, "this_version", lambda: "0.0.1")
        Sign(application.store, "worker").begin(application.clock.now())

    (told,) = named(examine(application.home), "versions")

    assert (Standing.WARNING, True) == (told.standing, "the workers 0.0.1 is process" in told.message)


@pytest.mark.parametrize(
    ("section", "name", "words"),
    [
        ({"metrics": {"token": "file:not-there"}}, "secrets", "metrics.token"),
        (
            {"mail": {"host": "mail.test", "from_address": "a@b.test", "ca_file": "/no/such.pem"}},
            "certificates",
            "mail",
        ),
        ({"nonsense": {"x": 1}}, "configuration", "nonsense"),
        ({"schedule": {"poll_seconds": 0.0}}, "configuration", "schedule.poll_seconds"),
        ({"connections": {"lost": {"company": "hoosier", "erp": "no-such-erp"}}}, "plugins", "no-such-erp"),
    ],
)
def test_what_is_wrong_is_told_with_a_remedy(
    application: Application, section: dict[str, Any], name: str, words: str
) -> None:
    """A secret that is not there, a file that is missing, a key that nobody knows, a plugin that is gone."""
    configure(application.home, **section)

    found = examine(application.home)

    faults = [each for each in named(found, name) if each.standing is Standing.FAILED and words in each.message]
    assert not found.is_well
    assert 1 == len(faults)
    assert faults[0].remedy


def test_a_home_that_is_not_there_is_all_that_is_told_of_it(tmp_path: Path) -> None:
    """With how to make one."""
    found = examine(tmp_path / "none")

    (fault,) = [each for each in found.looked if each.standing is not Standing.OK]
    assert "erp-bridge init" in fault.remedy


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_files_that_others_read_are_told(application: Application) -> None:
    """Where they can get at them: a home that nobody else can enter keeps them out, whatever modes lie in it."""
    (application.home / "keys" / "audit.key").chmod(0o644)
    application.home.chmod(0o700)
    assert [Standing.OK] == [each.standing for each in named(examine(application.home), "files")]

    application.home.chmod(0o755)
    faults = [each.remedy for each in named(examine(application.home), "files")]
    assert any(remedy.startswith("chmod 600") and "audit.key" in remedy for remedy in faults)


def test_work_that_does_not_go_on_is_told(application: Application) -> None:
    """No worker, no backup, and writing that is frozen."""
    with application.store.begin() as connection:
        connection.execute(update(installation).values(frozen_because="an older copy"))

    found = examine(application.home)

    warnings = {each.name for each in found.looked if each.standing is Standing.WARNING}
    assert {"worker", "backup", "writing"} <= warnings


def test_a_damaged_database_ends_the_look_at_it_alone(application: Application) -> None:
    """All that can be looked at is told."""
    with application.store.begin() as connection:
        connection.execute(text("DROP TABLE outbox"))
    application.close()
    (application.home / "erp-bridge.db").write_bytes(b"no database at all, by any means" * 100)

    found = examine(application.home)

    assert not found.is_well
    assert named(found, "python")
    assert [] == named(found, "worker")


def test_hosts_are_reached_where_that_is_asked_for(application: Application) -> None:
    """A connection and nothing more: neither a log-in nor a request is sent."""
    with socket.create_server(("127.0.0.1", 0)) as mail:
        there = mail.getsockname()[1]
        configure(application.home, mail={"host": "127.0.0.1", "port": there, "from_address": "a@b.test",
                                          "security": "none"})  # fmt: skip
        reached = named(examine(application.home, reach=True), "reach")
        mail.settimeout(30)
        with mail.accept()[0] as heard:
            heard.settimeout(30)
            said = heard.recv(100)

    gone = named(examine(application.home, reach=True), "reach")
    assert any(each.standing is Standing.OK and "mail" in each.message for each in reached)
    assert b"" == said
    assert any(each.standing is Standing.FAILED and "mail" in each.message and each.remedy for each in gone)
    assert [] == named(examine(application.home), "reach")


@pytest.mark.rule("X4")
def test_the_command_shows_no_secret(application: Application) -> None:
    """As one JSON document, with the status that says whether anything is wrong."""
    folder = application.home / "secrets"
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / "readers").touch(mode=0o600)
    (folder / "readers").write_text(SECRET)
    configure(application.home, metrics={"token": "file:readers"})
    command = [sys.executable, "-m", "erp_bridge_core", "--home", str(application.home), "doctor", "--json"]

    ran = subprocess.run(command, capture_output=True, text=True, check=False)

    document = json.loads(ran.stdout)
    assert document["well"] is (ran.returncode == 0)
    assert {"name", "standing", "message", "remedy"} == set(document["looked"][0])
    assert SECRET not in ran.stdout + ran.stderr
