"""Whether what goes over the wire now is a write: that alone decides what a failure of the wire means (L6)."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from erp_bridge_core.contract.effects import Attempt

_ATTEMPT: ContextVar[Attempt | None] = ContextVar("erp_bridge_attempt", default=None)


@contextmanager
def writing(attempt: Attempt) -> Iterator[None]:
    """Everything sent inside is part of a write's attempt. The ledger sets it around `Operation.send`.

    It holds for the calling thread alone: a request made from a thread started inside counts as a read.
    """
    token = _ATTEMPT.set(attempt)
    try:
        yield
    finally:
        _ATTEMPT.reset(token)


@contextmanager
def reading() -> Iterator[None]:
    """Inside a write, mark requests that change nothing at the ERP, such as a log-in: they fail as reads do."""
    token = _ATTEMPT.set(None)
    try:
        yield
    finally:
        _ATTEMPT.reset(token)


def current_attempt() -> Attempt | None:
    """The attempt that is being written for, or None while reading."""
    return _ATTEMPT.get()
