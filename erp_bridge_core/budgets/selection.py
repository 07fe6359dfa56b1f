"""Which lines a send holds: queries over the whole budget, through the connection's maps (B3, B9, B10)."""

from collections.abc import Iterable
from typing import Any, Final

from attrs import define, field, frozen
from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    String,
    Table,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from erp_bridge_core.budgets.exported import exported_changes, exported_originals
from erp_bridge_core.budgets.records import ProjectView
from erp_bridge_core.contract.budget import Part
from erp_bridge_core.contract.profile import Capability, ErpProfile, ZeroLines
from erp_bridge_core.store.tables import budget_changes, budget_lines, change_lines, item_lines, maps

KEY: Final = ("sub_job", "cost_code", "category")
#: The columns of a selected line, in the order in which they are inserted.
COLUMNS: Final = (
    "part", "change_number", "our_sub_job", "our_cost_code", "our_category", "sub_job", "cost_code", "category",
    "unit", "description", "quantity", "unit_cost", "amount",
)  # fmt: skip


@frozen(kw_only=True)
class Selection:
    """What to select by: the project, its ERP's profile, and the kinds whose maps hold an entry."""

    project: ProjectView
    profile: ErpProfile
    kinds: tuple[str, ...]

    def numbered(self) -> Select[Any]:
        """Every line to send, with its number in the batch's order: originals by key, then changes by date."""
        both = union_all(self._sent_originals(), self._sent_changes()).subquery()
        order = (both.c.position, both.c.day, both.c.change_number, *(both.c[f"our_{name}"] for name in KEY))
        number = func.row_number().over(order_by=order).label("number")
        return select(number, *(both.c[name] for name in COLUMNS))

    def skipped_zeros(self) -> Select[Any]:
        """Keys of ours that are new and zero and not sent, since this ERP takes no lines of zero."""
        rows = self._originals().subquery()
        return _keys_of(rows).where(rows.c.amount == 0, rows.c.is_new == 1)

    def unsent_units(self) -> Select[Any]:
        """Keys of ours whose quantity or unit alone changed, which this ERP does not take."""
        rows = self._originals().subquery()
        return _keys_of(rows).where(rows.c.amount == 0, rows.c.is_new == 0, rows.c.units_moved == 1)

    @property
    def takes_units(self) -> bool:
        """Whether the ERP takes quantities and units."""
        return self.profile.supports(Capability.UNITS)

    @property
    def skips_zeros(self) -> bool:
        """Whether lines of zero are left out."""
        return self.profile.zero_lines is ZeroLines.SKIP

    def _sent_originals(self) -> Select[Any]:
        rows = self._originals().subquery()
        moved = rows.c.amount != 0
        units = and_(rows.c.units_moved == 1, rows.c.is_new == 0) if self.takes_units else literal(0) == 1
        wanted = or_(moved, units) if self.skips_zeros else or_(moved, units, rows.c.is_new == 1)
        return select(rows.c.position, rows.c.day, *(rows.c[name] for name in COLUMNS)).where(wanted)

    def _originals(self) -> Select[Any]:
        """Every line of the budget less what is exported of it; `is_new` and `units_moved` are 1 or 0."""
        own = budget_lines.c
        done = exported_originals(self.project.id).subquery()
        mapped = _Mapped(project=self.project, kinds=self.kinds, table=budget_lines)
        source = mapped.source().outerjoin(done, and_(*(done.c[f"our_{name}"] == own[name] for name in KEY)))
        quantity = case((own.quantity.is_(None), null()), else_=own.quantity - func.coalesce(done.c.quantity, 0))
        last_unit = _last_unit(done, mapped)
        units_moved = or_(
            func.coalesce(quantity, 0) != 0, func.coalesce(last_unit, mapped.value("unit")) != mapped.value("unit")
        )
        return (
            select(
                literal(0).label("position"),
                cast(null(), Date).label("day"),
                literal(Part.ORIGINAL.value).label("part"),
                cast(null(), String).label("change_number"),
                *mapped.columns(),
                own.description,
                quantity.label("quantity"),
                own.unit_cost,
                (own.amount - func.coalesce(done.c.amount, 0)).label("amount"),
                case((done.c.times.is_(None), 1), else_=0).label("is_new"),
                case((units_moved, 1), else_=0).label("units_moved"),
            )
            .select_from(source)
            .where(own.project_id == self.project.id, or_(own.removed.is_(False), done.c.times.is_not(None)))
        )

    def _sent_changes(self) -> Select[Any]:
        own, head = change_lines.c, budget_changes.c
        done = exported_changes(self.project.id).subquery()
        mapped = _Mapped(project=self.project, kinds=self.kinds, table=change_lines)
        same = and_(done.c.change_number == head.number, *(done.c[f"our_{name}"] == own[name] for name in KEY))
        query = (
            select(
                literal(1).label("position"),
                head.date.label("day"),
                literal(Part.CHANGE.value).label("part"),
                head.number.label("change_number"),
                *mapped.columns(),
                own.description,
                own.quantity,
                own.unit_cost,
                own.amount,
            )
            .select_from(mapped.source().join(budget_changes, head.id == own.change_id).outerjoin(done, same))
            .where(head.project_id == self.project.id, head.status == "approved", done.c.change_number.is_(None))
        )
        return query.where(own.amount != 0) if self.skips_zeros else query


@define(kw_only=True)
class _Mapped:
    """A table of lines with its codes through the maps; a code that a strict map lacks stays, and is told apart."""

    project: ProjectView
    kinds: tuple[str, ...]
    table: Table
    _aliases: dict[str, Any] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self._aliases = {kind: maps.alias(f"map_{kind}") for kind in self.kinds}

    def source(self) -> Any:
        """The table joined to the maps in use."""
        joined: Any = self.table
        for kind, entry in self._aliases.items():
            same = and_(
                entry.c.connection_id == self.project.connection_id,
                entry.c.kind == kind,
                entry.c.ours == self.table.c[kind],
            )
            joined = joined.outerjoin(entry, same)
        return joined

    def value(self, kind: str) -> ColumnElement[Any]:
        """The ERP's code of a kind."""
        own = self.table.c[kind]
        return func.coalesce(self._aliases[kind].c.theirs, own) if kind in self._aliases else own

    def columns(self) -> Iterable[Any]:
        """Our key, the ERP's key, and the ERP's unit."""
        ours = [self.table.c[name].label(f"our_{name}") for name in KEY]
        return [*ours, *(self.value(name).label(name) for name in (*KEY, "unit"))]


def _last_unit(done: Any, mapped: _Mapped) -> Any:
    """The unit under which a key was last exported; its item's index by the ERP's key finds it."""
    last = item_lines.alias("last_line")
    query = select(last.c.unit).where(
        last.c.item_id == done.c.last_item,
        last.c.part == Part.ORIGINAL.value,
        *(last.c[name] == mapped.value(name) for name in KEY),
    )
    return query.limit(1).scalar_subquery()


def _keys_of(rows: Any) -> Select[Any]:
    keys = [rows.c[f"our_{name}"].label(name) for name in KEY]
    return select(*keys).order_by(*keys)
