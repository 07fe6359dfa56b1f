"""The REST API as somebody's program uses it who knows that the server may die in the middle of any request."""

import json
import time
from collections import Counter
from threading import Lock
from typing import Any, Final
from uuid import uuid4

import requests
from attrs import define, field

from erp_bridge_core.contract.errors import ErpBridgeError

_UNAUTHORIZED: Final = 401
_REFUSED: Final = 400
#: Seconds that one answer is waited for, that a server which is gone is tried again, and between two tries.
_ANSWER: Final = 60.0
_PATIENCE: Final = 90.0
_PAUSE: Final = 0.4


class Refused(ErpBridgeError):
    """The server answered that it was not done: `word` says why in one."""

    def __init__(self, status: int, word: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.word = word


@define(eq=False, kw_only=True)
class SignIn:
    """One person's sign-in at the server, which all his calls share: made once, and again when it is over."""

    address: str
    company: str
    login: str
    password: str
    token: str = ""
    cookies: Any = None
    guard: Any = field(factory=Lock)

    def renew(self, former: str) -> None:
        """Sign in, unless somebody did since that token was; raises `RequestException`."""
        with self.guard:
            if self.token and self.token != former:
                return
            sent = {"login": self.login, "password": self.password, "company": self.company}
            answer = requests.post(f"{self.address}/api/v1/session", json=sent, timeout=_ANSWER)
            if answer.status_code >= _REFUSED:
                raise requests.RequestException(answer.text)
            self.token, self.cookies = answer.json()["csrf_token"], answer.cookies


@define(eq=False)
class Calls:
    """One person's calls. `told` counts what became of them: unanswered, sent again with its key, refused and why."""

    signed_in: SignIn
    told: Counter[str] = field(factory=Counter)
    _session: requests.Session = field(factory=requests.Session, init=False)
    _token: str = field(default="", init=False)

    def get(self, path: str) -> Any:
        """Read something; raises `Refused`."""
        return self._until_answered("GET", path, None, {})

    def post(self, path: str, body: Any = None) -> Any:
        """Do something once, however often it has to be sent; raises `Refused`, `under_way` where nobody can say."""
        return self._until_answered("POST", path, body, {"Idempotency-Key": str(uuid4())})

    def _until_answered(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        ends = time.monotonic() + _PATIENCE
        sent = 0
        while True:
            try:
                self._sign_in()
                answer = self._send(method, path, body, headers)
            except requests.RequestException:
                self.told["unanswered"] += 1
                sent += method == "POST"
                if time.monotonic() > ends:
                    raise
                time.sleep(_PAUSE)
                continue
            if answer.status_code == _UNAUTHORIZED:
                self._sign_in(again=True)
                continue
            self._count(answer, sent)
            return self._read(answer)

    def _count(self, answer: requests.Response, sent: int) -> None:
        if not sent:
            return
        self.told["sent again"] += 1
        if "idempotency-replayed" in answer.headers:
            self.told["answered as before"] += 1

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> requests.Response:
        return self._session.request(
            method, f"{self.signed_in.address}/api/v1{path}", json=body,
            headers={"X-CSRF-Token": self._token, **headers}, timeout=_ANSWER,
        )  # fmt: skip

    def _sign_in(self, *, again: bool = False) -> None:
        if again or not self._token:
            self.signed_in.renew(self._token)
            self._token = self.signed_in.token
            self._session.cookies.update(self.signed_in.cookies)

    def _read(self, answer: requests.Response) -> Any:
        try:
            found = answer.json() if answer.content else None
        except json.JSONDecodeError as error:
            raise Refused(answer.status_code, "unreadable", answer.text[:200]) from error
        if answer.status_code < _REFUSED:
            return found
        code = str((found or {}).get("error", "unreadable"))
        self.told[f"refused: {code}"] += 1
        raise Refused(answer.status_code, code, str((found or {}).get("detail") or found))
