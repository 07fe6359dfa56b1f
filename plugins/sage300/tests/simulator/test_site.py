"""The desk page on the simulator's server."""

from collections.abc import Iterator

import pytest
import requests
from simulator.office import Office, category_record, job_record

from erp_bridge_sage300.simulator import SageSimulator


@pytest.fixture
def desk(office: Office) -> Iterator[str]:
    """The address of the desk page."""
    with SageSimulator().serve(office.home) as served:
        yield served.desk_url


def submit(desk: str, act: str, **fields: str) -> requests.Response:
    """Post a form as a browser does."""
    return requests.post(f"{desk}/{act}", data=fields, headers={"Origin": desk.removesuffix("/desk")})


def test_imports_and_posts_from_the_page(desk: str, office: Office) -> None:
    """A person takes a file of the share in and posts it, seeing the batch between."""
    name = office.put(job_record(), category_record("03-1000"))
    imported = submit(desk, "import", file=name, approved="yes").text
    assert "<td>EST0000001</td>" in imported
    assert "Run 1 posted 1 entries" in submit(desk, "post", batch="", first="").text
    assert {"03-1000 / LAB": ("0.00", "100.00")} == office.books()


def test_has_a_form_for_every_act(desk: str) -> None:
    """Whatever the command line can do at the desk, the page can."""
    page = requests.get(desk).text
    assert [] == [name for name in SageSimulator().desk() if f'action="/desk/{name}"' not in page]


def test_tells_a_mistake_with_its_remedy(desk: str) -> None:
    """A mistake stays on the page, with what to do."""
    reply = submit(desk, "close", job="99")
    assert (400, True, True) == (
        reply.status_code,
        "Sage has no job 99." in reply.text,
        "List the jobs and give one of them." in reply.text,
    )


def test_takes_no_form_of_another_site(desk: str, office: Office) -> None:
    """A page elsewhere can't close a job."""
    reply = requests.post(f"{desk}/close", data={"job": "24-001"}, headers={"Origin": "http://example.org"})
    assert (403, False) == (reply.status_code, "Closed" in office.do("jobs"))


def test_sets_and_lists_switches(desk: str) -> None:
    """A switch is set by name, listed with its value, and set back by leaving the value out."""
    submit(desk, "switch", name="page_size", value="7")
    listed = submit(desk, "switch").text
    back = submit(desk, "switch", name="page_size").text
    assert (True, True) == ("page_size = 7" in listed, "page_size is now 1000." in back)


@pytest.mark.parametrize("fields", [{"name": "nonsense"}, {"name": "page_size", "value": "many"}])
def test_refuses_a_switch_that_is_none(desk: str, fields: dict[str, str]) -> None:
    """An unknown switch or value is told."""
    assert 400 == submit(desk, "switch", **fields).status_code
