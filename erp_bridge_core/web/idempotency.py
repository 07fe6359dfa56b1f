"""Idempotency keys: a write that is sent again with its key is answered as before, and not done again.

A key belongs to one actor in one company for 24 hours, and to one request: another path or body under it is refused. It
is taken, durably, before the request is handled; a server that dies meanwhile leaves it taken, and whoever sends it
again is told so. A refusal (4xx) and a server that could not work (503) changed nothing: they leave the key free.
"""

import hashlib
import hmac
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from secrets import token_hex
from typing import Any, Final

import msgspec
from anyio.to_thread import run_sync
from attrs import define, field, frozen
from filelock import FileLock, Timeout
from litestar import Request
from litestar.enums import ScopeType
from litestar.exceptions import ClientException, HTTPException
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from sqlalchemy import delete, insert, select, update

from erp_bridge_core.app import Application
from erp_bridge_core.contract.errors import BadInput, Fault
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.tables import idempotency_keys
from erp_bridge_core.web.actors import application_of, visit_of
from erp_bridge_core.web.errors import KeyReused, UnderWay
from erp_bridge_core.web.security import LARGEST_BODY

HEADER: Final = "Idempotency-Key"
#: Tells that an answer is the one of the first request.
REPLAYED: Final = "idempotency-replayed"
#: Marks an operation whose answer holds a secret: it is never kept.
SHOWN_ONCE: Final = {"shown_once": True}
KEPT: Final = timedelta(hours=24)
LONGEST_KEY: Final = 255
#: Longer answers are not kept.
LONGEST_ANSWER: Final = 1024 * 1024
#: Headers of an answer that are kept with it.
_HEADERS: Final = ("content-type", "etag", "location")
_WRITES: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@define
class Living:
    """Which servers live: each holds a file lock, which ends with its process whatever happens to that."""

    folder: Path
    name: str = field(factory=lambda: token_hex(16))
    _lock: FileLock | None = field(default=None, init=False)

    def begin(self) -> str:
        """This server's name; its lock is taken when it is first asked for."""
        if self._lock is None:
            self.folder.mkdir(exist_ok=True)
            self._lock = FileLock(self._file(self.name))
            self._lock.acquire(timeout=0)
        return self.name

    def lives(self, name: str) -> bool:
        """Whether the server of that name is still there."""
        if name == self.name:
            return True
        file = self._file(name)
        if not file.exists():
            return False
        try:
            with FileLock(file, timeout=0):
                file.unlink(missing_ok=True)
        except Timeout:
            return True
        return False

    def end(self) -> None:
        """The server ends."""
        if self._lock is not None:
            self._lock.release()
            self._file(self.name).unlink(missing_ok=True)
            self._lock = None

    def _file(self, name: str) -> Path:
        return self.folder / f"server-{name}.lock"


@frozen(kw_only=True)
class Answer:
    """An answer as it is kept; `body` None: it is not, since it held a secret or was too long."""

    status: int
    headers: dict[str, str]
    body: bytes | None


@frozen(kw_only=True)
class Keys:
    """The keys of an installation."""

    application: Application
    living: Living

    def take(self, actor: Actor, key: str, fingerprint: str) -> Answer | None:
        """Take a key; answers what it was answered before. Raises `KeyReused` or `UnderWay`."""
        now, table = self.application.clock.now(), idempotency_keys
        with self.application.store.begin() as connection:
            connection.execute(delete(table).where(table.c.taken_at < now - KEPT))
            row = connection.execute(select(table).where(*_of(actor, key))).one_or_none()
            if row is None:
                values = {**_owner(actor), "key": key, "fingerprint": fingerprint, "taken_at": now}
                connection.execute(insert(table).values(**values, taken_by=self.living.begin()))
                return None
        if row.fingerprint != fingerprint:
            fault = Fault(HEADER, "was used for another request", value=key, expected="a key of this request's own")
            raise KeyReused("This key was used for another request.", remedy="Send a new key.", faults=[fault])
        if row.status is None:
            raise self._under_way(row.taken_by, row.taken_at)
        return Answer(status=row.status, headers=dict(row.headers), body=row.body)

    def keep(self, actor: Actor, key: str, answer: Answer) -> None:
        """Keep what a key was answered; a refusal frees it."""
        table = idempotency_keys
        with self.application.store.begin() as connection:
            if is_refusal(answer.status):
                connection.execute(delete(table).where(*_of(actor, key)))
                return
            values = {"status": answer.status, "headers": answer.headers, "body": answer.body}
            connection.execute(update(table).where(*_of(actor, key)).values(**values))

    def fingerprint(self, actor: Actor, request: Request[Any, Any, Any], body: bytes) -> str:
        """What tells one request from another; keyed, so that a password in it can't be guessed from it.

        The limits of a token are part of it: what a wider token of the same person was answered is not for this one.
        """
        limits = (",".join(sorted(actor.token_verbs or ())), ",".join(map(str, sorted(actor.token_projects or ()))))
        sent = (request.method, request.url.path, request.url.query, request.headers.get("if-match", ""))
        parts = (*sent, *limits, str(actor.token_projects is None))
        seal = hmac.new(self.application.opened.audit_key, "\n".join(parts).encode(), hashlib.sha256)
        # Between the parts of a form stands a text that is made anew whenever it is sent.
        boundary = request.content_type[1].get("boundary", "").encode()
        seal.update(b"\n" + (body.replace(boundary, b"") if boundary else body))
        return seal.hexdigest()

    def _under_way(self, server: str, since: datetime) -> UnderWay:
        if self.living.lives(server):
            return UnderWay("The request with this key is under way.", remedy="Send it again in a few seconds.")
        return UnderWay(
            f"The request with this key began at {since.isoformat()}, and the server ended before it had answered.",
            remedy="Look whether it was done. If not, send it with a new key; what is there already is told so.",
        )


