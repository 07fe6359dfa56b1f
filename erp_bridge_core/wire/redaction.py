"""Redaction by known value: whatever form a secret takes on its way out, it leaves as `***`.

By value and not by field name, since some ERPs want their credentials inside a request's body, under any name. Secrets
of the configuration are known for as long as the process runs; what is signed in with and rotates, as tokens do, is
learned as it is met, and the newest ones alone stay known.
"""

import base64
import json
import logging
import re
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from html import escape
from threading import Lock
from typing import Any, Final
from urllib.parse import quote, quote_plus

from erp_bridge_core.contract.errors import ErpBridgeError, Fault
from erp_bridge_core.contract.secret import MASK, Secret

#: Shorter values are replaced only where they stand as a word of their own: "a" would shred every text.
_SHORT: Final = 4
#: A piece of base64 shorter than this says too little of a secret and occurs too often by chance.
_PIECE: Final = 6
_STANDARD_FIELDS: Final = frozenset(vars(logging.makeLogRecord({})))


#: Secrets met at run time that are known at once: tokens rotate for as long as a process runs.
MOST_LEARNED: Final = 32
#: A shorter one is as likely a word; a longer one is no token.
_LEARNED_LENGTHS: Final = range(12, 16_384)


class _Learned:
    """The newest secrets met at run time, each an expression of its own: one of all takes longer than a request."""

    def __init__(self) -> None:
        self._known: dict[str, re.Pattern[str]] = {}
        self._lock = Lock()
        self.patterns: tuple[re.Pattern[str], ...] = ()

    def learn(self, value: str) -> None:
        """Know one more, unless it is too short to be one; the one that was not met for the longest makes room."""
        if len(value) not in _LEARNED_LENGTHS:
            return
        with self._lock:
            if next(reversed(self._known), None) == value:
                return
            found = self._known.pop(value, None) or re.compile("|".join(map(_expression, _ordered(_forms(value)))))
            self._known[value] = found
            while len(self._known) > MOST_LEARNED:
                del self._known[next(iter(self._known))]
            # The longest first: one may be part of another.
            self.patterns = tuple(self._known[each] for each in sorted(self._known, key=len, reverse=True))


