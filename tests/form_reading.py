"""The forms of a page as a person sees them: fields to type in, what stands in them, and where they are sent."""

from html.parser import HTMLParser

from attrs import define, field


@define
class PageForm:
    """One form. `typed` are the fields to type in or choose, `hidden` those that nobody sees, `kinds` their kinds."""

    action: str
    method: str
    typed: dict[str, list[str]] = field(factory=dict)
    hidden: dict[str, str] = field(factory=dict)
    kinds: dict[str, str] = field(factory=dict)
    longest: dict[str, int] = field(factory=dict)
    choices: dict[str, list[str]] = field(factory=dict)
    has_file: bool = False


class FormReader(HTMLParser):
    """Reads the forms and the links of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self.links: list[str] = []
        self._select = self._textarea = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "a" and "download" not in given:
            self.links.append(given.get("href", ""))
        elif tag == "form":
            self.forms.append(PageForm(action=given["action"], method=given.get("method", "get")))
        elif tag == "input":
            self._input(name, given)
        elif tag in {"select", "textarea"}:
            self.forms[-1].kinds[name] = tag
            self.forms[-1].typed[name] = []
            self._select, self._textarea = (name, "") if tag == "select" else ("", name)
            self._limit(name, given)
        elif tag == "option" and self._select:
            self.forms[-1].choices.setdefault(self._select, []).append(given["value"])
            if "selected" in given or not self.forms[-1].typed[self._select]:
                self.forms[-1].typed[self._select] = [given["value"]]

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        if self._textarea:
            text = self.forms[-1].typed[self._textarea]
            text[:] = ["".join([*text, data]).removeprefix("\n")]

    def _input(self, name: str, given: dict[str, str]) -> None:
        form, kind = self.forms[-1], given.get("type", "text")
        if kind == "hidden":
            form.hidden[name] = given["value"]
        elif kind == "file":
            form.has_file = True
        elif kind != "password":
            form.kinds[name] = kind
            self._limit(name, given)
            if kind == "checkbox":
                form.choices.setdefault(name, []).append(given["value"])
                form.typed.setdefault(name, []).extend([given["value"]] if "checked" in given else [])
            else:
                form.typed[name] = [given.get("value", "")]

    def _limit(self, name: str, given: dict[str, str]) -> None:
        self.forms[-1].longest[name] = int(given.get("maxlength") or 1000)
