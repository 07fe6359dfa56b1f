"""Locking and unlocking a budget. An unlock never deletes: a budget with modifications is not unlocked from here."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Final

from attrs import frozen

from erp_bridge_core.contract import (
    Accepted,
    Attempt,
    Before,
    CannotTell,
    Effect,
    Effects,
    Found,
    PlannedEffect,
    Sighting,
    reading,
)
from erp_bridge_core.contract.errors import ErpBridgeError
from erp_bridge_procore.client import ProcoreClient
from erp_bridge_procore.client.errors import ModificationsInTheWay
from erp_bridge_procore.connection import ProcoreConnection, connect, told
from erp_bridge_procore.profile import LOCK, UNLOCK
from erp_bridge_procore.reading import project_number

GROUP: Final = "lock"


def lock_budget(project: str, *, locked: bool, source: ProcoreConnection, effects: Effects) -> None:
    """Bring a budget's lock to the wanted state; raises `ModificationsInTheWay` where an unlock could delete some."""
    number = project_number(project)
    with told(source):
        client = connect(source)
        effects.plan(GROUP, lambda _: _plan(client, number, locked=locked))
    effects.run({LOCK: _SetLock(client, locked=True), UNLOCK: _SetLock(client, locked=False)})


def _plan(client: ProcoreClient, project_id: int, *, locked: bool) -> Iterator[PlannedEffect]:
    if client.budgets.is_locked(project_id) == locked:
        return
    if not locked:
        _require_none(client, project_id)
    operation = LOCK if locked else UNLOCK
    yield PlannedEffect(
        operation=operation,
        lines=(),
        payload_hash=sha256(f"{operation} {project_id}".encode()).hexdigest(),
        request={"project": project_id},
    )


def _require_none(client: ProcoreClient, project_id: int) -> None:
    held = sum(1 for _ in client.budgets.modifications(project_id))
    if held:
        raise ModificationsInTheWay(
            f"The budget has {held} modifications, so that it is not unlocked from here: they might be deleted.",
            remedy="Unlock it in Procore, its modifications preserved, or move them to budget changes first.",
            details={"modifications": held},
        )


@frozen
class _SetLock:
    """Sets the lock, or takes it off."""

    client: ProcoreClient
    locked: bool

    def send(self, effect: Effect, attempt: Attempt) -> Accepted:
        """One request; an unlock looks for modifications once more before it goes out."""
        del attempt
        project_id = effect.request["project"]
        if self.locked:
            self.client.budgets.lock(project_id)
        else:
            with reading():
                _require_none(self.client, project_id)
            self.client.budgets.unlock(project_id, keep_modifications=True)
        return Accepted()

    def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
        """The lock as GET budget shows it."""
        for effect in effects:
            try:
                shown = self.client.budgets.is_locked(effect.request["project"])
            except ErpBridgeError as error:
                yield CannotTell(why=f"{error.message} {error.remedy}".strip())
                continue
            yield Found(reference="budget lock") if shown == self.locked else Before()
