"""The client over the session that the core gives a plugin: bounded, throttled, every failure classified there."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from client.doubles import Clock, connected
from simulator.stranger import Desk

from erp_bridge_core.contract import RateLimit, Served
from erp_bridge_core.contract.errors import Doubtful, ErpBridgeError, NotSent, Throttled
from erp_bridge_core.wire.http import open_session
from erp_bridge_core.wire.redaction import Redactor
from erp_bridge_core.wire.throttle_files import FileThrottles
from erp_bridge_procore.client import ProcoreClient
from erp_bridge_procore.client.errors import NothingThere


@pytest.fixture
def client(served: Served, tmp_path: Path, clock: Clock) -> Iterator[ProcoreClient]:
    """A client over a guarded session."""
    with open_session(
        name="procore", hosts=served.hosts, plain_http=True, ca_file=None, throttles=FileThrottles(tmp_path / "pace"),
        rate=RateLimit(), clock=clock, redactor=Redactor(),
    ) as session:  # fmt: skip
        yield connected(served, tmp_path, clock, session)


@pytest.mark.rule("L6")
@pytest.mark.parametrize(
    ("fault", "kind"),
    [("refused_429", Throttled), ("busy_503", Doubtful), ("errors_500", Doubtful), ("lost_replies", Doubtful)],
)
def test_a_write_without_a_ledger_is_told_as_a_write(
    client: ProcoreClient, desk: Desk, project: int, fault: str, kind: type[ErpBridgeError]
) -> None:
    """A doubt is a doubt, never a reading that failed."""
    desk.switch(fault, "1")
    with pytest.raises(kind):
        client.budgets.lock(project)


@pytest.mark.rule("L6")
def test_refusals_and_ended_tokens_come_through(client: ProcoreClient, desk: Desk, project: int) -> None:
    """By their names."""
    with pytest.raises(NothingThere):
        client.codes.project(99)
    desk.do("expire-tokens")
    with pytest.raises(NotSent):
        client.budgets.lock(project)
    client.budgets.lock(project)
    assert client.budgets.is_locked(project)


def test_its_windows_are_kept_too(client: ProcoreClient, desk: Desk, clock: Clock) -> None:
    """Five requests in ten seconds: none is refused."""
    desk.switch("spike_limit", "5")
    for _ in range(8):
        assert 2 == len(list(client.codes.projects()))
    assert clock.slept
    assert all(wait <= 10 for wait in clock.slept)
