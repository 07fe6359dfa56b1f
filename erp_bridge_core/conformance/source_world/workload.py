"""The budgets that the suite enters at a source: small, known key by key, and one that fills many pages."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from attrs import frozen

from erp_bridge_core.contract.budget import LineKey
from erp_bridge_core.contract.simulator import JobSetup
from erp_bridge_core.contract.source import SourceCapability, SourceProfile

JOB: Final = "24-0891"
OTHER_JOB: Final = "24-0892"
#: More lines than a page of any list is likely to hold.
MANY: Final = 230

Amounts = Mapping[LineKey, Decimal]

_CATEGORIES: Final = (("L", "Labor", "labor"), ("M", "Material", "material"), ("S", "Subcontract", "subcontract"))
_CODES: Final = (("01-100", "Mobilization"), ("03-300", "Concrete"), ("05-120", "Steel"), ("09-900", "Paint"))
_SUB_JOBS: Final = (("STR", "Structure"), ("TRF", "Traffic control"))
_PLAIN: Final = (
    ("01-100", "L", "1200.00"),
    ("03-300", "M", "25750.10"),
    ("03-300", "L", "-310.25"),
    ("05-120", "S", "0.05"),
)


@frozen(kw_only=True)
class Workload:
    """A budget with one approved change, and all keys that the source's administrator has set up."""

    lines: Amounts
    change: Amounts
    keys: tuple[LineKey, ...]

    @property
    def spare(self) -> LineKey:
        """A key that is set up and has no line."""
        return next(key for key in self.keys if key not in self.lines and key not in self.change)


def standard(profile: SourceProfile) -> Workload:
    """Four lines, two more on sub jobs where the source tells those, and a change of two keys."""
    lines = {LineKey("", code, category): Decimal(amount) for code, category, amount in _PLAIN}
    if profile.supports(SourceCapability.SUB_JOBS):
        lines[LineKey("STR", "03-300", "M")] = Decimal("880.40")
        lines[LineKey("TRF", "01-100", "L")] = Decimal("45.00")
    change = {LineKey("", "03-300", "M"): Decimal("-750.10"), LineKey("", "09-900", "S"): Decimal("400.00")}
    supported = profile.supports(SourceCapability.CHANGES)
    return Workload(lines=lines, change=change if supported else {}, keys=_keys(profile))


def many(profile: SourceProfile) -> Amounts:
    """A line on each of `MANY` keys of the other job."""
    del profile
    return {key: Decimal(number) + Decimal("0.37") for number, key in enumerate(_many_keys(), start=1)}


def _many_keys() -> tuple[LineKey, ...]:
    codes = -(-MANY // len(_CATEGORIES))
    keys = [LineKey("", f"20-{number:03}", code) for number in range(1, codes + 1) for code, _, _ in _CATEGORIES]
    return tuple(keys[:MANY])


def _keys(profile: SourceProfile) -> tuple[LineKey, ...]:
    subs = ("", *(code for code, _ in _SUB_JOBS)) if profile.supports(SourceCapability.SUB_JOBS) else ("",)
    return tuple(LineKey(sub, code, category) for sub in subs for code, _ in _CODES for category, _, _ in _CATEGORIES)


def jobs(profile: SourceProfile) -> tuple[JobSetup, JobSetup]:
    """What the source's administrator sets up: the job of the budgets, and another with many codes."""
    subs = _SUB_JOBS if profile.supports(SourceCapability.SUB_JOBS) else ()
    codes = tuple((sub, code, name) for sub in ("", *(code for code, _ in subs)) for code, name in _CODES)
    others = tuple(("", code, f"Work {code}") for code in dict.fromkeys(key.cost_code for key in _many_keys()))
    return (
        JobSetup(job=JOB, name="Bridge replacement", sub_jobs=subs, cost_codes=codes, categories=_CATEGORIES),
        JobSetup(job=OTHER_JOB, name="Culvert", cost_codes=others, categories=_CATEGORIES),
    )


def told_as(amounts: Amounts) -> str:
    """Amounts per key, in words."""
    return ", ".join(f"{key}: {amount:f}" for key, amount in sorted(amounts.items())) or "nothing"


def difference(expected: Amounts, found: Amounts) -> str:
    """In words what differs, at most five keys; blank when nothing does."""
    zero = Decimal(0)
    keys = sorted(key for key in {*expected, *found} if expected.get(key, zero) != found.get(key, zero))
    parts = [f"{key}: {expected.get(key, zero):f} was entered, {found.get(key, zero):f} is told" for key in keys[:5]]
    return "; ".join([*parts, f"and {len(keys) - 5} more"] if len(keys) > len(parts) else parts)
