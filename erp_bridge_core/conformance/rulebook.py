"""What a rule of the suite is: an ordinary test function with an id, a title, and when it applies."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Final, TypeVar

from attrs import field, frozen

from erp_bridge_core.certificates import Evidence

Function = TypeVar("Function", bound=Callable[..., None])

_ATTRIBUTE: Final = "erp_bridge_rule"

#: Rules that only read, or only ask the adapter, can rest on anything.
ANY: Final = frozenset(Evidence)
#: Rules that need the ERP's own books, or faults at will, need a simulator.
SIMULATED: Final = frozenset({Evidence.SIMULATOR})
#: Rules that write a budget and read it back can also use a live test company.
WRITTEN: Final = frozenset({Evidence.SIMULATOR, Evidence.LIVE})

#: Given the profile of the ERP adapter, or of the source.
Applies = Callable[[Any], str]


def always(profile: object) -> str:
    """A rule for everyone."""
    del profile
    return ""


@frozen(kw_only=True)
class Rule:
    """One rule: its id, title and docstring with troubleshooting; `applies` says why it does not, blank when it does.

    `announced` names the version from which it is mandatory: until then a failure is told and fails nothing.
    """

    id: str
    title: str
    help: str
    evidence: frozenset[Evidence]
    applies: Applies
    announced: str
    function: Callable[..., None]

    @property
    def until(self) -> str:
        """Until when a failure of this rule fails nothing, in words; blank for a rule that is mandatory."""
        return f"announced, mandatory from {self.announced}" if self.announced else ""

    @property
    def group(self) -> str:
        """The part of the id that names the group: `MNY` of `MNY-02`."""
        return self.id.partition("-")[0]

    @property
    def page(self) -> str:
        """Where the documentation explains it, from the documentation's root."""
        part = next(part for part in PARTS if self.group in part.groups)
        return f"{part.pages}/{part.groups[self.group][0]}.md#{self.id.lower()}"


@frozen(kw_only=True)
class Part:
    """One part of the suite: the package whose modules hold its rules, and the folder of the pages about them.

    `groups` are each group's page and title, in the order in which rules are told.
    """

    package: str
    pages: str
    groups: Mapping[str, tuple[str, str]] = field(eq=False)


_ERP_GROUPS: Final = {
    "CON": ("contract", "Contract"),
    "CLM": ("claims", "Claims"),
    "FLD": ("fields", "Revision fields"),
    "MNY": ("money", "Money"),
    "EXP": ("export", "Export"),
    "FLT": ("faults", "Faults of the wire"),
    "MEA": ("meaning", "Faults of meaning"),
    "PRC": ("processes", "Processes"),
    "PPL": ("people", "People"),
    "PST": ("posting", "Posting"),
    "SCL": ("scale", "Scale"),
    "MAN": ("manners", "Manners"),
}
_SOURCE_GROUPS: Final = {
    "SRC": ("profile", "Profile and claims"),
    "RDG": ("reading", "Reading"),
    "LCK": ("lock", "Lock"),
    "REQ": ("requests", "Requests"),
    "HNT": ("hints", "Hints"),
    "OUT": ("outcomes", "Outcomes"),
    "SGN": ("sign-in", "Sign-in and rights"),
    "PRD": ("product", "Through the product"),
    "BHV": ("behaviour", "Behaviour"),
}
#: What an ERP adapter must keep.
FOR_ERPS: Final = Part(package="erp_bridge_core.conformance.rules", pages="vendors/rules", groups=_ERP_GROUPS)
#: What a budget source must keep.
FOR_SOURCES: Final = Part(
    package="erp_bridge_core.conformance.source_rules", pages="vendors/source-rules", groups=_SOURCE_GROUPS
)
PARTS: Final = (FOR_ERPS, FOR_SOURCES)


def rule(
    id: str,  # noqa: A002 - the word that everybody uses for it
    title: str,
    *,
    evidence: frozenset[Evidence] = SIMULATED,
    applies: Applies = always,
    announced: str = "",
) -> Callable[[Function], Function]:
    """Mark a test function as a rule. Its docstring says what it proves, the likely causes of a failure, the cure."""

    def mark(function: Function) -> Function:
        text = (function.__doc__ or "").strip()
        made = Rule(
            id=id, title=title, help=text, evidence=evidence, applies=applies, announced=announced, function=function
        )
        setattr(function, _ATTRIBUTE, made)
        return function

    return mark


def rule_of(function: Any) -> Rule | None:
    """The rule that a function is, None for one that is none."""
    found = getattr(function, _ATTRIBUTE, None)
    return found if isinstance(found, Rule) else None


def all_rules(part: Part = FOR_ERPS) -> tuple[Rule, ...]:
    """Every rule of a part, in the order of its groups; imports the modules that hold them."""
    found = [rule for module in _modules(part.package) for rule in _rules_in(module)]
    order = list(part.groups)
    return tuple(sorted(found, key=lambda each: (order.index(each.group), each.id)))


def _modules(name: str) -> Iterator[Any]:
    package = import_module(name)
    for info in iter_modules(package.__path__):
        if info.name.startswith("test_"):
            yield import_module(f"{name}.{info.name}")


def _rules_in(module: Any) -> Iterable[Rule]:
    return [rule for value in vars(module).values() if (rule := rule_of(value)) is not None]
