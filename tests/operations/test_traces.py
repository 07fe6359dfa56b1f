"""Traces as a collector receives them: spans of one act under one trace, its parts below it, no secret in any."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from attrs import define, field
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from erp_bridge_core.app import Application
from erp_bridge_core.configuration.document import rewrite
from erp_bridge_core.configuration.operating import TelemetryConfig
from erp_bridge_core.following import Cause, about, caused_by, doing, going_on, stored_cause
from erp_bridge_core.operations.telling import telling
from erp_bridge_core.operations.traces import are_wanted

TRACE, STEP = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SECRET = "canary-of-the-connection"


@define
class Collector:
    """A collector on loopback, and what it was sent."""

    address: str = ""
    paths: list[str] = field(factory=list)
    bodies: list[bytes] = field(factory=list)

    @property
    def spans(self) -> dict[str, Any]:
        """Every span, by its name."""
        found = {}
        for body in self.bodies:
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                found |= {span.name: span for scope in resource.scope_spans for span in scope.spans}
        return found


def told(span: Any) -> dict[str, Any]:
    """A span's attributes."""
    return {pair.key: pair.value.string_value or pair.value.int_value for pair in span.attributes}


@pytest.fixture
def collector() -> Iterator[Collector]:
    """It answers that all is well."""
    made = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                import gzip

                body = gzip.decompress(body)
            made.paths.append(self.path)
            made.bodies.append(body)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    made.address = f"http://127.0.0.1:{server.server_address[1]}"
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


def send_to(application: Application, collector: Collector) -> None:
    """Have traces sent there."""
    with rewrite(application.home) as document:
        document["telemetry"] = {"endpoint": collector.address, "service": "bridge-of-hoosier"}


def test_an_act_is_one_trace(application: Application, collector: Collector) -> None:
    """From a proxy's span to the request to the ERP, though a row lay between."""
    send_to(application, collector)
    with telling(application, kind="test", runs_on=True):
        with caused_by(Cause(id=TRACE, step=STEP)), doing("request", method="POST", route="/items/{item_id}/start"):
            stored = stored_cause()
        asked = doing("erp request", connection="books", place="https://erp.test/pci")
        with going_on(stored), about(company="hoosier", item=7), doing("export", erp="memory"), asked as step:
            step.tell(status=201)

    spans = collector.spans
    request, export, erp = (spans[name] for name in ("request", "export", "erp request"))
    assert {TRACE} == {span.trace_id.hex() for span in (request, export, erp)}
    assert [STEP, request.span_id.hex(), export.span_id.hex()] == [
        span.parent_span_id.hex() for span in (request, export, erp)
    ]
    assert {"erp_bridge.company": "hoosier", "erp_bridge.item": 7, "erp_bridge.status": 201}.items() <= told(
        erp
    ).items()
    assert {"/v1/traces"} == set(collector.paths)
    assert b"bridge-of-hoosier" in collector.bodies[0]
    assert (2, 3) == (request.kind, erp.kind), "a server's, a client's"
    assert request.start_time_unix_nano <= request.end_time_unix_nano <= export.start_time_unix_nano


@pytest.mark.rule("X4")
def test_no_secret_is_in_a_trace(application: Application, collector: Collector) -> None:
    """Neither in a fact, nor in an error's words, which are not told at all."""
    send_to(application, collector)
    application.redactor.add(SECRET)
    asked = doing("erp request", place=f"https://erp.test/{SECRET}")
    with telling(application, kind="test", runs_on=True), pytest.raises(RuntimeError, match="is wrong"), asked:
        raise RuntimeError(f"the password {SECRET} is wrong")

    (span,) = collector.spans.values()
    assert ("https://erp.test/***", "RuntimeError") == (told(span)["erp_bridge.place"], told(span)["error.type"])
    assert 2 == span.status.code
    assert [] == [body for body in collector.bodies if SECRET.encode() in body or b"is wrong" in body]


def test_a_collector_that_is_away_is_nobodys_fault(application: Application, collector: Collector) -> None:
    """The act is done, and its process ends."""
    collector.address = "http://127.0.0.1:9"
    send_to(application, collector)
    with telling(application, kind="test", runs_on=True), doing("request", method="GET"):
        pass

    assert [] == collector.bodies


def test_the_standard_variables_count_first(
    application: Application, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As for every program that knows OpenTelemetry; without them and the section nothing is sent."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.address)
    monkeypatch.setenv("OTEL_SERVICE_NAME", "named-by-the-host")
    with telling(application, kind="test", runs_on=False), doing("export", erp="memory"):
        pass

    assert ["export"] == list(collector.spans)
    assert b"named-by-the-host" in collector.bodies[0]
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    assert not are_wanted(TelemetryConfig(endpoint=collector.address))
    for name in ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_SDK_DISABLED"):
        monkeypatch.delenv(name)
    assert not are_wanted(TelemetryConfig())
