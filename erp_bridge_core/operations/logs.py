"""Logs: one line for each thing that happened, to standard error, as text or as JSON, with the id of the act.

Nothing passes with a secret in it, and nothing that was typed begins a line or moves a terminal (X3, X4).
"""

import json
import logging
import os
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from attrs import frozen

from erp_bridge_core.configuration.operating import LogsConfig
from erp_bridge_core.defects import defect_text
from erp_bridge_core.following import Step, current_id, facts, listening
from erp_bridge_core.visible import visible
from erp_bridge_core.wire.redaction import Redactor

_LOGGER: Final = logging.getLogger("erp_bridge_core.acts")
_STANDARD: Final = frozenset({*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"})
#: Steps that are told at all, and how: what stands first in the line, by the names of facts.
_TOLD: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "request": ("method", "route", "status"),
        "erp request": ("method", "place", "status"),
        "task": ("task", "told"),
        "export": ("erp", "state"),
        "outcome": ("source", "state"),
        "mail": ("delivery",),
        "webhook": ("delivery",),
        "effect": ("operation",),
    }
)
#: Steps that the lines of others tell of, too.
_DETAILS: Final = frozenset({"effect"})
#: Loggers of ours; of other packages only what goes wrong is told.
_OURS: Final = ("erp_bridge", "erp_bridge_core")
#: Those that only watch whether we live.
_WATCHERS: Final = frozenset({"/healthz", "/readyz", "/metrics"})


class ActLines:
    """Writes one line for each step that ended."""

    def begun(self, step: Step) -> None:
        """Nothing is known yet."""

    def ended(self, step: Step) -> None:
        """One line, with all that is known of the step."""
        first = _TOLD.get(step.kind)
        level = _level(step)
        if first is None or not _LOGGER.isEnabledFor(level):
            return
        words = [str(step.facts[name]) for name in first if step.facts.get(name) not in {None, ""}]
        known = {**step.facts, "ms": round(step.seconds * 1000, 1)}
        if step.outcome:
            known["outcome"] = step.outcome
            words.append(step.outcome)
        _LOGGER.log(level, "%s %s", step.kind, " ".join(words), extra={"known": known})


def _level(step: Step) -> int:
    if step.kind in _DETAILS or step.facts.get("route") in _WATCHERS:
        return logging.DEBUG
    return logging.INFO


@frozen
class _Told:
    """A record as what is written of it, cleaned of secrets: `known` are facts that stand beside its message."""

    at: str
    level: str
    logger: str
    message: str
    known: Mapping[str, Any]
    trace: str

    @staticmethod
    def of(record: logging.LogRecord, redactor: Redactor) -> "_Told":
        """Read a record."""
        known = {**facts(), **getattr(record, "known", {})}
        known |= {name: value for name, value in vars(record).items() if name not in {*_STANDARD, "known"}}
        told = {name: value for name, value in known.items() if value is not None and value != ""}
        error = record.exc_info[1] if record.exc_info else None
        return _Told(
            at=datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            level=record.levelname.lower(),
            logger=redactor.clean(record.name),
            message=redactor.clean(_message(record)),
            known=redactor.clean_json(told),
            trace=defect_text(error, redactor.clean) if error else redactor.clean(record.exc_text or ""),
        )


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):
        # Arguments that do not fit their message are the caller's slip.
        return f"{record.msg} {record.args!r}"


class JsonLines(logging.Formatter):
    """One JSON document a line, in ASCII: whatever was typed is an escape there."""

    def __init__(self, redactor: Redactor, known: Mapping[str, Any]) -> None:
        super().__init__()
        self._redactor, self._known = redactor, known

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        told = _Told.of(record, self._redactor)
        document = {"time": told.at, "level": told.level, "logger": told.logger, "message": told.message}
        document |= {"id": current_id(), **self._known, **told.known}
        if told.trace:
            document["trace"] = told.trace
        return json.dumps(document, default=str)


class TextLines(logging.Formatter):
    """Lines for people: time, level, message, then what it is about; the lines of a defect are indented."""

    def __init__(self, redactor: Redactor, known: Mapping[str, Any]) -> None:
        super().__init__()
        self._redactor, self._known = redactor, known

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        told = _Told.of(record, self._redactor)
        about = {"id": current_id(), **self._known, **told.known}
        pairs = " ".join(f"{name}={_quoted(str(value))}" for name, value in about.items() if value != "")
        line = visible(f"{told.at} {told.level:<7} {told.logger}: {told.message} {pairs}".rstrip())
        return line + "".join(f"\n  {visible(each, keep=chr(9))}" for each in told.trace.splitlines())


def _quoted(value: str) -> str:
    return json.dumps(value) if any(letter in value for letter in ' "=') else value


class _Stderr(logging.StreamHandler[Any]):
    """Standard error as it is when a line is written: a service manager, a test or a shell may have changed it."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> Any:
        """Standard error."""
        return sys.stderr

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 -- the library's name
        """Whoever read the log went away, or the disk is full: the work goes on."""
        del record
        if sys.stderr is not None and os.environ.get("PYTHONDEVMODE"):
            traceback.print_exc()


@contextmanager
def logging_to_stderr(config: LogsConfig, redactor: Redactor, *, runs_on: bool, **known: Any) -> Iterator[None]:
    """While the block runs, this process's logs go to standard error; `known` stands in each line.

    `runs_on` is a server or a worker, which tells what it does; a command tells what goes wrong.
    """
    handler = _Stderr()
    lines = JsonLines if config.format == "json" else TextLines
    handler.setFormatter(lines(redactor, known))
    level = getattr(logging, (config.level if runs_on else config.command_level).upper())
    root, ours = logging.getLogger(), [logging.getLogger(name) for name in _OURS]
    before = [each.level for each in ours]
    root.addHandler(handler)
    for each in ours:
        each.setLevel(level)
    try:
        with listening(ActLines()):
            yield
    finally:
        root.removeHandler(handler)
        for each, was in zip(ours, before, strict=True):
            each.setLevel(was)
