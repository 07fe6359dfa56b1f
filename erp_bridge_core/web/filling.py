"""Putting what was typed back into the form of a page, whatever the form: the page itself says what its fields are."""

from collections.abc import Iterable, Iterator, Sequence
from html.parser import HTMLParser
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from attrs import define, field, frozen
from markupsafe import escape

#: Kinds of inputs that are no field to type in, and kinds that are left as they are.
_UNSEEN: Final = frozenset({"hidden"})
_LEFT: Final = frozenset({"file", "password", "submit", "button", "image", "reset"})
_TICKED: Final = frozenset({"checkbox", "radio"})
_OWN: Final = frozenset({"csrf_token", "origin"})
#: Names of hidden fields that say over which state a form was filled in, and of buttons.
_STATES: Final = frozenset({"seen", "revision", "action", "then"})

Attributes = dict[str, str | None]


@frozen(kw_only=True)
class FilledPage:
    """The page, whether a form of it was filled in, and the names and texts that have no place in it."""

    page: str
    is_filled: bool
    left: tuple[tuple[str, str], ...]


@define
class _Form:
    targets: set[str] = field(factory=set)
    seen: set[str] = field(factory=set)
    all: set[str] = field(factory=set)


def fill(page: str, action: str, fields: Sequence[tuple[str, str]]) -> FilledPage:
    """Fill in the page's form that is sent to `action`, as somebody did before; the first that has such fields.

    Fields that nobody sees are put back, too: they say over which state it was filled in. What stands in no field of
    that form is told, so that nothing is lost; of a form of buttons alone nothing is.
    """
    reader = _Reader()
    reader.feed(page)
    names = {name for name, _ in fields}
    aimed = [place for place, form in enumerate(reader.forms) if _same(action) in form.targets]
    place = next((place for place in aimed if reader.forms[place].seen & names), None)
    if place is None:
        return FilledPage(page=page, is_filled=False, left=() if aimed else _told(fields))
    form, writer = reader.forms[place], _Writer(place, fields)
    writer.feed(page)
    writer.close()
    unseen = form.all - form.seen
    left = _told(pair for pair in writer.left if pair[0] not in unseen)
    return FilledPage(page="".join(writer.written), is_filled=True, left=left)


def _told(fields: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """What a person typed, as far as can be told where its form is not there any more."""
    return tuple(pair for pair in fields if pair[0] not in _OWN | _STATES and pair[1].strip())


def _same(address: str) -> str:
    """An address such that those that lead to the same are the same."""
    parts = urlsplit(address)
    return f"{unquote(parts.path)}?{sorted(parse_qsl(parts.query, keep_blank_values=True))}"


class _Reader(HTMLParser):
    """Finds the forms of a page, and what their fields are."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[_Form] = []
        self._is_within = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._is_within = True
            self.forms.append(_Form({_same(given.get("action") or "")} if given.get("method") == "post" else set()))
        elif self._is_within:
            self._keep(tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_within = False

    def _keep(self, tag: str, given: Attributes) -> None:
        form, name, target = self.forms[-1], given.get("name"), given.get("formaction")
        if target and form.targets:
            form.targets.add(_same(target))
        if name and tag in {"input", "select", "textarea", "button"}:
            form.all.add(name)
            if tag != "button" and given.get("type") not in _UNSEEN | _LEFT:
                form.seen.add(name)


class _Writer(HTMLParser):
    """Writes a page anew, with the fields of one of its forms filled in; everything else as it is."""

    def __init__(self, place: int, fields: Sequence[tuple[str, str]]) -> None:
        super().__init__(convert_charrefs=False)
        self.written: list[str] = []
        self._until = place + 1
        self._is_within = False
        self._unused: dict[str, list[str]] = {}
        for name, text in fields:
            self._unused.setdefault(name, []).append(text)
        self._select: tuple[str, str] | None = None
        self._is_found = False
        self._is_in_textarea = False

    @property
    def left(self) -> Iterator[tuple[str, str]]:
        """What was put nowhere."""
        return ((name, text) for name, texts in self._unused.items() if name not in _OWN for text in texts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._until -= 1
            self._is_within = self._until == 0
        changed = self._changed(tag, given) if self._is_within else given
        self.written.append(str(self.get_starttag_text()) if changed == given else _tag(tag, changed))
        if tag == "textarea" and self._is_within and (text := self._next(given.get("name"))) is not None:
            self.written.append(str(escape(f"\n{text}")))
            self._is_in_textarea = True

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_within = False
        elif tag == "select":
            self._end_select()
        elif tag == "textarea":
            self._is_in_textarea = False
        self.written.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self._write(data)

    def handle_entityref(self, name: str) -> None:
        self._write(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._write(f"&#{name};")

    def handle_decl(self, decl: str) -> None:
        self._write(f"<!{decl}>")

    def _write(self, text: str) -> None:
        if not self._is_in_textarea:
            self.written.append(text)

    def _changed(self, tag: str, given: Attributes) -> Attributes:
        name, kind = given.get("name"), given.get("type") or "text"
        if tag == "select" and name and (wanted := self._next(name)) is not None:
            self._select = (name, wanted)
        elif tag == "option" and self._select:
            return self._chosen(given, self._select[1])
        elif tag == "input" and name and kind in _TICKED:
            return self._ticked(given, name)
        elif tag == "input" and name not in _OWN and kind not in _LEFT and (text := self._next(name)) is not None:
            return {**given, "value": text}
        return given

    def _ticked(self, given: Attributes, name: str) -> Attributes:
        bare = {each: value for each, value in given.items() if each != "checked"}
        value, waiting = given.get("value") or "on", self._unused.get(name, [])
        if value not in waiting:
            return bare
        waiting.remove(value)
        return {**bare, "checked": None}

    def _chosen(self, given: Attributes, wanted: str) -> Attributes:
        bare = {each: value for each, value in given.items() if each != "selected"}
        if given.get("value") != wanted:
            return bare
        self._is_found = True
        return {**bare, "selected": None}

    def _end_select(self) -> None:
        """A choice that is none any more is left."""
        if self._select is not None and not self._is_found:
            name, wanted = self._select
            self._unused[name].append(wanted)
        self._select, self._is_found = None, False

    def _next(self, name: str | None) -> str | None:
        waiting = self._unused.get(name or "")
        return waiting.pop(0) if waiting else None


def _tag(tag: str, given: Attributes) -> str:
    told = "".join(f" {name}" if value is None else f' {name}="{escape(value)}"' for name, value in given.items())
    return f"<{tag}{told}>"