class Redactor:
    """Knows the secrets in use and removes them from text, JSON values, errors and log records."""

    def __init__(self) -> None:
        self._forms: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self._sent = _Learned()
        self._kept = _Learned()
        self._lookouts: dict[str, Callable[[], Iterable[str]]] = {}

    def add(self, secret: Secret | str) -> None:
        """Know one more secret, in every form it may take. A blank one is nothing to hide."""
        value = secret.reveal() if isinstance(secret, Secret) else secret
        if not value:
            return
        self._forms |= set(_forms(value))
        self._pattern = re.compile("|".join(map(_expression, _ordered(self._forms))))

    def learn(self, credential: str) -> None:
        """Know what a request signs in with."""
        self._sent.learn(credential)

    def watch(self, name: str, lookout: Callable[[], Iterable[str]]) -> None:
        """Ask for what a plugin has kept since, before each request, error and log record; one lookout of a name."""
        self._lookouts.setdefault(name, lookout)

    def look(self) -> None:
        """Know what plugins have kept since."""
        for lookout in tuple(self._lookouts.values()):
            for value in lookout():
                self._kept.learn(value)

    def clean(self, text: str) -> str:
        """The text without any secret."""
        for learned in (*self._sent.patterns, *self._kept.patterns):
            text = learned.sub(MASK, text)
        pattern = self._pattern
        return pattern.sub(MASK, text) if pattern else text

    def clean_json(self, value: Any) -> Any:
        """A JSON value (names of mappings too) without any secret."""
        if isinstance(value, str):
            return self.clean(value)
        if isinstance(value, bytes):
            return self.clean(value.decode("utf-8", "backslashreplace"))
        if isinstance(value, Mapping):
            return {self.clean_json(name): self.clean_json(inner) for name, inner in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.clean_json(inner) for inner in value]
        if isinstance(value, int | float) and self.clean(str(value)) != str(value):
            return MASK
        return value

    def clean_error(self, error: ErpBridgeError) -> ErpBridgeError:
        """The same error object, its message, words, remedy, faults and details cleaned in place."""
        self.look()
        # A plugin's error may hold anything: what is no text passes as it is.
        error.message = self.clean_json(error.message)
        error.remedy = self.clean_json(error.remedy)
        error.args = tuple(self.clean_json(argument) for argument in error.args)
        error.faults = tuple(self._clean_fault(fault) for fault in error.faults)
        error.details = self.clean_json(error.details)
        for name in ("words", "meaning"):
            if hasattr(error, name):
                setattr(error, name, self.clean_json(getattr(error, name)))
        return error

    def filter(self, record: logging.LogRecord) -> bool:
        """Clean a log record; a `Redactor` is a filter for handlers and loggers. It drops no record."""
        self.look()
        # Formatted first: half of a secret may stand in the message and the other half in its arguments.
        record.msg, record.args = self.clean(_message(record)), None
        if record.exc_info and record.exc_info[0] is not None:
            record.exc_text = "".join(traceback.format_exception(*record.exc_info)).rstrip()
        record.exc_info = None
        record.exc_text = self.clean(record.exc_text) if record.exc_text else None
        record.stack_info = self.clean(record.stack_info) if record.stack_info else None
        for name in set(vars(record)) - _STANDARD_FIELDS:
            setattr(record, name, self.clean_json(getattr(record, name)))
        return True

    def _clean_fault(self, fault: Fault) -> Fault:
        clean = self.clean_json
        return Fault(
            clean(fault.where),
            clean(fault.message),
            value=clean(fault.value),
            expected=clean(fault.expected),
            rule=fault.rule,
            remedy=clean(fault.remedy),
        )


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):
        # Arguments that do not fit their message are the caller's slip; they must not carry a secret past us.
        return f"{record.msg} {record.args!r}"


def _ordered(forms: Iterable[str]) -> list[str]:
    """The longest first: a shorter form may be part of a longer one."""
    return sorted(set(forms), key=lambda form: (-len(form), form))


def _expression(form: str) -> str:
    if len(form) < _SHORT:
        return rf"(?<![A-Za-z0-9]){re.escape(form)}(?![A-Za-z0-9])"
    return re.escape(form)


def _forms(value: str) -> Iterator[str]:
    yield value
    for encoded in (quote(value), quote(value, safe=""), quote_plus(value)):
        yield encoded
        yield re.sub(r"%[0-9A-F]{2}", lambda code: code[0].lower(), encoded)
    for is_ascii in (True, False):
        escaped = json.dumps(value, ensure_ascii=is_ascii)[1:-1]
        yield escaped
        yield escaped.replace("/", "\\/")
        yield json.dumps(escaped, ensure_ascii=is_ascii)[1:-1]
    yield repr(value)[1:-1]
    yield escape(value, quote=False)
    yield escape(value)
    yield escape(value).replace("&#x27;", "&apos;")
    yield value.encode().hex()
    yield value.encode().hex().upper()
    yield from _base64_forms(value.encode())


def _base64_forms(value: bytes) -> Iterator[str]:
    """The secret in base64, alone, and at each of the three places it may take inside longer text (`user:secret`)."""
    for alone in (base64.b64encode(value), base64.urlsafe_b64encode(value)):
        yield alone.decode()
    for offset in range(3):
        padded = base64.b64encode(b"\0" * offset + value).decode().rstrip("=")
        # Its first and last letters also depend on the neighbours: what lies between is the secret's alone.
        first = (offset * 8 + 5) // 6
        piece = padded[first : (offset + len(value)) * 8 // 6]
        if len(piece) >= _PIECE:
            yield piece
            yield piece.replace("+", "-").replace("/", "_")
