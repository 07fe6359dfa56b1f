"""One id follows an act from the request that began it to the ERP, whichever process does which part of it.

Every room says here what it does (`doing`) and about what (`about`); logs, metrics and traces listen (`operations/`).
Made of the standard library and attrs, so that any room may use it. Nothing that is said here may hold a secret.
"""

import logging
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from hashlib import sha256
from time import perf_counter, time_ns
from typing import Any, Final, Protocol, TypeVar

from attrs import define, frozen

Answer = TypeVar("Answer")
Fact = str | int | float | bool
_LOGGER: Final = logging.getLogger(__name__)
#: What another program may call an act: no space, no control character, nothing that a log would quote.
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
_TRACE: Final = re.compile(r"(?!0{32})[0-9a-f]{32}")
_STEP: Final = re.compile(r"(?!0{16})[0-9a-f]{16}")
_PARENT: Final = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?")


@frozen(kw_only=True)
class Cause:
    """The act that caused what is done now: its id, and the step of it (16 hex digits, blank where none is known)."""

    id: str
    step: str = ""

    @property
    def trace(self) -> str:
        """The id as traces know it: 32 hex digits, the same in every process."""
        return self.id if _TRACE.fullmatch(self.id) else sha256(self.id.encode()).hexdigest()[:32]

    @property
    def parent_text(self) -> str:
        """As W3C's trace context tells it to whoever is asked next."""
        return f"00-{self.trace}-{self.step}-01"

    @property
    def stored(self) -> str:
        """As a row keeps it, so that another process goes on with it."""
        return f"{self.id}/{self.step}"


@define(kw_only=True)
class Step:
    """One thing that is being done: of what kind, about what, for how long, and how it ended.

    `outcome` is blank for what ended well, else the code of the error. `at` is in nanoseconds since 1970.
    """

    kind: str
    cause: Cause
    parent: str
    facts: dict[str, Fact]
    at: int
    seconds: float = 0.0
    outcome: str = ""
    error: BaseException | None = None

    def tell(self, **facts: Fact) -> None:
        """Add what is known only now, such as a status."""
        self.facts.update(facts)


class Listener(Protocol):
    """Whoever is told of steps: logs, metrics, traces."""

    def begun(self, step: Step) -> None:
        """A step begins."""

    def ended(self, step: Step) -> None:
        """It has ended, well or not."""


_CAUSE: Final[ContextVar[Cause | None]] = ContextVar("erp_bridge_cause", default=None)
_FACTS: Final[ContextVar[Mapping[str, Fact] | None]] = ContextVar("erp_bridge_facts", default=None)
_LISTENERS: Final[list[Listener]] = []


def new_cause() -> Cause:
    """An act that begins here."""
    return Cause(id=secrets.token_hex(16))


def cause_of_request(traceparent: str, request_id: str) -> Cause:
    """The act that a request names by its headers: W3C's trace context or `X-Request-ID`, where that is well formed."""
    found = _PARENT.fullmatch(traceparent)
    if found and found[1] != "ff" and _TRACE.fullmatch(found[2]) and _STEP.fullmatch(found[3]):
        return Cause(id=found[2], step=found[3])
    return Cause(id=request_id) if _ID.fullmatch(request_id) else new_cause()


def current_id() -> str:
    """The id of the act that is under way here; blank where none is."""
    cause = _CAUSE.get()
    return cause.id if cause else ""


def stored_cause() -> str | None:
    """The act that is under way, as a row keeps it."""
    cause = _CAUSE.get()
    return cause.stored if cause else None


def facts() -> Mapping[str, Fact]:
    """What the act that is under way here is about."""
    return _FACTS.get() or {}


@contextmanager
def caused_by(cause: Cause) -> Iterator[None]:
    """All that the block does is of this act."""
    token = _CAUSE.set(cause)
    try:
        yield
    finally:
        _CAUSE.reset(token)


@contextmanager
def going_on(stored: str | None) -> Iterator[None]:
    """Go on with the act that a row names, unless it is under way here; an act of its own where it names none."""
    number, _, step = (stored or "").partition("/")
    known, here = bool(_ID.fullmatch(number)), _CAUSE.get()
    if known and here is not None and here.id == number:
        yield
        return
    with caused_by(Cause(id=number, step=step if _STEP.fullmatch(step) else "") if known else new_cause()):
        yield


@contextmanager
def about(**known: Fact) -> Iterator[None]:
    """What the block does is about these things, too: a company's code, an item, an export."""
    token = _FACTS.set({**facts(), **known})
    try:
        yield
    finally:
        _FACTS.reset(token)


@contextmanager
def doing(kind: str, **known: Fact) -> Iterator[Step]:
    """Say that something is done in the block; `known` is of this step alone, unlike what `about` says."""
    cause = _CAUSE.get() or new_cause()
    own = Cause(id=cause.id, step=secrets.token_hex(8))
    step = Step(kind=kind, cause=own, parent=cause.step, facts={**facts(), **known}, at=time_ns())
    began, heard = perf_counter(), tuple(_LISTENERS)
    token = _CAUSE.set(own)
    _tell(heard, "begun", step)
    try:
        yield step
    except BaseException as error:
        step.error, step.outcome = error, str(getattr(error, "code", "") or type(error).__name__)
        raise
    finally:
        step.seconds = perf_counter() - began
        _tell(reversed(heard), "ended", step)
        _CAUSE.reset(token)


@contextmanager
def measured(kind: str) -> Iterator[None]:
    """Say how long something small took, once it is over; unlike a step it causes nothing, and it may happen often."""
    if not _LISTENERS:
        yield
        return
    step = Step(kind=kind, cause=_CAUSE.get() or Cause(id=""), parent="", facts={}, at=0)
    began = perf_counter()
    try:
        yield
    finally:
        step.seconds = perf_counter() - began
        _tell(tuple(_LISTENERS), "ended", step)


def in_this_act(act: Callable[..., Answer]) -> Callable[..., Answer]:
    """The same function for another thread, which goes on with the act that is under way here."""
    context = copy_context()

    def run(*arguments: Any) -> Answer:
        # A context can be entered once at a time, and several threads may be given this function.
        return context.copy().run(act, *arguments)

    return run


@contextmanager
def listening(*listeners: Listener) -> Iterator[None]:
    """While the block runs, these are told of every step of this process."""
    _LISTENERS.extend(listeners)
    try:
        yield
    finally:
        for listener in listeners:
            _LISTENERS.remove(listener)


def _tell(heard: Any, what: str, step: Step) -> None:
    """Whoever listens must not be what a step fails by."""
    for listener in heard:
        try:
            getattr(listener, what)(step)
        except Exception:  # noqa: BLE001 -- told below; the step goes on
            _LOGGER.warning("%s could not note the step %s", type(listener).__name__, step.kind)
