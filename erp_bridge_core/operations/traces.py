"""Traces: each step is a span of OpenTelemetry, sent by OTLP over HTTP; the extra `telemetry`.

Ids are those that the steps have already, so that a span of another process finds its parent by what a row keeps.
Attributes are the facts of steps, cleaned of secrets and bounded; of an error only its code is told.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from attrs import define, field
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from erp_bridge_core.configuration.operating import TelemetryConfig
from erp_bridge_core.following import Fact, Step
from erp_bridge_core.wire.redaction import Redactor

#: Variables that say where traces go, for every program that knows OpenTelemetry; they count before `[telemetry]`.
_VARIABLES: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_PATH: Final = "/v1/traces"
_LONGEST: Final = 500
#: Seconds for one attempt at sending, tries of it included: a collector that is away holds up no stop for longer.
_PATIENCE: Final = 2
_KINDS: Final[Mapping[str, SpanKind]] = {"request": SpanKind.SERVER, "erp request": SpanKind.CLIENT}
#: Steps too small, or too many, to be spans of their own.
_LEFT_OUT: Final = frozenset({"transaction", "defect"})


def are_wanted(config: TelemetryConfig) -> bool:
    """Whether anybody said where traces go."""
    if os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    return bool(config.endpoint) or any(os.environ.get(name) for name in _VARIABLES)


def exporter_of(config: TelemetryConfig) -> SpanExporter:
    """What sends spans to the collector; headers and certificates come from the standard variables alone."""
    patience = None if os.environ.get("OTEL_EXPORTER_OTLP_TIMEOUT") else _PATIENCE
    if any(os.environ.get(name) for name in _VARIABLES):
        return OTLPSpanExporter(timeout=patience)
    return OTLPSpanExporter(endpoint=config.endpoint.rstrip("/") + _PATH, timeout=patience)


class _Ids(IdGenerator):
    """The ids that a step has already; steps begin in many threads, each its own at a time."""

    def __init__(self) -> None:
        self._step: ContextVar[Step | None] = ContextVar("erp_bridge_span", default=None)

    @contextmanager
    def being(self, step: Step) -> Iterator[None]:
        """While the block runs, ids are that step's."""
        token = self._step.set(step)
        try:
            yield
        finally:
            self._step.reset(token)

    def generate_span_id(self) -> int:
        """The step's."""
        step = self._step.get()
        assert step is not None
        return int(step.cause.step, 16)

    def generate_trace_id(self) -> int:
        """Its act's."""
        step = self._step.get()
        assert step is not None
        return int(step.cause.trace, 16)


@define(eq=False)
class Spans:
    """A listener that makes spans of steps; `end` sends what is left."""

    exporter: SpanExporter
    redactor: Redactor
    service: str = "erp-bridge"
    _ids: _Ids = field(factory=_Ids, init=False)
    _provider: TracerProvider = field(init=False)
    _open: dict[str, Span] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        """Make the provider: this one alone, so that no other library's spans go where ours do."""
        resource = Resource.create({"service.name": os.environ.get("OTEL_SERVICE_NAME", self.service)})
        self._provider = TracerProvider(resource=resource, id_generator=self._ids, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(self.exporter))

    def begun(self, step: Step) -> None:
        """Open its span."""
        if step.kind in _LEFT_OUT:
            return
        tracer = self._provider.get_tracer("erp_bridge_core")
        kind = _KINDS.get(step.kind, SpanKind.INTERNAL)
        with self._ids.being(step):
            self._open[step.cause.step] = tracer.start_span(
                step.kind, context=_context_of(step), kind=kind, start_time=step.at
            )

    def ended(self, step: Step) -> None:
        """Close it, with all that is known by now."""
        span = self._open.pop(step.cause.step, None)
        if span is None:
            return
        for name, value in {**step.facts, "id": step.cause.id}.items():
            span.set_attribute(f"erp_bridge.{name}", self._told(value))
        if step.outcome:
            span.set_attribute("error.type", step.outcome)
            span.set_status(Status(StatusCode.ERROR))
        span.end(step.at + int(step.seconds * 1e9))

    def end(self) -> None:
        """Send what is left, for a bounded time."""
        self._provider.shutdown()

    def _told(self, value: Fact) -> Fact:
        return self.redactor.clean(value)[:_LONGEST] if isinstance(value, str) else value


def _context_of(step: Step) -> Any:
    """The step's parent, whichever process it was of; none where it begins its act."""
    if not step.parent:
        return trace.set_span_in_context(trace.INVALID_SPAN)
    parent = SpanContext(
        trace_id=int(step.cause.trace, 16),
        span_id=int(step.parent, 16),
        is_remote=True,
        trace_flags=TraceFlags(TraceFlags.SAMPLED),
    )
    return trace.set_span_in_context(NonRecordingSpan(parent))
