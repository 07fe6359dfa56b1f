"""Reading to a proven end, and every shape in which CMiC refuses or fails a write."""

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import responses
from cmic_doubles import BASE, CM, FRAMEWORK, JC, make_erp, page

from erp_bridge_cmic.client import Cmic
from erp_bridge_core.contract import Secret
from erp_bridge_core.contract.errors import AlreadyThere, ErpRefused, NotSent, OutcomeUnknown, ReadFailed, SignInFailed

ROWS = f"{JC}/jcjobcategory"
TOKENS = "https://login.example.com/token"


def rows(client: Cmic) -> list[str]:
    """The categories of all rows read."""
    found = client.rows("jcjobcategory", fields=("JcatVUuid", "JcatCode"), identity="JcatVUuid")
    return [row["JcatCode"] for row in found]


def row(number: int) -> dict[str, Any]:
    """A row with an identity."""
    return {"JcatVUuid": f"{number:032X}", "JcatCode": str(number)}


def test_pages_are_read_to_the_end(mock: responses.RequestsMock) -> None:
    """Pages follow by offset until there is no more, whatever their links say."""
    client = Cmic(make_erp(page_size=2))
    mock.get(ROWS, page([row(1), row(2)], more=True, offset=0, totalResults=3))
    mock.get(ROWS, page([row(3)], offset=2, totalResults=3))
    assert (["1", "2", "3"], ["0", "2"]) == (
        rows(client),
        [_query(call.request.url or "")["offset"] for call in mock.calls],
    )


def _query(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


@pytest.mark.rule("L7")
@pytest.mark.parametrize(
    "pages",
    [
        [page([row(1), row(2)], totalResults=3)],
        [page([row(1)], more=True)],
        [page([row(1), row(2)], more=True), page([row(2)])],
        [page([row(1), row(2)]), page([row(3)])],
        [page([row(1), row(2)], more=True, offset=0), page([row(3)], offset=0)],
        ['{"items": [], "count": 1, "hasMore": false}'],
        ['{"items": []}'],
        ["[]"],
        ["{"],
    ],
    ids=["missing", "short", "repeated", "cut", "offset", "count", "no end", "list", "no JSON"],
)
def test_doubtful_pages_are_failed_reads(mock: responses.RequestsMock, pages: list[str]) -> None:
    """A page that is cut, repeats, misses rows or contradicts itself is a failed read, never an early end."""
    for body in pages:
        mock.get(ROWS, body)
    with pytest.raises(ReadFailed):
        rows(Cmic(make_erp(page_size=2)))


REFUSALS = {
    "structured": (400, {"title": "Bad Request", "status": "400", "o:errorDetails": [{"detail": "No."}]}, {}, "No."),
    "title alone": (400, {"title": "Bad Request", "status": "400"}, {}, "Bad Request"),
    "error": (404, {"error": "Batch is posted."}, {}, "Batch is posted."),
    "done, yet not": (200, {"o:errorDetails": [{"detail": "Not done."}]}, {}, "Not done."),
    "plain with the framework's header": (400, "Cost Code Code X", FRAMEWORK, "Cost Code Code X"),
    "plain with a number": (400, "JBO-25058: No such attribute", {}, "JBO-25058: No such attribute"),
    "too large": (413, "Batch size exceeded, maximum is 1000", FRAMEWORK, "Batch size exceeded, maximum is 1000"),
}


@pytest.mark.rule("L6", "E3")
@pytest.mark.parametrize("name", REFUSALS)
def test_own_shapes_are_refusals(mock: responses.RequestsMock, client: Cmic, name: str) -> None:
    """Each form in which CMiC itself refuses is a refusal with its words and something to do."""
    status, body, headers, words = REFUSALS[name]
    mock.post(ROWS, body if isinstance(body, str) else json.dumps(body), status=status, headers=headers)
    with pytest.raises(ErpRefused) as caught:
        client.create("jcjobcategory", {})
    assert (words, True) == (caught.value.words, bool(caught.value.remedy))


@pytest.mark.rule("L6")
@pytest.mark.parametrize(("status", "body"), [(400, "Bad request"), (404, ""), (403, "<p>blocked</p>"), (409, "{}")])
def test_foreign_shapes_are_unknown(mock: responses.RequestsMock, client: Cmic, status: int, body: str) -> None:
    """A 4xx in no form of CMiC's own may come from anything in between: nothing is known of the write."""
    mock.post(ROWS, body, status=status)
    with pytest.raises(OutcomeUnknown):
        client.create("jcjobcategory", {})


@pytest.mark.rule("L11")
def test_done_in_words_is_no_refusal(mock: responses.RequestsMock, client: Cmic) -> None:
    """A success whose body is no row is taken as answered: only reading back tells whether it is there."""
    mock.post(ROWS, "Created", status=201, headers=FRAMEWORK)
    assert {} == client.create("jcjobcategory", {})


@pytest.mark.rule("L5")
@pytest.mark.parametrize("words", ["ORA-00001: unique constraint violated", "JBO-25013: Too many objects match"])
def test_duplicate_keys_ask_for_comparison(mock: responses.RequestsMock, client: Cmic, words: str) -> None:
    """A duplicate key is told as already there."""
    mock.post(ROWS, words, status=400)
    with pytest.raises(AlreadyThere):
        client.create("jcjobcategory", {})


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("Job J1 is in process; its original budget can't be changed.", "freezes"),
        ("The posting period of 2026-04-08 is closed.", "closed period"),
        ("PCI is not approved. Approved Flag: N, PCI Status: PENDING", "not approved"),
        ("Cost Code Code 1 does not exist.", "phase and category"),
    ],
)
def test_words_are_explained(mock: responses.RequestsMock, client: Cmic, words: str, part: str) -> None:
    """CMiC's words are told with what they mean."""
    mock.post(ROWS, json.dumps({"o:errorDetails": [{"detail": words}]}), status=400)
    with pytest.raises(ErpRefused) as caught:
        client.create("jcjobcategory", {})
    assert part in caught.value.meaning