def is_refusal(status: int) -> bool:
    """Whether an answer says that nothing was changed."""
    return HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR or (
        status == HTTPStatus.SERVICE_UNAVAILABLE
    )


class Writes:
    """The API's gate for writes: a body that can be read at all, and keys that make them repeatable."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != ScopeType.HTTP or scope["method"] not in _WRITES:
            await self._app(scope, receive, send)
            return
        request: Request[Any, Any, Any] = Request(scope, receive=receive)
        body = await _read(receive)
        _require_readable(request, body)
        key, actor = request.headers.get(HEADER), visit_of(request).actor
        if key is None or actor is None or scope["method"] != "POST":
            await self._app(scope, _replayed(body, receive), send)
            return
        _require_key(key)
        keys = Keys(application=application_of(request), living=request.app.state["living"])
        known = await run_sync(keys.take, actor, key, keys.fingerprint(actor, request, body))
        if known is not None:
            await _answer(known, send)
            return
        await self._first(scope, _replayed(body, receive), send, keys=keys, actor=actor, key=key)

    async def _first(self, scope: Scope, receive: Receive, send: Send, *, keys: Keys, actor: Actor, key: str) -> None:
        listening = _Listening(send)
        await self._app(scope, receive, listening)
        secret = bool(scope["route_handler"].opt.get("shown_once"))
        await run_sync(keys.keep, actor, key, listening.answer(secret=secret))


@define
class _Listening:
    """Passes an answer on, and keeps it."""

    send: Send
    status: int = 500
    headers: dict[str, str] = field(factory=dict)
    body: bytearray = field(factory=bytearray)
    too_long: bool = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            named = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in message["headers"]}
            self.headers = {name: named[name] for name in _HEADERS if name in named}
        elif message["type"] == "http.response.body":
            self.too_long = self.too_long or len(self.body) + len(message["body"]) > LONGEST_ANSWER
            if not self.too_long:
                self.body += message["body"]
        await self.send(message)

    def answer(self, *, secret: bool) -> Answer:
        """What was answered."""
        body = None if secret or self.too_long else bytes(self.body)
        return Answer(status=self.status, headers=self.headers, body=body)


async def _answer(known: Answer, send: Send) -> None:
    if known.body is None:
        raise UnderWay(
            "This was done; its answer was given once, and is not kept.",
            remedy="Look at what it made; where its secret is lost, make another with a new key.",
        )
    headers = {**known.headers, REPLAYED: "true", "content-length": str(len(known.body))}
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": known.status, "headers": encoded})
    await send({"type": "http.response.body", "body": known.body, "more_body": False})


async def _read(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientException("The request was cut short.")
        body += message["body"]
        if len(body) > LARGEST_BODY:
            raise HTTPException(status_code=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if not message["more_body"]:
            return bytes(body)


def _replayed(body: bytes, receive: Receive) -> Receive:
    told = False

    async def again() -> Any:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _require_readable(request: Request[Any, Any, Any], body: bytes) -> None:
    """The decoder of the server takes what is no text, or nested without end, for a defect of its own."""
    if request.content_type[0] != "application/json" or not body:
        return
    try:
        msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ClientException("The body is no JSON.") from error


def _require_key(key: str) -> None:
    if not (key.isascii() and key.isprintable() and " " not in key and len(key) <= LONGEST_KEY) or not key:
        fault = Fault(HEADER, "is no key", expected=f"1 to {LONGEST_KEY} visible characters of ASCII")
        raise BadInput("The idempotency key can't be used.", remedy="Send a random UUID.", faults=[fault])


def _owner(actor: Actor) -> dict[str, Any]:
    return {"company_id": actor.company_id, "person_id": actor.person_id, "by_token": actor.is_token}


def _of(actor: Actor, key: str) -> list[Any]:
    return [
        *(idempotency_keys.c[name] == value for name, value in _owner(actor).items()),
        idempotency_keys.c.key == key,
    ]
