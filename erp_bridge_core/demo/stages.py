"""The stages in which a served demo shows its projects, and how one is brought there by the services and the desks."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import frozen

from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.contract.errors import ErpBridgeError, Mismatch
from erp_bridge_core.contract.profile import SafetyClass
from erp_bridge_core.contract.simulator import Mischief, Mischievous
from erp_bridge_core.demo.changing import derive_changes, derive_later_change
from erp_bridge_core.demo.walking import Planned, Site, Walk

if TYPE_CHECKING:
    from erp_bridge_core.registry import Adapter


@frozen(kw_only=True)
class Stage:
    """Where a project of the demo is left. `bring` takes it there once its budget is built.

    `wants` is a kind of write without which an ERP has no such stage, `struck` what happens at that ERP meanwhile.
    """

    title: str
    bring: Callable[[Walk], object]
    wants: SafetyClass | None = None
    struck: Mischief | None = None

    def is_for(self, adapter: "Adapter") -> bool:
        """Whether a project can be brought there in an ERP."""
        operations = adapter.profile.operations
        if self.wants is not None and not any(each.safety is self.wants for each in operations):
            return False
        simulator = adapter.simulator()
        return self.struck is None or (isinstance(simulator, Mischievous) and self.struck in simulator.mischief())


def build(site: Site, planned: Planned) -> Walk:
    """A project with its budget, linked and read, and its approved changes."""
    walk = Walk(site=site, planned=planned, told=False)
    walk.set_up()
    walk.import_budget()
    for plan in derive_changes(planned.budget.lines):
        walk.change(plan)
    return walk


def _not_sent(_: Walk) -> None:
    """It is still being built."""


def _ready(walk: Walk) -> None:
    walk.send("send")


def _accepted(walk: Walk) -> ItemView:
    item = walk.send("send")
    walk.accept(item)
    return item


def _rejected(walk: Walk) -> None:
    item = walk.send("send")
    walk.site.application.reviews.reject(
        walk.site.cast.approver, item.id, reason="The mobilization is in the estimate twice."
    )


def _exported(walk: Walk) -> ItemView:
    item = _accepted(walk)
    walk.export(item)
    return item


def _waiting(walk: Walk) -> None:
    """Nobody has posted it or read it back."""
    walk.take(_exported(walk))


def _failed(walk: Walk) -> None:
    """The job is closed at the ERP when its export has begun, and open again later: a retry goes through."""
    item = _accepted(walk)
    site = walk.site
    site.application.exports.start(site.cast.approver, item.id)
    _strike(walk, Mischief.CLOSED_JOB)
    with suppress(ErpBridgeError):
        site.application.exports.run(site.cast.approver, item.id)
    assert isinstance(site.simulator, Mischievous)
    site.simulator.calm(site.simulated)


def _unknown(walk: Walk) -> None:
    """What was handed over is gone from the folder, and nobody says that he took it."""
    item = _exported(walk)
    exports, approver = walk.site.application.exports, walk.site.cast.approver
    for each in exports.hand_overs(approver, item.id):
        Path(each.location).unlink()
    exports.refresh(approver, item.id)


def _mismatch(walk: Walk) -> None:
    """Somebody at the ERP changes a figure of the job by hand after the export was posted."""
    item = _exported(walk)
    walk.post(item)
    _strike(walk, Mischief.EDITS_ENTRY)
    with suppress(Mismatch):
        walk.verify(item)


def _synced(walk: Walk) -> None:
    """All is posted and read back; a further change is being built."""
    walk.deliver("send")
    later = derive_later_change(walk.budget.lines)
    if later is not None:
        walk.change(later)


def _strike(walk: Walk, mischief: Mischief) -> None:
    simulator = walk.site.simulator
    assert isinstance(simulator, Mischievous)
    simulator.mischief()[mischief](walk.site.simulated, walk.codes.job, ())


#: One for each contract of the letting, in its order.
STAGES: Final = (
    Stage(title="failed", bring=_failed, wants=SafetyClass.ABSOLUTE, struck=Mischief.CLOSED_JOB),
    Stage(title="mismatch", bring=_mismatch, struck=Mischief.EDITS_ENTRY),
    Stage(title="handed over, not taken", bring=_exported, wants=SafetyClass.HUMAN),
    Stage(title="outcome unknown", bring=_unknown, wants=SafetyClass.HUMAN),
    Stage(title="exported, waiting", bring=_waiting),
    Stage(title="accepted", bring=_accepted),
    Stage(title="ready to export", bring=_ready),
    Stage(title="synced, with a new change", bring=_synced),
    Stage(title="not sent", bring=_not_sent),
    Stage(title="rejected", bring=_rejected),
)


def cast_parts(adapters: Sequence["Adapter"]) -> list[tuple["Adapter", Stage] | None]:
    """Which ERP shows which stage: of those that have it, the one that shows the fewest so far; None where none has."""
    shown = {adapter.name: 0 for adapter in adapters}
    parts: list[tuple[Adapter, Stage] | None] = []
    for stage in STAGES:
        able = [adapter for adapter in adapters if stage.is_for(adapter)]
        if not able:
            parts.append(None)
            continue
        chosen = min(able, key=lambda adapter: shown[adapter.name])
        shown[chosen.name] += 1
        parts.append((chosen, stage))
    return parts
