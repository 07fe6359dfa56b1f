"""Defects that only a large budget, or a long list, brings to light."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final

from matrix import Defect

from erp_bridge_core.contract import Figure
from planted.adapter import TinAdapter
from planted.client import Client, Row
from planted.operations_human import OfferFile
from planted.variants import HumanAdapter, KeyedAdapter

_MOST: Final = 1_000
_PAGE: Final = 10


class _CutFile(OfferFile):
    def rows(self, numbers: Sequence[int]) -> list[Row]:
        """A file holds at most a thousand rows."""
        return super().rows(numbers)[:_MOST]


class _Truncates(HumanAdapter):
    operation_classes: ClassVar = {"offer_file": _CutFile}


class _FirstPage(KeyedAdapter):
    """Reads the first page of the figures, and takes it for all."""

    def figures(self, client: Client, job: str) -> Iterator[Figure]:
        yield from list(super().figures(client, job))[:_PAGE]


VARIANTS: Final[Mapping[str, type[TinAdapter]]] = {"truncates_at_1000": _Truncates, "reads_the_first_page": _FirstPage}


def __getattr__(name: str) -> Any:
    """A defective plugin by its name."""
    if name in VARIANTS:
        return VARIANTS[name]("tin_defect")
    raise AttributeError(name)


def _defects() -> Iterator[Defect]:
    for name, what, caught_by in (
        ("truncates_at_1000", "offers no more than a thousand rows", ("SCL-01",)),
        ("reads_the_first_page", "reads the first page of a job's figures only", ("SCL-02",)),
    ):
        yield Defect(spec=f"planted.defects_scale:{name}", what=what, caught_by=caught_by)


DEFECTS: Final[Mapping[str, Defect]] = {defect.name: defect for defect in _defects()}
