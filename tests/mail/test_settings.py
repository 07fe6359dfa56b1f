"""`[mail]` of the configuration: all that is wrong is told at once, and nothing goes out unencrypted by mistake."""

import json
from pathlib import Path
from typing import Any

import pytest

from erp_bridge_core.configuration.configuration import Configuration
from erp_bridge_core.configuration.mail_server import MailConfig
from erp_bridge_core.contract.errors import BadSettings

GOOD = {"host": "smtp.builders.test", "from_address": "erp-bridge@builders.test"}


def faults(home: Path, **settings: object) -> set[str]:
    """The settings that are told as wrong."""
    lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    (home / "erp-bridge.toml").write_text("\n".join(["[mail]", *lines]) + "\n")
    try:
        Configuration.read(home)
    except BadSettings as error:
        return {fault.where for fault in error.faults}
    return set()


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (GOOD, set()),
        ({}, set()),
        ({"transport": "files"}, set()),
        (GOOD | {"security": "none"}, {"mail.security"}),
        (GOOD | {"host": "localhost", "security": "none"}, set()),
        (GOOD | {"security": "ssl"}, {"mail.security"}),
        (GOOD | {"host": "smtp://builders.test"}, {"mail.host"}),
        (GOOD | {"port": 70000}, {"mail.port"}),
        ({"host": "smtp.builders.test"}, {"mail.from_address"}),
        (GOOD | {"reply_to": "nobody"}, {"mail.reply_to"}),
        (GOOD | {"from_name": "A\u202eB"}, {"mail.from_name"}),
        (GOOD | {"username": "erp-bridge"}, {"mail.username"}),
        (GOOD | {"ca_file": "ca.pem"}, {"mail.ca_file"}),
        (GOOD | {"timeout": 0}, {"mail.timeout"}),
        (GOOD | {"sender": "x"}, {"mail.sender"}),
        ({"transport": "smtp"}, {"mail.host", "mail.from_address"}),
    ],
)
def test_each_fault_is_told(tmp_path: Path, settings: dict[str, object], expected: set[str]) -> None:
    """By its name, all at once."""
    assert expected == faults(tmp_path, **settings)


@pytest.mark.rule("X4")
def test_a_password_in_the_file_is_refused_unseen(tmp_path: Path) -> None:
    """Only a reference may stand there, and the value is not repeated."""
    settings = GOOD | {"username": "erp-bridge", "password": "several-quiet-words"}
    assert {"mail.password"} == faults(tmp_path, **settings)
    with pytest.raises(BadSettings) as error:
        Configuration.read(tmp_path)

    assert "quiet" not in str(error.value.to_json())


@pytest.mark.parametrize(
    ("security", "port", "expected"), [("starttls", 0, 587), ("tls", 0, 465), ("none", 0, 25), ("tls", 2465, 2465)]
)
def test_the_port_is_the_usual_one_of_the_security(security: Any, port: int, expected: int) -> None:
    """Unless another is named."""
    assert expected == MailConfig(security=security, port=port).port_used
