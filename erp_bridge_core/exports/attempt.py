"""One running try at an effect: its deadline, its lease, and whether anything can have gone out."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from attrs import define, field

from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.effects import Attempt, Effect
from erp_bridge_core.contract.errors import Doubtful, NotSent, SignInFailed
from erp_bridge_core.exports.lease import Lease

#: Told the stages of a running effect, as they pass.
Observer = Callable[[str, Effect], None]
#: Makes an attempt known to `erp.http` and `erp.files` while its request is written.
Writing = Callable[[Attempt], AbstractContextManager[None]]


class Mark(Protocol):
    """The high-water mark kept outside the database (L16)."""

    def raise_to(self, *, attempts: int) -> object:
        """Say, durably, that the ledger has come as far as this attempt."""


def nobody_watches(stage: str, effect: Effect) -> None:
    """The observer of a run that nobody follows."""


@define(kw_only=True)
class RunningAttempt:
    """What `Operation.send` is given. Durations are of this process's monotonic clock (L13)."""

    number: int
    lease: Lease = field(repr=False)
    clock: Clock = field(repr=False)
    ends: float
    went_out: bool = False

    @property
    def seconds_left(self) -> float:
        """Until the deadline, never below zero; none any more once the worker is to end and nothing went out yet."""
        if not self.went_out and self.lease.ending():
            return 0.0
        return max(0.0, self.ends - self.clock.monotonic())

    def check(self) -> None:
        """Raise `LeaseLost` unless the lease outlasts the deadline, `NotSent` when the deadline has passed (L12).

        From here on something may have gone out: an error after this is a doubt, an error before it is not.
        """
        left = self.seconds_left
        if left <= 0:
            raise NotSent(
                "The attempt's deadline passed, or its worker was to end, before its request went out.",
                remedy="Nothing was sent; it is tried again with a new attempt.",
            )
        self.lease.check(left)
        self.went_out = True

    def is_harmless(self, error: Exception) -> bool:
        """Whether an error of this try proves that nothing was changed; a lease lost on the way proves nothing."""
        if isinstance(error, NotSent | SignInFailed):
            return True
        return not self.went_out and not isinstance(error, Doubtful)
