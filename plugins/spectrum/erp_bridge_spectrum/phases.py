"""Reading a job's phases with their estimated cost, under a row cap whose height nobody documents.

A read is split by status, then by cost type, and rows that come twice count once. A part that may still be incomplete
is a failed read: nothing is concluded from the rest of it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

from attrs import define, field, frozen

from erp_bridge_spectrum.amounts import read_amount
from erp_bridge_spectrum.codes import bare
from erp_bridge_spectrum.replies import Row, read_failed
from erp_bridge_spectrum.services import GET_PHASE
from erp_bridge_spectrum.soap import Exchange

#: A blank status asks for Active and Inactive; Complete has to be asked for.
OPEN: Final = ""
COMPLETE: Final = "C"
_PARTS_OF_OPEN: Final = ("A", "I")
#: Up to so many cost types it takes fewer rows to ask for each than for the job.
_FEW: Final = 2

Place = tuple[str, str]


@frozen(kw_only=True)
class PhaseRow:
    """One row of a job: phase (without dashes) and cost type, with its current estimate in hundredths."""

    phase: str
    cost_type: str
    description: str
    status: str
    unit: str
    cost: Decimal
    quantity: Decimal

    @property
    def place(self) -> Place:
        """Phase and cost type."""
        return (self.phase, self.cost_type)


@define
class PhaseReader:
    """Reads the rows of one job."""

    exchange: Exchange
    job: str
    _rows: dict[Place, PhaseRow] = field(factory=dict, init=False)

    def read(self, cost_types: Iterable[str] = ()) -> Mapping[Place, PhaseRow]:
        """All rows of the job, whatever their status, or those of some cost types; raises `ReadFailed`."""
        self._rows = {}
        wanted = sorted(set(cost_types))
        narrow = wanted if 0 < len(wanted) <= _FEW else [""]
        for cost_type in narrow:
            for status in (OPEN, COMPLETE):
                self._read_part(status, cost_type, among=wanted)
        return self._rows

    def _read_part(self, status: str, cost_type: str, *, among: Sequence[str]) -> None:
        rows, whole = self.exchange.get(
            GET_PHASE, pJob_Number=self.job, pStatus_Code=status, pCost_Type=cost_type
        )  # fmt: skip
        for row in rows:
            self._keep(row)
        if whole:
            return
        if status == OPEN:
            for part in _PARTS_OF_OPEN:
                self._read_part(part, cost_type, among=among)
        elif not cost_type:
            for part in self._cost_types(among):
                self._read_part(status, part, among=among)
        else:
            raise read_failed(
                GET_PHASE,
                f"{len(rows)} rows of job {self.job}, status {status}, cost type {cost_type} may not be all of them",
                "Raise row_cap if this server is known to give more rows; else these phases can't be read by services.",
            )

    def _cost_types(self, among: Sequence[str]) -> list[str]:
        """The cost types to ask for one by one: those asked for, else the company's, without which none may be left."""
        if among:
            return list(among)
        known = self.exchange.erp.settings.cost_types
        if not known:
            raise read_failed(
                GET_PHASE,
                f"job {self.job} has more rows than one answer holds, and the company's cost types are not set",
                "Enter all cost types of the company as cost_types, so that the job can be read by cost type.",
            )
        return sorted({*known, *(row.cost_type for row in self._rows.values())})

    def _keep(self, row: Row) -> None:
        found = self._parse(row)
        if found is None:
            return
        held = self._rows.setdefault(found.place, found)
        if held.cost != found.cost:
            raise read_failed(
                GET_PHASE,
                f"phase {found.phase} {found.cost_type} came with {held.cost} and with {found.cost}",
                "Somebody changed it meanwhile: read again.",
            )

    def _parse(self, row: Row) -> PhaseRow | None:
        company, settings = row.get("Company_Code", ""), self.exchange.erp.settings
        if company != settings.company:
            raise read_failed(GET_PHASE, f"a row of company {company!r} came, not of {settings.company!r}")
        # Job numbers come as key text with leading blanks; another job, a master perhaps, is none of ours.
        if row.get("Job_Number", "").strip() != self.job.strip():
            return None
        try:
            return PhaseRow(
                phase=bare(row["Phase_Code"]),
                cost_type=row["Cost_Type"],
                description=row.get("Description", ""),
                status=row.get("Status_Code", ""),
                unit=row.get("Unit_of_Measure", ""),
                cost=read_amount(row["Current_Estimated_Dollars"]),
                quantity=read_amount(row.get("Estimated_Quantity", "")),
            )
        except KeyError as error:
            raise read_failed(GET_PHASE, f"a row has no {error.args[0]}") from None
        except ValueError as error:
            raise read_failed(GET_PHASE, f"in a row, {error}") from None


def total_of(rows: Iterable[PhaseRow]) -> Decimal:
    """The estimated cost of some rows."""
    return sum((row.cost for row in rows), Decimal("0.00"))


def one_per_phase(rows: Iterable[PhaseRow]) -> Iterator[PhaseRow]:
    """The first row of each phase."""
    seen: set[str] = set()
    for row in rows:
        if row.phase not in seen:
            seen.add(row.phase)
            yield row
