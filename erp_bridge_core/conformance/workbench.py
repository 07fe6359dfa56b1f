"""What the bench of an adapter and that of a source share: a proxy, the clock of a case, what is made only once."""

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Generic, Self, TypeVar

from attrs import define, field

from erp_bridge_core.conformance.effort import Effort
from erp_bridge_core.conformance.wire import FaultProxy, SuiteClock
from erp_bridge_core.wire.http import Limits

#: No request of the suite's takes long: the ERP, or the source, is on this host.
LIMITS: Final = Limits(connect=5.0, read=20.0, total=30.0)
#: When every case begins: late in the evening of the company's 1st of March, when it is the next day in UTC.
START: Final = datetime(2026, 3, 2, 3, 30, tzinfo=UTC)
TIME_ZONE: Final = "America/Indiana/Indianapolis"

SubjectT = TypeVar("SubjectT")
SnapshotT = TypeVar("SnapshotT")


def clock_at(passed: float) -> SuiteClock:
    """The suite's clock, so many seconds after a case's begin."""
    return SuiteClock(moment=START, passed=passed, time_zone=TIME_ZONE)


@define(kw_only=True)
class Workbench(Generic[SubjectT, SnapshotT]):
    """Everything that the rules of one run share. Open it as a context manager; only one site is open at a time."""

    subject: SubjectT
    effort: Effort
    folder: Path
    proxy: FaultProxy = field(init=False)
    _snapshots: dict[object, SnapshotT] = field(factory=dict, init=False)
    _kept: dict[object, Any] = field(factory=dict, init=False)
    _cases: Counter[str] = field(factory=Counter, init=False)
    _stack: ExitStack = field(factory=ExitStack, init=False)

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.proxy = self._stack.enter_context(FaultProxy())
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def once(self, name: object, make: Callable[[], Any]) -> Any:
        """A value that several rules share, made when it is first asked for."""
        if name not in self._kept:
            self._kept[name] = make()
        return self._kept[name]

    def count(self, rule: str, cases: int = 1) -> None:
        """Note that cases of a rule were tried."""
        self._cases[rule] += cases

    def counted(self, rule: str) -> int:
        """How many cases of a rule were tried; one where it did not say."""
        return self._cases.get(rule, 1)

    def _snapshot(self, name: object, make: Callable[[], SnapshotT]) -> SnapshotT:
        """A snapshot that is made when it is first asked for."""
        if name not in self._snapshots:
            self._snapshots[name] = make()
        return self._snapshots[name]
