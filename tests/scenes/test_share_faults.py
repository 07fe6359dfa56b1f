"""The shared folder fails: vanished, exchanged for a link, full, or another. Nothing is written, nothing is assumed."""

import errno
import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from sage_site import SageSite, intended

from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.connections import durable
from erp_bridge_core.contract.errors import ErpBridgeError, ReadFailed
from erp_bridge_core.exports.status import ExportState


def started(site: SageSite) -> ItemView:
    """An export that was started, and nothing written."""
    item = site.accepted()
    site.application.exports.start(site.person("approver"), item.id)
    return item


def run(site: SageSite, item: ItemView) -> ExportState:
    """Run it as far as it goes."""
    return site.application.exports.run(site.person("approver"), item.id).state


def assert_arrives_once(site: SageSite, item: ItemView) -> None:
    """Every line once in Sage, in the end."""
    site.follow_sheets(site.take(item))
    site.verify(item)
    assert intended() == site.held()
    assert {1} == set(site.entry_counts().values())
    assert ItemState.SYNCED == site.item(item).state


def replace_by_link(share: Path) -> None:
    """Somebody put a link in the share's place."""
    share.symlink_to(share.with_name("kept-away"), target_is_directory=True)


def leave_away(share: Path) -> None:
    """The share is not there."""


@pytest.mark.rule("E3", "L4", "L14")
@pytest.mark.parametrize("instead", [leave_away, replace_by_link], ids=["vanished", "a link"])
def test_a_share_that_is_gone_fails_the_export_and_a_retry_goes_on(
    site: SageSite, instead: Callable[[Path], None]
) -> None:
    """Told with its path and what to do; brought back, a retry offers each file once."""
    item = started(site)
    away = site.share.rename(site.share.with_name("kept-away"))
    instead(site.share)
    state = run(site, item)
    failure = site.status(item).failure
    written = list(away.rglob("*.jce"))
    site.share.unlink(missing_ok=True)
    away.rename(site.share)
    site.application.exports.retry(site.person("approver"), item.id)

    assert ExportState.FAILED == state
    assert failure is not None
    assert str(site.share) in failure["message"]
    assert failure["remedy"]
    assert [] == written
    assert_arrives_once(site, item)


@pytest.mark.rule("E3", "B6", "L3")
def test_an_export_that_never_got_out_can_be_rejected(site: SageSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk of the share is full: nothing can have arrived, so all of it is given back."""
    item = started(site)
    with monkeypatch.context() as full:
        full.setattr(durable, "write_aside", _no_space)
        state = run(site, item)
    rejected = site.application.reviews.reject(site.person("approver"), item.id, reason="The share is full")

    assert ExportState.FAILED == state
    assert ItemState.REJECTED == rejected.state
    assert () == site.readiness().edit_reasons
    assert "resend" == site.readiness().would_be


def _no_space(path: Path, chunks: Iterable[bytes]) -> int:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))


@pytest.mark.rule("L14", "E3")
@pytest.mark.parametrize("part", ["staging", "tombstones", "2-approved-changes"])
def test_a_full_disk_offers_nothing_half_and_a_retry_offers_it_once(
    site: SageSite, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    """No room for a file's bytes, for its tombstone or for its name: never a part of a file, never a second one."""
    item = started(site)
    with monkeypatch.context() as full:
        full.setattr(os, "link", _without_room(os.link, part))
        state = run(site, item)
        failure = site.status(item).failure
    offered = [path for folder in ("1-original", "2-approved-changes") for path in (site.share / folder).iterdir()]
    site.application.exports.retry(site.person("approver"), item.id)

    assert ExportState.FAILED == state
    assert failure is not None
    assert os.strerror(errno.ENOSPC) in failure["message"]
    assert (1 if part == "2-approved-changes" else 0) == len(offered)
    assert_arrives_once(site, item)


def _without_room(link: Callable[..., Any], part: str) -> Callable[..., Any]:
    def linked(source: Any, target: Any, **options: Any) -> Any:
        if f"/{part}/EB" in str(target):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target))
        return link(source, target, **options)

    return linked


@pytest.mark.rule("L7", "E6")
def test_a_share_that_can_not_be_seen_proves_nothing(site: SageSite) -> None:
    """Gone after the files were offered: told, and nothing concluded; back again, they lie where they were."""
    item = site.accepted()
    site.export(item)
    away = site.share.rename(site.share.with_name("kept-away"))
    with pytest.raises(ReadFailed):
        site.application.exports.refresh(site.person("approver"), item.id)
    unseen = site.status(item)
    away.rename(site.share)
    seen = site.application.exports.refresh(site.person("approver"), item.id)

    assert [ExportState.OFFERED] * 2 == [unseen.state, seen.state]
    assert_arrives_once(site, item)


@pytest.mark.rule("L4", "L17")
def test_a_share_without_its_tombstones_is_written_to_no_more(site: SageSite) -> None:
    """Emptied and made anew, the share has forgotten what was offered: the next export stops."""
    site.synced()
    shutil.rmtree(site.share / "tombstones")
    with pytest.raises(ErpBridgeError):
        site.deliver_later_change()


@pytest.mark.rule("E6", "L6")
def test_a_file_that_was_altered_while_it_waited_is_a_conflict(site: SageSite) -> None:
    """Its hash is not the planned one: it is not taken, and a person has to look."""
    item = site.accepted()
    site.export(item)
    (offered,) = (site.share / "1-original").glob("*.jce")
    offered.write_bytes(offered.read_bytes().replace(b"10300.00", b"99300.00"))

    with pytest.raises(ErpBridgeError, match="SHA-256"):
        site.take(item)
    assert [] == list((site.share / "taken" / "1-original").iterdir())
