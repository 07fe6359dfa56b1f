"""Where the server may listen, and that it starts, answers and ends as a process."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner

from erp_bridge_core.cli.root import root
from erp_bridge_core.configuration.configuration import WebConfig
from erp_bridge_core.contract.errors import BadSettings, ErpBridgeError, NotAllowed, UsageError
from erp_bridge_core.web.running import is_loopback, listening, require_may_listen

TLS = WebConfig(base_url="https://budgets.test")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.8.8.8"])
def test_the_loopback_address_needs_nothing(host: str) -> None:
    """Nor does a demo's home there."""
    assert is_loopback(host)
    require_may_listen(host, WebConfig(), behind_tls=False, demo=True)


@pytest.mark.parametrize(
    ("web", "behind_tls", "demo", "refusal"),
    [
        (TLS, True, True, NotAllowed), (TLS, False, False, UsageError), (WebConfig(), True, False, BadSettings),
        (WebConfig(base_url="http://budgets.test"), True, False, BadSettings),
    ],
)  # fmt: skip
@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.5", "budgets.test", ""])
def test_another_address_needs_a_proxy_that_ends_tls(
    host: str, web: WebConfig, *, behind_tls: bool, demo: bool, refusal: type[ErpBridgeError]
) -> None:
    """It is said on the command line, and the address that people type is https; a demo's home never goes there."""
    with pytest.raises(refusal) as refused:
        require_may_listen(host, web, behind_tls=behind_tls, demo=demo)

    assert refused.value.remedy
    require_may_listen(host, TLS, behind_tls=True, demo=False)


def test_a_port_that_is_taken_is_told() -> None:
    """With what to do."""
    with listening("127.0.0.1", 0) as taken, pytest.raises(UsageError, match="Nothing can be served on port"):
        listening("127.0.0.1", taken.getsockname()[1])


@pytest.fixture
def served(made_home: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """`erp-bridge serve` as a process of its own, and what it printed first."""
    command = [sys.executable, "-m", "erp_bridge_core", "--home", str(made_home), "serve", "--port", "0", "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    yield process, json.loads(process.stdout.readline())
    process.kill()
    process.wait()
    process.stdout.close()


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_it_is_stopped(
    served: tuple[subprocess.Popen[str], dict[str, Any]], stop: signal.Signals
) -> None:
    """It says where it listens, answers there, and ends well when it is told to."""
    process, told = served
    with requests.get(told["address"] + "/healthz", timeout=30) as answer:
        assert (200, {"status": "ok"}) == (answer.status_code, answer.json())

    os.kill(process.pid, stop)

    assert 0 == process.wait(timeout=30)


def test_without_the_extra_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Everything else works without it."""
    for name in [name for name in sys.modules if name.startswith("erp_bridge_core.web")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "uvicorn", None)

    ran = CliRunner().invoke(root, ["--home", str(tmp_path), "serve"])

    assert 2 == ran.exit_code
    assert "pip install 'erp-bridge-core[web]'" in ran.stderr


def test_nothing_else_loads_the_web() -> None:
    """The command line and the services start without the extra's packages."""
    code = (
        "import sys, erp_bridge_core.app, erp_bridge_core.cli.root as r, click;"
        "[r.root.get_command(click.Context(r.root), name) for name in r.COMMANDS];"
        "print([name for name in ('litestar', 'uvicorn', 'erp_bridge_core.web') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]" == ran.stdout.strip()
