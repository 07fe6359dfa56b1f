"""Record layouts of the Import Estimates file as data.

The category record is documented by Sage Estimating's help. The job record, and where an Extra stands, are not
publicly documented: the default (letter J, job, Extra, date) is inferred and a setting. A layout is written as text,
`J, job, extra, date`; a width after a colon pads on the left inside the quotes.
"""

from enum import StrEnum
from functools import cached_property
from typing import Final

from attrs import frozen

CATEGORY_RECORD: Final = (
    "C, cost_code:15, description, category, date, quantity, unit, amount, no_number, no_number, no_text, no_text"
)
JOB_RECORD: Final = "J, job, extra, date"


class Kind(StrEnum):
    """How a field is written: text in double quotes, numbers and dates bare."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"


KINDS: Final = {
    "job": Kind.TEXT,
    "extra": Kind.TEXT,
    "cost_code": Kind.TEXT,
    "description": Kind.TEXT,
    "category": Kind.TEXT,
    "unit": Kind.TEXT,
    "no_text": Kind.TEXT,
    "date": Kind.DATE,
    "quantity": Kind.NUMBER,
    "amount": Kind.NUMBER,
    "no_number": Kind.NUMBER,
}
EMPTY: Final = frozenset({"no_text", "no_number"})


@frozen
class LayoutField:
    """One field of a record: what stands there and how wide text is padded on the left (0: not at all)."""

    name: str
    width: int = 0

    @property
    def kind(self) -> Kind:
        """How it is written."""
        return KINDS[self.name]


@frozen
class RecordLayout:
    """One kind of record: its letter and its fields in order."""

    letter: str
    fields: tuple[LayoutField, ...]

    @classmethod
    def parse(cls, text: str) -> "RecordLayout":
        """Build a layout from its text; raises ValueError naming the word that is wrong."""
        letter, *words = [word.strip() for word in text.split(",")]
        if len(letter) != 1 or not letter.isalpha():
            raise ValueError(f"a record layout begins with the record's letter, not {letter!r}")
        layout = cls(letter, tuple(map(_field, words)))
        names = [one.name for one in layout.fields if one.name not in EMPTY]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"{', '.join(twice)} stands twice in the {letter} record")
        return layout

    def holds(self, name: str) -> bool:
        """Whether a field of that name stands in the record."""
        return any(one.name == name for one in self.fields)


@frozen(kw_only=True)
class FileLayout:
    """The records of a file: category records, after a job record (None: the job is typed into Sage's dialog)."""

    category: RecordLayout
    job: RecordLayout | None

    @classmethod
    def parse(cls, *, category_record: str, job_record: str) -> "FileLayout":
        """Build it from the two settings; raises ValueError for a layout that can't carry an estimate."""
        category = RecordLayout.parse(category_record)
        missing = [name for name in ("cost_code", "category", "date", "amount") if not category.holds(name)]
        if missing:
            raise ValueError(f"the category record has no place for {', '.join(missing)}")
        job = RecordLayout.parse(job_record) if job_record.strip() else None
        if job is not None and job.letter == category.letter:
            raise ValueError(f"job and category records share the letter {job.letter}")
        if job is not None and not job.holds("job"):
            raise ValueError("the job record has no place for job")
        return cls(category=category, job=job)

    @cached_property
    def holds_all(self) -> bool:
        """Whether every field of an estimate record has a place."""
        return (
            self.names_job
            and self.carries_extras
            and all(map(self.category.holds, ("description", "unit", "quantity")))
        )

    @property
    def carries_extras(self) -> bool:
        """Whether a line's Extra has a place in the file."""
        return self.category.holds("extra") or (self.job is not None and self.job.holds("extra"))

    @property
    def names_job(self) -> bool:
        """Whether the file says which job it is for, so that nobody has to type it."""
        return self.job is not None or self.category.holds("job")


def _field(word: str) -> LayoutField:
    name, _, width = word.partition(":")
    if name not in KINDS:
        raise ValueError(f"{name!r} is no field of a record; there are {', '.join(KINDS)}")
    if width and not (width.isascii() and width.isdigit()):
        raise ValueError(f"the width of {name} is not a number: {width!r}")
    return LayoutField(name, int(width or 0))
