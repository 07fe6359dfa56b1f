"""The rules that there are: a run of which any of them is not heard fails, however it came to be left out."""

from typing import Final

from erp_bridge_core.conformance.rulebook import FOR_ERPS, FOR_SOURCES, Part, Rule, all_rules

#: Every rule's id. A rule is added here and in its module; a test holds that both agree.
IDS: Final[tuple[str, ...]] = (
    "CON-01", "CON-02", "CON-03", "CON-04", "CON-05", "CON-06", "CON-07", "CON-08", "CLM-01", "CLM-02", "CLM-03",
    "FLD-01", "FLD-02", "FLD-03", "FLD-04", "MNY-01", "MNY-02", "MNY-03", "MNY-04", "MNY-05", "EXP-01", "EXP-02",
    "EXP-03", "EXP-04", "EXP-05", "EXP-06", "FLT-01", "FLT-02", "FLT-03", "FLT-04", "FLT-05", "FLT-06", "FLT-07",
    "FLT-08", "FLT-09", "FLT-10", "FLT-11", "MEA-01", "MEA-02", "MEA-03", "MEA-04", "MEA-05", "MEA-06", "MEA-07",
    "MEA-08", "MEA-09", "PRC-01", "PRC-02", "PRC-03", "PRC-04", "PPL-01", "PPL-02", "PPL-03", "PPL-04", "PPL-05",
    "PST-01", "PST-02", "PST-03", "PST-04", "SCL-01", "SCL-02", "MAN-01", "MAN-02", "MAN-03", "MAN-04",
    "MAN-05",
)  # fmt: skip


#: Every rule's id for budget sources.
SOURCE_IDS: Final[tuple[str, ...]] = (
    "SRC-01", "SRC-02", "SRC-03", "SRC-04", "SRC-05", "RDG-01", "RDG-02", "RDG-03", "RDG-04", "RDG-05", "RDG-06",
    "RDG-07", "RDG-08", "RDG-09", "RDG-10", "RDG-11", "RDG-12", "RDG-13", "LCK-01", "LCK-02", "LCK-03", "REQ-01",
    "REQ-02", "REQ-03", "REQ-04", "REQ-05", "REQ-06", "REQ-07", "HNT-01", "HNT-02", "HNT-03", "HNT-04", "HNT-05",
    "HNT-06", "OUT-01", "OUT-02", "OUT-03", "OUT-04", "OUT-05", "OUT-06", "OUT-07", "SGN-01", "SGN-02", "SGN-03",
    "SGN-04", "PRD-01", "PRD-02", "PRD-03", "BHV-01", "BHV-02", "BHV-03", "BHV-04", "BHV-05",
)  # fmt: skip
_IDS: Final = {FOR_ERPS: IDS, FOR_SOURCES: SOURCE_IDS}


def manifest(part: Part = FOR_ERPS) -> tuple[Rule, ...]:
    """The rules of a part's manifest; raises LookupError for an id that no module holds."""
    known = {rule.id: rule for rule in all_rules(part)}
    missing = [each for each in _IDS[part] if each not in known]
    if missing:
        raise LookupError(f"no module of the suite holds {', '.join(missing)}")
    return tuple(known[each] for each in _IDS[part])
