"""`[logs]`, `[metrics]` and `[telemetry]` of the configuration: what the installation tells of itself, and where."""

import ipaddress
import re
from collections.abc import Iterator
from typing import Final, Literal

from attrs import frozen

from erp_bridge_core.configuration.secrets import is_reference
from erp_bridge_core.contract.errors import Fault

Level = Literal["debug", "info", "warning", "error"]
_ADDRESS: Final = re.compile(r"(?:\[([0-9a-fA-F:]+)\]|([0-9.]+|localhost)):([0-9]{1,5})")
_HIGHEST_PORT: Final = 65_535
_ENDPOINT: Final = re.compile(r"https?://[^\s/@]+(/\S*)?")


@frozen(kw_only=True)
class LogsConfig:
    """What goes to standard error: `json` is one JSON document a line. `level` is of servers and workers.

    `command_level` is of commands that people type. `id_from_proxy`: the proxy before the server gives each request
    its id, `traceparent` or `X-Request-ID`, and lets no client's through.
    """

    format: Literal["text", "json"] = "text"
    level: Level = "info"
    command_level: Level = "warning"
    id_from_proxy: bool = False


@frozen(kw_only=True)
class MetricsConfig:
    """Where figures are told to Prometheus: `listen` is the address and port of a worker, blank for none.

    `token` is the reference of what a reader has to show, always at the server's own `/metrics`.
    """

    listen: str = ""
    token: str = ""


@frozen(kw_only=True)
class TelemetryConfig:
    """Where traces go (OTLP over HTTP): the collector's address, blank for none; variables `OTEL_…` count before it."""

    endpoint: str = ""
    service: str = "erp-bridge"


def address_of(listen: str) -> tuple[str, int]:
    """The host and port of `127.0.0.1:9464`; raises ValueError for what is none."""
    found = _ADDRESS.fullmatch(listen)
    if found is None or int(found[3]) > _HIGHEST_PORT:
        raise ValueError(listen)
    return found[1] or found[2], int(found[3])


def operating_faults(metrics: MetricsConfig, telemetry: TelemetryConfig) -> Iterator[Fault]:
    """Everything that is wrong with these sections."""
    if metrics.token and not is_reference(metrics.token):
        yield Fault("metrics.token", "is no reference", expected="env:NAME, file:NAME or keyring:SERVICE/USER")
    if metrics.listen:
        yield from _listen_faults(metrics)
    if telemetry.endpoint and not _ENDPOINT.fullmatch(telemetry.endpoint):
        yield Fault("telemetry.endpoint", "is no address", value=telemetry.endpoint, expected="https://name:4318")
    if not telemetry.service.strip():
        yield Fault("telemetry.service", "is empty", expected="a name")


def _listen_faults(metrics: MetricsConfig) -> Iterator[Fault]:
    try:
        host, _ = address_of(metrics.listen)
    except ValueError:
        yield Fault("metrics.listen", "is no address", value=metrics.listen, expected="127.0.0.1:9464")
        return
    if not is_loopback_address(host) and not metrics.token:
        yield Fault("metrics.token", "is missing", expected="a reference: others than this machine reach that address")


def is_loopback_address(host: str) -> bool:
    """Whether only this machine reaches an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
