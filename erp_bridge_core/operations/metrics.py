"""Figures for Prometheus: what this process counted, and what the database says, a few seconds old at most.

Needs the extra `telemetry`; whatever is told at all is named in `figures.py`.
"""

from collections.abc import Callable, Iterator, Sequence
from threading import Lock
from time import monotonic
from typing import Any, Final

from attrs import define, field
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from erp_bridge_core.following import Step
from erp_bridge_core.operations.census import Reading
from erp_bridge_core.operations.figures import BY_NAME, COUNTED, PREFIX, READ, Kind

#: Seconds that what the database said is told again, however many ask.
FRESH: Final = 5.0
#: Bounds of histograms in seconds: from a page to a long export.
_BOUNDS: Final = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0)
_OK: Final = "ok"


@define(eq=False)
class Figures:
    """All figures of one process. A listener of steps; `read` asks the database."""

    read: Callable[[], Sequence[Reading]]
    _registry: CollectorRegistry = field(factory=CollectorRegistry, init=False)
    _counted: dict[str, Any] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        """Make what is counted, and ask for the rest at each scrape."""
        for each in COUNTED:
            kind: Any = Counter if each.kind is Kind.COUNTER else Histogram
            options = {} if kind is Counter else {"buckets": _BOUNDS}
            name = PREFIX + each.name
            self._counted[each.name] = kind(name, each.meaning, each.labels, registry=self._registry, **options)
        self._registry.register(_Gauges(self.read))

    def text(self) -> bytes:
        """As Prometheus reads them."""
        return generate_latest(self._registry)

    def begun(self, step: Step) -> None:
        """Only what ended is counted."""

    def ended(self, step: Step) -> None:
        """Count it."""
        count = _COUNTS.get(step.kind)
        if count is not None:
            count(self, step, step.outcome or _OK)

    def add(self, name: str, *labels: str, by: float = 1.0) -> None:
        """Count one more, or so many."""
        (self._counted[name].labels(*labels) if labels else self._counted[name]).inc(by)

    def took(self, name: str, seconds: float, *labels: str) -> None:
        """Note how long something took."""
        (self._counted[name].labels(*labels) if labels else self._counted[name]).observe(seconds)


def _request(figures: Figures, step: Step, _: str) -> None:
    route = str(step.facts.get("route", ""))
    figures.add("requests", str(step.facts["method"]), route, str(step.facts.get("status", "")))
    area = "api" if route.startswith("/api/") else "file" if route.startswith("/static") else "page"
    figures.took("request_seconds", step.seconds, area)


def _erp_request(figures: Figures, step: Step, outcome: str) -> None:
    connection, waited = str(step.facts["connection"]), float(step.facts.get("waited", 0.0))
    status = step.facts.get("status")
    told = f"{int(status) // 100}xx" if status is not None and outcome == _OK else outcome
    figures.add("erp_requests", connection, str(step.facts["access"]), told)
    figures.add("throttle_wait_seconds", connection, by=waited)
    figures.took("erp_request_seconds", max(0.0, step.seconds - waited), connection)


def _task(figures: Figures, step: Step, outcome: str) -> None:
    job = str(step.facts["job"])
    figures.add("tasks", job, outcome)
    figures.took("task_seconds", step.seconds, job)


def _counter(name: str, fact: str = "") -> Callable[[Figures, Step, str], None]:
    """Counts steps by how they ended, and by one of their facts."""
    return lambda figures, step, outcome: figures.add(name, *([str(step.facts[fact])] if fact else []), outcome)


_COUNTS: Final[dict[str, Callable[[Figures, Step, str], None]]] = {
    "request": _request,
    "erp request": _erp_request,
    "task": _task,
    "export": _counter("export_passes", "erp"),
    "outcome": _counter("outcome_passes", "source"),
    "effect": _counter("effects", "operation"),
    "mail": _counter("mail"),
    "webhook": _counter("webhooks"),
    "transaction": lambda figures, step, _: figures.took("transaction_seconds", step.seconds),
    "defect": lambda figures, _, __: figures.add("defects"),
}


@define(eq=False)
class _Gauges(Collector):
    """What the database says, asked once in a few seconds by however many scrapers."""

    read: Callable[[], Sequence[Reading]]
    _lock: Any = field(factory=Lock, init=False)
    _at: float = field(default=float("-inf"), init=False)
    _known: Sequence[Reading] = field(default=(), init=False)

    def collect(self) -> Iterator[Metric]:
        """One family a figure."""
        found: dict[str, list[Reading]] = {}
        for each in self._fresh():
            found.setdefault(each.figure, []).append(each)
        for name, readings in found.items():
            figure = BY_NAME[name]
            family = GaugeMetricFamily(figure.full_name, figure.meaning, labels=figure.labels)
            for each in readings:
                family.add_metric(each.labels, each.value)
            yield family

    def describe(self) -> Iterator[Metric]:
        """Their names, so that registering asks nothing yet."""
        return (GaugeMetricFamily(each.full_name, each.meaning, labels=each.labels) for each in READ)

    def _fresh(self) -> Sequence[Reading]:
        with self._lock:
            if monotonic() - self._at > FRESH:
                self._known, self._at = self.read(), monotonic()
            return self._known
