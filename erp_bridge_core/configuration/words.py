"""What people at a site call things, per connection: an Extra may be named a phase, as in the ERP itself (B7)."""

from collections.abc import Iterator, Mapping
from typing import Final, TypeVar

import attrs

from erp_bridge_core.contract.errors import Fault
from erp_bridge_core.contract.profile import ErpProfile, Words
from erp_bridge_core.contract.source import SourceProfile

#: The profile of whatever plugin a connection is of.
AnyProfile = TypeVar("AnyProfile", ErpProfile, SourceProfile)

#: Characters of a word: it stands in headings of columns and in sentences.
LONGEST: Final = 40
NAMES: Final = tuple(each.name for each in attrs.fields(Words))


def word_faults(words: Mapping[str, str], where: str) -> Iterator[Fault]:
    """What is wrong with the words of a connection."""
    for name, word in words.items():
        place = f"{where}.{name}"
        if name not in NAMES:
            yield Fault(place, "is none of the words", value=name, expected=f"one of {', '.join(NAMES)}", rule="B7")
        elif not word.strip() or len(word) > LONGEST or not word.isprintable():
            expected = f"1 to {LONGEST} characters that can be printed"
            yield Fault(place, "is no word", value=word, expected=expected, rule="B7")


def with_words(profile: AnyProfile, words: Mapping[str, str]) -> AnyProfile:
    """The profile with the words of a site in place of the plugin's."""
    return attrs.evolve(profile, words=attrs.evolve(profile.words, **words)) if words else profile
