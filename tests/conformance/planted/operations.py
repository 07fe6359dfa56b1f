"""What all kinds of writes to Tin Books share: which rows a line becomes, and how reading back is compared with them.

Each kind has `build` (the body from an effect), `post` (one request), `read_back` (one complete read for many effects)
and `compare` (a sighting from what was read). A defect replaces one of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from attrs import define, field

from erp_bridge_core.contract import (
    Absent,
    Accepted,
    Answer,
    Attempt,
    CannotTell,
    Different,
    Effect,
    ExportBatch,
    ExportLine,
    Found,
    LineRefused,
    Several,
    Sighting,
)
from erp_bridge_core.contract.errors import ErpBridgeError
from erp_bridge_core.contract.money import plain
from erp_bridge_core.contract.structuring import to_json
from planted.client import Client, Row

#: What a row of ours and the same row read back must agree in.
CONTENT = ("sub_job", "cost_code", "category", "part", "amount", "quantity", "unit", "description", "change")


@define
class Writing:
    """One kind of write. `revisions` are the revision's values per budget change, as the books keep them."""

    client: Client
    batch: ExportBatch
    revisions: Mapping[str, Row] = field(factory=dict)

    # -- sending ------------------------------------------------------------------------------------------------------

    def row(self, line: ExportLine) -> Row:
        """A line as the books take it: amounts as exact text, blank where it is blank."""
        return {
            "sub_job": line.key.sub_job,
            "cost_code": line.key.cost_code,
            "category": line.key.category,
            "part": line.part.value,
            "amount": plain(line.amount),
            "quantity": None if line.quantity is None else plain(line.quantity),
            "unit": line.unit,
            "unit_cost": None if line.unit_cost is None else plain(line.unit_cost),
            "description": line.description,
            "change": line.change,
            "revision": None if line.change is None else self.revisions.get(line.change),
        }

    def lines(self, numbers: Sequence[int]) -> list[ExportLine]:
        """The batch lines of these numbers."""
        wanted = set(numbers)
        return [line for line in self.batch.lines if line.number in wanted]

    def rows(self, numbers: Sequence[int]) -> list[Row]:
        """The rows for these lines, in order."""
        return [self.row(line) for line in self.lines(numbers)]

    def payload_hash(self, numbers: Sequence[int]) -> str:
        """What the plan keeps of the rows that will go out."""
        return digest(self.rows(numbers))

    def build(self, effect: Effect) -> Row:
        """The body of the request."""
        return {"rows": self.rows(list(effect.lines))}

    def post(self, effect: Effect, body: Row) -> Answer:
        """Send the body, once."""
        raise NotImplementedError

    def send(self, effect: Effect, attempt: Attempt) -> Answer:
        """Build the body and send it; the session watches the attempt."""
        return self.post(effect, self.build(effect))

    def accepted(self, effect: Effect, told: Sequence[Row], reference: str = "") -> Accepted:
        """Map the answer's rows to lines: refused ones are told, left out ones are unknown (L10)."""
        numbers = list(effect.lines)
        refused = [row for row in told if row["state"] != "accepted"]
        positions = {row["position"] for row in told}
        return Accepted(
            reference=reference,
            evidence={"rows": len(told)},
            refused=tuple(refused_line(numbers[row["position"] - 1], row["words"]) for row in refused),
            unmapped=tuple(number for place, number in enumerate(numbers, start=1) if place not in positions),
        )

    # -- looking ------------------------------------------------------------------------------------------------------

    def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
        """Look for effects in one complete read; a read that failed is told as such."""
        try:
            seen = self.read_back()
        except ErpBridgeError as error:
            yield from (CannotTell(why=error.message) for _ in effects)
            return
        for effect in effects:
            yield self.compare(effect, seen)

    def read_back(self) -> Any:
        """Read all that is needed to tell the effects, proved complete."""
        return self.client.rows(self.batch.job, "entries")

    def compare(self, effect: Effect, seen: Any) -> Sighting:
        """What the read shows of one effect."""
        raise NotImplementedError

    def same_rows(self, effect: Effect, found: Sequence[Row], reference: str, proof: Row) -> Sighting:
        """Compare the rows found under a reference with ours, one for one."""
        wanted = self.rows(list(effect.lines))
        if not found:
            return Absent(proof=proof)
        if len(found) > len(wanted):
            return Several(count=len(found), evidence={"rows": len(found), "ours": len(wanted)})
        same = [content(row) for row in found] == [content(row) for row in wanted]
        if not same or any(row["state"] == "removed" for row in found):
            return Different(evidence={"rows": len(found), "ours": len(wanted), "states": states(found)})
        refused = [
            refused_line(number, row["words"])
            for number, row in zip(effect.lines, found, strict=True)
            if row["state"] == "refused"
        ]
        return Found(reference=reference, evidence={"states": states(found)}, refused=tuple(refused))


def refused_line(number: int, words: str) -> LineRefused:
    """A line that the books refused, in their words."""
    return LineRefused(line=number, words=words, remedy="Have it put right in Tin Books, then retry; or reject it.")


def digest(value: Any) -> str:
    """SHA-256 of a value's canonical JSON."""
    return sha256(to_json(value).encode()).hexdigest()


def content(row: Row) -> tuple[Any, ...]:
    """What two rows must agree in to be the same."""
    return tuple(row[name] for name in CONTENT)


def states(rows: Sequence[Row]) -> str:
    """The states that rows are in."""
    return ", ".join(sorted({row["state"] for row in rows}))
