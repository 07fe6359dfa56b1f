"""The way to Slate: a token in the private folder, reads that are whole, writes that are made once."""

from collections.abc import Iterator
from typing import Any

import requests
from attrs import define, field, frozen

from erp_bridge_core.contract import Secret, Source, reading
from erp_bridge_core.contract.errors import ErpRefused, NotAllowed, NotFound, ReadFailed, SignInFailed
from planted_source.books import Row


@frozen(kw_only=True)
class SlateSettings:
    """How to reach Slate."""

    url: str
    user: str
    password: Secret
    hook_secret: Secret


@define
class Client:
    """One connection, made anew for each call of a hook; its token is kept in the private folder."""

    source: Source[SlateSettings]
    token: str = field(default="", init=False, repr=False)

    def get(self, path: str, **params: Any) -> Row:
        """Read one document; a token that ended is renewed once."""
        return _understood(path, self.call("GET", path, params=params))

    def write(self, path: str, body: Row) -> Row:
        """Make one write, once: a token that has ended is told, and the ledger tries again."""
        response = self.source.http.put(f"{self.source.settings.url}/{path}", json=body, headers=self.headers())
        if response.status_code == 401:
            self.forget()
            raise ErpRefused("The token has ended.", remedy="Retry.")
        if response.status_code >= 400:
            raise ErpRefused(str(response.json()["refused"]), remedy="Look at it in Slate.")
        found: Row = response.json()
        return found

    def rows(self, path: str) -> Iterator[Row]:
        """A whole list, or ReadFailed."""
        seen = 0
        while True:
            page = self.get(path, offset=seen)
            yield from page["rows"]
            seen += len(page["rows"])
            if seen >= page["total"]:
                return
            if not page["rows"]:
                raise ReadFailed(f"{path} ended before its end.", remedy="Try again.")

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """One read."""
        for _ in range(2):
            url = f"{self.source.settings.url}/{path}"
            response = self.source.http.request(method, url, headers=self.headers(), **options)
            if response.status_code != 401:
                break
            self.forget()
        return response

    def headers(self) -> dict[str, str]:
        """Who asks."""
        place = self.source.private / "token"
        if not place.exists():
            place.write_text(self.sign_in(), encoding="utf-8")
        return {"Authorization": f"Bearer {place.read_text(encoding='utf-8')}"}

    def forget(self) -> None:
        """The token is no good any more."""
        (self.source.private / "token").unlink(missing_ok=True)

    def sign_in(self) -> str:
        """A new token."""
        settings = self.source.settings
        body = {"user": settings.user, "password": settings.password.reveal()}
        with reading():
            response = self.source.http.post(f"{settings.url}/token", json=body)
        if response.status_code == 401:
            raise SignInFailed(self.refusal(response), remedy="Ask Slate's administrator to let us in again.")
        return str(_understood("token", response)["token"])

    def refusal(self, response: requests.Response) -> str:
        """Slate's words."""
        return str(response.json()["refused"])


def _understood(path: str, response: requests.Response) -> Row:
    if response.status_code in {401, 403}:
        raise NotAllowed(f"Slate refuses {path}: {response.json()['refused']}", remedy="Ask Slate's administrator.")
    if response.status_code == 404:
        raise NotFound(str(response.json()["refused"]), remedy="See which project is linked.")
    if response.status_code != 200:
        raise ReadFailed(f"{path} was answered with {response.status_code}.", remedy="Try again.")
    try:
        found: Row = response.json()
    except ValueError as error:
        raise ReadFailed(f"{path} was answered with no JSON.", remedy="Try again.") from error
    return found
