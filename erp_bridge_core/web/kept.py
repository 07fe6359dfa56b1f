"""What was typed into a form when its sign-in was over: kept for its person, and shown in its form after a new sign-in.

Every form says, under a seal of this server, for whom, in which company and on which page it was written (`origin`).
So a form that comes without a good sign-in is known as ours, and its person's. Its text is kept in the memory of this
server, bounded and for a while, under a key that nobody can guess; the key alone travels, in the address of the form's
page (`?kept=`). That page is then shown to that person alone with the text in it. Nothing is done with it by itself:
the person looks at it and sends it. Passwords, other secrets and files are never kept.
"""

import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from attrs import define, field, frozen
from litestar.datastructures import FormMultiDict

from erp_bridge_core.people.actor import Actor
from erp_bridge_core.web.actors import WebRequest, visit_of
from erp_bridge_core.web.addresses import HOME, asked_path, own_path
from erp_bridge_core.web.forms import SECRETS

#: The hidden field of every form that names its origin, and the query of a page that is shown with what was kept.
ORIGIN: Final = "origin"
QUERY: Final = "kept"
#: In place of a key: there was more text than is kept.
TOO_LONG: Final = "too-long"
#: How long a text is kept, how many characters one may have, how many there are of one person, and of all.
KEPT: Final = timedelta(hours=12)
LONGEST: Final = 256 * 1024
MOST_OF_ONE: Final = 3
MOST: Final = 100
#: Longer addresses of pages are kept without their query.
_LONGEST_PAGE: Final = 300


@frozen(kw_only=True)
class Origin:
    """For whom, in which company and on which page a form was written."""

    person: int
    company: str
    page: str

    def is_of(self, actor: Actor | None) -> bool:
        """Whether it was written for whoever acts, whatever company he works in now."""
        return actor is not None and actor.person_id == self.person


@frozen(kw_only=True)
class KeptForm:
    """What was sent to `action` (path and query), in the order of its fields; `has_file` where a file came with it."""

    origin: Origin
    action: str
    fields: tuple[tuple[str, str], ...] = field(repr=False)
    has_file: bool
    until: datetime


@define
class KeptForms:
    """The forms that this server keeps; `now` is its clock."""

    now: Callable[[], datetime]
    _secret: bytes = field(factory=lambda: secrets.token_bytes(32), init=False, repr=False)
    _forms: "OrderedDict[str, KeptForm]" = field(factory=OrderedDict, init=False, repr=False)
    _lock: Any = field(factory=Lock, init=False)

    def seal(self, origin: Origin) -> str:
        """The origin as a form holds it."""
        told = f"{origin.person} {origin.company} {origin.page}"
        return f"{self._mac(told).decode()} {told}"

    def read(self, sealed: object) -> Origin | None:
        """The origin that a form holds; None where it holds none of ours."""
        mac, _, told = str(sealed).partition(" ")
        parts = told.split(" ", 2)
        if len(parts) != len(("person", "company", "page")) or not hmac.compare_digest(mac.encode(), self._mac(told)):
            return None
        return Origin(person=int(parts[0]), company=parts[1], page=parts[2])

    def keep(self, origin: Origin, action: str, typed: FormMultiDict) -> str:
        """Keep a form and answer its key, or `TOO_LONG`."""
        pairs = [(name, value) for name, value in typed.multi_items() if name != ORIGIN and not _is_secret(name)]
        fields = tuple((name, value.replace("\r\n", "\n")) for name, value in pairs if isinstance(value, str))
        if sum(len(name) + len(value) for name, value in fields) > LONGEST:
            return TOO_LONG
        key, has_file = secrets.token_urlsafe(16), any(not isinstance(value, str) for _, value in pairs)
        kept = KeptForm(origin=origin, action=action, fields=fields, has_file=has_file, until=self.now() + KEPT)
        with self._lock:
            self._make_room(origin.person)
            self._forms[key] = kept
        return key

    def find(self, key: str, actor: Actor) -> KeptForm | None:
        """What is kept under a key, for whoever it was kept for, in the company that it was typed in."""
        kept = self._forms.get(key)
        if kept is None or kept.until < self.now() or not kept.origin.is_of(actor):
            return None
        return kept if kept.origin.company == actor.company else None

    def _make_room(self, person: int) -> None:
        now = self.now()
        for key in [key for key, kept in self._forms.items() if kept.until < now]:
            del self._forms[key]
        theirs = [key for key, kept in self._forms.items() if kept.origin.person == person]
        for key in theirs[: max(0, len(theirs) - MOST_OF_ONE + 1)]:
            del self._forms[key]
        while len(self._forms) >= MOST:
            self._forms.popitem(last=False)

    def _mac(self, told: str) -> bytes:
        return hmac.new(self._secret, told.encode(), hashlib.sha256).hexdigest().encode()


