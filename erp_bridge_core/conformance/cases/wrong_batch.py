"""A batch with several faults of several kinds, each on a line of its own, and what its findings must say."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from attrs import evolve, frozen

from erp_bridge_core.conformance.cases.asking import Asked
from erp_bridge_core.contract.budget import ExportBatch, ExportLine, KeyTotal, LineKey, Part, Stream
from erp_bridge_core.contract.findings import Finding
from erp_bridge_core.contract.profile import Capability, ErpProfile

_RULE: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CREATES: Final = {
    "sub_job": Capability.CREATES_SUB_JOBS,
    "cost_code": Capability.CREATES_COST_CODES,
    "category": Capability.CREATES_CATEGORIES,
}


@frozen(kw_only=True)
class Wrong:
    """One line whose `field` holds a code that the ERP does not know; `blocks`: nothing says that it would be made."""

    line: ExportLine
    field: str
    value: str
    blocks: bool

    def is_told_by(self, finding: Finding) -> bool:
        """Whether a finding is about it."""
        return finding.line == self.line.number and finding.field == self.field


def wrong_batch(asked: Asked, profile: ErpProfile) -> tuple[ExportBatch, tuple[Wrong, ...]]:
    """The item's batch with unknown codes on some of its lines, and which they are."""
    lines = {line.number: line for line in asked.batch.lines}
    free = [line for line in lines.values() if line.part is Part.ORIGINAL]
    wrong = []
    for field, line in _chosen(free, profile):
        value = _unknown(getattr(line.key, field), field, asked)
        changed = evolve(line, key=evolve(line.key, **{field: value}), ours=evolve(line.ours, **{field: value}))
        lines[line.number] = changed
        wrong.append(Wrong(line=changed, field=field, value=value, blocks=not profile.supports(_CREATES[field])))
    keys = {line.key: each.line.key for each in wrong for line in free if line.number == each.line.number}
    batch = evolve(
        asked.batch,
        lines=Stream(lambda: list(lines.values())),
        totals=Stream(lambda: _moved(asked.batch.totals, keys)),
    )
    return batch, tuple(wrong)


def _chosen(lines: Sequence[ExportLine], profile: ErpProfile) -> Iterator[tuple[str, ExportLine]]:
    """A line per kind of fault, the first and the last lines among them."""
    on_job = [line for line in lines if not line.key.sub_job]
    yield "cost_code", on_job[0]
    yield "category", on_job[1]
    if profile.supports(Capability.SUB_JOBS):
        yield "sub_job", next(line for line in reversed(lines) if line.key.sub_job)
    yield "cost_code", on_job[-1]


def _unknown(code: str, field: str, asked: Asked) -> str:
    """A code of the same form that neither the ERP nor the batch knows."""
    masters = asked.erp.masters
    known: dict[str, Callable[[str], object]] = {
        "sub_job": masters.sub_job,
        "cost_code": masters.cost_code,
        "category": masters.category,
    }
    used = {getattr(line.key, field) for line in asked.batch.lines}
    signs = "987654321" if code[-1].isdigit() else "ZYXQWVKJ"
    return next(each for sign in signs if (each := code[:-1] + sign) not in used and known[field](each) is None)


def _moved(totals: Stream[KeyTotal], keys: dict[LineKey, LineKey]) -> Iterator[KeyTotal]:
    return (evolve(total, key=keys.get(total.key, total.key)) for total in totals)


def misnamed(finding: Finding, batch: ExportBatch) -> str:
    """What a finding leaves unsaid or says wrongly, in words; blank when it is complete."""
    missing = [name for name in ("rule", "message", "remedy") if not getattr(finding, name).strip()]
    if missing:
        return f"it has no {', '.join(missing)}"
    if not _RULE.fullmatch(finding.rule):
        return f"its rule {finding.rule!r} is no short id such as cost-code-unknown"
    return "" if finding.line is None else _misplaced(finding, batch)


def _misplaced(finding: Finding, batch: ExportBatch) -> str:
    line = next((line for line in batch.lines if line.number == finding.line), None)
    if line is None:
        return f"it names line {finding.line}, which the batch has not"
    if finding.key != line.key:
        return f"it names line {finding.line} and the key {finding.key}; that line's is {line.key}"
    if not finding.field:
        return f"it does not name the field of line {finding.line}"
    wanted = getattr(line.key, finding.field, None)
    if wanted is not None and finding.value != wanted:
        return f"it says {finding.value!r} of line {finding.line}, whose {finding.field} is {wanted!r}"
    return ""
