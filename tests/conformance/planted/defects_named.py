"""Defects that everybody has seen: most of them are caught by many rules at once."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from attrs import evolve
from matrix import Defect

from erp_bridge_core.contract import (
    Attempt,
    CannotTell,
    Effect,
    Effects,
    ExportBatch,
    ExportReceipt,
    FieldValues,
    Finding,
    LineKey,
    Observation,
    Offered,
    Part,
    Seen,
    Severity,
    Sighting,
    hookimpl,
)
from erp_bridge_core.contract.errors import Doubtful
from planted.adapter import TinAdapter, TinErp
from planted.client import Row
from planted.operations_absolute import row_key
from planted.operations_human import OFFERED, OfferFile
from planted.operations_keyed import EnterRows
from planted.variants import HumanAdapter, KeyedAdapter


class _PostsTwice(EnterRows):
    """Tries again, under another reference, when the reply was lost."""

    def post(self, effect: Effect, body: Row) -> Any:
        try:
            return super().post(effect, body)
        except Doubtful:
            return super().post(effect, {**body, "reference": f"{body['reference']} again"})


class _NowInTheKey(EnterRows):
    """A reference that is another one at each try."""

    def build(self, effect: Effect) -> Row:
        moment = self.client.erp.clock.monotonic()
        return {**super().build(effect), "reference": f"{effect.reference} {moment}"}


class _Unsure(EnterRows):
    """Never says what it sees."""

    def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
        yield from (CannotTell(why="one never knows") for _ in effects)


class _WritesAgain(OfferFile):
    """Offers a file anew when it does not lie there any more."""

    def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
        files = self.client.erp.files
        for effect in effects:
            path = f"{OFFERED}/{self.name(effect)}"
            if not files.exists(path):
                files.write_new(path, iter([self.content(list(effect.lines))]))
        yield from super().find(effects)

    def send(self, effect: Effect, attempt: Attempt) -> Offered:
        return super().send(effect, attempt)


class _RefusesAll(KeyedAdapter):
    """Finds fault with everything."""

    @hookimpl
    def validate_budget(self, batch: ExportBatch, erp: TinErp) -> Iterable[Finding]:
        message = "Tin Books may not take this."
        yield Finding(severity=Severity.ERROR, rule="everything", message=message, remedy="Enter it by hand.")


class _BelievesItself(KeyedAdapter):
    """Shows what was planned where the ERP shows nothing of it at all."""

    @hookimpl
    def export(self, batch: ExportBatch, values: FieldValues, erp: TinErp, effects: Effects) -> None:
        sums: dict[LineKey, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
        for line in batch.lines:
            sums[line.key][line.part is Part.CHANGE] += line.amount
        for key, (original, changes) in sums.items():
            erp.state.put(f"planned {key}", [str(original), str(changes)])
        super().export(batch, values, erp, effects)

    @hookimpl
    def verify_posted(self, receipt: ExportReceipt, erp: TinErp) -> Iterable[Seen]:
        shown = {row_key(row) for row in self.client(erp).rows(receipt.job, "figures")}
        for seen in super().verify_posted(receipt, erp):
            if isinstance(seen, Observation) and seen.key not in shown:
                original, changes = map(Decimal, erp.state.get(f"planned {seen.key}") or ("0", "0"))
                yield evolve(seen, original=original, changes=changes, total=original + changes)
            else:
                yield seen


class _Twice(KeyedAdapter):
    operation_classes = {"enter_rows": _PostsTwice}  # noqa: RUF012 - as its base has it


class _Timed(KeyedAdapter):
    operation_classes = {"enter_rows": _NowInTheKey}  # noqa: RUF012


class _NeverSure(KeyedAdapter):
    operation_classes = {"enter_rows": _Unsure}  # noqa: RUF012


class _Again(HumanAdapter):
    operation_classes = {"offer_file": _WritesAgain}  # noqa: RUF012


VARIANTS: Final[Mapping[str, type[TinAdapter]]] = {
    "posts_twice_on_a_lost_reply": _Twice,
    "now_in_the_key": _Timed,
    "always_says_unknown": _NeverSure,
    "rewrites_a_taken_file": _Again,
    "refuses_everything": _RefusesAll,
    "verifies_from_its_own_receipt": _BelievesItself,
}


def __getattr__(name: str) -> Any:
    """A defective plugin by its name."""
    if name in VARIANTS:
        return VARIANTS[name](f"tin_{VARIANTS[name].safety.value}")
    raise AttributeError(name)


def _defect(name: str, what: str, *caught_by: str, widely: bool = True) -> Defect:
    return Defect(spec=f"planted.defects_named:{name}", what=what, caught_by=caught_by, widely=widely)


DEFECTS: Final[Mapping[str, Defect]] = {
    defect.name: defect
    for defect in (
        _defect("posts_twice_on_a_lost_reply", "posts twice on a lost reply", "FLT-02", "FLT-03", "FLT-04", "MEA-09"),
        _defect("now_in_the_key", "puts the time into its key", "FLT-02", "FLT-03", "FLT-04", "PRC-01"),
        _defect("always_says_unknown", "always says unknown", "CLM-03", "FLT-01", "FLT-02", "FLT-05"),
        _defect("rewrites_a_taken_file", "rewrites a file that was taken over", "CON-03", "PRC-04"),
        _defect("refuses_everything", "refuses everything", "CLM-01", "CON-04", "EXP-01", "MNY-01"),
        _defect("verifies_from_its_own_receipt", "verifies from its own receipt", "PST-02", widely=False),
    )
}
