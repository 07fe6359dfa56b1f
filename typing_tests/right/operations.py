"""Operations: one that the ERP answers, one that a person completes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, assert_type

from attrs import frozen

from erp_bridge_core.contract import (
    Absent,
    Accepted,
    Answer,
    Attempt,
    Before,
    CannotTell,
    Different,
    Effect,
    Effects,
    ExportBatch,
    Found,
    HandOver,
    HumanOperation,
    LineRefused,
    Offered,
    Operation,
    PlannedEffect,
    Several,
    Sighting,
    Stream,
    Waiting,
)
from erp_bridge_core.contract.errors import AlreadyThere, ErpRefused
from erp_bridge_core.contract.structuring import to_json
from right.settings import AcmeErp


@frozen(kw_only=True)
class PostLine:
    """One line under our reference."""

    erp: AcmeErp

    def send(self, effect: Effect, attempt: Attempt) -> Accepted:
        """Send it once."""
        assert_type(attempt.number, int)
        assert_type(effect.lines, Stream[int])
        assert_type(effect.request, Mapping[str, Any])
        reply = self.erp.http.put(
            f"{self.erp.settings.url}/lines/{effect.reference}", json=dict(effect.request), timeout=attempt.seconds_left
        )
        body: dict[str, str] = reply.json()
        if body["code"] == "DUPLICATE":
            raise AlreadyThere(body["text"], erp_code=body["code"])
        if body["code"] == "REFUSED":
            raise ErpRefused(body["text"], meaning="The job is closed.", remedy="Have it opened.", lines=effect.lines)
        return Accepted(reference=body["id"], refused=(LineRefused(line=1, words=body["text"]),), unmapped=(2,))

    def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
        """Look for each, in order."""
        for effect in effects:
            yield self._find(effect.reference)

    def _find(self, reference: str) -> Sighting:
        rows: list[str] = self.erp.http.get(f"{self.erp.settings.url}/lines").json()
        match rows.count(reference):
            case 0:
                return Absent(proof={"rows": len(rows), "control": rows[:1]})
            case 1:
                return Found(reference=reference, evidence={"rows": rows})
            case count:
                return Several(count=count)


@frozen(kw_only=True)
class WriteFile:
    """A file that a person loads."""

    erp: AcmeErp

    def send(self, effect: Effect, attempt: Attempt) -> Offered:
        """Write it once."""
        attempt.check()
        fact = self.erp.files.write_new(f"out/{effect.reference}", iter([b"..."]))
        return Offered(reference=effect.reference, evidence={"size": fact.size})

    def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
        """It lies there, was taken, or is gone."""
        for effect in effects:
            if self.erp.files.exists(f"out/{effect.reference}"):
                yield Waiting(reference=effect.reference)
            elif self.erp.files.exists(f"taken/{effect.reference}"):
                yield Found(reference=effect.reference)
            else:
                yield CannotTell(why="The file is gone without a trace.")

    def hand_over(self, effect: Effect) -> HandOver:
        """Describe it."""
        place = f"out/{effect.reference}"
        return HandOver(
            title="Import file",
            location=self.erp.files.full_path(place),
            sha256=self.erp.files.sha256(place),
            lines=sum(1 for _ in effect.lines),
            total="1.00",
            instructions=("Import it.",),
            taken=False,
        )

    def take(self, effect: Effect, attempt: Attempt) -> HandOver:
        """Move it once."""
        attempt.check()
        self.erp.files.move(f"out/{effect.reference}", f"taken/{effect.reference}")
        return self.hand_over(effect)


def export(batch: ExportBatch, erp: AcmeErp, effects: Effects) -> None:
    """Plan, then run."""
    assert_type(effects.lines_to_send(), Stream[int])
    assert_type(effects.reserve("number", lambda: "1"), str)

    def plan(generation: int) -> Iterable[PlannedEffect]:
        wanted = frozenset(effects.lines_to_send())
        for line in batch.lines:
            if line.number in wanted:
                request = {"amount": line.amount, "generation": generation}
                payload = sha256(to_json(request).encode()).hexdigest()
                yield PlannedEffect(operation="line", lines=(line.number,), payload_hash=payload, request=request)

    effects.plan("lines", plan)
    effects.run({"line": PostLine(erp=erp), "file": WriteFile(erp=erp)})


def protocols(erp: AcmeErp) -> tuple[Operation, HumanOperation, Operation]:
    """What is structurally an operation is one."""
    return PostLine(erp=erp), WriteFile(erp=erp), WriteFile(erp=erp)


def told(sighting: Sighting) -> str:
    """Every sighting is of the seven kinds and of no other."""
    match sighting:
        case Found(reference=reference) | Waiting(reference=reference):
            return reference
        case Several(count=count):
            return str(count)
        case Before() | Different():
            return str(sighting.evidence)
        case Absent(proof=proof):
            return str(proof)
        case CannotTell(why=why):
            return why


def answered(answer: Answer) -> str:
    """An answer is one of two."""
    return answer.reference if isinstance(answer, Offered) else str(len(answer.refused))
