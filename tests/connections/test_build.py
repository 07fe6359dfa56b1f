"""The `erp` object holds together: session, share, log and secrets of one connection."""

import logging
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen
from connection_doubles import StepClock

from erp_bridge_core.configuration.configuration import ConnectionConfig, HttpConfig, ShareConfig
from erp_bridge_core.configuration.kinds import ConnectionKind
from erp_bridge_core.connections.build import build_erp
from erp_bridge_core.connections.state import CallbackState
from erp_bridge_core.contract import Erp, Secret
from erp_bridge_core.contract.errors import ReadFailed
from erp_bridge_core.contract.profile import RateLimit
from erp_bridge_core.wire.http import GuardedSession
from erp_bridge_core.wire.redaction import Redactor
from erp_bridge_core.wire.throttle_files import FileThrottles


@frozen
class Settings:
    password: Secret


def build(home: Path, **parts: Any) -> Erp[Settings]:
    """The `erp` object of a connection with these parts."""
    nothing: Any = None
    kept: dict[str, str] = {}
    return build_erp(
        connection=ConnectionConfig(
            name="sage-main", company="Builders", kind=ConnectionKind.ERP, plugin="sage300", **parts
        ),
        settings=Settings(Secret("hunter2!")),
        company="Builders",
        throttles=FileThrottles(home / "throttle"),
        clock=StepClock(),
        masters=nothing,
        maps=nothing,
        state=CallbackState(kept.get, kept.__setitem__),
        redactor=Redactor(),
        installation="AB12",
        job="03-001",
        rate=RateLimit(),
    )


def test_an_adapter_gets_its_own_connections_session_and_share(tmp_path: Path) -> None:
    """The hosts, the root and the names are the connection's."""
    (tmp_path / "share").mkdir()
    erp = build(
        tmp_path,
        http=HttpConfig(hosts=("erp.example",), ca_file="/etc/ssl/own.pem"),
        files=ShareConfig(root=str(tmp_path / "share")),
        allowed_roots=(str(tmp_path),),
    )
    assert isinstance(erp.http, GuardedSession)
    assert (("erp.example",), "/etc/ssl/own.pem") == (erp.http.wires.hosts.hosts, erp.http.verify)
    assert ("sage-main", "Builders", "AB12", "03-001") == (erp.name, erp.company, erp.installation, erp.job)
    erp.files.make_folder("in")
    assert (tmp_path / "share" / "in").is_dir()


def test_a_connection_without_a_share_refuses_files(tmp_path: Path) -> None:
    """The session works all the same."""
    with pytest.raises(ReadFailed, match="sage-main"):
        build(tmp_path).files.list(".")


def test_the_log_of_a_connection_never_holds_its_secrets(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Neither does the libraries' log of requests."""
    erp = build(tmp_path)
    with caplog.at_level(logging.DEBUG):
        erp.log.warning("logging in with %s", "hunter2!")
        logging.getLogger("urllib3.connectionpool").debug("GET /x?token=%s", "hunter2!")
    assert ["logging in with ***", "GET /x?token=***"] == caplog.messages
