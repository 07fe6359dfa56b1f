"""Text of people and ERPs is no markup: every page and mail is read by a parser, which finds no tag of theirs (X3)."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from unicodedata import category
from urllib.parse import urlsplit

import pytest
from attrs import define, field
from full_site import HOSTILE, FullSite, full_site
from httpx import Response
from web_site import Browser

pytestmark = pytest.mark.rule("X3")

#: Where links lead to the same kind of page again.
COUNTED = re.compile(r"(?<=/)\d+(?=/|$)|[?&]page=\d+")
#: Kinds of a page that each text must be seen on, so that the search is none of empty pages.
SEEN_ON = ("/items", "/projects", "/audit", "/people", "/mail", "/connections", "/problems", "/reports", "/tokens")
#: Forms that end the sign-in.
ENDS = re.compile(r"sign-out|/company$|sessions|password|deactivate|/remove$")


@define
class Read(HTMLParser):
    """A page as a browser reads it: what is no text of ours, its text, its links and its forms."""

    foreign: list[str] = field(factory=list)
    words: str = ""
    links: list[str] = field(factory=list)
    forms: list[tuple[str, str]] = field(factory=list)
    fields: list[str] = field(factory=list)

    def __attrs_pre_init__(self) -> None:
        """A parser like any other."""
        super().__init__()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note what the hostile word would have made, and where the page leads."""
        given = {name: value or "" for name, value in attributes}
        if tag == "xss" or any(name.startswith("on") for name in given):
            self.foreign.append(self.get_starttag_text() or tag)
        self.words += " ".join(given.values())
        if tag == "a":
            self.links.append(given.get("href", ""))
        if tag == "form":
            self.forms.append((given.get("method", "get"), given.get("action", "")))
        if tag in {"input", "select", "textarea"} and given.get("name"):
            self.fields.append(given["name"])

    def handle_data(self, data: str) -> None:
        """Its text."""
        self.words += data


def read(answer: Response) -> Read:
    """The page of an answer."""
    page = Read()
    page.feed(answer.text)
    return page


def pages(browser: Browser) -> Iterator[tuple[str, Response]]:
    """Every kind of page that links lead to from the home page, and one of each kind."""
    waiting, seen = ["/"], set[str]()
    while waiting:
        path = waiting.pop(0)
        if COUNTED.sub("*", path) in seen:
            continue
        seen.add(COUNTED.sub("*", path))
        answer = browser.get(path)
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        yield path, answer
        waiting += [link for link in read(answer).links if link.startswith("/") and "static" not in link]


def wrong_with(path: str, answer: Response) -> str:
    """What the hostile word has made of a page; blank when it is text alone."""
    page = read(answer)
    if answer.status_code >= 500 or page.foreign or str(40503 * 86413) in answer.text:
        return f"{path}: {answer.status_code} {page.foreign[:1]}"
    unseen = [letter for letter in answer.text if category(letter) in {"Cc", "Cf"} and letter != "\n"]
    return f"{path}: {unseen[:3]}" if unseen else ""


def test_no_page_takes_a_text_for_markup(site: FullSite) -> None:
    """Whatever a person of all rights can open; and the words are there to be read."""
    found = list(pages(site.browser("bob")))
    wrong = [told for path, answer in found if (told := wrong_with(path, answer))]

    assert [] == wrong
    with_words = {urlsplit(path).path for path, answer in found if HOSTILE in read(answer).words}
    assert [] == [kind for kind in SEEN_ON if not any(path.startswith(kind) for path in with_words)]
    assert len(found) > 50


def test_what_is_asked_for_is_no_markup(site: FullSite) -> None:
    """Searches, filters and names of what is not there are told again as text."""
    browser, wrong = site.browser("bob"), []
    for path in ("/items", "/projects", "/people", "/audit", "/mail", "/connections/books/map", "/reports/job-costs"):
        for name in ("search", "text", "filter", "sort", "project", "person", "verb", "in_state", "change", "next"):
            answer = browser.client.get(path, params={name: HOSTILE}, follow_redirects=False)
            wrong.append(wrong_with(f"{path}?{name}", answer))
    for path in ("/projects/{}/budget", "/items/{}", "/people/{}/settings", "/connections/{}", "/{}", "/plugins/{}"):
        answer = browser.client.get(path.format(HOSTILE.replace("/", "")), follow_redirects=False)
        wrong.append(wrong_with(path, answer))
    answer = browser.client.get("/sign-in", params={"next": f"/{HOSTILE}"})

    assert "" == "".join(wrong) + wrong_with("/sign-in", answer)


@pytest.fixture(scope="module")
def own_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FullSite]:
    """A site of this module's own, which its tests may change."""
    folder: Path = tmp_path_factory.mktemp("own")
    with full_site(folder, word=HOSTILE) as made:
        yield made


def test_what_was_typed_is_no_markup(own_site: FullSite) -> None:
    """Every form is sent with the hostile text in every field: shown again, or stored and shown."""
    browser = own_site.browser("bob")
    forms = {
        COUNTED.sub("*", action): (action, tuple(page.fields))
        for _, answer in pages(browser)
        for page in [read(answer)]
        for method, action in page.forms
        if method == "post" and not re.search(ENDS, action)
    }
    wrong = []
    for action, fields in forms.values():
        typed = {**dict.fromkeys(fields, HOSTILE), "csrf_token": browser.token("/password")}
        wrong.append(wrong_with(action, browser.send_bare(action, typed)))
    wrong += [wrong_with(path, browser.get(path)) for path in ("/", "/projects", "/people", "/audit", "/items")]

    assert "" == "".join(wrong)
    assert len(forms) > 30


def test_no_mail_takes_a_text_for_markup(site: FullSite) -> None:
    """Each mail's HTML, as it would go out, is read as a page is."""
    actor, wrong, words = site.person("ada"), [], ""
    for mail in site.application.mail.list(actor):
        shown = site.application.mail.show(actor, mail.id)
        page = Read()
        page.feed(shown.html)
        wrong += page.foreign
        words += page.words
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202e]", shown.html + shown.subject)

    assert [] == wrong
    assert words.count(HOSTILE) > 3
