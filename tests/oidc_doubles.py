"""A provider of sign-ins on loopback that says whatever a test has it say, right or wrong."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlencode

from attrs import Factory, define, field
from httpx import Response
from joserfc import jwt
from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry
from oidc_person import query_of
from web_site import Browser

from erp_bridge_core.contract.connection import Clock

KEY = RSAKey.generate_key(2048, parameters={"use": "sig"}, auto_kid=True)
OTHER_KEY = RSAKey.generate_key(2048, parameters={"use": "sig"}, auto_kid=True)


@define(kw_only=True)
class Reply:
    """What is answered: JSON of `said`, or `body` as it is."""

    said: Any = None
    body: bytes | None = None
    status: int = 200
    headers: dict[str, str] = Factory(lambda: {"Content-Type": "application/json"})


@define
class ProviderDouble:
    """`replies` are by path; `asked` holds the paths that were asked, `sent` the forms and the authorization header."""

    url: str
    replies: dict[str, Reply] = Factory(dict)
    asked: list[str] = Factory(list)
    sent: list[tuple[str, str]] = field(factory=list)

    def says(self, path: str, said: Any = None, **reply: Any) -> None:
        """Have a path answer from now on."""
        self.replies[path] = Reply(said=said, **reply)

    def keys(self, *keys: RSAKey) -> None:
        """Have it publish these keys."""
        self.says("/keys", {"keys": [key.as_dict(private=False) for key in keys]})

    def discovery(self, **other: Any) -> None:
        """Have it say where it is asked; None takes something away."""
        said = {
            "issuer": self.url, "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token", "jwks_uri": f"{self.url}/keys", **other,
        }  # fmt: skip
        self.says("/.well-known/openid-configuration", {name: each for name, each in said.items() if each is not None})

    def gives(self, token: Any) -> None:
        """Have it answer a code with this ID token."""
        self.says("/token", {"access_token": "a", "token_type": "Bearer", "id_token": token})


def signed(claims: dict[str, Any], *, key: Any = KEY, alg: str = "RS256", **header: Any) -> str:
    """An ID token; None takes a claim away."""
    kept = {name: value for name, value in claims.items() if value is not None}
    registry = JWSRegistry(algorithms=[alg], strict_check_header=False)
    return jwt.encode({"alg": alg, "kid": getattr(key, "kid", None) or KEY.kid, **header}, kept, key, registry=registry)


@contextmanager
def provider_double() -> Iterator[ProviderDouble]:
    """A provider that is right in everything but gives no token yet."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer("")

        def do_POST(self) -> None:
            form = self.rfile.read(int(self.headers["Content-Length"])).decode()
            double.sent.append((form, self.headers.get("Authorization", "")))
            self._answer(form)

        def _answer(self, _: str) -> None:
            double.asked.append(self.path)
            reply = double.replies.get(self.path, Reply(status=404, said={}))
            body = reply.body if reply.body is not None else json.dumps(reply.said).encode()
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    double = ProviderDouble(f"http://127.0.0.1:{server.server_port}")
    double.discovery()
    double.keys(KEY)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield double
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@define(kw_only=True)
class RoundTrip:
    """A browser that goes to a double and comes back."""

    browser: Browser
    double: ProviderDouble
    clock: Clock

    def begin(self, path: str = "/sign-in/provider") -> dict[str, str]:
        """Go to the provider; answers what it is asked for."""
        gone = self.browser.get(path)
        assert gone.status_code == 303, gone.text
        return query_of(gone.headers["location"])

    def claims(self, asked: dict[str, str], **other: Any) -> dict[str, Any]:
        """The right claims for what was asked; None takes one away."""
        now = int(self.clock.now().timestamp())
        right = {"iss": self.double.url, "sub": "abe-there", "aud": "erp-bridge", "exp": now + 300, "iat": now}
        return {**right, "nonce": asked["nonce"], **other}

    def back(self, asked: dict[str, str], **other: str) -> Response:
        """Come back with a code; a blank takes a part of the answer away."""
        answer = {"code": "c0de", "state": asked["state"], **other}
        return self.browser.get(f"/sign-in/provider/back?{urlencode({k: v for k, v in answer.items() if v})}")

    def go(self, path: str = "/sign-in/provider", **other: Any) -> Response:
        """The whole round, with the right claims but for others."""
        asked = self.begin(path)
        self.double.gives(signed(self.claims(asked, **other)))
        return self.back(asked)
