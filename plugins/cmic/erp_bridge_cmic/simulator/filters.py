"""The `q` of a collection read, turned into a condition with bound values; nothing of its text goes into the SQL.

Comparisons with `=`, `<>`, `<`, `<=`, `>`, `>=`, `like`, `in` and `is null`, joined by `and` and `or`, in parentheses.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from attrs import define, field

from erp_bridge_cmic.simulator.attributes import Attribute
from erp_bridge_cmic.simulator.problems import Refusal

_TOKEN: Final = re.compile(
    r"""\s*(?:(?P<text>'(?:[^']|'')*'|"(?:[^"]|"")*")|(?P<number>-?[0-9]+(?:\.[0-9]+)?)|"""
    r"""(?P<word>[A-Za-z_][A-Za-z0-9_]*)|(?P<sign><>|!=|<=|>=|=|<|>|\(|\)|,))""",
    re.ASCII,
)
_COMPARISONS: Final = {"=", "<>", "!=", "<", "<=", ">", ">="}
#: Deeper nesting than this is nobody's filter.
_DEEPEST: Final = 50

Condition = tuple[str, list[Any]]


def parse_filter(text: str, attributes: dict[str, Attribute]) -> Condition:
    """The condition and its values; raises Refusal (400) for an unknown attribute or text that is no filter."""
    parser = _Parser(list(_tokens(text)), attributes)
    condition = parser.either(0)
    parser.expect_end()
    return condition


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    position = 0
    while position < len(text.rstrip()):
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise Refusal(
                400, [f"The query can't be read at position {position + 1}: {text[position : position + 20]}"]
            )
        yield match.lastgroup, match[match.lastgroup]
        position = match.end()


@define
class _Parser:
    tokens: list[tuple[str, str]]
    attributes: dict[str, Attribute]
    position: int = field(default=0, init=False)

    def either(self, depth: int) -> Condition:
        """Conditions joined by `or`, of which `and` binds closer."""
        if depth > _DEEPEST:
            raise Refusal(400, ["The query is nested too deeply."])
        return self._joined("or", lambda: self._joined("and", lambda: self._one(depth)))

    def expect_end(self) -> None:
        """Nothing may follow."""
        if self.position < len(self.tokens):
            raise Refusal(400, [f"The query has more than can be read: {self.tokens[self.position][1]}"])

    def _joined(self, word: str, part: Any) -> Condition:
        conditions, values = [], []
        while True:
            condition, more = part()
            conditions.append(condition)
            values += more
            if not self._takes(word):
                return f"({f' {word.upper()} '.join(conditions)})", values

    def _one(self, depth: int) -> Condition:
        if self._takes("("):
            inner = self.either(depth + 1)
            self._need(")")
            return inner
        attribute = self._attribute()
        negated = self._takes("not")
        if self._takes("like"):
            return f"{attribute.column} {'NOT ' if negated else ''}LIKE ?", [self._value(attribute)]
        if self._takes("in"):
            return self._in(attribute, "NOT IN" if negated else "IN")
        if negated:
            raise Refusal(400, ["The query has NOT where neither LIKE nor IN follows."])
        if self._takes("is"):
            return self._null(attribute)
        return f"{attribute.column} {self._sign()} ?", [self._value(attribute)]

    def _in(self, attribute: Attribute, word: str) -> Condition:
        self._need("(")
        values = [self._value(attribute)]
        while self._takes(","):
            values.append(self._value(attribute))
        self._need(")")
        return f"{attribute.column} {word} ({', '.join('?' * len(values))})", values

    def _null(self, attribute: Attribute) -> Condition:
        negated = self._takes("not")
        self._need("null")
        return f"{attribute.column} IS {'NOT ' if negated else ''}NULL", []

    def _attribute(self) -> Attribute:
        kind, text = self._next()
        if kind != "word" or text not in self.attributes:
            raise Refusal(400, [f"JBO-25058: Definition {text} of type Attribute is not found."])
        return self.attributes[text]

    def _sign(self) -> str:
        kind, text = self._next()
        if kind != "sign" or text not in _COMPARISONS:
            raise Refusal(400, [f"The query has {text} where a comparison belongs."])
        return "<>" if text == "!=" else text

    def _value(self, attribute: Attribute) -> Any:
        kind, text = self._next()
        if kind not in ("text", "number"):
            raise Refusal(400, [f"The query has {text} where a value belongs."])
        plain = text if kind == "number" else text[1:-1].replace(text[0] * 2, text[0])
        return bound(attribute, plain)

    def _takes(self, wanted: str) -> bool:
        if self.position < len(self.tokens):
            kind, text = self.tokens[self.position]
            if kind in ("word", "sign") and text.lower() == wanted:
                self.position += 1
                return True
        return False

    def _need(self, wanted: str) -> None:
        if not self._takes(wanted):
            raise Refusal(400, [f"The query lacks {wanted}."])

    def _next(self) -> tuple[str, str]:
        if self.position == len(self.tokens):
            raise Refusal(400, ["The query ends too early."])
        self.position += 1
        return self.tokens[self.position - 1]


def bound(attribute: Attribute, text: str) -> Any:
    """The value that a column is compared with; text of any length may be asked for. Raises Refusal (400)."""
    if attribute.length:
        return text
    try:
        return attribute.read(text)
    except ValueError as error:
        raise Refusal(400, [f"The value for {attribute.name} {error}: {text}"]) from error
