"""Defects that show when a worker dies, sleeps, or comes back as another version."""

from collections.abc import Iterator, Mapping
from importlib import metadata
from typing import Any, ClassVar, Final

from matrix import Defect

from erp_bridge_core.contract import Accepted, Attempt, Effect, Effects, ExportBatch, HandOver, reading
from erp_bridge_core.contract.errors import LeaseLost, LedgerConflict
from planted.client import Row
from planted.operations_human import TAKEN, OfferFile
from planted.operations_keyed import EnterRows
from planted.variants import HumanAdapter, KeyedAdapter

DISTRIBUTION: Final = "planted-defects-processes"
KEPT: Final = "kept"


class LockedRows(EnterRows):
    """Holds a lock of its own while it sends, which outlives the process."""

    def send(self, effect: Effect, attempt: Attempt) -> Any:
        """Refuse while somebody sends; a worker that died sends for ever."""
        state = self.client.erp.state
        if state.get("sending"):
            raise LedgerConflict("Somebody else is sending.", remedy="Wait.")
        state.put("sending", "yes")
        try:
            return super().send(effect, attempt)
        finally:
            state.put("sending", None)


class KeepsALock(KeyedAdapter):
    """Its lock is not freed by a death."""

    operation_classes: ClassVar = {"enter_rows": LockedRows}


class WithoutLease(EnterRows):
    """Sends all the same when its lease is lost."""

    def post(self, effect: Effect, body: Row) -> Accepted:
        """Once more, as if it were a read, under a reference that is still free."""
        try:
            return super().post(effect, body)
        except LeaseLost:
            with reading():
                return super().post(effect, body | {"reference": body["reference"] + " all the same"})


class IgnoresItsLease(KeyedAdapter):
    """Goes on where another worker took over."""

    operation_classes: ClassVar = {"enter_rows": WithoutLease}


class PlansByVersion(KeyedAdapter):
    """Has its own version in the name of its plan."""

    def bring(self, batch: ExportBatch, effects: Effects, operations: Mapping[str, Any]) -> None:
        """A group per version."""
        ((name, operation),) = operations.items()
        group = f"rows {version()}"
        effects.plan(group, lambda _: self.chunks(name, operation, list(effects.lines_to_send())))
        effects.run(operations)


def version() -> str:
    """The installed version, where there is one."""
    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return "0"


class CopiedFile(OfferFile):
    """Keeps a copy of what is taken over."""

    def prepare(self) -> None:
        """With one folder more."""
        super().prepare()
        self.client.erp.files.make_folder(KEPT)

    def take(self, effect: Effect, attempt: Attempt) -> HandOver:
        """Move it, and keep a copy beside."""
        handed = super().take(effect, attempt)
        files, name = self.client.erp.files, self.name(effect)
        if not files.exists(f"{KEPT}/{name}"):
            files.write_new(f"{KEPT}/{name}", self.copied(f"{TAKEN}/{name}"))
        return handed

    def copied(self, path: str) -> Iterator[bytes]:
        """The bytes of a file."""
        with self.client.erp.files.open(path) as file:
            yield file.read()


class KeepsCopies(HumanAdapter):
    """A file that is taken lies in two places."""

    operation_classes: ClassVar = {"offer_file": CopiedFile}


keeps_a_lock = KeepsALock("tin_keeps_a_lock")
ignores_its_lease = IgnoresItsLease("tin_ignores_its_lease")
plans_by_version = PlansByVersion("tin_plans_by_version")
keeps_copies = KeepsCopies("tin_keeps_copies")


def _defect(name: str, what: str, *caught_by: str) -> Defect:
    return Defect(spec=f"planted.defects_processes:{name}", what=what, caught_by=caught_by)


DEFECTS: Final[Mapping[str, Defect]] = {
    defect.name: defect
    for defect in (
        _defect("keeps_a_lock", "holds a lock of its own that outlives its process", "PRC-01"),
        _defect("ignores_its_lease", "sends all the same when its lease is lost", "PRC-02"),
        _defect("plans_by_version", "has its version in the name of its plan", "PRC-03"),
        _defect("keeps_copies", "keeps a copy of what a person takes over", "PRC-04"),
    )
}