def origin_field(request: WebRequest) -> str:
    """What the forms of a page say of their origin; blank for a stranger's."""
    actor = visit_of(request).actor
    if actor is None or actor.person_id is None:
        return ""
    return _kept_forms(request).seal(Origin(person=actor.person_id, company=actor.company, page=_page_of(request)))


def remember(request: WebRequest, typed: FormMultiDict) -> None:
    """Have at hand what was sent with a request, should it have to be kept."""
    request.state["typed"] = typed


def way_back(request: WebRequest, *, with_company: bool = False) -> str:
    """The page to come back to after a sign-in: the one that was asked for, or that of the form that was sent.

    What was typed into that form is kept for it. Home for a form that was not written for whoever is signed in.
    `with_company` names the form's company, too, for whoever works in another one now.
    """
    if request.method == "GET":
        return own_path(_address(request))
    typed = _typed(request)
    origin = _origin(request)
    actor = visit_of(request).actor
    if typed is None or origin is None or (actor is not None and not origin.is_of(actor)):
        return HOME
    key = _kept_forms(request).keep(origin, _address(request), typed)
    path, _, query = origin.page.partition("?")
    more = [("company", origin.company)] if with_company else []
    return own_path(f"{path}?{urlencode([*parse_qsl(query, keep_blank_values=True), *more, (QUERY, key)])}")


def kept_for(request: WebRequest) -> KeptForm | None:
    """What is kept for the page that is asked for; None where it was not asked for, or there is nothing."""
    actor, key = visit_of(request).actor, request.query_params.get(QUERY, "")
    if not key or actor is None or request.method != "GET":
        return None
    return _kept_forms(request).find(key, actor)


def kept_fields(request: WebRequest) -> Mapping[str, str]:
    """The names and texts that are kept for the page, for pages whose form has as many rows as are needed."""
    kept = kept_for(request)
    return dict(kept.fields) if kept else {}


def _is_secret(name: str) -> bool:
    return name == "csrf_token" or any(part in name for part in SECRETS)


def _kept_forms(request: WebRequest) -> KeptForms:
    forms: KeptForms = request.app.state["kept"]
    return forms


def _typed(request: WebRequest) -> FormMultiDict | None:
    typed: FormMultiDict | None = request.state.get("typed")
    return typed


def _origin(request: WebRequest) -> Origin | None:
    typed = _typed(request)
    return None if typed is None else _kept_forms(request).read(typed.get(ORIGIN))


def _page_of(request: WebRequest) -> str:
    """The address of the page that is shown: of a form that was sent and is shown again, that of its page."""
    if request.method == "GET":
        path, _, query = _address(request).partition("?")
        kept = urlencode([pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] != QUERY])
        return f"{path}?{kept}" if kept and len(path) + len(kept) < _LONGEST_PAGE else path
    origin = _origin(request)
    return origin.page if origin is not None else asked_path(request.scope)


def _address(request: WebRequest) -> str:
    query = request.scope["query_string"].decode("latin-1")
    return asked_path(request.scope) + (f"?{query}" if query else "")
