"""The budgets that the suite carries: small, real in kind, and known line by line so that books can be counted."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

from attrs import Factory, evolve, field, frozen

from erp_bridge_core.contract.budget import LineKey, Stream
from erp_bridge_core.contract.profile import Capability, ErpProfile
from erp_bridge_core.contract.simulator import BookEntry, JobSetup
from erp_bridge_core.demo.books import bare
from erp_bridge_core.demo.budgets import DemoBudget, DemoLine
from erp_bridge_core.demo.erp_side import Codes, choose_codes, job_setup
from erp_bridge_core.sources import ColumnMapping

JOB: Final = "24-0891"
OTHER_JOB: Final = "24-0892"
NAME: Final = "Bridge replacement"
SUB_JOBS: Final = (("STR", "Structure"), ("TRF", "Traffic control"))
HEADER: Final = ("Sub Job", "Cost Code", "Category", "Description", "Quantity", "Unit", "Unit Cost", "Amount")
CHANGE_DAY: Final = date(2026, 3, 2)

Amounts = tuple[Decimal, Decimal]


@frozen(kw_only=True)
class Line:
    """A line of the original budget, in our own codes."""

    cost_code: str
    category: str
    amount: Decimal = field(converter=Decimal)
    sub_job: str = ""
    description: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    unit_cost: Decimal | None = None

    @property
    def key(self) -> LineKey:
        """What it is about."""
        return LineKey(self.sub_job, self.cost_code, self.category)


@frozen(kw_only=True)
class Change:
    """An approved budget change: by how much each key moves."""

    number: str
    description: str
    moves: tuple[tuple[LineKey, Decimal], ...]


@frozen(kw_only=True)
class Workload:
    """One budget with its changes, and the keys that the ERP's administrator has set up for it.

    `lacking` are keys of it that the job lacks; those of them that are `elsewhere` another job of the company has.
    `variant` names one of the simulator's `Variants`; `granted` are capabilities that the product takes as claimed.
    With `plain_names` the ERP calls its codes by the codes alone, and not as the budget describes them.
    """

    lines: tuple[Line, ...]
    changes: tuple[Change, ...] = ()
    keys: tuple[LineKey, ...] = ()
    name: str = "standard"
    lacking: frozenset[LineKey] = frozenset()
    elsewhere: frozenset[LineKey] = frozenset()
    variant: str = ""
    granted: frozenset[Capability] = frozenset()
    plain_names: bool = False

    @property
    def known_keys(self) -> tuple[LineKey, ...]:
        """The keys that exist in the ERP."""
        return tuple(key for key in self.all_keys if key not in self.lacking)

    @property
    def all_keys(self) -> tuple[LineKey, ...]:
        """The keys of the budget, whoever knows them."""
        of_changes = [key for change in self.changes for key, _ in change.moves]
        return tuple(sorted({*(line.key for line in self.lines), *of_changes, *self.keys}))

    @property
    def set_up(self) -> tuple[object, ...]:
        """All that a site without a line depends on."""
        return self.all_keys, self.lacking, self.elsewhere, self.variant, self.granted, self.plain_names


@frozen(kw_only=True)
class Expected:
    """What the ERP's books must hold per key of its own, original and changes apart, where it is not nothing."""

    amounts: Mapping[LineKey, Amounts] = Factory(dict)

    def plus(self, lines: Iterable[Line], changes: Iterable[Change], codes: Codes) -> "Expected":
        """The same with these lines and changes."""
        originals: Counter[LineKey] = Counter()
        moved: Counter[LineKey] = Counter()
        for line in lines:
            originals[bare(codes.theirs(line.key))] += line.amount  # type: ignore[assignment]
        for change in changes:
            for key, amount in change.moves:
                moved[bare(codes.theirs(key))] += amount  # type: ignore[assignment]
        zero = Decimal(0)
        amounts = {
            key: (
                self.amounts.get(key, (zero, zero))[0] + originals[key],
                self.amounts.get(key, (zero, zero))[1] + moved[key],
            )
            for key in {*self.amounts, *originals, *moved}
        }
        return Expected(amounts={key: both for key, both in amounts.items() if any(both)})


def held(entries: Iterable[BookEntry]) -> dict[LineKey, Amounts]:
    """What books hold per key, where it is not nothing."""
    return {bare(each.key): (each.original, each.changes) for each in entries if each.original or each.changes}


def counted(entries: Iterable[BookEntry]) -> Counter[tuple[LineKey, str]]:
    """How many entries books hold per key and side."""
    counts: Counter[tuple[LineKey, str]] = Counter()
    for each in entries:
        counts[bare(each.key), "original"] += each.original_entries
        counts[bare(each.key), "changes"] += each.change_entries
    return +counts


def difference(expected: Mapping[LineKey, Amounts], found: Mapping[LineKey, Amounts]) -> str:
    """In words what differs, at most five keys; blank when nothing does."""
    nothing = (Decimal(0), Decimal(0))
    keys = sorted(key for key in {*expected, *found} if expected.get(key, nothing) != found.get(key, nothing))
    told = [
        f"{key}: sent {_told(expected.get(key, nothing))}, the ERP holds {_told(found.get(key, nothing))}"
        for key in keys[:5]
    ]
    return "; ".join([*told, *([f"and {len(keys) - 5} keys more"] if len(keys) > 5 else [])])  # noqa: PLR2004


