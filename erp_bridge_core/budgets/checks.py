"""The core's own checks of what is staged, as findings: limits, maps, equal keys, zeros, arithmetic, approvers (B5).

What only the ERP can know, its plugin finds. Every check reads the snapshot in bulk; none asks line by line.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import chain
from typing import Any, Final

from attrs import frozen
from sqlalchemy import ColumnElement, Connection, Double, and_, cast, func, or_, select, update

from erp_bridge_core.approvals.batches import lines_where
from erp_bridge_core.budgets.exported import SPOKEN_FOR, items_of
from erp_bridge_core.budgets.limits import limit_findings, may_be_over
from erp_bridge_core.budgets.masters import last_reading_id
from erp_bridge_core.budgets.selection import KEY, Selection
from erp_bridge_core.budgets.staging import Staged
from erp_bridge_core.contract.budget import ExportBatch, LineKey, Part
from erp_bridge_core.contract.findings import Finding, Severity
from erp_bridge_core.contract.money import QUANTITY_DIGITS, from_units
from erp_bridge_core.contract.profile import Capability, ErpProfile, OverLimit, ZeroLines
from erp_bridge_core.people.rights import approvers_of
from erp_bridge_core.store.tables import (
    budget_changes,
    budget_lines,
    change_lines,
    item_lines,
    maps,
    master_figures,
)

_line = item_lines.c
_PAGE: Final = 5_000


@frozen(kw_only=True)
class Checks:
    """The checks of one staged item, in the transaction that staged it."""

    connection: Connection
    staged: Staged
    batch: ExportBatch
    excluded: frozenset[int]

    def findings(self) -> Iterator[Finding]:
        """Every finding of the core's own; texts over a limit that may be shortened are shortened in the snapshot."""
        for check in self._all():
            yield from check()

    def _all(self) -> tuple[Callable[[], Iterator[Finding]], ...]:
        return (
            self._categories,
            self._unmapped,
            self._sub_jobs,
            self._limits,
            self._equal_keys,
            self._moved_keys,
            self._zeros,
            self._left_out,
            self._arithmetic,
            self._below_zero,
            self._below_commitments,
            self._approvers,
        )

    @property
    def selection(self) -> Selection:
        """What the item's lines were selected by."""
        return self.staged.selection

    @property
    def profile(self) -> ErpProfile:
        """The ERP's profile."""
        return self.selection.profile

    def _rows(self, *where: Any) -> Iterator[Any]:
        query = select(item_lines).where(_line.item_id == self.staged.item_id, *where).order_by(_line.number)
        yield from self.connection.execute(query.execution_options(yield_per=_PAGE))

    def _categories(self) -> Iterator[Finding]:
        words = self.profile.words
        for row in self._rows(_line.our_category == ""):
            message = f"{words.cost_code.capitalize()} {row.our_cost_code} has no {words.category}."
            yield _of_line(row, "category-missing", message, f"Give the line a {words.category}.", field="category")

    def _unmapped(self) -> Iterator[Finding]:
        for kind in self.selection.kinds:
            for row in self._without_entry(kind):
                message = f"The {kind.replace('_', ' ')} {row.unmapped!r} is not mapped."
                remedy = "Map it: `erp-bridge map set`, or see `erp-bridge map exceptions`."
                yield _of_line(row, "not-mapped", message, remedy, field=kind, value=row.unmapped)

    def _without_entry(self, kind: str) -> Iterator[Any]:
        """Lines whose value of a kind has no entry. Our unit is not in the snapshot, so it is read at its source."""
        if kind == "unit":
            sources: tuple[Any, ...] = (self._budget_lines(), self._changed_lines())
            values: tuple[Any, ...] = (budget_lines.c.unit, change_lines.c.unit)
        else:
            sources, values = (item_lines,), (_line[f"our_{kind}"],)
        entries = select(maps.c.ours).where(
            maps.c.connection_id == self.selection.project.connection_id, maps.c.kind == kind
        )
        for source, value in zip(sources, values, strict=True):
            query = (
                select(_line.number, *_keys(), value.label("unmapped"))
                .select_from(source)
                .where(_line.item_id == self.staged.item_id, value != "", value.not_in(entries))
                .order_by(_line.number)
            )
            yield from self.connection.execute(query.execution_options(yield_per=_PAGE))

    def _budget_lines(self) -> Any:
        """The item's originals beside the budget's own lines."""
        own = budget_lines.c
        keys = (own[name] == _line[f"our_{name}"] for name in KEY)
        project = own.project_id == self.selection.project.id
        return item_lines.join(budget_lines, and_(_line.part == Part.ORIGINAL.value, project, *keys))

    def _changed_lines(self) -> Any:
        """The item's change lines beside the budget changes' own."""
        own, head = change_lines.c, budget_changes.c
        keys = (own[name] == _line[f"our_{name}"] for name in KEY)
        number = and_(head.project_id == self.selection.project.id, head.number == _line.change_number)
        return item_lines.join(budget_changes, number).join(change_lines, and_(own.change_id == head.id, *keys))

    def _sub_jobs(self) -> Iterator[Finding]:
        if self.profile.supports(Capability.SUB_JOBS):
            return
        words = self.profile.words
        for row in self._rows(_line.our_sub_job != ""):
            message = f"{self.profile.title} takes no {words.sub_job}s from here."
            yield _of_line(row, "sub-job-not-supported", message, "Take it off the line.", field="sub_job")

    def _limits(self) -> Iterator[Finding]:
        doubtful = may_be_over(self.profile, _line, self.batch.digits)
        lines = lines_where(self.connection, self.staged.item_id, self.batch.digits, doubtful)
        yield from limit_findings(self.profile, lines, job=self.batch.job)
        for limit in self.profile.limits:
            if limit.over is OverLimit.SHORTEN and limit.max_length is not None and limit.field in _SHORTENED:
                column = _line[limit.field]
                self.connection.execute(
                    update(item_lines)
                    .where(_line.item_id == self.staged.item_id, func.length(column) > limit.max_length)
                    .values({limit.field: func.rtrim(func.substr(column, 1, limit.max_length))})
                )

    def _equal_keys(self) -> Iterator[Finding]:
        """Keys of ours that are one key in the ERP, after mapping and shortening: each is named with the other (B8)."""
        exported = and_(_line.item_id.in_(items_of(self.selection.project.id)), _line.state.in_(SPOKEN_FOR))
        theirs = [_line[name] for name in KEY]
        ours = [_line[f"our_{name}"] for name in KEY]
        here = _line.item_id == self.staged.item_id
        distinct = select(*theirs, *ours).where(or_(here, exported)).distinct().subquery()
        # Counted in one pass: a join with the keys that stand twice is at times planned as a look at all for each.
        of_key = func.count().over(partition_by=[distinct.c[name] for name in KEY]).label("of_key")
        counted = select(distinct, of_key).subquery().c
        query = select(*counted).where(counted.of_key > 1).order_by(*(counted[each.name] for each in (*theirs, *ours)))
        first: dict[LineKey, LineKey] = {}
        for row in self.connection.execute(query):
            key, our = LineKey(row.sub_job, row.cost_code, row.category), _ours(row)
            if key not in first:
                first[key] = our
                continue
            yield Finding(
                severity=Severity.ERROR,
                rule="keys-become-equal",
                message=f"{first[key]} and {our} both become {key} in {self.profile.title}.",
                remedy="Map them to different codes, or make one line of them.",
                key=key,
                value=str(our),
            )

    def _moved_keys(self) -> Iterator[Finding]:
        """A key that was exported under another code: its difference would land where its first part is not."""
        if self.selection.project.first_exported_at is None:
            return
        former = item_lines.alias("former")
        query = (
            select(item_lines, *(former.c[name].label(f"former_{name}") for name in KEY))
            .join(former, and_(*(former.c[f"our_{name}"] == _line[f"our_{name}"] for name in KEY)))
            .where(
                _line.item_id == self.staged.item_id,
                former.c.item_id.in_(items_of(self.selection.project.id)),
                former.c.state == "arrived",
                or_(*(former.c[name] != _line[name] for name in KEY)),
            )
            .distinct()
        )
        for row in self.connection.execute(query):
            former_key = LineKey(row.former_sub_job, row.former_cost_code, row.former_category)
            message = f"{_ours(row)} was exported as {former_key} and would now go to {_theirs(row)}."
            yield _of_line(row, "map-changed", message, "Put the map back as it was when the key was exported.")

    def _zeros(self) -> Iterator[Finding]:
        if self.profile.zero_lines is not ZeroLines.REFUSE:
            return
        for row in self._rows(_line.amount == 0):
            message = f"{self.profile.title} takes no line of zero."
            yield _of_line(row, "zero-refused", message, "Remove the line, or give it an amount.", field="amount")

    def _left_out(self) -> Iterator[Finding]:
        if self.selection.skips_zeros:
            for row in self.connection.execute(self.selection.skipped_zeros()):
                yield _note(row, "zero-skipped", "is zero, and lines of zero are not sent to this ERP")
        if not self.selection.takes_units:
            for row in self.connection.execute(self.selection.unsent_units()):
                yield _note(row, "units-not-sent", "changed its quantity or unit alone, which this ERP does not take")

    def _arithmetic(self) -> Iterator[Finding]:
        """Quantity times unit cost against the amount, of the budget's own lines, not of differences (B1)."""
        for row in chain(self._products(), self._change_products()):
            product = from_units(row.quantity, QUANTITY_DIGITS) * from_units(row.unit_cost, QUANTITY_DIGITS)
            amount = from_units(row.whole, self.batch.digits)
            # Half a minor unit either way is what rounding the product can make of it.
            if abs(product - amount) * 2 > Decimal(1).scaleb(-self.batch.digits):
                message = f"Quantity times unit cost is {product.normalize():f}, the amount {amount}."
                remedy = "The amount is the book value and is what is sent: acknowledge it, or correct the line."
                yield _of_line(row, "amount-differs", message, remedy, severity=Severity.WARNING, field="amount")

    def _products(self) -> Iterator[Any]:
        own = budget_lines.c
        query = (
            select(_line.number, *_keys(), own.quantity, own.unit_cost, own.amount.label("whole"))
            .select_from(self._budget_lines())
            .where(_line.item_id == self.staged.item_id, own.quantity.is_not(None), own.unit_cost.is_not(None))
            .where(_may_differ(own.quantity, own.unit_cost, own.amount, self.batch.digits))
        )
        yield from self.connection.execute(query.execution_options(yield_per=_PAGE))

    def _change_products(self) -> Iterator[Any]:
        query = select(_line.number, *_keys(), _line.quantity, _line.unit_cost, _line.amount.label("whole")).where(
            _line.item_id == self.staged.item_id,
            _line.part == Part.CHANGE.value,
            _line.quantity.is_not(None),
            _line.unit_cost.is_not(None),
            _may_differ(_line.quantity, _line.unit_cost, _line.amount, self.batch.digits),
        )
        yield from self.connection.execute(query.execution_options(yield_per=_PAGE))

    def _below_zero(self) -> Iterator[Finding]:
        """Keys whose revised budget falls below zero (B10)."""
        revised = _revised(self.selection.project.id).subquery()
        query = (
            select(func.min(_line.number).label("number"), *_keys(), revised.c.amount)
            .join(revised, and_(*(revised.c[name] == _line[f"our_{name}"] for name in KEY)))
            .where(_line.item_id == self.staged.item_id, revised.c.amount < 0)
            .group_by(*_keys(), revised.c.amount)
        )
        for row in self.connection.execute(query):
            amount = from_units(row.amount, self.batch.digits)
            message = f"The revised budget of {_ours(row)} becomes {amount}, below zero."
            remedy = "Acknowledge it, or correct the lines and changes of that key."
            yield _of_line(row, "revised-below-zero", message, remedy, severity=Severity.WARNING, field="amount")

    def _below_commitments(self) -> Iterator[Finding]:
        """Keys whose revised budget falls below cost plus commitments, where the ERP let them be read (B10)."""
        reading = last_reading_id(self.connection, self.selection.project.id)
        revised = _revised(self.selection.project.id).subquery()
        spoken_for = master_figures.c
        query = (
            select(
                func.min(_line.number).label("number"),
                *_keys(),
                revised.c.amount,
                func.max(spoken_for.committed).label("committed"),
            )
            .join(revised, and_(*(revised.c[name] == _line[f"our_{name}"] for name in KEY)))
            .join(master_figures, and_(*(spoken_for[name] == _line[name] for name in KEY)))
            .where(_line.item_id == self.staged.item_id, spoken_for.reading_id == reading)
            .where(revised.c.amount >= 0, revised.c.amount < spoken_for.committed)
            .group_by(*_keys(), revised.c.amount)
        )
        for row in self.connection.execute(query):
            amount, committed = (from_units(units, self.batch.digits) for units in (row.amount, row.committed))
            message = f"The revised budget of {_ours(row)} becomes {amount}, below cost and commitments of {committed}."
            remedy = "Acknowledge it, or correct the lines and changes of that key."
            yield _of_line(row, "revised-below-commitments", message, remedy, severity=Severity.WARNING, field="amount")

    def _approvers(self) -> Iterator[Finding]:
        project = self.selection.project
        if not approvers_of(self.connection, project.company_id, project.id, self.excluded):
            yield Finding(
                severity=Severity.WARNING,
                rule="no-approver",
                message="Nobody is left who may approve this: all holders of the privilege edited or sent it.",
                remedy="Have an administrator grant the privilege to somebody who had no part in it.",
            )


