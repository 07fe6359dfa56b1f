"""The desk page: what it shows, what it runs, and whose forms it takes."""

from collections.abc import Iterator, Mapping, Sequence

import pytest
import requests
from attrs import frozen

from erp_bridge_core.simulation import DeskPage, Reply, Request, Section, serve


@frozen
class Greeting:
    name: str = "greet"
    help: str = "Greet somebody"
    arguments: tuple[tuple[str, str, bool], ...] = (("who", "whom to greet", True), ("how", "how", False))


def run(name: str, arguments: Mapping[str, str]) -> Sequence[str]:
    """Do an act, or fail as a person fails."""
    if arguments["who"] == "nobody":
        raise LookupError("nobody is here")
    return [f"{name} {dict(arguments)}"]


PAGE = DeskPage(
    title="Desk",
    path="/desk",
    acts={"greet": Greeting()},
    sections=lambda: [Section(title="People", headers=["Name"], rows=[["Ada & Co"]])],
    run=run,
    mistakes=(LookupError,),
)


def answer(request: Request) -> Reply:
    """The page, or 404."""
    return PAGE.answer(request) or Reply(status=404)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The address of a server with the page."""
    with serve(answer) as address:
        yield address.url


def submit(url: str, fields: dict[str, str], origin: str | None = None) -> requests.Response:
    """Post the form as a browser does."""
    return requests.post(f"{url}/desk/greet", data=fields, headers={"Origin": url if origin is None else origin})


def test_shows_tables_and_forms(url: str) -> None:
    """The page has its tables, and one form per act with its inputs."""
    page = requests.get(f"{url}/desk").text
    for piece in ("Ada &amp; Co", 'action="/desk/greet"', 'name="who" required', 'name="how"'):
        assert piece in page


def test_may_not_be_framed_and_runs_no_script(url: str) -> None:
    """The page's policy forbids scripts, framing, and forms that go elsewhere."""
    policy = requests.get(f"{url}/desk").headers["Content-Security-Policy"]
    assert {"default-src 'none'", "form-action 'self'", "frame-ancestors 'none'"} <= set(policy.split("; "))


def test_runs_an_act_with_the_inputs_given(url: str) -> None:
    """Blank and unknown inputs are not given to the act."""
    reply = submit(url, {"who": "Ada", "how": "", "other": "1"})
    assert (200, True) == (reply.status_code, "greet {&#x27;who&#x27;: &#x27;Ada&#x27;}" in reply.text)


def test_asks_for_what_is_missing(url: str) -> None:
    """A required input left blank is named."""
    reply = submit(url, {"who": ""})
    assert (400, True) == (reply.status_code, "greet needs who." in reply.text)


def test_tells_a_mistake_on_the_page(url: str) -> None:
    """A mistake of the person is told in words, not as a server error."""
    reply = submit(url, {"who": "nobody"})
    assert (400, True) == (reply.status_code, "nobody is here" in reply.text)


def test_takes_no_form_without_an_origin(url: str) -> None:
    """A form that does not prove where it came from is refused, as is another site's."""
    plain = requests.post(f"{url}/desk/greet", data={"who": "Ada"})
    assert (403, 403) == (plain.status_code, submit(url, {"who": "Ada"}, "http://example.org").status_code)


@pytest.mark.parametrize("path", ["/desk/greet", "/desk/other", "/other"])
def test_leaves_other_addresses_alone(url: str, path: str) -> None:
    """An act is never run by reading its address."""
    assert 404 == requests.get(url + path).status_code
