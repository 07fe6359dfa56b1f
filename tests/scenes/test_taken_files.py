"""A file that was taken is read again as evidence: the very one that was handed over, for whoever may look."""

import hashlib
from pathlib import Path

import pytest
from sage_site import SageSite

from erp_bridge_core.contract.errors import NotAllowed, NotFound, NotPossibleNow, OutcomeUnknown


@pytest.mark.rule("X1")
def test_a_taken_file_is_evidence(site: SageSite) -> None:
    """Not while it lies ready, since a copy could be loaded besides it; taken, it is read and its hash compared."""
    exports, approver = site.application.exports, site.person("approver")
    item = site.accepted()
    site.export(item)
    ready = exports.hand_overs(approver, item.id)
    with pytest.raises(NotPossibleNow, match="not taken yet"):
        exports.taken_file(approver, item.id, ready[0].sha256)
    taken = site.take(item)

    for sheet in taken:
        file = exports.taken_file(approver, item.id, sheet.sha256)
        assert Path(sheet.location).name == file.name
        assert (sheet.sha256, file.content) == (file.sha256, Path(sheet.location).read_bytes())
        assert file.sha256 == hashlib.sha256(file.content).hexdigest()
    with pytest.raises(NotFound):
        exports.taken_file(approver, item.id, "0" * 64)
    with pytest.raises(NotAllowed):
        exports.taken_file(site.person("manager"), item.id, taken[0].sha256)


def test_a_file_that_somebody_changed_is_no_evidence(site: SageSite) -> None:
    """It is not found by the hash that was handed over; and one that is gone can't be read."""
    item = site.accepted()
    site.export(item)
    sheet = site.take(item)[0]
    approver, file = site.person("approver"), Path(sheet.location)
    file.write_bytes(file.read_bytes() + b"more")

    with pytest.raises(NotFound, match="somebody changed it"):
        site.application.exports.taken_file(approver, item.id, sheet.sha256)
    file.unlink()
    with pytest.raises(OutcomeUnknown):
        site.application.exports.taken_file(approver, item.id, sheet.sha256)
