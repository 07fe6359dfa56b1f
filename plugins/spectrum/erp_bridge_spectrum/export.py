"""Exporting: check what stands in Spectrum, plan every row, then let the ledger run the plan."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Final

from attrs import frozen

from erp_bridge_core.contract import (
    ChangeHeader,
    Different,
    Effect,
    Effects,
    ExportBatch,
    FieldValues,
    PlannedEffect,
    Stream,
)
from erp_bridge_core.contract.errors import BadInput, LedgerConflict
from erp_bridge_spectrum import fields
from erp_bridge_spectrum.judging import judge
from erp_bridge_spectrum.operations import Book, RowWrite, conflict
from erp_bridge_spectrum.planning import Planner
from erp_bridge_spectrum.profile import CHANGE_LINE, ESTIMATE
from erp_bridge_spectrum.services import ADD_PHASE, CHANGE_REQUEST, GET_PHASE, SENT, SpectrumErp, open_service
from erp_bridge_spectrum.soap import Exchange

ESTIMATES: Final = "estimates"


def export(batch: ExportBatch, values: FieldValues, erp: SpectrumErp, effects: Effects) -> None:
    """Bring Spectrum to hold the batch. Raises before anything is written when a row is not what was accepted."""
    settings = erp.settings
    if settings.by_change_request:
        fields.check_values(batch, values, settings)
    _keep_route(erp, effects)
    for method in (ADD_PHASE, GET_PHASE, *((CHANGE_REQUEST,) if settings.by_change_request else ())):
        open_service(erp, method).require(SENT[method])
    book = Book(exchange=Exchange(erp), job=batch.job)
    planner = Planner(batch=batch, settings=settings, book=book)
    effects.plan(ESTIMATES, lambda generation: _plan(planner, book, effects, generation))
    if settings.by_change_request:
        changes = _Changes(batch=batch, values=values, erp=erp, effects=effects, planner=planner)
        for header in batch.change_headers:
            effects.plan(f"change {header.number}", lambda _, header=header: changes.build(header))  # type: ignore[misc]
    effects.run(
        {ESTIMATE: RowWrite(book=book, method=ADD_PHASE), CHANGE_LINE: RowWrite(book=book, method=CHANGE_REQUEST)}
    )


def _keep_route(erp: SpectrumErp, effects: Effects) -> None:
    """The way that changes take is chosen once per export: by both, they would count twice."""
    chosen = erp.settings.change_route
    begun = effects.reserve("change route", lambda: chosen)
    if begun != chosen:
        raise LedgerConflict(
            f"This export was begun with change_route {begun}, and the connection now says {chosen}. Nothing was sent.",
            remedy=f"Set change_route to {begun} until this export is over.",
        )


def _plan(planner: Planner, book: Book, effects: Effects, generation: int) -> Iterable[PlannedEffect]:
    """The rows that have not arrived; a first plan is made only when every row is as it was at accept."""
    if generation == 1:
        _compare(planner.estimates(), book)
    return planner.estimates(frozenset(effects.lines_to_send()))


def _compare(planned: Iterable[PlannedEffect], book: Book) -> None:
    """Raise `LedgerConflict` naming the rows that show neither what was accepted nor what we write."""
    found = []
    for plan in planned:
        effect = _as_effect(plan)
        place = (plan.request["phase"], plan.request["cost_type"])
        seen = judge(book.rows().get(place), effect)
        if isinstance(seen, Different):
            found.append((place, seen))
    if found:
        raise conflict(book.job, found)


def _as_effect(plan: PlannedEffect) -> Effect:
    return Effect(
        key="", reference="", operation=plan.operation, group=ESTIMATES, generation=0, ordinal=0,
        payload_hash=plan.payload_hash, request=plan.request, lines=Stream(tuple),
    )  # fmt: skip


# -- change requests -------------------------------------------------------------------------------------------------


@frozen(kw_only=True)
class _Changes:
    """The budget changes of a batch as change requests."""

    batch: ExportBatch
    values: FieldValues
    erp: SpectrumErp
    effects: Effects
    planner: Planner

    def build(self, header: ChangeHeader) -> Iterable[PlannedEffect]:
        """The lines of one change that have not arrived; its number is reserved for good."""
        wanted = self.values.value(fields.NUMBER, change=header.number)
        take = partial(fields.take_number, self.erp, self.batch, header.number, wanted)
        number = self.effects.reserve(f"change request of {header.number}", take)
        free = frozenset(self.effects.lines_to_send())
        return self.planner.change_lines(header, self._header(header, number), free)

    def _header(self, header: ChangeHeader, number: str) -> Mapping[str, str]:
        """The header of a change request, which is repeated on each of its lines with its final status."""
        settings, values, change = self.erp.settings, self.values, header.number
        status = fields.status_of(values, change)
        day = fields.written_date(values.value(fields.DATE, change=change), self.erp.clock.today())
        mark = f" [{self.erp.installation}]"
        # What the budget itself says may hold line breaks, which an approver's text may not.
        text = " ".join((values.value(fields.DESCRIPTION, change=change) or header.description).split())
        return {
            "Company_Code": settings.company,
            "Job_Number": self.batch.job,
            "Customer_Code": customer_of(self.erp),
            "Change_Request_Number": number,
            "CR_Description": text[: fields.DESCRIPTION_LENGTH - len(mark)] + mark,
            "CR_Status": settings.change_request_status[status],
            "Cost_Reimbursable_Flag": settings.cost_reimbursable,
            "Origination_Date": day,
            "Approved_Date": day if status == "approved" and settings.send_approved_date else "",
        }


def customer_of(erp: SpectrumErp) -> str:
    """The customer whose contract the change requests belong to: as set, else the job's; raises `BadInput`."""
    customer = erp.settings.customer or erp.masters.header.facts.get("customer", "")
    if not customer:
        raise BadInput(
            f"Job {erp.masters.header.job} has no customer in Spectrum, and change requests need one.",
            remedy="Have the job's customer and contract set up, or set customer for this connection.",
        )
    return customer
