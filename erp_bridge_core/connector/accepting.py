"""Accepting without a person, where a connection's setting says so and every rule lets it: else it waits for one."""

from collections.abc import Collection
from typing import Final, Protocol

from attrs import define
from sqlalchemy import Connection, select

from erp_bridge_core.approvals.items import ItemView, load_item
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.configuration.connector import ConnectorConfig
from erp_bridge_core.connector.people import ACCEPTING, person_of
from erp_bridge_core.connector.reasons import Reasons
from erp_bridge_core.connector.values import RequestView
from erp_bridge_core.contract.errors import AlreadyAnswered, ErpBridgeError, Fault, NotPossibleNow
from erp_bridge_core.contract.findings import Severity
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import item_findings

#: Exit statuses of what a rule, data or the configuration forbids: that does not pass by itself.
_BY_RULE: Final = frozenset({1, 2})


class ReviewsDoor(Protocol):
    """What the review offers to whoever answers."""

    def accept(
        self, actor: Actor, item_id: int, *, confirm_import_closes: bool = False, revision: int | None = None
    ) -> ItemView:
        """Accept an item with the fields' defaults."""


class ExportsDoor(Protocol):
    """What exporting offers to whoever starts it."""

    def start(self, actor: Actor, item_id: int) -> object:
        """Start the export of an accepted item."""


@define(kw_only=True)
class Accepting:
    """Accepts items of requests in a person's name, and starts their exports."""

    store: Store
    reviews: ReviewsDoor
    exports: ExportsDoor

    def accept(self, config: ConnectorConfig, view: RequestView) -> tuple[Reasons, bool] | None:
        """Accept the item of a request and start its export; None where there is nothing to do now.

        Answers with what stands in its way and whether a person has to decide from now on. What the ERP does not allow
        at the moment is tried again; an item that a person took back is his.
        """
        if view.item is None:
            return None
        if config.approve:  # also later on, should the setting change meanwhile
            return None if view.hands_off else (Reasons(), True)
        with self.store.read() as connection:
            item = load_item(connection, view.company_id, view.item)
        mine = item.state is ItemState.ACCEPTED and item.accepted_by == config.accept_as
        if not mine and (view.hands_off or item.state is not ItemState.READY):
            return None
        try:
            with self.store.read() as connection:
                actor = person_of(
                    connection, view.company_id, config.accept_as, ACCEPTING,
                    setting="connector.accept_as", source=view.connection,
                )  # fmt: skip
                _require_no_warnings(connection, item, but=config.acknowledge)
            if not mine:
                self.reviews.accept(actor, item.id, confirm_import_closes=True, revision=item.revision)
            self.exports.start(actor, item.id)
        except AlreadyAnswered:  # a person was first
            return Reasons(), True
        except ErpBridgeError as error:
            return Reasons.of(error), error.exit_status in _BY_RULE
        return Reasons(), True


def _require_no_warnings(connection: Connection, item: ItemView, *, but: Collection[str]) -> None:
    query = select(item_findings.c.rule).where(
        item_findings.c.item_id == item.id,
        item_findings.c.severity == Severity.WARNING.value,
        item_findings.c.rule.not_in(but),
    )
    rules = sorted(set(connection.execute(query).scalars()))
    if rules:
        message = f"Item {item.id} has warnings that an approver has to read: {', '.join(rules)}."
        remedy = "Review it, and accept or reject it."
        raise NotPossibleNow(message, faults=[Fault("item", message, rule="B5", remedy=remedy)], remedy=remedy)