def _told(amounts: Amounts) -> str:
    return f"original {amounts[0]:,.2f}, changes {amounts[1]:,.2f}"


# -- the standard budget -----------------------------------------------------------------------------------------------

_LINES: Final = (
    Line(cost_code="105-06845", category="Subcontract", amount="10300.00", description="Construction engineering"),
    Line(cost_code="110-01001", category="Subcontract", amount="35000.00", description="Mobilization"),
    Line(cost_code="203-02070", category="Labor", amount="19159.00", description="Borrow"),
    Line(cost_code="203-02070", category="Material", amount="24633.05", description="Borrow"),
    Line(sub_job="STR", cost_code="110-01001", category="Subcontract", amount="35000.00", description="Mobilization"),
    Line(sub_job="STR", cost_code="703-06028", category="Material", amount="25969.20", description="Reinforcing bars"),
    Line(
        sub_job="TRF", cost_code="801-04308", category="Subcontract", amount="576.00", description="Road closure sign"
    ),
)
_ADDED: Final = Change(
    number="BC-001", description="Added scope", moves=((LineKey("", "203-02070", "Material"), Decimal("1970.64")),)
)
_TRANSFER: Final = Change(
    number="BC-002",
    description="Transfer",
    moves=(
        (LineKey("", "203-02070", "Labor"), Decimal("-841.00")),
        (LineKey("", "203-02070", "Material"), Decimal("841.00")),
    ),
)
_LATER: Final = Change(
    number="BC-003", description="Owner's change", moves=((LineKey("", "110-01001", "Subcontract"), Decimal("305.29")),)
)


def takes(profile: ErpProfile, capability: Capability) -> bool:
    """Whether a capability is claimed."""
    return profile.supports(capability)


def standard(profile: ErpProfile) -> Workload:
    """Seven lines on the job and two sub jobs, an added scope and a transfer: what of it the ERP claims to take."""
    lines = _LINES if takes(profile, Capability.SUB_JOBS) else tuple(line for line in _LINES if not line.sub_job)
    changes = (_ADDED, _TRANSFER) if takes(profile, Capability.CHANGES) else ()
    return Workload(lines=lines, changes=changes)


def later_change(profile: ErpProfile) -> tuple[Change, ...]:
    """One more change, for a second export; none where the ERP takes none."""
    return (_LATER,) if takes(profile, Capability.CHANGES) else ()


def later_line() -> Line:
    """One more line of the original budget, for a second export."""
    return Line(cost_code="105-06845", category="Material", amount="412.35", description="Construction engineering")


#: Some ERPs list a job's rows by category, and no more than so many of each.
_CATEGORIES: Final = ("Labor", "Material", "Subcontract", "Equipment")


def many(count: int) -> Workload:
    """A budget of that many lines on the job itself, all different, two hundred cost codes to a division."""
    lines = tuple(
        Line(
            cost_code=f"{100 + number // 200:03d}-{number % 200:05d}",
            category=_CATEGORIES[number % len(_CATEGORIES)],
            amount=Decimal(100 + number * 7 % 100_000) / 100,
            description=f"Pay item {number}",
        )
        for number in range(count)
    )
    return Workload(lines=lines, name=f"{count} lines")


# -- as the ERP's administrator sets it up -----------------------------------------------------------------------------


def erp_side(
    workload: Workload, profile: ErpProfile, *, job: str = JOB, taken: set[str] | None = None
) -> tuple[Codes, JobSetup]:
    """The ERP's codes for a budget, and the job as its administrator sets it up."""
    known = {*workload.known_keys, *(workload.elsewhere if job == OTHER_JOB else ())}
    keys = workload.all_keys
    units = {line.key: line.unit for line in workload.lines}
    texts = {line.key: line.description for line in workload.lines}
    sub_jobs = SUB_JOBS if takes(profile, Capability.SUB_JOBS) and any(key.sub_job for key in keys) else ()
    described = [
        DemoLine(
            key=key,
            description=(not workload.plain_names and texts.get(key)) or key.cost_code,
            unit=units.get(key, ""),
            amount=Decimal(0),
        )
        for key in keys
    ]
    budget = DemoBudget(
        job=job,
        name=NAME,
        path=Path("budget.csv"),
        mapping=ColumnMapping(),
        duplicates="refuse",
        sub_jobs=sub_jobs,
        lines=Stream(lambda: described),
    )
    codes = choose_codes(budget, profile, taken or set())
    return codes, _without(job_setup(budget, codes, profile), codes, [key for key in keys if key not in known], known)


def _without(setup: JobSetup, codes: Codes, lacking: Sequence[LineKey], known: Iterable[LineKey]) -> JobSetup:
    """A job without what only these keys would need."""
    if not lacking:
        return setup
    has = [codes.theirs(key) for key in known]
    return evolve(
        setup,
        sub_jobs=tuple(each for each in setup.sub_jobs if each[0] in {key.sub_job for key in has}),
        cost_codes=tuple(
            each for each in setup.cost_codes if each[:2] in {(key.sub_job, key.cost_code) for key in has}
        ),
        categories=tuple(each for each in setup.categories if each[0] in {key.category for key in has}),
    )
