"""Traffic with an ERP, kept in a file and answered from it: what a test company said once, without its secrets."""

import base64
import hashlib
import json
import re
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from attrs import define, field, frozen

from erp_bridge_core.contract.errors import BadInput, ReadFailed

_KEPT_HEADERS: Final = ("Content-Type", "ETag", "Last-Modified")
#: What an ERP hands out for a session: no configured secret, and nobody's business either.
_SESSION: Final = re.compile(r'("[^"]*(?:token|session)[^"]*"\s*:\s*")[^"]+(")', re.IGNORECASE)
_Key = tuple[str, str, str]


@frozen(kw_only=True)
class Recorder:
    """Appends each exchange to a file, a JSON object a line. `clean` takes secrets out of every text."""

    path: Path
    clean: Callable[[str], str]

    def keep(self, request: requests.PreparedRequest, response: requests.Response) -> None:
        """Keep a request and its answer."""
        method, place, body = _key(request)
        entry = {
            "method": method,
            "place": self.clean(place),
            "body": body,
            "status": response.status_code,
            "headers": {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers},
            **self._content(response.content),
        }
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry, sort_keys=True) + "\n")

    def _content(self, content: bytes) -> Mapping[str, str]:
        try:
            return {"text": _SESSION.sub(r"\1recorded\2", self.clean(content.decode()))}
        except UnicodeDecodeError:
            return {"base64": base64.b64encode(content).decode()}


@define
class Recording:
    """What was kept: equal requests are answered in their order, the last answer again and again."""

    _answers: dict[_Key, deque[Mapping[str, Any]]] = field(factory=lambda: defaultdict(deque))
    _places: dict[tuple[str, str], deque[Mapping[str, Any]]] = field(factory=lambda: defaultdict(deque))

    @classmethod
    def read(cls, path: Path) -> "Recording":
        """Read a file of exchanges; raises `BadInput` naming the line that is none."""
        recording = cls()
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise BadInput(f"The recording {path} can't be read: {error}.", remedy="Record it anew.") from error
        for number, line in enumerate(lines, 1):
            try:
                entry = json.loads(line)
                key = (str(entry["method"]), str(entry["place"]), str(entry["body"]))
            except (ValueError, KeyError, TypeError) as error:
                raise BadInput(f"{path}, line {number} is no exchange: {error}.", remedy="Record it anew.") from error
            recording._answers[key].append(entry)
            recording._places[key[:2]].append(entry)
        return recording

    def answer(self, request: requests.PreparedRequest) -> requests.Response:
        """The answer that was recorded; raises `ReadFailed` for what was never asked."""
        key = _key(request)
        found = self._answers.get(key) or self._places.get(key[:2])
        if not found:
            raise ReadFailed(
                f"The recording holds no answer to {key[0]} {key[1]}.", remedy="Record it anew, with this request."
            )
        entry = found.popleft() if len(found) > 1 else found[0]
        response = requests.Response()
        response.status_code = int(entry["status"])
        response.headers.update(entry["headers"])
        response.url, response.request = request.url or "", request
        response._content = base64.b64decode(entry["base64"]) if "base64" in entry else entry["text"].encode()  # noqa: SLF001 - the library has no public way to hand in a body
        return response


def _key(request: requests.PreparedRequest) -> _Key:
    parts = urlsplit(request.url or "")
    place = parts.path + (f"?{parts.query}" if parts.query else "")
    body = request.body or b""
    content = body.encode() if isinstance(body, str) else bytes(body)
    return (request.method or "", place, hashlib.sha256(content).hexdigest())
