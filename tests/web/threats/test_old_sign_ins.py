"""What asks for a recent sign-in is asked of everybody, on pages and by the API: an old one does nothing.

`ASKS` names the writes that ask, `FREE` those that do not; a write in neither fails, so that whoever adds one decides.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
from api_samples import ask, operations
from full_site import READY, FullSite
from httpx import Response
from web_items import form_of

#: Who acts for the company, who may do what, and what leads outside.
ASKS: Final = (
    r"POST /companies(/new)?|(PATCH|POST) /company/policy|DELETE /company/tokens/.*|POST /company/tokens/withdraw",
    r"POST /connections(/new|/\{name\}/(remove|settings|authorize))?|(DELETE|PATCH) /connections/\{name\}(/settings)?",
    r"POST /items/(\{item_id\}/)?accept|POST /items/\{item_id\}/(export/effects/\{reference\}/settle|settle/.*)",
    r"POST /requests/\{number\}/(effects/\{reference\}/settle|settle/.*)",
    r"\w+ /people.*|POST /projects/\{number\}/grants|POST /(problems/)?thaw|POST /plugins/certificates",
    r"POST /(password|profile(/identities/unlink)?)|POST /tokens|POST /mail/test",
    r"POST /webhooks(/\{number\}/(remove|renew-secret))?|DELETE /webhooks/\{number\}|POST /webhooks/\{number\}/.*",
)
#: What goes on for as long as a session lasts: everyday work, and whatever takes a right away from oneself.
FREE: Final = (
    r"POST /(sign-in|sign-out|company)|\w+ /(session|sign-ins).*|POST /profile/(formats|sessions/.*)",
    r"DELETE /tokens/\{name\}|POST /tokens/revoke",
    r"POST /profile/identities/link",  # leads to the provider, where he signs in anew
    r"POST /connections/\{name\}/(check|map|map/(import|remove))|(PUT|DELETE) /connections/\{name\}/map",
    r"POST /(projects|projects/new)|(PUT|DELETE) /projects/\{number\}/link|POST /projects/\{number\}/(un)?link",
    r"\w+ /projects/\{number\}/(budget|changes|pull|retrieve|send|source|sync|unlock).*",
    r"POST /(items/retry|exports/resume|verifications)",
    r"POST /items/\{item_id\}/(accept-difference|adopt|corrected|reject|start|take|take-back|verification.*|verify)",
    r"POST /items/\{item_id\}/(export(/(run|retry|take|pause|continue|cancel))?|resume|retry|pause|continue|cancel)",
    r"POST /(mail/(\{number\}/)?retry|mail/(send|summaries)|webhooks/(send|deliveries/(\{number\}/)?retry))",
    r"POST /(requests/(poll|\{number\}/(take|tell))|receive/\{name\})",  # who delivers signs what he says
)
#: The page with a form, where it is not the path that the form is sent to.
PAGES: Final = (
    (r"/people/\{login\}/.*", "/people/mia/settings"), (r"/webhooks.*", "/webhooks"), (r"/mail/.*", "/mail"),
    (r"/connections/\{name\}/.*", "/connections/books/settings"), (r"/problems/.*", "/problems/thaw"),
    (r"/projects/\{number\}/grants", "/projects/24-001/settings"), (r"/profile/.*", "/profile"),
    (r"/items/\{item_id\}/accept", f"/items/{READY}/accept"), (r"/plugins/.*", "/plugins"),
)  # fmt: skip
#: What somebody types where a form is blank, or is not shown now.
TYPED: Final = {
    "login": "nia", "name": "nightly", "code": "third", "time_zone": "UTC", "currency": "USD", "erp": "memory",
    "subject": "somebody", "address": "someone@site.test", "url": "https://hooks.example.com/x", "reason": "Seen.",
    "how": "arrived", "verb_read": "yes", "item": str(READY), "project": "24-001", "level": "standard",
    "password": "words that nobody guesses", "password_repeated": "words that nobody guesses", "setting-note": "x",
    "confirm_import_closes": "yes", "email": "someone@site.test", "issuer": "https://id.site.test", "kind": "budget",
}  # fmt: skip


def is_of(patterns: tuple[str, ...], route: str) -> bool:
    """Whether a write is one of them, as a page or operation alike."""
    return any(re.fullmatch(pattern, route.replace(" /api/v1/", " /")) for pattern in patterns)


def writes(site: FullSite) -> list[str]:
    """Every method and path that changes something."""
    return [route for route in site.routes() if not route.startswith("GET ")]


@pytest.fixture
def old(site: FullSite) -> Iterator[str]:
    """Somebody who may do everything signed in 20 minutes ago; the token of his forms."""
    clock: Any = site.application.clock
    token = site.browser("bob", anew=True).token("/password")
    before = clock.moment
    clock.advance(minutes=20)
    yield token
    clock.moment = before


def asks(answer: Response) -> bool:
    """Whether all that is missing is a recent sign-in; of many items, that is told of each."""
    return answer.status_code in {200, 403} and "a sign-in within the last 15 minutes" in answer.text


def sent(site: FullSite, route: str, token: str) -> Response:
    """A page's form as a person fills it in."""
    path = route.partition(" ")[2]
    named = {"item_id": str(READY)} if path.endswith("/accept") else {}
    to, browser = site.path(route, **named), site.browser("bob")
    page = next((page for pattern, page in PAGES if re.fullmatch(pattern, path)), to)
    html = browser.get(page).text
    try:
        shown = form_of(html, to)
    except StopIteration:
        shown = dict(re.findall(r'name="(seen)" value="([^"]*)"', html))  # as it stands in the page's other forms
    filled = {**TYPED, **{name: value for name, value in shown.items() if value}, "csrf_token": token}
    files = {"file": ("certificate.json", b"{}", "application/json")} if "file" in shown else None
    answer: Response = browser.client.post(to, data=filled, files=files, follow_redirects=False)
    return answer


def test_every_write_asks_or_is_free(site: FullSite) -> None:
    """And none is both."""
    assert [] == [route for route in writes(site) if is_of(ASKS, route) is is_of(FREE, route)]


def test_an_old_sign_in_does_nothing_by_the_api(site: FullSite, old: str) -> None:
    """Each operation that asks is refused, whatever its body, and leaves no trace."""
    found = [each for each in operations(site) if each.writes and is_of(ASKS, each.label)]
    before, wrong = site.acts(), []
    site.browser("bob")
    for operation in found:
        named = {"item_id": str(READY)} if operation.path.endswith("/accept") else {}
        answer = ask(site, operation, {"X-CSRF-Token": old}, **named)
        if not asks(answer):
            wrong.append(f"{operation.label}: {answer.status_code} {answer.text[-200:]}")

    assert "" == "\n".join(wrong)
    assert len(found) > 25
    assert before == site.acts()


def test_an_old_sign_in_does_nothing_on_pages(site: FullSite, old: str) -> None:
    """Each form that asks is shown again with its reason, and leaves no trace."""
    found = [route for route in writes(site) if is_of(ASKS, route) and "/api/" not in route]
    before, wrong = site.acts(), []
    for route in found:
        answer = sent(site, route, old)
        if not asks(answer):
            told = re.findall(r'class="(?:notice|error)[^>]*>(.{0,150})', answer.text)
            wrong.append(f"{route}: {answer.status_code} {told} {answer.headers.get('location')}")

    assert "" == "\n".join(wrong)
    assert len(found) > 25
    assert before == site.acts()