@pytest.mark.rule("L11")
def test_posting_succeeds_by_its_result_alone(mock: responses.RequestsMock, client: Cmic) -> None:
    """PostCm answers 200 either way: only SUCCESS is one, and its parameters are a list of single pairs."""
    mock.post(f"{CM}/postcm", '{"result": "SUCCESS"}')
    mock.post(f"{CM}/postcm", '{"result": "PCI is not approved."}')
    client.post_pci(job="J1", number="COI00000001", day="2026-04-08")
    with pytest.raises(ErpRefused) as caught:
        client.post_pci(job="J1", number="COI00000001", day="2026-04-08")
    sent = json.loads(mock.calls[0].request.body or "")
    expected = [{"compCode": "01"}, {"jobCode": "J1"}, {"chgCode": "COI00000001"}, {"postDate": "2026-04-08"}]
    assert ("PCI is not approved.", expected) == (caught.value.words, sent["parameters"])


def test_posting_without_result_is_unknown(mock: responses.RequestsMock, client: Cmic) -> None:
    """An answer to postCm without a result says nothing."""
    mock.post(f"{CM}/postcm", "{}")
    with pytest.raises(OutcomeUnknown):
        client.post_pci(job="J1", number="1", day="2026-04-08")


def test_log_in_is_client_and_user(mock: responses.RequestsMock, client: Cmic) -> None:
    """Basic names the client and the user, two pipes between; framework version 4 is asked for."""
    mock.get(ROWS, page([]))
    rows(client)
    sent = mock.calls[0].request.headers
    assert ("Basic QUNNRXx8QVBJOnB3", "4") == (sent["Authorization"], sent["Rest-Framework-Version"])


def test_refused_log_in_is_not_tried_again(mock: responses.RequestsMock, client: Cmic) -> None:
    """One refused log-in ends all requests of the connection: users can be locked."""
    mock.get(ROWS, "", status=401)
    for _ in range(2):
        with pytest.raises(SignInFailed):
            rows(client)
    assert 1 == len(mock.calls)


def oauth() -> Cmic:
    """A client that signs in by OAuth."""
    return Cmic(
        make_erp(
            authentication="oauth", token_url=TOKENS, oauth_client_id="app", oauth_client_secret=Secret("s"), user=""
        )
    )


def test_ended_token_is_renewed(mock: responses.RequestsMock) -> None:
    """A read goes on with a new token; a write says that nothing was sent, and the next one has a new token."""
    client = oauth()
    for token in ("one", "two", "three"):
        mock.post(TOKENS, json.dumps({"access_token": token, "expires_in": 3600}))
    mock.get(ROWS, page([]))
    mock.get(ROWS, "", status=401)
    mock.get(ROWS, page([]))
    mock.post(ROWS, "", status=401)
    mock.post(ROWS, "{}", status=201)
    rows(client)
    rows(client)
    with pytest.raises(NotSent):
        client.create("jcjobcategory", {})
    client.create("jcjobcategory", {})
    sent = [call.request.headers.get("Authorization") for call in mock.calls if call.request.url != TOKENS]
    assert ["Bearer one", "Bearer one", "Bearer two", "Bearer two", "Bearer three"] == sent


def test_refused_client_gets_no_second_token(mock: responses.RequestsMock) -> None:
    """An identity provider that refuses is asked once."""
    client = oauth()
    mock.post(TOKENS, '{"error": "invalid_client"}', status=401)
    for _ in range(2):
        with pytest.raises(SignInFailed):
            rows(client)
    assert 1 == len(mock.calls)


def test_batch_goes_to_the_module(mock: responses.RequestsMock, client: Cmic) -> None:
    """A batch names neither version nor resource in its address."""
    mock.post(f"{BASE}/cm-rest-api/rest", '{"parts": []}')
    client.batch("cmdetail", [{"id": "part1"}])
    assert {"parts": [{"id": "part1"}]} == json.loads(mock.calls[0].request.body or "")


@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_refused_reads_conclude_nothing(mock: responses.RequestsMock, client: Cmic, status: int) -> None:
    """Whatever a read is answered with besides data is a failed read with a remedy."""
    mock.get(ROWS, "No.", status=status)
    with pytest.raises(ReadFailed) as caught:
        rows(client)
    assert caught.value.remedy
