"""Exporting: rows of pending jobs, then one PCI after another, each sealed when it is whole, posted where we may."""

from erp_bridge_cmic.client import Cmic
from erp_bridge_cmic.jobs import Family, read_family
from erp_bridge_cmic.meant import Meant, Revision
from erp_bridge_cmic.operations_changes import AddLine, Building, CreatePci
from erp_bridge_cmic.operations_closing import PostPci, SealPci
from erp_bridge_cmic.operations_rows import AddPhase, CreateRow, SetRow
from erp_bridge_cmic.plan_changes import ChangePlan
from erp_bridge_cmic.plan_rows import RowPlan
from erp_bridge_cmic.planning import (
    ADD_LINE,
    ADD_PHASE,
    CREATE_PCI,
    CREATE_ROW,
    POST_PCI,
    SEAL_PCI,
    SET_ROW,
    Missing,
)
from erp_bridge_cmic.sign_in import CmicErp
from erp_bridge_cmic.watch import Watch
from erp_bridge_core.contract import Effects, ExportBatch, FieldValues, Operation

#: Under this name the budget changes of an export are kept, for verification to look for.
EXPORTED = "budget changes of item {item}, send {version}"


def export(batch: ExportBatch, values: FieldValues, erp: CmicErp, effects: Effects) -> None:
    """Bring CMiC to hold the batch: plan what has no plan yet, and run everything as far as it goes."""
    client = Cmic(erp)
    family = read_family(client, batch.job)
    today = effects.reserve("day of the export", lambda: erp.clock.today().isoformat())
    meant = Meant(batch, values, erp.settings, family, effects, today)
    revisions = meant.revisions()
    numbers = [revision.change for revision in revisions if revision.change is not None]
    erp.state.put(EXPORTED.format(item=batch.item, version=batch.version), numbers)
    missing = Missing(client, family)
    changes = ChangePlan(client, meant, missing)
    effects.plan("rows", RowPlan(client, meant, missing).build)
    for revision in revisions:
        effects.plan(revision.title, changes.lines_of(revision))
    changes.is_running = True
    operations = _operations(client, family, changes.building)
    effects.run(operations)
    _close(revisions, changes, effects, erp)
    effects.run(operations)


def _close(revisions: tuple[Revision, ...], changes: ChangePlan, effects: Effects, erp: CmicErp) -> None:
    """Seal each PCI, then post the approved ones; which number a PCI got in the end is known only now."""
    settings = erp.settings
    for revision in revisions:
        if settings.approve_afterwards and revision.status != settings.building_status:
            effects.plan(f"seal {revision.title}", changes.seal_of(revision))
        if settings.post_by == "bridge" and revision.is_approved:
            effects.plan(f"post {revision.title}", changes.posting_of(revision))


def _operations(client: Cmic, family: Family, building: Building) -> dict[str, Operation]:
    watch = Watch(client, family)
    return {
        ADD_PHASE: AddPhase(client),
        CREATE_ROW: CreateRow(client, watch),
        SET_ROW: SetRow(client, watch),
        CREATE_PCI: CreatePci(client, building),
        ADD_LINE: AddLine(client, building),
        SEAL_PCI: SealPci(client),
        POST_PCI: PostPci(client),
    }
