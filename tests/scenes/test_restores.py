"""An older copy of the database comes back: writing is frozen, Sage is looked at, and nothing goes twice (L16)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sage_site import SageSite, intended

from erp_bridge_core.app import Application
from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.audit.freezing import thaw
from erp_bridge_core.contract.errors import ErpBridgeError, Frozen, NotPossibleNow
from erp_bridge_core.exports.status import ExportState
from erp_bridge_core.upkeep.backup import back_up
from erp_bridge_core.upkeep.restoring import restore


def copy_database(site: SageSite, to: Path) -> None:
    """A backup of the database as it is now."""
    back_up(site.home, to)


@contextmanager
def restored(site: SageSite, copy: Path) -> Iterator[SageSite]:
    """The same site over the older copy of its database."""
    site.application.close()
    restore(site.home, copy)
    former = site.application
    with Application.open(site.home, clock=former.clock) as application:
        site.application = application
        yield site
    site.application = former


def thaw_after_looking(site: SageSite) -> tuple[int, ...]:
    """The administrator has reconciled with Sage and lets writing go on."""
    thawed = thaw(site.application.audit, site.person("administrator"), "Compared with Sage and the share")
    return thawed.items_to_accept_anew


def take_only(site: SageSite, item: ItemView) -> None:
    """The files are taken over; nothing is imported yet."""
    site.take(item)


def leave_offered(site: SageSite, item: ItemView) -> None:
    """The files lie where they were offered."""


@pytest.mark.rule("L16", "L4", "L7")
@pytest.mark.parametrize("after", [leave_offered, take_only], ids=["offered", "taken"])
@pytest.mark.parametrize("copied", ["accepted", "started"])
def test_files_of_the_lost_time_are_found_again_and_not_written_twice(
    site: SageSite, tmp_path: Path, after: Callable[[SageSite, ItemView], None], copied: str
) -> None:
    """The copy knows nothing of the files in the share: frozen, thawed, resumed, they are ours; each line once."""
    item = site.accepted()
    if copied == "started":
        site.application.exports.start(site.person("approver"), item.id)
    copy_database(site, tmp_path / "copy.db")
    if copied == "accepted":
        site.application.exports.start(site.person("approver"), item.id)
    site.application.exports.run(site.person("approver"), item.id)
    after(site, item)

    with restored(site, tmp_path / "copy.db"):
        assert ItemState.UNKNOWN == site.item(item).state
        anew = thaw_after_looking(site)
        if copied == "accepted":
            assert (item.id,) == anew
            site.accept(site.item(item))
            site.application.exports.start(site.person("approver"), item.id)
        site.resume_later(item)
        site.follow_sheets(site.take(item))
        site.verify(item)

        assert 2 == len(site.offered_files())
        assert intended() == site.held()
        assert {1} == set(site.entry_counts().values())
        assert ItemState.SYNCED == site.item(item).state


@pytest.mark.rule("L16", "X1")
def test_nothing_is_written_while_frozen_and_every_door_says_why(site: SageSite, tmp_path: Path) -> None:
    """Sending, starting and resuming are refused; only an administrator thaws, with a reason, in the audit trail."""
    item = site.accepted()
    site.application.exports.start(site.person("approver"), item.id)
    copy_database(site, tmp_path / "copy.db")
    site.application.exports.run(site.person("approver"), item.id)
    files = sorted(site.share.rglob("*.jce"))
    for path in files:
        path.unlink()

    with restored(site, tmp_path / "copy.db"):
        audit = site.application.audit
        status = site.resume_later(item)
        assert "L16" in {reason.rule for reason in site.readiness().reasons}
        with pytest.raises(NotPossibleNow):
            site.send()
        with pytest.raises(ErpBridgeError):
            thaw(audit, site.person("manager"), "Let me")
        with pytest.raises(ErpBridgeError):
            thaw(audit, site.person("administrator"), " ")
        assert status.failure is not None
        assert Frozen.__name__ in str(status.failure) or "frozen" in status.failure["message"]
        assert [] == list(site.share.rglob("*.jce"))
        thaw_after_looking(site)
        assert "thaw" in {entry.verb for entry in audit.show(site.person("administrator"))}
        assert audit.check().sound


@pytest.mark.rule("L16", "E5", "V2")
def test_what_was_posted_in_the_lost_time_stops_the_second_accept(site: SageSite, tmp_path: Path) -> None:
    """The copy is from before the export, Sage holds it all: accepting it again stops at the estimates found there."""
    item = site.accepted()
    copy_database(site, tmp_path / "copy.db")
    site.export(item)
    site.follow_sheets(site.take(item))

    with restored(site, tmp_path / "copy.db"):
        thaw_after_looking(site)
        with pytest.raises(NotPossibleNow, match="already holds estimates"):
            site.accept(site.item(item))
        assert intended() == site.held()


@pytest.mark.rule("L16", "L4")
def test_a_restored_offer_is_unknown_when_the_share_was_lost_too(site: SageSite, tmp_path: Path) -> None:
    """The files were carried off in the lost time: a tombstone without its file is never answered by writing anew."""
    item = site.accepted()
    site.application.exports.start(site.person("approver"), item.id)
    copy_database(site, tmp_path / "copy.db")
    site.application.exports.run(site.person("approver"), item.id)
    for path in site.share.rglob("*.jce"):
        path.unlink()

    with restored(site, tmp_path / "copy.db"):
        thaw_after_looking(site)
        status = site.resume_later(item)

        assert ExportState.UNKNOWN == status.state, status
        assert [] == list(site.share.rglob("*.jce"))
