"""What each operation asks of an API token, for every operation and every verb (P5).

`ROWS` says which verbs an operation needs; one without a row fails. The tokens are those of a person who may do
everything himself, so that nothing but their limits refuses them.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
from api_samples import Operation, ask, operations
from full_site import EXPORTED, OTHER, READY, FullSite

from erp_bridge_core.people.rules import TOKEN_VERBS

pytestmark = pytest.mark.rule("P5")

ANY: Final = frozenset[str]()
#: Nothing makes a token do these: a person signs in for them.
NEVER: Final = frozenset({"a person"})
READ, EDIT, SEND, ANSWER, RESUME = (frozenset({verb}) for verb in ("read", "edit", "send", "answer", "resume"))
#: Whoever may answer may take up exports, too.
TAKE_UP: Final = frozenset({"take up exports"})

#: What an operation needs; the first row that matches counts.
ROWS: Final = (
    (ANY, r"(GET|DELETE|POST) /session|GET /(companies|company|company/policy|projects)"),
    (ANY, r"GET /people/\{login\}"),  # the owner's own; of others nothing
    (NEVER, r"\w+ /(tokens|sign-ins|people|companies|company|thaw|plugins/certificates)(/.*)?|PUT /session/formats"),
    (NEVER, r"GET /webhooks.*|(POST|DELETE) /webhooks(/\{.*|/deliveries/.*)?"),
    (NEVER, r"GET /mail.*|POST /mail/(\{.*|retry|test)"),
    (NEVER, r"(POST|PUT|DELETE|PATCH) /connections(/\{name\}(/map|/settings)?)?|GET /connections/\{name\}/settings"),
    (NEVER, r"GET /connections/\{name\}/source-projects|(PUT|DELETE) /projects/\{number\}/source"),
    (EDIT, r"GET /projects/\{number\}/pull"),
    (NEVER, r"POST /projects|(PUT|DELETE) /projects/\{number\}/link"),
    (TAKE_UP, r"POST /exports/resume"),
    (RESUME, r"POST /(mail/(send|summaries)|webhooks/send|requests/poll|connections/\{name\}/check)"),
    (READ | EDIT | SEND, r"POST /requests/\{number\}/take"),
    (READ | RESUME, r"POST /requests/\{number\}/tell"),
    (READ | ANSWER, r"POST /requests/\{number\}/effects/\{reference\}/settle"),
    (READ, r"GET .*|POST /projects/\{number\}/sync|POST /verifications|POST /items/\{item_id\}/verification"),
    (ANSWER, r"POST /items/accept"),
    (READ | ANSWER, r"POST /items/\{item_id\}/(export(/run|/retry)?|verification/.*)"),
    (ANSWER, r"POST /items/.*"),
    (READ | SEND, r"POST /projects/\{number\}/send"),
    (SEND, r"POST /projects/\{number\}/retrieve"),
    (READ | EDIT, r"(POST|PATCH) /projects/\{number\}/budget/lines?"),
    (EDIT, r"(POST|PUT|PATCH|DELETE) /projects/\{number\}/.*"),
)
#: Operations that answer of each thing by itself, and those that end what asks.
TOLD_EACH: Final = {"accept_items", "retry_items"}
APART: Final = {"sign_in", "sign_out"}


def needs(operation: Operation) -> frozenset[str] | None:
    """What an operation needs of a token; None without a row."""
    return next((verbs for verbs, pattern in ROWS if re.fullmatch(pattern, operation.label)), None)


@pytest.fixture(scope="module")
def every(site: FullSite) -> tuple[Operation, ...]:
    """Every operation that a token may ask."""
    return tuple(each for each in operations(site) if each.name not in APART)


def token(site: FullSite, name: str, *verbs: str, projects: tuple[str, ...] = ()) -> dict[str, str]:
    """A new token of the person who may do everything."""
    people, bob = site.application.people, site.person("bob")
    if name in {each.name for each in people.list_tokens(bob)}:
        people.revoke_token(bob, name)
    limits: dict[str, Any] = {"companies": ["hoosier"], "projects": projects, "verbs": verbs}
    made = people.create_token(bob, name, **limits)
    return {"Authorization": f"Bearer {made}", "ERP-Bridge-Company": "hoosier"}


def test_every_operation_has_a_row(every: tuple[Operation, ...]) -> None:
    """Whoever adds an operation says here what it needs of a token."""
    assert [] == [each.label for each in every if needs(each) is None]


def test_a_repeated_request_is_answered_within_the_limits_of_the_token(site: FullSite) -> None:
    """A key that another token of the same person has used tells nothing of its answer."""
    wide, narrow = token(site, "wide", "read", "send"), token(site, "narrower", "resume")
    path, key = "/api/v1/projects/24-001/sync", {"Idempotency-Key": "one and the same".replace(" ", "-")}
    site.server.cookies.clear()

    first = site.server.post(path, headers={**wide, **key})
    again = site.server.post(path, headers={**wide, **key})
    other = site.server.post(path, headers={**narrow, **key})

    assert (200, 200, "true") == (first.status_code, again.status_code, again.headers["idempotency-replayed"])
    assert (422, "key_reused") == (other.status_code, other.json()["error"])


@pytest.fixture(params=[False, True], ids=["answering is off", "answering is on"])
def answers(site: FullSite, request: pytest.FixtureRequest) -> Iterator[bool]:
    """Whether the company lets tokens approve."""
    site.application.companies.set_policy(site.person("ada"), approve_by_token=request.param)
    yield bool(request.param)
    site.application.companies.set_policy(site.person("ada"), approve_by_token=False)


@pytest.mark.parametrize("verb", TOKEN_VERBS)
def test_a_token_does_what_its_verb_says_and_nothing_else(
    site: FullSite, every: tuple[Operation, ...], verb: str, *, answers: bool
) -> None:
    """What it may not is refused before anything happens, though its owner may."""
    headers, wrong = token(site, f"only {verb}", verb), []
    held = {verb} - (set() if answers else {"answer"})
    held |= TAKE_UP if held & (ANSWER | RESUME) else ANY
    before = site.acts()
    site.server.cookies.clear()
    for operation in every:
        is_open = (needs(operation) or ANY) <= held
        if is_open and operation.writes:
            continue  # what it does is held by the tests of each resource
        named = {"login": "bob"} if operation.name == "show_person" else {}
        answer = ask(site, operation, headers, **named)
        is_told = operation.name in TOLD_EACH and {"not_allowed"} == {each["error"]["error"] for each in answer.json()}
        if (answer.status_code == 403 or is_told) is is_open or answer.status_code >= 500:
            wrong.append(f"{operation.label} is {'open' if is_open else 'closed'}: {answer.status_code}")

    assert "" == " | ".join(wrong)
    assert before == site.acts()


def test_a_token_for_another_project_finds_nothing(site: FullSite, every: tuple[Operation, ...]) -> None:
    """Of a project that it is not for it is told as of none; of what is the whole company's it learns nothing."""
    headers, wrong = token(site, "elsewhere", *TOKEN_VERBS, projects=(OTHER,)), []
    before = site.acts()
    site.server.cookies.clear()
    for operation in every:
        if not re.search(r"\{(number|item_id)\}|audit|/(mail|webhooks)/send|/check", operation.path):
            continue
        if needs(operation) == NEVER:
            continue
        here, nowhere = (
            ask(site, operation, headers, number=number, item_id=str(item), change="BC-1")
            for number, item in (("24-001", EXPORTED), ("24-999", 99))
        )
        same = here.text.replace("24-001", "24-999").replace(f"item {EXPORTED}", "item 99").replace(
            f"items/{EXPORTED}", "items/99"
        ) == nowhere.text  # fmt: skip
        if here.status_code not in {403, 404} or not same:
            wrong.append(f"{operation.label}: {here.status_code} {here.text} {nowhere.text}")

    assert "" == " | ".join(wrong)
    assert before == site.acts()


def test_lists_hold_what_a_token_is_for(site: FullSite) -> None:
    """Items, their counts, projects, verifications, reports and companies: of its project alone, of its companies."""
    headers = token(site, "narrow", *TOKEN_VERBS, projects=(OTHER,))

    def get(path: str) -> Any:
        return site.server.get(f"/api/v1{path}", headers=headers).json()

    site.server.cookies.clear()

    assert [READY] == [each["id"] for each in get("/items")["items"]]
    assert {"ready": 1} == {state: count for state, count in get("/items")["counts"].items() if count}
    assert [OTHER] == [each["number"] for each in get("/projects")["items"]]
    assert [] == get("/problems")["items"]
    assert ([], []) == (get("/reports/job-costs")["jobs"], get("/reports/job-costs")["unverified"])
    assert ["hoosier"] == [each["code"] for each in get("/companies")]
    assert [] == site.server.post("/api/v1/verifications?also_synced=true", headers=headers).json()
