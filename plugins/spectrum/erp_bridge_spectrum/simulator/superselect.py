"""SuperSelect: the little language of a Get's parameters."""

import re
from collections.abc import Callable

Test = Callable[[str], bool]


def selects(parameter: str) -> Test:
    """A test of values by a parameter: `*` and `?` wildcards, comma lists, `first/last`, `#x` to leave out, `ALL`.

    Blank and `ALL` take everything; a list of nothing but `#x` takes everything else.
    """
    terms = [term.strip() for term in parameter.split(",") if term.strip()]
    wanted = [_term(term) for term in terms if not term.startswith("#")]
    unwanted = [_term(term[1:]) for term in terms if term.startswith("#")]

    def test(value: str) -> bool:
        bare = value.strip()
        return (not wanted or any(each(bare) for each in wanted)) and not any(each(bare) for each in unwanted)

    return test


def exact(parameter: str) -> str | None:
    """The one value that a parameter takes, where it is as plain as that."""
    text = parameter.strip()
    return text if text and text != "ALL" and not set(text) & set("*?,/#") else None


def _term(term: str) -> Test:
    if term == "ALL":
        return lambda _: True
    first, slash, last = term.partition("/")
    if slash:
        return lambda value: first <= value <= last
    pattern = re.compile("".join({"*": ".*", "?": "."}.get(each, re.escape(each)) for each in term), re.DOTALL)
    return lambda value: pattern.fullmatch(value) is not None
