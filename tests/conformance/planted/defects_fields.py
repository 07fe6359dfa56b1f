"""Defects of the revision fields, and of what becomes of their values."""

from collections.abc import Iterable, Mapping
from datetime import UTC
from typing import ClassVar, Final

from attrs import evolve
from matrix import Defect

from erp_bridge_core.contract import (
    ExportBatch,
    ExportLine,
    FieldKind,
    RevisionField,
    hookimpl,
)
from planted.adapter import TinErp
from planted.client import Row
from planted.operations_keyed import EnterRows
from planted.revisions import DATE, TYPE
from planted.variants import KeyedAdapter


class _Asks(KeyedAdapter):
    """A correct adapter whose fields are changed on their way out."""

    @hookimpl
    def revision_fields(self, batch: ExportBatch, erp: TinErp) -> Iterable[RevisionField]:
        """Each field, changed."""
        return [self.changed(field, erp) for field in super().revision_fields(batch, erp)]

    def changed(self, field: RevisionField, erp: TinErp) -> RevisionField:
        """The field as it is asked."""
        raise NotImplementedError


class DatesInUtc(_Asks):
    """Its default date is the day in UTC."""

    def changed(self, field: RevisionField, erp: TinErp) -> RevisionField:
        """Tomorrow, in the evening."""
        return (
            evolve(field, default=erp.clock.now().astimezone(UTC).date().isoformat()) if field.name == DATE else field
        )


class TakesAnything(_Asks):
    """Its texts may be of any length."""

    def changed(self, field: RevisionField, erp: TinErp) -> RevisionField:
        """A text that takes all there is."""
        del erp
        text = field.kind is FieldKind.TEXT
        return evolve(field, max_length=1_000_000) if text else field


class AsksAlways(_Asks):
    """It wants a type of revision where there is none."""

    def changed(self, field: RevisionField, erp: TinErp) -> RevisionField:
        """Required without a revision."""
        del erp
        always = field.name == TYPE and field.change is None
        return evolve(field, required=True, always=True) if always else field


class ApprovingRows(EnterRows):
    """Rows that are all approved."""

    def row(self, line: ExportLine) -> Row:
        """With the status of none but its own choice."""
        row = super().row(line)
        return row if row["revision"] is None else {**row, "revision": {**row["revision"], "status": "approved"}}


class ApprovesAll(KeyedAdapter):
    """It enters every change as approved."""

    operation_classes: ClassVar = {"enter_rows": ApprovingRows}


dates_in_utc = DatesInUtc("tin_dates_in_utc")
takes_anything = TakesAnything("tin_takes_anything")
asks_always = AsksAlways("tin_asks_always")
approves_all = ApprovesAll("tin_approves_all")


def _defect(name: str, what: str, *caught_by: str) -> Defect:
    return Defect(spec=f"planted.defects_fields:{name}", what=what, caught_by=caught_by)


DEFECTS: Final[Mapping[str, Defect]] = {
    defect.name: defect
    for defect in (
        _defect("dates_in_utc", "offers the date in UTC", "FLD-01"),
        _defect("takes_anything", "takes texts of any length", "FLD-02"),
        _defect("asks_always", "requires a type of revision without a revision", "FLD-03"),
        _defect("approves_all", "enters every change as approved", "FLD-04"),
    )
}
