"""Each request to an ERP is a step: told to whoever listens, and to the ERP where its connection asks for that."""

from pathlib import Path

import pytest
from connection_doubles import StepClock, Try, answering, raw_server, reply
from hearing import Heard

from erp_bridge_core.contract.errors import Doubtful
from erp_bridge_core.contract.profile import RateLimit
from erp_bridge_core.following import Cause, caused_by, listening
from erp_bridge_core.wire.http import open_session, writing
from erp_bridge_core.wire.redaction import Redactor
from erp_bridge_core.wire.throttle_files import FileThrottles

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.mark.parametrize(
    ("header", "sent"),
    [("", ""), ("X-Request-ID", f"X-Request-ID: {TRACE}\r\n"), ("traceparent", f"traceparent: 00-{TRACE}-")],
)
def test_the_erp_is_told_the_acts_id_where_it_wants_it(tmp_path: Path, header: str, sent: str) -> None:
    """By default it is told nothing; a write and a read alike."""
    with raw_server(answering(reply())) as server:
        session = open_session(
            name="books", hosts=(server.host,), plain_http=True, ca_file=None, throttles=FileThrottles(tmp_path),
            rate=RateLimit(), clock=StepClock(), redactor=Redactor(), id_header=header,
        )  # fmt: skip
        with caused_by(Cause(id=TRACE)):
            session.get(f"{server.url}/job")

    asked = server.requests[0].decode("latin-1")
    assert (TRACE in asked) is bool(header)
    assert sent in asked


@pytest.mark.rule("X4")
def test_a_request_is_told_without_what_is_in_it(tmp_path: Path) -> None:
    """Method, place, whether it is a write, which attempt, the status, and how it ended; no query and no secret."""
    ears, redactor = Heard(), Redactor()
    redactor.add("canary-of-the-connection")
    with raw_server(answering(reply(), reply("500 Broken"))) as server, listening(ears):
        session = open_session(
            name="books", hosts=(server.host,), plain_http=True, ca_file=None, throttles=FileThrottles(tmp_path),
            rate=RateLimit(), clock=StepClock(), redactor=redactor,
        )  # fmt: skip
        session.get(f"{server.url}/canary-of-the-connection?key=hidden")
        with writing(Try()), pytest.raises(Doubtful):
            session.post(f"{server.url}/entries", data=b"the body")

    read, write = (step.facts for step in ears.of("erp request"))
    assert ("GET", f"{server.url}/***", "read", 200) == (read["method"], read["place"], read["access"], read["status"])
    assert ("write", 500, 1) == (write["access"], write["status"], write["attempt"])
    assert [] == [value for step in ears.steps for value in step.facts.values() if "hidden" in str(value)]
