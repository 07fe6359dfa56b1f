"""Words of Procore's that stand for a state: known ones by name, misspelt or new ones kept as they came.

Procore's own schema spells one of them wrongly (`exportging`), and states may be added at any time: a word that is not
known is never an error, and never taken for the nearest one.
"""

from enum import StrEnum
from typing import Final, Generic, TypeVar

from attrs import field, frozen

#: Misspelt in Procore's schema [firm, 2A.2].
_SPELLINGS: Final = {"exportging": "exporting"}


def _plain(text: str) -> str:
    plain = text.strip().lower().replace(" ", "_").replace("-", "_")
    return _SPELLINGS.get(plain, plain)


class ErpStatus(StrEnum):
    """How a budget change stands towards the ERP [firm, 2A.2]."""

    NOT_IN_ERP = "not_in_erp"
    READY_TO_EXPORT = "ready_to_export"
    EXPORTING = "exporting"
    FAILED_TO_EXPORT = "failed_to_export"
    REJECTED = "rejected"
    INVALID = "invalid"
    SYNCED = "synced"
    NOT_INTEGRATED = "not_integrated"


class ChangeStatus(StrEnum):
    """How a budget change stands among project managers [firm, 2A.2]: only approved ones count."""

    DRAFT = "draft"
    APPROVED = "approved"
    UNDER_REVIEW = "under_review"
    VOID = "void"


class DetailStatus(StrEnum):
    """What became of an export, as people see it in the ERP tool [firm, 2A.2]."""

    IN_PROGRESS = "in_progress"
    SUCCESS = "success"
    FAILED = "failed"
    STALE = "stale"


class AdjustmentType(StrEnum):
    """Which side of an adjustment a line is: where the money goes, or where it comes from [firm, 3.2]."""

    TARGET = "change_event"
    SOURCE = "budget_change"


WordT = TypeVar("WordT", bound=StrEnum)


@frozen
class Told(Generic[WordT]):
    """A word as Procore spelt it, and what it means, None where we don't know it. Equal when they mean the same."""

    text: str = field(eq=_plain)
    known: WordT | None = None

    @classmethod
    def of(cls, words: type[WordT], text: str) -> "Told[WordT]":
        """Read a word; case, blanks, hyphens and the known misspelling make no difference."""
        plain = _plain(text)
        return cls(text, next((word for word in words if word.value == plain), None))

    def __str__(self) -> str:
        return self.text
