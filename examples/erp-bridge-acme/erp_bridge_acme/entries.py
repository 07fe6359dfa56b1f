"""Exporting: lines become entries of at most 100, each under a reference that the ERP takes once."""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import groupby, islice
from typing import Any, Final

from attrs import frozen
from erp_bridge_core.contract import (
    Absent,
    Accepted,
    Attempt,
    CannotTell,
    Different,
    Effect,
    Effects,
    ExportBatch,
    ExportLine,
    FieldValues,
    Found,
    LineRefused,
    PlannedEffect,
    Several,
    Sighting,
    hookimpl,
)
from erp_bridge_core.contract.errors import ErpBridgeError
from erp_bridge_core.contract.structuring import to_json

from erp_bridge_acme.client import Client, Document, ThisErp, take
from erp_bridge_acme.profile import DESCRIPTION_LENGTH, ENTRY
from erp_bridge_acme.reading import job_path, require_company
from erp_bridge_acme.review import APPROVER, DATE, NUMBER, STATUS, TYPE

MOST_LINES: Final = 100


@frozen(kw_only=True)
class Refusal:
    """A line that the ERP refused, in its own words."""

    line: int
    words: str


@frozen(kw_only=True)
class Receipt:
    """What the service answers to an entry: its number, and what became of which line."""

    entry: int
    taken: tuple[int, ...]
    refused: tuple[Refusal, ...]


@frozen(kw_only=True)
class Held:
    """An entry as the ERP holds it; `lines` are those that it took, `revision` is none for the original budget."""

    entry: int
    status: str
    revision: dict[str, str] | None
    lines: list[dict[str, Any]]
    refused: tuple[Refusal, ...]


# -- planning ----------------------------------------------------------------------------------------------------------


@hookimpl
def export(batch: ExportBatch, values: FieldValues, erp: ThisErp, effects: Effects) -> None:
    """Plan the entries of what has not arrived, once, and bring each as far as it goes."""
    effects.plan("entries", lambda _: _plan(batch, values, effects))
    effects.run({ENTRY: SendEntry(Client(erp), batch.job)})


def _plan(batch: ExportBatch, values: FieldValues, effects: Effects) -> Iterator[PlannedEffect]:
    wanted = set(effects.lines_to_send())
    lines = (line for line in batch.lines if line.number in wanted)
    for change, of_change in groupby(lines, key=lambda line: line.change):
        revision = None if change is None else _revision(change, values)
        while some := tuple(islice(of_change, MOST_LINES)):
            entry = {"description": values.description, "revision": revision, "lines": [_line(line) for line in some]}
            yield PlannedEffect(
                operation=ENTRY,
                lines=[line.number for line in some],
                payload_hash=sha256(to_json(entry).encode()).hexdigest(),
                request=entry,
            )


def _line(line: ExportLine) -> Document:
    """A line as it is sent, and as the ERP tells it back: amounts with two decimals, quantities with four."""
    return {
        "line": line.number,
        "sub_job": line.key.sub_job,
        "cost_code": line.key.cost_code,
        "category": line.key.category,
        "amount": f"{line.amount:.2f}",
        "description": line.description[:DESCRIPTION_LENGTH].rstrip(),
        "quantity": None if line.quantity is None else f"{line.quantity:.4f}",
        "unit": line.unit,
    }


def _revision(change: str, values: FieldValues) -> Document:
    names = {"number": NUMBER, "type": TYPE, "date": DATE, "status": STATUS, "approved_by": APPROVER}
    return {"change": change, **{name: values.value(field, change=change) for name, field in names.items()}}


# -- sending and looking -----------------------------------------------------------------------------------------------


def reference_prefix(erp: ThisErp, job: str) -> str:
    """What begins every reference of ours on a job: nobody else's, whichever installation or company (L17)."""
    return f"EB:{erp.installation}:{erp.company}:{job}:"


@frozen
class SendEntry:
    """One entry under one reference (class `keyed`)."""

    client: Client
    job: str

    def send(self, effect: Effect, attempt: Attempt) -> Accepted:  # noqa: ARG002 - the session knows the attempt
        """Send it once; raises `ErpRefused`, or `AlreadyThere` when the reference was used before."""
        told = self.client.write(self._path, {"reference": self._reference(effect), **effect.request})
        receipt = take(Receipt, told, what="answer")
        named = {*receipt.taken, *(refusal.line for refusal in receipt.refused)}
        return Accepted(
            reference=str(receipt.entry),
            refused=_refused(receipt.refused),
            unmapped=tuple(line for line in effect.lines if line not in named),
        )

    def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
        """Read what stands under each reference; the company is the row that must be seen (L7)."""
        try:
            require_company(self.client)
        except ErpBridgeError as error:
            yield from (CannotTell(why=error.message) for _ in effects)
            return
        for effect in effects:
            yield self._look(effect)

    def _look(self, effect: Effect) -> Sighting:
        reference = self._reference(effect)
        try:
            found = list(self.client.rows(self._path, Held, reference=reference))
        except ErpBridgeError as error:
            return CannotTell(why=error.message)
        if not found:
            return Absent(proof={"read to its end": f"entries under {reference}", "seen": self.client.erp.company})
        if len(found) > 1:
            return Several(count=len(found))
        return _compare(found[0], effect.request)

    @property
    def _path(self) -> str:
        return f"{job_path(self.job)}/entries"

    def _reference(self, effect: Effect) -> str:
        return reference_prefix(self.client.erp, self.job) + effect.reference


def _compare(held: Held, sent: Document) -> Sighting:
    """Whether the ERP holds just what was sent, less what it refused."""
    refused = {refusal.line for refusal in held.refused}
    taken = [line for line in sent["lines"] if line["line"] not in refused]
    evidence = {"entry": held.entry, "status": held.status, "lines": len(held.lines)}
    if held.status == "removed" or held.revision != sent["revision"] or held.lines != taken:
        return Different(evidence=evidence)
    return Found(reference=str(held.entry), evidence=evidence, refused=_refused(held.refused))


def _refused(refusals: Iterable[Refusal]) -> tuple[LineRefused, ...]:
    remedy = "Correct what the ERP names, then retry; or reject the item."
    return tuple(LineRefused(line=refusal.line, words=refusal.words, remedy=remedy) for refusal in refusals)
