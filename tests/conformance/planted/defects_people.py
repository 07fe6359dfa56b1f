"""Defects that show when people do something of their own meanwhile."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from attrs import evolve
from matrix import Defect

from erp_bridge_core.contract import (
    Accepted,
    Before,
    Different,
    Effect,
    Found,
    LineKey,
    Observation,
    RouteSight,
    Sighting,
)
from erp_bridge_core.contract.errors import AlreadyThere, ErpRefused, OutcomeUnknown
from planted.client import Client, Row
from planted.operations_absolute import SetFigures
from planted.operations_contained import OpenContainer
from planted.operations_keyed import EnterRows
from planted.variants import AbsoluteAdapter, ContainedAdapter, HumanAdapter, KeyedAdapter


class UnpostedAlone(EnterRows):
    """Looks among the rows that wait to be posted."""

    def read_back(self) -> Any:
        """No row that was posted."""
        return [row for row in super().read_back() if row["state"] != "posted"]


class OverlooksWhatIsPosted(KeyedAdapter):
    """Does not find what somebody posted early."""

    operation_classes: ClassVar = {"enter_rows": UnpostedAlone}


class TotalsAlone(HumanAdapter):
    """Adds up original and changes, which its ERP tells apart."""

    def sight(self, *, failed: str | None = None) -> RouteSight:
        """It sees the sum."""
        return evolve(super().sight(failed=failed), sees_original=False, sees_changes=False, sees_unposted=False)

    def observation(self, key: LineKey, row: Row | None) -> Observation:
        """The sum."""
        seen = super().observation(key, row)
        return Observation(route=seen.route, key=key, total=seen.total)


class SetBlindly(SetFigures):
    """Does not look what stands there before it writes."""

    def check_row(self, effect: Effect) -> None:
        """Nothing."""

    def compare(self, effect: Effect, seen: Sequence[Row]) -> Sighting:
        """Whatever is not ours is from before."""
        sighting = super().compare(effect, seen)
        return Before(evidence=sighting.evidence) if isinstance(sighting, Different) else sighting


class WritesOverEdits(AbsoluteAdapter):
    """Sets its figures over a person's."""

    operation_classes: ClassVar = {"set_figures": SetBlindly}


class AnybodysContainer(OpenContainer):
    """Takes a container under our number for ours."""

    def post(self, effect: Effect, body: Row) -> Accepted:
        """It is there, so it is open."""
        try:
            return super().post(effect, body)
        except AlreadyThere:
            self.building.refused.pop(body["number"], None)
            self.building.ours.add(body["number"])
            return Accepted(reference=body["number"])

    def compare(self, effect: Effect, seen: Sequence[Row]) -> Sighting:
        """By its number alone."""
        sighting = super().compare(effect, seen)
        return Found(reference=effect.request["number"]) if isinstance(sighting, Different) else sighting


class FillsAnybodysContainer(ContainedAdapter):
    """Puts its rows into what somebody opened under the number."""

    operation_classes: ClassVar = {**ContainedAdapter.operation_classes, "open_container": AnybodysContainer}


class ClosedIsUnknown(Client):
    """Does not know what a closed job says."""

    def write(self, method: str, url: str, body: Row) -> list[Row]:
        """A doubt, where it is a refusal."""
        try:
            return super().write(method, url, body)
        except ErpRefused as refusal:
            if refusal.erp_code == "JOB_CLOSED":
                raise OutcomeUnknown("The books answered strangely.", remedy="Look there.") from refusal
            raise


class DoubtsAClosedJob(KeyedAdapter):
    """Takes the refusal of a closed job for a doubt."""

    client_class = ClosedIsUnknown


overlooks_what_is_posted = OverlooksWhatIsPosted("tin_overlooks_what_is_posted")
totals_alone = TotalsAlone("tin_totals_alone")
writes_over_edits = WritesOverEdits("tin_writes_over_edits")
fills_anybodys_container = FillsAnybodysContainer("tin_fills_anybodys_container")
doubts_a_closed_job = DoubtsAClosedJob("tin_doubts_a_closed_job")


def _defect(name: str, what: str, *caught_by: str) -> Defect:
    return Defect(spec=f"planted.defects_people:{name}", what=what, caught_by=caught_by)


DEFECTS: Final[Mapping[str, Defect]] = {
    defect.name: defect
    for defect in (
        _defect("overlooks_what_is_posted", "does not find what somebody posted early", "PPL-01"),
        _defect("totals_alone", "adds up original and changes though the ERP tells them apart", "PPL-02"),
        _defect("writes_over_edits", "sets its figures over a person's", "PPL-03"),
        _defect("fills_anybodys_container", "takes a container under our number for ours", "PPL-04"),
        _defect("doubts_a_closed_job", "takes the refusal of a closed job for a doubt", "PPL-05"),
    )
}
