"""What the job costs report asks of the database: keys of one job, a page at a time, and sums of many (V4)."""

from collections.abc import Sequence
from typing import Any, Final

from attrs import define, frozen
from sqlalchemy import ColumnElement, Connection, Row, Select, and_, exists, func, literal, or_, select, tuple_

from erp_bridge_core.contract.postings import Outcome
from erp_bridge_core.exports.moves import KEY, same_key
from erp_bridge_core.store.tables import adoptions, item_lines, items, key_outcomes, verifications
from erp_bridge_core.store.text_search import contains

_row = key_outcomes.c
_SUMMED: Final = ("adopted", "ours", "erp", "difference")


@frozen(kw_only=True)
class KeySearch:
    """Which keys are wanted: of a sub job (blank: the job itself; None: of any), with a text in their codes, only those
    that differ or can't be read; at most `limit` from `offset` on, by key.
    """

    sub_job: str | None = None
    text: str = ""
    differing: bool = False
    offset: int = 0
    limit: int | None = None

    @property
    def is_all(self) -> bool:
        """Whether every key matches."""
        return self.sub_job is None and not self.text and not self.differing


@define
class KeyQueries:
    """Queries over the keys of some verifications; what no item has adopted is not looked up key by key."""

    verifications: Sequence[int]
    any_adopted: bool

    @classmethod
    def of(cls, connection: Connection, numbers: Sequence[int]) -> "KeyQueries":
        """The queries over these verifications, by their ids."""
        verified = select(verifications.c.item_id).where(verifications.c.id.in_(numbers))
        adopted = select(adoptions.c.item_id).where(adoptions.c.item_id.in_(verified)).limit(1)
        return cls(numbers, any_adopted=connection.execute(adopted).first() is not None)

    def costs(self, search: KeySearch, after: Any = None) -> Select[Any]:
        """The keys that match; `after` is the key that a former page ended with."""
        keys = [_row[name] for name in KEY]
        amounts = self._amounts()
        columns: list[Any] = [
            *keys, _row.outcome, _row.route, _row.now_original, _row.now_changes, _row.now_total,
            (_row.before_original + _row.sent_original - self._adopted("original")).label("ours_original"),
            (_row.before_changes + _row.sent_changes - self._adopted("changes")).label("ours_changes"),
            *(amounts[name].label(name) for name in _SUMMED),
        ]  # fmt: skip
        query = self._matching(select(*columns), search).order_by(*keys).limit(search.limit).offset(search.offset)
        return query if after is None else query.where(tuple_(*keys) > tuple_(*after))

    def count(self, search: KeySearch) -> Select[Any]:
        """How many keys match."""
        return self._matching(select(func.count()), search)

    def sums(self, group: str, search: KeySearch | None = None) -> Select[Any]:
        """Sums over the readable keys, and how many keys there are, per verification and one part of the key."""
        amounts = self._amounts()
        readable = and_(amounts["ours"].is_not(None), amounts["erp"].is_not(None))
        sums = [func.coalesce(func.sum(amounts[name]).filter(readable), 0).label(name) for name in _SUMMED]
        groups: list[Any] = [_row.verification_id, _row[group]]
        counts: list[Any] = [func.count().label("keys"), func.count().filter(readable).label("readable")]
        query = self._matching(select(*groups, *counts, *sums), search or KeySearch())
        return query.group_by(*groups).order_by(*groups)

    def _matching(self, query: Select[Any], search: KeySearch) -> Select[Any]:
        source: Any = key_outcomes.join(verifications, verifications.c.id == _row.verification_id)
        source = source.join(items, items.c.id == verifications.c.item_id)
        if self.any_adopted:
            same = and_(adoptions.c.item_id == verifications.c.item_id, same_key(adoptions, key_outcomes))
            source = source.outerjoin(adoptions, same)
        query = query.select_from(source).where(_row.verification_id.in_(self.verifications), _is_told())
        if search.sub_job is not None:
            query = query.where(_row.sub_job == search.sub_job)
        if search.text:
            # One text of all three, so that "north 1-100" finds what it reads like.
            text = _row.sub_job + literal(" ") + _row.cost_code + literal(" ") + _row.category
            query = query.where(contains(text, search.text))
        if search.differing:
            difference = self._amounts()["difference"]
            query = query.where(or_(difference.is_(None), difference != 0))
        return query

    def _amounts(self) -> dict[str, ColumnElement[Any]]:
        """Amounts of one row. In `key_outcomes` before already includes what was adopted: here it is told apart."""
        adopted = self._adopted("original") + self._adopted("changes")
        before = func.coalesce(_row.before_total, _row.before_original + _row.before_changes)
        ours = before + _row.sent_original + _row.sent_changes
        return {"adopted": adopted, "ours": ours - adopted, "erp": _row.now_total, "difference": _row.now_total - ours}

    def _adopted(self, part: str) -> ColumnElement[Any]:
        return func.coalesce(adoptions.c[part], 0) if self.any_adopted else literal(0)


def _is_told() -> ColumnElement[bool]:
    """A key that merely drifted is told only where some item of the project brought it into the ERP."""
    line, other = item_lines.c, items.alias("other")
    same = and_(*(line[name] == _row[name] for name in KEY))
    brought = exists().where(
        line.item_id == other.c.id, other.c.project_id == items.c.project_id, line.state == "arrived", same
    )
    return or_(_row.outcome != Outcome.DRIFT.value, brought)


def sums_by_group(connection: Connection, query: Select[Any]) -> dict[int, list[Row[Any]]]:
    """The rows of `KeyQueries.sums` by verification."""
    found: dict[int, list[Row[Any]]] = {}
    for row in connection.execute(query):
        found.setdefault(row.verification_id, []).append(row)
    return found
