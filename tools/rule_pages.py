"""Write the pages about the conformance suite's rules from the rules themselves: `python tools/rule_pages.py`.

A test holds that the pages in `docs/vendors/rules/`, and those for budget sources in `docs/vendors/source-rules/`, are
what this writes.
"""

import sys
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
sys.path.insert(0, str(ROOT / "tests" / "conformance"))

from matrix import Defect, all_defects  # noqa: E402 - the path is set above
from source_matrix import source_defects  # noqa: E402 - the path is set above

from erp_bridge_core.conformance.manifest import manifest  # noqa: E402 -- the path is set above
from erp_bridge_core.conformance.rulebook import FOR_ERPS, FOR_SOURCES, Part, Rule  # noqa: E402 -- the path is set above
from erp_bridge_core.conformance.world.outcomes import table  # noqa: E402 -- the path is set above

INTRODUCTION = """\
# The conformance suite's rules

Every rule has an id, which certificates and failures name. A rule that does not concern an adapter is *not applicable*,
which is no gap. What a failure says is evidence: what was sent, what the ERP holds. The likely causes are below each
rule. How to run the suite, one rule or one case: [testing.md](../testing.md).

"""


SOURCE_INTRODUCTION = """\
# The conformance suite's rules for budget sources

Every rule has an id, which certificates and failures name. A rule that does not concern a source is *not applicable*,
which is no gap: a source that claims little has few to keep. What a failure says is evidence: what people entered at
the source, what it told. The likely causes are below each rule. How to run the suite for a source, one rule or one
case: [testing.md](../testing.md#testing-a-budget-source).

"""
OUTCOMES = """\
How a case may end, by the safety class of the write that a fault strikes. *done*: the product says so, and the ERP's
books show each line once. *unknown*: the product says that it can't know, and nothing stands twice. *refused*: told as
refused, nothing of it in the books. *seen*: the books are wrong through no second write of ours, and the product does
not call it done. Anything else fails the rule.
"""
SEE_ALSO = "See also the [outcome table](outcome-table.md) and the [planted defects](planted-defects.md)."
SEE_ALSO_OF_SOURCES = "See also the [planted defects](planted-defects.md)."
DEFECTS = """\
The suite is tested too: small adapters, each with one defect, and exactly the rules that must catch it. A test runs
every rule on every one of them; every rule is the only catcher of some defect.
"""


def folder(part: Part) -> Path:
    """Where a part's pages lie."""
    return DOCS / part.pages


def pages(part: Part = FOR_ERPS) -> dict[str, str]:
    """Every page of a part by its file name."""
    rules = manifest(part)
    defects = all_defects() if part is FOR_ERPS else source_defects()
    made = {
        f"{name}.md": _group_page(title, _of(rules, group), defects) for group, (name, title) in part.groups.items()
    }
    made["planted-defects.md"] = _defect_page(defects)
    if part is FOR_ERPS:
        made["index.md"] = INTRODUCTION + "\n".join(_index(rules, part)) + f"\n{SEE_ALSO}\n"
        made["outcome-table.md"] = _outcome_page()
    else:
        made["index.md"] = SOURCE_INTRODUCTION + "\n".join(_index(rules, part)) + f"\n{SEE_ALSO_OF_SOURCES}\n"
    return made


def _of(rules: Iterable[Rule], group: str) -> list[Rule]:
    return [rule for rule in rules if rule.group == group]


def _index(rules: Iterable[Rule], part: Part) -> Iterator[str]:
    listed = list(rules)
    for group, (name, title) in part.groups.items():
        yield f"## [{title}]({name}.md)\n"
        yield "| rule | what it says |\n|---|---|"
        for rule in _of(listed, group):
            yield f"| [{rule.id}]({name}.md#{rule.id.lower()}) | {rule.title} |"
        yield ""


def _group_page(title: str, rules: list[Rule], defects: Iterable[Defect]) -> str:
    listed = list(defects)
    return f"# {title}\n\n" + "\n".join(_rule(rule, listed) for rule in rules)


def _rule(rule: Rule, defects: Iterable[Defect]) -> str:
    text = textwrap.dedent("    " + rule.help)
    paragraphs = [textwrap.fill(" ".join(part.split()), 120) for part in text.split("\n\n")]
    shown = [
        part.replace("Likely causes:", "**Likely causes:**") if part.startswith("Likely causes:") else part
        for part in paragraphs
    ]
    evidence = ", ".join(sorted(each.value for each in rule.evidence))
    catches = "; ".join(defect.what for defect in defects if rule.id in defect.caught_by)
    lines = [f"## {rule.id}", "", f"**{rule.title}.**", "", *_spaced(shown), f"Evidence: {evidence}."]
    if catches:
        lines[-1] += "\n\n" + textwrap.fill(f"Planted defects that it catches: {catches}.", 120)
    return "\n".join([*lines, ""])


def _spaced(parts: Iterable[str]) -> Iterator[str]:
    for part in parts:
        yield part
        yield ""


def _outcome_page() -> str:
    grouped: dict[str, list[tuple[str, str]]] = {}
    for safety, fault, ends in table():
        grouped.setdefault(safety, []).append((fault, ends))
    parts = [
        "# The outcome table",
        "",
        textwrap.fill(OUTCOMES, 120),
        "",
    ]
    for safety, entries in grouped.items():
        parts += [f"## {safety}", "", "| fault | may end |", "|---|---|"]
        parts += [f"| `{fault}` | {ends} |" for fault, ends in entries]
        parts.append("")
    return "\n".join(parts)


def _defect_page(defects: Iterable[Defect]) -> str:
    parts = [
        "# The planted defects",
        "",
        textwrap.fill(DEFECTS, 120),
        "",
        "| defect | caught by |",
        "|---|---|",
    ]
    for defect in sorted(defects, key=lambda each: each.caught_by):
        others = " and others" if defect.widely else ""
        parts.append(f"| {defect.what} | {', '.join(defect.caught_by)}{others} |")
    return "\n".join([*parts, ""])


def main() -> None:
    """Write them all; a page that is no longer made goes."""
    for part in (FOR_ERPS, FOR_SOURCES):
        folder(part).mkdir(parents=True, exist_ok=True)
        made = pages(part)
        for path in folder(part).glob("*.md"):
            if path.name not in made:
                path.unlink()
        for name, text in made.items():
            (folder(part) / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
