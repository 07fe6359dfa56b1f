"""The rules that there are: a run of which any of them is not heard fails, however it came to be left out."""

from typing import Final

from erp_bridge_core.conformance.rulebook import Rule, all_rules

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


def manifest() -> tuple[Rule, ...]:
    """The rules of the manifest; raises LookupError for an id that no module holds."""
    known = {rule.id: rule for rule in all_rules()}
    missing = [each for each in IDS if each not in known]
    if missing:
        raise LookupError(f"no module of the suite holds {', '.join(missing)}")
    return tuple(known[each] for each in IDS)
