"""Codes: sections, delimiters, group codes, and comparing codes that may stand bare or formatted.

Whether Sage 300 CRE stores `12-3456-789` or `123456789` is not publicly settled, so a code that was read is brought
to the form that the site's sections call for, and two codes are the same when they are equal with or without
delimiters.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from attrs import field, frozen

from erp_bridge_core.contract import LineKey
from erp_bridge_core.contract.lookup import Lookup

#: What the company enters its codes with; a code is compared without any of them.
DELIMITERS = "-/."
_NO_DELIMITERS = str.maketrans("", "", DELIMITERS)
#: Text that is safe at first glance, as nearly all of it is: printable ASCII without a double quote.
_PLAIN = re.compile(r"[ !#-~]*")


@frozen
class CodeFormat:
    """The sections of a job or cost code (`(2, 4, 3)` is `12-3456-789`); no sections: any code as it stands."""

    sections: tuple[int, ...] = ()
    delimiter: str = "-"

    def bare(self, code: str) -> str:
        """The code without delimiters."""
        return code.translate(_NO_DELIMITERS)

    def canonical(self, code: str) -> str:
        """The formatted form of a code in either form; as it stands where it doesn't fit the sections."""
        bare = self.bare(code)
        if not self.sections or len(bare) != sum(self.sections):
            return code
        return self.delimiter.join(_cut(bare, self.sections))

    def fault(self, code: str) -> str | None:
        """What is wrong with a code of ours, in words; None when it is well formed."""
        if code != code.strip():
            return "begins or ends with a blank"
        bad = unsafe_characters(code)
        if bad:
            return f"holds {bad}, which the import file can't carry"
        if self.sections and code != self.canonical(code):
            return f"is not written as {self.sample}"
        if self.sections and tuple(map(len, code.split(self.delimiter))) != self.sections:
            return f"is not written as {self.sample}"
        return None

    def is_group(self, code: str) -> bool:
        """Whether the last section is all zeros, which is how a sectioned group code is recognised."""
        last = code.rsplit(self.delimiter, maxsplit=1)[-1]
        return self.delimiter in code and bool(last) and set(last) == {"0"}

    @property
    def sample(self) -> str:
        """How a code of this format looks (`nn-nnnn-nnn`)."""
        return self.delimiter.join("n" * length for length in self.sections)


@frozen(kw_only=True)
class Comparing:
    """How codes of one site are brought to one form and compared."""

    jobs: CodeFormat
    cost_codes: CodeFormat
    exactly: bool

    def job(self, code: str) -> str:
        """A job that was read, in the site's form."""
        return code if self.exactly else self.jobs.canonical(code)

    def cost_code(self, code: str) -> str:
        """A cost code that was read, in the site's form."""
        return code if self.exactly else self.cost_codes.canonical(code)

    def same_job(self, one: str, other: str) -> bool:
        """Whether two job codes mean the same job."""
        return one == other or (not self.exactly and self.jobs.bare(one) == self.jobs.bare(other))

    def forms_of_job(self, job: str) -> tuple[str, ...]:
        """Each form in which Sage may hold that job, for a query."""
        forms = (job,) if self.exactly else (job, self.jobs.bare(job), self.jobs.canonical(job))
        return tuple(dict.fromkeys(forms))


@frozen
class KeyMatcher:
    """Finds which of our keys a key that was read means: the very same one, else the one that is equal bare."""

    comparing: Comparing
    _bare: Lookup = field(factory=Lookup, init=False)

    def learn(self, keys: Iterable[LineKey]) -> "KeyMatcher":
        """Remember our keys; needed only where a site has no sections to bring codes to one form by."""
        if not self.comparing.exactly:
            for key in keys:
                place = self._without_delimiters(key.sub_job, key.cost_code, key.category)
                if place not in self._bare:
                    self._bare.put(place, (key.sub_job, key.cost_code, key.category))
        return self

    def match(self, sub_job: str, cost_code: str, category: str) -> LineKey:
        """Our key for what was read, or what was read in the site's form."""
        code = self.comparing.cost_code(cost_code)
        known = None if self.comparing.exactly else self._bare.get(self._without_delimiters(sub_job, code, category))
        return LineKey(*known) if known else LineKey(sub_job, code, category)

    def _without_delimiters(self, sub_job: str, cost_code: str, category: str) -> tuple[str, str, str]:
        return sub_job, self.comparing.cost_codes.bare(cost_code), category


def unsafe_characters(text: str) -> str:
    """The characters, told by name, that could forge a record or break a line: quotes, controls, separators."""
    if _PLAIN.fullmatch(text):
        return ""
    return ", ".join(dict.fromkeys(_name(mark) for mark in text if is_unsafe(mark)))


def is_unsafe(mark: str) -> bool:
    """Whether a character may not stand in a text of the import file."""
    return mark == '"' or unicodedata.category(mark) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def _name(mark: str) -> str:
    if mark == '"':
        return "a double quote"
    if mark in "\r\n":
        return "a line break"
    return f"the character U+{ord(mark):04X}"


def _cut(bare: str, sections: tuple[int, ...]) -> Iterator[str]:
    start = 0
    for length in sections:
        yield bare[start : start + length]
        start += length
