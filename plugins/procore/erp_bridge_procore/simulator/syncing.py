"""The sync action: many records in one call that always answers 200 (facts 3.1, firm).

A record is matched by `id` or `origin_id`; an `id` that is not there is an error, an `origin_id` that is not there
makes a record, both given: the `id` finds it and its `origin_id` is changed. Each error echoes what was sent.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from attrs import frozen

from erp_bridge_procore.simulator.context import Context, Row, items_of, kept
from erp_bridge_procore.simulator.problems import Refusal
from erp_bridge_procore.simulator.switches import take

MOST: Final = 1000


@frozen(kw_only=True)
class Kind:
    """One kind of record that can be synced: its table, the columns that a client may set, and how it is shown.

    `scope` are the columns that say whose record it is; `make` adds one and answers its number.
    """

    table: str
    columns: tuple[str, ...]
    show: Callable[[Context, Row], dict[str, Any]]
    scope: dict[str, int]
    make: Callable[[Context, dict[str, Any]], int]


def sync(context: Context, kind: Kind) -> dict[str, Any]:
    """Do a sync call for one kind of record; answers entities and errors."""
    return each_item(context, lambda context, item: _sync_one(context, kind, item))


def each_item(context: Context, act: Callable[[Context, dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    """The form of every sync call: what was done for each item, and what was not with its reasons."""
    items = items_of(context.body, "updates")
    if len(items) > MOST:
        raise Refusal(400, f"A maximum of {MOST} items may be passed with each call")
    entities, errors = [], []
    for item in items:
        try:
            _refuse_by_fault(context)
            with _whole_or_not(context):
                entities.append(act(context, item))
        except Refusal as refusal:
            told = refusal.told if not isinstance(refusal.told, str) else {"base": [refusal.told]}
            errors.append({**item, "errors": told})
    return {"entities": entities, "errors": errors}


@contextmanager
def _whole_or_not(context: Context) -> Iterator[None]:
    """Nothing stays of an item that is refused half way."""
    context.run("SAVEPOINT item")
    try:
        yield
    except Refusal:
        context.run("ROLLBACK TO item")
        raise
    finally:
        context.run("RELEASE item")


def _refuse_by_fault(context: Context) -> None:
    if take(context.connection, "sync_refusals"):
        raise Refusal(422, {"base": ["Record is being edited by another user"]})


def _sync_one(context: Context, kind: Kind, item: dict[str, Any]) -> dict[str, Any]:
    found = _find(context, kind, item)
    values = {name: kept(item[name]) for name in kind.columns if name in item}
    _check_origin(context, kind, values.get("origin_id"), None if found is None else found["id"])
    if found is None:
        number = kind.make(context, {**values, **kind.scope})
    else:
        number = found["id"]
        for name, value in values.items():
            context.run(f"UPDATE {kind.table} SET {name} = ? WHERE id = ?", value, number)  # noqa: S608 - our own names
    row = context.one(f"SELECT * FROM {kind.table} WHERE id = ?", number)  # noqa: S608 - our own names
    assert row is not None
    return kind.show(context, row)


def _find(context: Context, kind: Kind, item: dict[str, Any]) -> Row | None:
    owned = " AND ".join(f"{name} = ?" for name in kind.scope) or "1"
    by = "id" if item.get("id") is not None else "origin_id"
    if item.get(by) is None:
        return None
    row = context.one(
        f"SELECT * FROM {kind.table} WHERE {by} = ? AND {owned}", item[by], *kind.scope.values()  # noqa: S608 - our own names
    )  # fmt: skip
    if row is None and by == "id":
        raise Refusal(422, {"id": ["Entity with this ID not found"]})
    return row


def _check_origin(context: Context, kind: Kind, origin: str | None, own: int | None) -> None:
    """An origin id is unique in the company (facts 3.1); here per kind of record, since each kind has its own table."""
    if origin is None:
        return
    taken = context.one(f"SELECT id FROM {kind.table} WHERE origin_id = ? AND id IS NOT ?", origin, own)  # noqa: S608 - ours
    if taken is not None:
        raise Refusal(422, {"origin_id": ["has already been taken"]})
