"""The rules that there are: a run of which any of them is not heard fails, however it came to be left out."""

from typing import Final

from erp_bridge_core.conformance.rulebook import Rule, all_rules

#: Every rule's id. A rule is added here and in its module; a test holds that both agree.
IDS: Final[tuple[str, ...]] = tuple(rule.id for rule in all_rules())


def manifest() -> tuple[Rule, ...]:
    """The rules of the manifest; raises LookupError for an id that no module holds."""
    known = {rule.id: rule for rule in all_rules()}
    missing = [each for each in IDS if each not in known]
    if missing:
        raise LookupError(f"no module of the suite holds {', '.join(missing)}")
    return tuple(known[each] for each in IDS)
