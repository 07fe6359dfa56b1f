"""What an export writes: per phase and cost type one estimate, and per budget change its lines where they go apart."""

import hashlib
from collections.abc import Iterator, Mapping
from decimal import Decimal

from attrs import define, evolve, field, frozen

from erp_bridge_core.contract import ChangeHeader, ExportBatch, ExportLine, KeyTotal, LineKey, Part, PlannedEffect
from erp_bridge_core.contract.structuring import to_json
from erp_bridge_spectrum.amounts import NOTHING, QUANTITY_DIGITS, fits, write_amount
from erp_bridge_spectrum.codes import PhaseCodes
from erp_bridge_spectrum.judging import ABSENT, state
from erp_bridge_spectrum.operations import Book
from erp_bridge_spectrum.phases import PhaseRow
from erp_bridge_spectrum.profile import CHANGE_LINE, DESCRIPTION_LENGTH, ESTIMATE
from erp_bridge_spectrum.settings import SpectrumSettings


@frozen(kw_only=True)
class Estimate:
    """What one row is to hold. `original` None leaves it alone; `before` None says that there was no row."""

    original: Decimal | None
    current: Decimal
    before: Decimal | None


def estimate_of(total: KeyTotal, *, changes_apart: bool) -> Estimate:
    """The absolute values for a key: its current estimate at accept plus what this batch adds to it.

    The original goes with a row on which nothing stands yet, or where SQL told what stood there; later it is left
    alone, since what sending it again does to the current estimate is not known.
    """
    base = total.before_total or NOTHING
    current = base + total.sent_original + (NOTHING if changes_apart else total.sent_changes)
    untouched = not (base or total.exported_original or total.exported_changes)
    original = None
    if total.before_original is not None or untouched:
        original = (total.before_original or NOTHING) + total.sent_original
    return Estimate(original=original, current=current, before=total.before_total)


