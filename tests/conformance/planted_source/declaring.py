"""A module of defects: its plugins by name, and what the matrix must know of each."""

from collections.abc import Callable, Mapping
from typing import Any

from matrix import Defect

from planted_source.plugin import SlatePlugin

#: What is wrong with a plugin, and the rule that must catch it, or those through the product.
Told = tuple[type[SlatePlugin], str, str]


def defects_of(
    module: str, variants: Mapping[str, Told], *, grounded: frozenset[str] = frozenset()
) -> dict[str, Defect]:
    """The defects of a module, by name."""
    return {
        name: Defect(spec=f"{module}:{name}", what=what, caught_by=tuple(rule.split()), grounded=name in grounded)
        for name, (_, what, rule) in variants.items()
    }


def plugins_of(variants: Mapping[str, Told]) -> Callable[[str], Any]:
    """The module's `__getattr__`: a defective plugin by its name, made anew for each load."""

    def find(name: str) -> Any:
        if name in variants:
            return variants[name][0]("slate_defect")
        raise AttributeError(name)

    return find
