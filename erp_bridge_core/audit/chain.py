"""The check of a chain of audit entries against its key and the mark outside: plain functions over values."""

import hmac
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from attrs import define, field

from erp_bridge_core.audit.entries import AuditCheck, AuditEntry, AuditHead, seal
from erp_bridge_core.audit.mark import Mark
from erp_bridge_core.contract.errors import Fault

MOST_FAULTS: Final = 100
_RESTORE: Final = "Compare with a backup and with the published heads; find out who could write to the database."


def check_chain(key: bytes, entries: Iterable[AuditEntry], *, installation: str, mark: Mark) -> AuditCheck:
    """Walk all entries in order; of the faults a hundred at most are kept."""
    walk = _Walk(key=key, mark=mark)
    found = _all_faults(walk, entries, installation)
    faults = list(islice(found, MOST_FAULTS))
    for _ in found:
        pass
    return AuditCheck(entries=walk.count, head=walk.last, faults=tuple(faults))


@define
class _Walk:
    """How far the check has come; an edited entry is told once, not with all that follow it."""

    key: bytes
    mark: Mark
    count: int = 0
    last: AuditHead = field(factory=lambda: AuditHead(sequence=0, mac=""))

    def faults_of(self, entry: AuditEntry) -> Iterator[Fault]:
        where = f"entry {entry.sequence}"
        if entry.sequence != self.last.sequence + 1:
            yield Fault(
                where,
                f"the entries from {self.last.sequence + 1} to {entry.sequence - 1} are gone",
                rule="X1",
                remedy=_RESTORE,
            )
        elif not hmac.compare_digest(entry.mac, seal(self.key, self.last.mac, entry)):
            yield Fault(where, "was edited, or sealed with another key", rule="X1", remedy=_RESTORE)
        if entry.sequence == self.mark.audit_sequence and entry.mac != self.mark.audit_mac:
            yield Fault(where, "is not the entry that the mark outside knows", rule="X1", remedy=_RESTORE)
        self.count += 1
        self.last = AuditHead(sequence=entry.sequence, mac=entry.mac)


def _all_faults(walk: _Walk, entries: Iterable[AuditEntry], installation: str) -> Iterator[Fault]:
    if installation != walk.mark.installation:
        yield Fault(
            "installation",
            f"the database is of installation {installation or '(none)'}, the mark outside of another: it was swapped",
            value=walk.mark.installation,
            rule="X1",
            remedy="Put this installation's own database back.",
        )
    for entry in entries:
        yield from walk.faults_of(entry)
    if walk.last.sequence < walk.mark.audit_sequence:
        yield Fault(
            f"entry {walk.last.sequence}",
            f"is the last, but {walk.mark.audit_sequence} were written: the tail was cut, or an older copy restored",
            rule="X1",
            remedy=_RESTORE,
        )
