"""What a process tells of itself while it runs: its logs, its figures where they are wanted, and its traces."""

import logging
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final

from erp_bridge_core.app import Application
from erp_bridge_core.configuration.configuration import Configuration
from erp_bridge_core.contract.errors import UsageError
from erp_bridge_core.following import listening
from erp_bridge_core.operations.logs import logging_to_stderr
from erp_bridge_core.store.row_security import ORDINARY_ROLE, bypassed_by

if TYPE_CHECKING:
    from erp_bridge_core.operations.metrics import Figures

_LOGGER: Final = logging.getLogger(__name__)
#: What the extra `telemetry` installs, by the names that are imported.
_EXTRA: Final = frozenset({"prometheus_client", "opentelemetry", "google"})


@contextmanager
def telling(
    application: Application, *, kind: str, runs_on: bool, listen: str | None = None
) -> Iterator["Figures | None"]:
    """Tell while the block runs; `kind` is what process it is (`serve`, `worker`, `command`), `listen` the
    address where its figures are asked for, if any was named besides the configuration's.

    Yields the figures of a process that runs on, where the configuration wants any. Raises `UsageError` where what it
    wants needs the extra `telemetry`, which is not installed.
    """
    configuration = Configuration.read(application.home)
    known = {"process": f"{kind}:{os.getpid()}"} if runs_on else {}
    with ExitStack() as stack:
        stack.enter_context(logging_to_stderr(configuration.logs, application.redactor, runs_on=runs_on, **known))
        _trace(application, configuration, stack)
        if runs_on:
            _warn_of_role(application)
        metrics = configuration.metrics
        is_asked = runs_on and (listen or metrics.listen or metrics.token)
        yield _figures(application, stack) if is_asked else None


def _warn_of_role(application: Application) -> None:
    """Tell at the start what `db check` tells too: nobody looks there every day."""
    if not application.store.on_postgresql:
        return
    with application.store.read() as connection:
        if told := bypassed_by(connection):
            _LOGGER.warning("%s: the database does not keep companies apart. %s", told, ORDINARY_ROLE)


def _figures(application: Application, stack: ExitStack) -> "Figures":
    try:
        from erp_bridge_core.operations.metrics import Figures
    except ModuleNotFoundError as error:
        raise _missing(error, "[metrics]") from error
    from erp_bridge_core.operations.census import census

    figures = Figures(lambda: census(application))
    stack.enter_context(listening(figures))
    return figures


def _trace(application: Application, configuration: Configuration, stack: ExitStack) -> None:
    config = configuration.telemetry
    if not config.endpoint and not any(name.startswith("OTEL_EXPORTER_OTLP") for name in os.environ):
        return
    try:
        from erp_bridge_core.operations import traces
    except ModuleNotFoundError as error:
        told = _missing(error, "[telemetry]")
        if config.endpoint:
            raise told from error
        # A variable of the whole host is no order to this program.
        _LOGGER.warning("No traces are sent: %s", told.message)
        return
    if traces.are_wanted(config):
        spans = traces.Spans(traces.exporter_of(config), application.redactor, config.service)
        stack.callback(spans.end)
        stack.enter_context(listening(spans))


def _missing(error: ModuleNotFoundError, section: str) -> UsageError:
    if (error.name or "").partition(".")[0] not in _EXTRA:
        raise error
    return UsageError(
        f"{section} needs packages that are not installed.",
        remedy="Install them: `pip install 'erp-bridge-core[telemetry]'`.",
    )