@define(kw_only=True)
class Planner:
    """Plans the writes of one batch; `lines` are the numbers that have not arrived."""

    batch: ExportBatch
    settings: SpectrumSettings
    book: Book
    _descriptions: dict[str, str] | None = field(default=None, init=False)
    _known_moves: dict[str, list["_Move"]] | None = field(default=None, init=False)

    def estimates(self, free: frozenset[int] | None = None) -> Iterator[PlannedEffect]:
        """One `AddPhase` per key; of the phases each is a lane, since its cost types share a description."""
        apart = self.settings.by_change_request
        carried = self._lines_by_key(free, changes=not apart)
        for total in self.batch.totals:
            lines = carried.get(total.key)
            if lines:
                yield self._estimate(total, lines, estimate_of(total, changes_apart=apart))

    def change_lines(
        self, header: ChangeHeader, common: Mapping[str, str], free: frozenset[int] | None = None
    ) -> Iterator[PlannedEffect]:
        """One cost line per key of a budget change; `common` are the header's values, repeated on every line."""
        for move in self._moves().get(header.number, ()):
            if free is None or free.issuperset(line.number for line in move.lines):
                yield self._change_line(move, common)

    # -- estimates ----------------------------------------------------------------------------------------------------

    def _estimate(self, total: KeyTotal, lines: list[ExportLine], estimate: Estimate) -> PlannedEffect:
        phase = self._codes.stored(total.key.cost_code)
        row = self.book.rows().get((phase, total.key.category))
        before_quantity = row.quantity if row else NOTHING
        quantity = self._quantity_after(lines, before_quantity)
        values = {
            "Company_Code": self.settings.company,
            "Job_Number": self.batch.job,
            "Phase_Code": phase,
            "Description": self._description(phase, total, row),
            "Cost_Type": total.key.category,
            "Original_Est_Quantity": write_amount(quantity if estimate.original is not None else None),
            "Unit_of_Measure": next((line.unit for line in lines if line.unit), ""),
            "Original_Est_Cost": write_amount(estimate.original),
            "Price_Method_Code": self.settings.price_method if row is None else "",
            "Current_Est_Quantity": write_amount(quantity),
            "Current_Est_Cost": write_amount(estimate.current),
            # Whether a blank status makes a row Active again is not known: it is sent as it is.
            "Status_Code": row.status if row else "",
        }
        watched = None if quantity is None else before_quantity
        before = ABSENT if estimate.before is None else state(estimate.before, watched)
        return _planned(
            ESTIMATE, lines, values, phase=phase, before=before, after=state(estimate.current, quantity),
            original=write_amount(estimate.original),
        )  # fmt: skip

    def _quantity_after(self, lines: list[ExportLine], before: Decimal) -> Decimal | None:
        moved = [line.quantity for line in lines if line.quantity is not None]
        after = sum(moved, before)
        return after if moved and self.settings.quantities and fits(after, QUANTITY_DIGITS) else None

    def _description(self, phase: str, total: KeyTotal, row: PhaseRow | None) -> str:
        """One description per phase: Spectrum would let the last one sent stand for all. A row keeps the one it has."""
        if row is not None:
            return ""
        if self._descriptions is None:
            self._descriptions = {held.phase: held.description for held in self.book.rows().values()}
            for line in self.batch.lines:
                stored = self._codes.stored(line.key.cost_code)
                if line.description and not self._descriptions.get(stored):
                    self._descriptions[stored] = line.description
        return (self._descriptions.get(phase) or total.key.cost_code)[:DESCRIPTION_LENGTH]

    # -- lines of change requests -------------------------------------------------------------------------------------

    def _change_line(self, move: "_Move", common: Mapping[str, str]) -> PlannedEffect:
        phase = self._codes.stored(move.key.cost_code)
        moved = [line.quantity for line in move.lines if line.quantity is not None]
        quantity = sum(moved, NOTHING)
        with_quantity = moved and self.settings.quantities and fits(quantity, QUANTITY_DIGITS)
        values = {
            **common,
            "CR_Phase_Code": phase,
            "CR_Cost_Type": move.key.category,
            "Change_Request_Quantity": write_amount(quantity if with_quantity else None),
            "Change_Request_Amount": write_amount(move.amount),
        }
        before, after = state(move.before, None), state(move.before + move.amount, None)
        planned = _planned(CHANGE_LINE, move.lines, values, phase=phase, before=before, after=after)
        # The first line makes the request: two at once might make it twice.
        return evolve(planned, lane=f"change request {values['Change_Request_Number']}")

    def _moves(self) -> Mapping[str, list["_Move"]]:
        """Per change, how much each of its keys moves, and from where: baseline, originals, then change by change."""
        if self._known_moves is None:
            held = {total.key: (total.before_total or NOTHING) + total.sent_original for total in self.batch.totals}
            by_change: dict[str, dict[LineKey, list[ExportLine]]] = {}
            for line in self.batch.lines:
                if line.change is not None:
                    by_change.setdefault(line.change, {}).setdefault(line.key, []).append(line)
            self._known_moves = {}
            for header in self.batch.change_headers:
                moves = [
                    _Move(key=key, lines=lines, before=held[key])
                    for key, lines in by_change.get(header.number, {}).items()
                ]
                held.update((move.key, move.before + move.amount) for move in moves)
                self._known_moves[header.number] = moves
        return self._known_moves

    # -- both ---------------------------------------------------------------------------------------------------------

    @property
    def _codes(self) -> PhaseCodes:
        return self.settings.codes(self.batch.job)

    def _lines_by_key(self, free: frozenset[int] | None, *, changes: bool) -> dict[LineKey, list[ExportLine]]:
        found: dict[LineKey, list[ExportLine]] = {}
        for line in self.batch.lines:
            if (changes or line.part is Part.ORIGINAL) and (free is None or line.number in free):
                found.setdefault(line.key, []).append(line)
        return found


@frozen(kw_only=True)
class _Move:
    """How one budget change moves one key: its lines, and the estimated cost when its turn comes."""

    key: LineKey
    lines: list[ExportLine]
    before: Decimal

    @property
    def amount(self) -> Decimal:
        return sum((line.amount for line in self.lines), NOTHING)


def _planned(
    operation: str,
    lines: list[ExportLine],
    values: Mapping[str, str],
    *,
    phase: str,
    before: tuple[str, str],
    after: tuple[str, str],
    original: str = "",
) -> PlannedEffect:
    cost_type = values.get("Cost_Type") or values["CR_Cost_Type"]
    return PlannedEffect(
        operation=operation,
        lines=[line.number for line in lines],
        payload_hash=hashlib.sha256(to_json(values).encode()).hexdigest(),
        request={
            "job": values["Job_Number"],
            "phase": phase,
            "cost_type": cost_type,
            "values": dict(values),
            "before": list(before),
            "after": list(after),
            "original": original,
        },
        lane=phase,
    )
