"""What each answer of the service means: a refusal, a doubt, a list that is not whole."""

from typing import Any

import pytest
import responses
from conftest import BASE
from erp_bridge_core.contract.errors import (
    AlreadyThere,
    ErpRefused,
    NotFound,
    OutcomeUnknown,
    ReadFailed,
    SignInFailed,
)

from erp_bridge_acme.client import Client, ThisErp

ENTRIES = f"{BASE}/jobs/1/entries"


def refusal(code: str) -> dict[str, Any]:
    """An error of the ERP's own shape."""
    return {"error": {"code": code, "message": "In its own words."}}


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [(409, "DUPLICATE_REFERENCE", AlreadyThere), (422, "JOB_CLOSED", ErpRefused), (200, "BUSY", ErpRefused)],
)
@responses.activate
def test_its_own_shape_is_a_refusal_whatever_the_status(
    erp: ThisErp, status: int, code: str, expected: type[ErpRefused]
) -> None:
    """Words and code are kept; only a duplicate asks for a comparison."""
    responses.post(ENTRIES, json=refusal(code), status=status)
    with pytest.raises(ErpRefused) as caught:
        Client(erp).write("jobs/1/entries", {})
    assert (expected, "In its own words.", code) == (type(caught.value), caught.value.words, caught.value.erp_code)


@pytest.mark.parametrize(("status", "body"), [(403, "Forbidden"), (404, "{}"), (200, "OK"), (200, "[]"), (200, "")])
@responses.activate
def test_any_other_answer_to_a_write_is_a_doubt(erp: ThisErp, status: int, body: str) -> None:
    """A proxy may have answered, before or after the ERP did it."""
    responses.post(ENTRIES, body=body, status=status)
    with pytest.raises(OutcomeUnknown):
        Client(erp).write("jobs/1/entries", {})


@responses.activate
def test_a_refused_token_is_not_tried_again_until_a_person_checks(erp: ThisErp) -> None:
    """Three clients, one request; the check asks again, and then all may."""
    responses.get(f"{BASE}/company", json=refusal("UNAUTHORIZED"), status=401)
    for _ in range(2):
        with pytest.raises(SignInFailed):
            Client(erp).read("company")
    assert 1 == len(responses.calls)
    responses.replace("GET", f"{BASE}/company", json={"company": "SIM"})
    assert {"company": "SIM"} == Client(erp, by_person=True).read("company")
    assert {"company": "SIM"} == Client(erp).read("company")


@responses.activate
def test_an_unknown_job_is_not_found_and_no_other_404_is(erp: ThisErp) -> None:
    """Only the ERP's own words say that there is no such job."""
    responses.get(f"{BASE}/jobs/1", json=refusal("JOB_UNKNOWN"), status=404)
    responses.get(f"{BASE}/jobs/2", body="Not Found", status=404)
    with pytest.raises(NotFound):
        Client(erp).read("jobs/1")
    with pytest.raises(ReadFailed):
        Client(erp).read("jobs/2")


@pytest.mark.parametrize("total", [1, 3])
@responses.activate
def test_a_list_that_is_not_whole_is_not_believed(erp: ThisErp, total: int) -> None:
    """Two rows came of one, or of three: the list changed while it was read, or was cut."""
    for page in ("1", "2"):
        match = [responses.matchers.query_param_matcher({"page": page})]
        responses.get(f"{BASE}/list", json={"rows": [{"a": page}], "pages": 2, "total": total}, match=match)
    with pytest.raises(ReadFailed, match=f"2 rows came of {total}"):
        list(Client(erp).rows("list", dict[str, str]))


@pytest.mark.parametrize("page", [{"pages": 1, "total": 0}, {"rows": [1], "pages": 1, "total": 1}, {"rows": []}])
@responses.activate
def test_a_page_of_another_form_is_not_believed(erp: ThisErp, page: dict[str, Any]) -> None:
    """Nothing is taken for an empty list that is not one."""
    responses.get(f"{BASE}/list", json=page)
    with pytest.raises(ReadFailed):
        list(Client(erp).rows("list", dict[str, str]))
