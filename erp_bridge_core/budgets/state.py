"""The state that decides what may be done with a budget, read in the caller's transaction."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, select

from erp_bridge_core.approvals.items import ItemView, items_of_project
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.budgets.masters import last_header
from erp_bridge_core.budgets.records import ProjectView
from erp_bridge_core.budgets.rules import Condition, SendState
from erp_bridge_core.contract.errors import Fault, NotPossibleNow
from erp_bridge_core.contract.profile import ErpProfile
from erp_bridge_core.exports.conditions import condition_states
from erp_bridge_core.store.tables import erp_jobs, installation


def load_state(connection: Connection, project: ProjectView, profile: ErpProfile | None) -> SendState:
    """Everything but what a send would hold; `profile` is None for a project that is not linked."""
    history = items_of_project(connection, project.company_id, project.id)
    item = deciding_item(history)
    header = last_header(connection, project.id) if project.is_linked else None
    facts: dict[str, Any] = {}
    if profile is not None:
        facts = {"erp": profile.title, "words": profile.words, "capabilities": profile.capabilities}
    return SendState(
        project=project.number,
        linked=project.is_linked,
        job=project.job or "",
        synced=header is not None and header.job == project.job,
        job_status=header.status if header else None,
        locked=project.locked,
        sends=project.sends,
        item=item.state if item else None,
        item_id=item.id if item else None,
        last=history[0].state if history else None,
        conditions=_conditions(connection, item, profile),
        exported=project.first_exported_at is not None,
        import_closed=_import_closed(connection, project),
        frozen_because=connection.execute(select(installation.c.frozen_because)).scalars().first(),
        **facts,
    )


def deciding_item(history: Sequence[ItemView]) -> ItemView | None:
    """The item that stands in the way, the latest first: one on its way, a mismatch, the last export, a resting one.

    A newer item that was rejected or retrieved does not hide that an older one no longer agrees with the ERP.
    """
    ranks: tuple[Callable[[ItemState], bool], ...] = (
        lambda state: state.is_open,
        lambda state: state is ItemState.MISMATCH,
        lambda state: state.is_exported,
    )
    found = (item for holds in ranks for item in history if holds(item.state))
    return next(found, history[0] if history else None)


def require_possible(reasons: tuple[Fault, ...], act: str) -> None:
    """Raise NotPossibleNow with every reason; returns when there is none."""
    if reasons:
        raise NotPossibleNow(
            f"{act} is not possible now: " + " ".join(reason.message for reason in reasons),
            remedy=" ".join(dict.fromkeys(reason.remedy for reason in reasons if reason.remedy)),
            faults=reasons,
        )


def _conditions(connection: Connection, item: ItemView | None, profile: ErpProfile | None) -> tuple[Condition, ...]:
    if item is None or profile is None or not item.state.has_conditions:
        return ()
    return tuple(
        Condition(kind=state.kind.value, how=state.how, met=state.met, since=state.since)
        for state in condition_states(connection, item, profile.unlock_conditions)
    )


def _import_closed(connection: Connection, project: ProjectView) -> bool:
    query = select(erp_jobs.c.id).where(erp_jobs.c.project_id == project.id, erp_jobs.c.import_closed_at.is_not(None))
    return connection.execute(query).first() is not None
