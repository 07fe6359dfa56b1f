"""Somebody's program: it signs in by the API, and sends JSON with the token of forms."""

from typing import Any, Self

from attrs import define
from httpx import Response
from web_site import PASSWORD, Browser


@define
class Program:
    """It keeps its cookies in a browser, where there is one beside it."""

    browser: Browser
    token: str

    @classmethod
    def signed_in(cls, browser: Browser, login: str, company: str = "hoosier") -> Self:
        """Sign in by the API."""
        sent = {"login": login, "password": PASSWORD, "company": company}
        return cls(browser, browser.client.post("/api/v1/session", json=sent).json()["csrf_token"])

    def post(self, path: str, body: Any = None, key: str | None = None, **headers: str) -> Response:
        """Send a write."""
        keyed = {} if key is None else {"Idempotency-Key": key}
        sent = {"X-CSRF-Token": self.token, **keyed, **headers}
        return self.browser.client.post(f"/api/v1{path}", json=body, headers=sent)