_SHORTENED: Final = frozenset({"description", "unit", *KEY})


def _keys() -> list[Any]:
    return [*(_line[f"our_{name}"] for name in KEY), *(_line[name] for name in KEY)]


def _may_differ(quantity: Any, unit_cost: Any, amount: Any, digits: int) -> ColumnElement[bool]:
    """Whether a product could be another amount, told by floats: what they can't tell apart is let through.

    The product of two whole numbers may be too large for the database's own; a float of it is off by a part in 10**15.
    """
    scale = 10 ** (2 * QUANTITY_DIGITS - digits)
    product, whole = cast(quantity, Double) * cast(unit_cost, Double), cast(amount, Double) * scale
    unsure = (func.abs(product) + func.abs(whole)) * 1e-14
    differs: ColumnElement[bool] = func.abs(product - whole) * 2 > 0.999 * scale - unsure
    return differs


def _revised(project_id: int) -> Any:
    lines, changed = budget_lines.c, change_lines.c
    parts = (
        select(*(lines[name] for name in KEY), lines.amount)
        .where(lines.project_id == project_id)
        .union_all(
            select(*(changed[name] for name in KEY), changed.amount)
            .join(budget_changes, budget_changes.c.id == changed.change_id)
            .where(budget_changes.c.project_id == project_id, budget_changes.c.status == "approved")
        )
        .subquery()
    )
    columns = [parts.c[name] for name in KEY]
    return select(*columns, func.sum(parts.c.amount).label("amount")).group_by(*columns)


def _ours(row: Any) -> LineKey:
    return LineKey(row.our_sub_job, row.our_cost_code, row.our_category)


def _theirs(row: Any) -> LineKey:
    return LineKey(row.sub_job, row.cost_code, row.category)


def _of_line(
    row: Any,
    rule: str,
    message: str,
    remedy: str,
    *,
    severity: Severity = Severity.ERROR,
    field: str = "",
    value: str = "",
) -> Finding:
    return Finding(
        severity=severity,
        rule=rule,
        message=message,
        remedy=remedy,
        line=row.number,
        key=_theirs(row),
        field=field,
        value=value or str(_ours(row)),
    )


def _note(row: Any, rule: str, what: str) -> Finding:
    key = LineKey(row.sub_job, row.cost_code, row.category)
    return Finding(
        severity=Severity.NOTE, rule=rule, message=f"{key} {what}.", remedy="Nothing needs to be done.", value=str(key)
    )
