"""Sealing a PCI, which makes it postable, and posting it where the site lets us: both `absolute`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

from erp_bridge_cmic.changes import HEADERS, read_lines
from erp_bridge_cmic.client import Cmic
from erp_bridge_cmic.meant import digest_of
from erp_bridge_cmic.operations_changes import header_of
from erp_bridge_core.contract import (
    Accepted,
    Attempt,
    Before,
    CannotTell,
    Different,
    Effect,
    Found,
    Sighting,
    reading,
)
from erp_bridge_core.contract.errors import ErpBridgeError, LedgerConflict


@frozen
class SealPci:
    """A whole PCI gets its status: approved, or the unapproved one that the approver chose."""

    client: Cmic

    def send(self, effect: Effect, attempt: Attempt) -> Accepted:  # noqa: ARG002 - the session watches the attempt
        """Change the status, once two full reads show exactly the lines that are meant.

        Raises `LedgerConflict` when the PCI holds anything else: nothing was sent then.
        """
        wanted = effect.request
        with reading():
            vuuid = self._checked(wanted)
            self._checked(wanted)
        values = {"CmmPrepostStatCode": wanted["status"]}
        second = self.client.erp.settings.names.header_second_status
        self.client.update(HEADERS, vuuid, values | ({second: wanted["status"]} if second else {}))
        return Accepted(reference=wanted["number"])

    def _checked(self, wanted: Mapping[str, Any]) -> str:
        header = header_of(self.client, wanted)
        seen = _digest(self.client, wanted) if header else ""
        if header is None or seen != wanted["digest"]:
            raise LedgerConflict(
                f"PCI {wanted['number']} of job {wanted['job']} does not hold exactly the lines that were exported.",
                remedy="Compare it with `erp-bridge export status`; correct it in CMiC, then retry.",
            )
        return header.vuuid

    def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
        """Whether each PCI has its status, or still that of being built."""
        for effect in effects:
            try:
                yield self._sight(effect.request)
            except ErpBridgeError as error:
                yield CannotTell(why=error.message)

    def _sight(self, wanted: Mapping[str, Any]) -> Sighting:
        header = header_of(self.client, wanted)
        if header is None:
            return Different(evidence={"pci": "missing"})
        if header.status == wanted["status"]:
            return Found(reference=header.number, evidence={"status": header.status})
        if header.status == wanted["before"]:
            return Before(evidence={"status": header.status})
        return Different(evidence={"status": header.status})


@frozen
class PostPci:
    """An approved PCI is posted. A posted one can't be posted again, and is never un-posted."""

    client: Cmic

    def send(self, effect: Effect, attempt: Attempt) -> Accepted:  # noqa: ARG002 - the session watches the attempt
        """Post it with the stored date; anything but SUCCESS is CMiC's refusal."""
        wanted = effect.request
        self.client.post_pci(job=wanted["job"], number=wanted["number"], day=wanted["date"])
        return Accepted(reference=wanted["number"])

    def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
        """Whether each PCI's lines have left the unposted ones, all of them, and are what was exported."""
        for effect in effects:
            try:
                yield self._sight(effect.request)
            except ErpBridgeError as error:
                yield CannotTell(why=error.message)

    def _sight(self, wanted: Mapping[str, Any]) -> Sighting:
        header = header_of(self.client, wanted)
        if header is None or _digest(self.client, wanted) != wanted["digest"]:
            return Different(evidence={"pci": "missing" if header is None else "holds other lines"})
        waiting = _digest(self.client, wanted, unposted=True)
        if waiting == digest_of(()):
            return Found(reference=header.number, evidence={"unposted": "none"})
        if waiting == wanted["digest"]:
            return Before(evidence={"unposted": "all"})
        return Different(evidence={"unposted": "some"})


def _digest(client: Cmic, wanted: Mapping[str, Any], *, unposted: bool = False) -> str:
    return digest_of(
        line.content for line in read_lines(client, [wanted["job"]], number=wanted["number"], unposted=unposted)
    )
