"""The result of a storm, as a table and as JSON."""

from collections import Counter
from typing import Any

from attrs import asdict

from storm.storming import Result


def as_json(result: Result) -> dict[str, Any]:
    """All of it as plain data."""
    verdict = result.verdict
    return {
        "good": result.is_good,
        "options": asdict(result.options),
        "seconds": round(result.seconds, 1),
        "exports": verdict.exports,
        "lines": verdict.lines,
        "lost": verdict.lost,
        "doubled": verdict.doubled,
        "false_done": verdict.false_done,
        "refused": verdict.refused,
        "seen": verdict.seen,
        "unfinished": verdict.unfinished,
        "unknown": [asdict(doubt) for doubt in verdict.doubts],
        "defects": verdict.defects,
        "ended_by_themselves": verdict.ended,
        "wrong": verdict.wrong,
        "asked": verdict.asked,
        "found": dict(verdict.found),
        "untold": verdict.untold,
        "told_falsely": verdict.told_falsely,
        "marked_again": verdict.marked_again,
        "settled": result.settled,
        "good_after_settling": result.after is None or result.after.is_good,
        "kills": dict(result.kills),
        "deeds": dict(result.deeds),
        "faults": dict(result.faults),
        "faults_at_sources": result.faults_at_sources,
        "tricks": dict(result.tricks),
        "calls": dict(result.calls),
        "items": dict(result.items),
    }


def tell(result: Result) -> str:
    """The same for a person."""
    verdict = result.verdict
    unknown = len(verdict.doubts)
    rows = [
        ("exports", f"{verdict.exports}, {verdict.lines} lines, in {result.seconds:.0f} s"),
        ("killed", f"{result.kills.total()}: {_counts(result.kills)}"),
        ("of them by", _counts(result.deeds)),
        ("faults of the wire", f"{result.faults.total()}: {_counts(result.faults)}"),
        ("of them at sources", result.faults_at_sources),
        ("sources played", _counts(result.tricks)),
        ("calls of the API", _counts(result.calls)),
        ("items", _counts(result.items)),
        ("lines lost", verdict.lost),
        ("lines doubled", verdict.doubled),
        ("false done", verdict.false_done),
        ("asked at sources", f"{verdict.asked}, found by {_counts(verdict.found)}"),
        ("not told there", verdict.untold),
        ("told falsely", verdict.told_falsely),
        ("marked again", verdict.marked_again),
        ("unknown", f"{unknown}, not allowed {sum(not doubt.allowed for doubt in verdict.doubts)}"),
        ("settled then", f"{result.settled}{_after(result)}"),
        ("refused for good", verdict.refused),
        ("seen to be wrong", verdict.seen),
        ("unfinished", verdict.unfinished),
        ("defects", verdict.defects),
        ("ended by themselves", ", ".join(verdict.ended) or "none"),
    ]
    told = [f"{name:<20} {value}" for name, value in rows]
    told += [f"  {wrong}" for wrong in verdict.wrong[:40]]
    told.append("Nothing was lost, doubled or wrongly told." if result.is_good else "THE STORM FOUND SOMETHING.")
    return "\n".join(told)


def _after(result: Result) -> str:
    if result.after is None:
        return ""
    return ", and all ended right" if result.after.is_good else f", and then: {'; '.join(result.after.wrong[:5])}"


def _counts(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.most_common()) or "none"
