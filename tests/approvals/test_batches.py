"""An item's snapshot as a batch: streams that start again, pages that join without a seam, a hash of all of it."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from budget_services import NUMBER, Accountant, Services, build_services, entry, link_project
from sqlalchemy import insert, update

from erp_bridge_core.approvals import batches
from erp_bridge_core.approvals.batches import content_hash, load_batch
from erp_bridge_core.approvals.items import items_of_project, latest_item, load_item, open_item
from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.contract import LineKey
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import NotFound
from erp_bridge_core.contract.structuring import to_json
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import baselines, item_lines


@pytest.fixture
def sent(  # noqa: PLR0917 - what it stands on are fixtures
    store: Store,
    audit: AuditTrail,
    home: Path,
    clock: Clock,
    administrator: Actor,
    manager: Actor,
    grant_team: Callable[[int], None],
) -> Services:
    """A project with seven lines, sent."""
    services = build_services(store, audit, home, clock)
    link_project(services, administrator, grant_team)
    for number, (code, category) in enumerate(
        [("03-100", "L"), ("03-100", "M"), ("03-200", "L"), ("03-200", "M"), ("05-100", "L"), ("05-100", "M"),
         ("09-900", "S")], 1,
    ):  # fmt: skip
        services.budgets.add_line(manager, NUMBER, entry(code, category, f"{number}.00"))
    services.sending.send(manager, NUMBER)
    return services


@pytest.mark.rule("E1")
def test_pages_join_and_start_again(sent: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the page size, each line and key comes once, in order, each time it is asked for."""
    whole = load_batch(sent.store.read, 1)
    lines, totals = list(whole.lines), list(whole.totals)
    assert list(range(1, 8)) == [line.number for line in lines]
    for size in (1, 2, 3, 7):
        monkeypatch.setattr(batches, "PAGE", size)
        assert lines == list(whole.lines) == list(whole.lines)
        assert totals == list(whole.totals)


@pytest.mark.rule("A4")
def test_hash_covers_every_line(sent: Services) -> None:
    """Any change of a line's content is another hash; a change of its state is not."""
    kept = load_batch(sent.store.read, 1).content_hash
    with sent.store.begin() as connection:
        connection.execute(update(item_lines).values(state="arrived"))
        assert kept == content_hash(connection, 1)
        connection.execute(update(item_lines).where(item_lines.c.number == 7).values(amount=701))
        assert kept != content_hash(connection, 1)


@pytest.mark.rule("B3", "V2")
def test_totals_tell_what_was_exported_and_what_stood_before(
    sent: Services, manager: Actor, accountant_of: Callable[[], Accountant]
) -> None:
    """A key's totals hold what this batch adds, what earlier ones brought, and the ERP's figures at accept."""
    accountant = accountant_of()
    with sent.store.read() as connection:
        first = load_item(connection, 1, 1)
    accountant.export(first)
    accountant.post(first)
    assert {Decimal(0)} == {total.exported_original for total in load_batch(sent.store.read, 1).totals}
    sent.sending.unlock(manager, NUMBER)
    sent.budgets.edit_line(manager, NUMBER, LineKey("", "03-200", "L"), changes={"amount": Decimal(10)})
    second = sent.sending.send(manager, NUMBER)
    with sent.store.begin() as connection:
        connection.execute(
            insert(baselines).values(
                item_id=second.id, company_id=1, sub_job="", cost_code="03-200", category="L", original=300, changes=0,
                total=300,
            )
        )  # fmt: skip
    (total,) = load_batch(sent.store.read, second.id).totals
    assert (Decimal("7.00"), Decimal("3.00"), Decimal("3.00"), Decimal("10.00")) == (
        total.sent_original, total.exported_original, total.before_original, total.original_after,
    )  # fmt: skip


@pytest.fixture
def accountant_of(store: Store, clock: Clock) -> Callable[[], Accountant]:
    """Whoever exports and posts."""
    return lambda: Accountant(store, clock.now())


@pytest.mark.rule("P0")
def test_items_load_for_their_company_alone(sent: Services) -> None:
    """An item is a value with people's logins; another company's is not found."""
    with sent.store.read() as connection:
        item = load_item(connection, 1, 1)
        assert ("manager", "P-1", "memory", Decimal("28.00")) == (item.sent_by, item.project, item.erp, item.amount)
        assert (item,) == items_of_project(connection, 1, item.project_id)
        assert item == latest_item(connection, 1, item.project_id) == open_item(connection, 1, item.project_id)
        with pytest.raises(NotFound):
            load_item(connection, 2, 1)
    assert '"sent_at":"2026-03-02T15:00:00+00:00"' in to_json(item)


def test_missing_item_is_not_found(sent: Services) -> None:
    """A batch of no item is told as such."""
    with pytest.raises(NotFound):
        load_batch(sent.store.read, 99)
