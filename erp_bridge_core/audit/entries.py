"""What an audit entry is, and the chain that ties each to the one before by a key kept outside the database (X1)."""

import hashlib
import hmac
import json
from datetime import datetime
from typing import Any, Final

from attrs import asdict, frozen

from erp_bridge_core.contract.errors import Fault

KEY_BYTES: Final = 32


@frozen(kw_only=True)
class AuditEntry:
    """One act: who really, as whom, by which way in, what, on what, from which state to which.

    `at` is ISO text in UTC, so that what was sealed is what is read back; `details` is JSON text.
    """

    sequence: int
    company_id: int | None
    at: str
    person: str
    real_person: str
    os_user: str
    via: str
    verb: str
    subject: str
    subject_id: str
    from_state: str | None
    to_state: str | None
    details: str
    mac: str = ""

    @property
    def moment(self) -> datetime:
        """When it happened, aware, in UTC."""
        return datetime.fromisoformat(self.at)

    @property
    def facts(self) -> dict[str, Any]:
        """The details as values."""
        return dict(json.loads(self.details))


@frozen(kw_only=True)
class AuditHead:
    """The last entry's number and seal: published outside, it proves that nothing was cut off since."""

    sequence: int
    mac: str


@frozen(kw_only=True)
class AuditCheck:
    """What `check` found: how many entries it read, the head, and every fault (edits, gaps, a cut tail, a swap)."""

    entries: int
    head: AuditHead
    faults: tuple[Fault, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        return not self.faults


def seal(key: bytes, previous: str, entry: AuditEntry) -> str:
    """The entry's mac, hex: HMAC-SHA256 over the previous entry's mac and the whole row."""
    row = asdict(entry)
    del row["mac"]
    text = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hmac.new(key, f"{previous}\n{text}".encode(), hashlib.sha256).hexdigest()
