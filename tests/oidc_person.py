"""A person's browser at a real provider of sign-ins: it fills in whatever forms come, until it is sent back to us."""

import re
from html import unescape
from urllib.parse import parse_qs, urljoin, urlsplit

import requests
from attrs import Factory, define

_INPUT = re.compile(r"<input\b[^>]*>")
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')
#: More pages than a sign-in has.
_MOST = 12


@define(kw_only=True)
class PersonThere:
    """Keeps the provider's cookies; `pages` are the paths that were seen."""

    password: str
    browser: requests.Session = Factory(requests.Session)
    pages: list[str] = Factory(list)

    def go(self, url: str, login: str, *, answer: str = "accept") -> str:
        """Follow an address of ours to the provider, sign in there if it asks, and answer the path to come back by."""
        home = urlsplit(url).netloc
        reply = self.browser.get(url, allow_redirects=False)
        for _ in range(_MOST):
            self.pages.append(urlsplit(reply.url).path)
            if reply.is_redirect:
                target = urljoin(reply.url, reply.headers["location"])
                if urlsplit(target).netloc != home:
                    parts = urlsplit(target)
                    return f"{parts.path}?{parts.query}"
                reply = self.browser.get(target, allow_redirects=False)
            else:
                assert reply.ok, reply.text
                filled = self._filled(reply.text, login, answer)
                reply = self.browser.post(reply.url, data=filled, allow_redirects=False)
        raise AssertionError(f"it does not end: {self.pages}")

    def _filled(self, page: str, login: str, answer: str) -> dict[str, str]:
        fields = [dict(_ATTRIBUTE.findall(found)) for found in _INPUT.findall(page)]
        known = {"login": login, "password": self.password}
        filled = {
            each["name"]: known.get(each["name"], unescape(each.get("value", ""))) for each in fields if "name" in each
        }
        return {**filled, "answer": answer}


def query_of(address: str) -> dict[str, str]:
    """The query of an address, each name once."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
