"""Batches: parts of one module in one transaction, for the resources that take part in them."""

from typing import Any

import pytest
import requests
from simulator.stranger import Client, row


def part(number: int, payload: dict[str, Any], **other: Any) -> dict[str, Any]:
    """A part that makes a budget row."""
    return {"id": f"part{number}", "path": "/1/jcjobcategory", "operation": "create", "payload": payload} | other


def send(client: Client, *parts: Any) -> requests.Response:
    """Send a batch of Job Costing."""
    url = f"{client.served.settings['base_url']}/jc-rest-api/rest"
    headers = {"Content-Type": "application/vnd.oracle.adf.batch+json"}
    return client.session.post(url, json={"parts": list(parts)}, headers=headers)


@pytest.fixture
def allowed(client: Client) -> Client:
    """A site whose budget rows take part in batches."""
    client.switch("batch_resources", "jcjobcategory")
    return client


def test_takes_no_resource_that_is_not_listed(client: Client) -> None:
    """Which resources take part is not known, so none does until the site says so."""
    refused = send(client, part(1, row()))
    assert (400, True) == (refused.status_code, "does not take part in batches" in refused.text)


def test_does_all_parts_in_order(allowed: Client) -> None:
    """Each part comes back with the server's row."""
    made = send(allowed, part(1, row()), part(2, row(category="M"))).json()["parts"]
    change = part(3, {"JcatBudgAmt": 7}, path=f"/1/jcjobcategory/{made[0]['payload']['JcatVUuid']}", operation="update")
    assert 200 == send(allowed, change).status_code
    assert {"24-001 03-1000 L": "7", "24-001 03-1000 M": "100"} == allowed.figures()


def test_does_nothing_when_one_part_fails(allowed: Client) -> None:
    """One transaction: the failing part is named, the others are undone, in the books too."""
    refused = send(allowed, part(1, row()), part(2, row("99")))
    assert (400, True, False) == (refused.status_code, "Part part2" in refused.text, "part1" in refused.text)
    assert ({}, {}) == (allowed.figures(), allowed.books())


@pytest.mark.parametrize("missing", ["id", "path", "operation", "payload"])
def test_needs_four_members_in_each_part(allowed: Client, missing: str) -> None:
    """Id, path, operation and payload."""
    incomplete = {name: value for name, value in part(1, row()).items() if name != missing}
    assert 400 == send(allowed, incomplete).status_code


def test_refuses_ids_that_repeat_and_paths_of_other_modules(allowed: Client) -> None:
    """Ids are unique; a batch never spans modules."""
    assert 400 == send(allowed, part(1, row()), part(1, row(category="M"))).status_code
    assert 404 == send(allowed, part(1, {}, path="/1/cmmast")).status_code


def test_holds_a_thousand_records(allowed: Client) -> None:
    """One more is 413, with the maximum in its text."""
    refused = send(allowed, *(part(number, {}) for number in range(1001)))
    assert (413, True) == (refused.status_code, "maximum is 1000" in refused.text)


def test_needs_the_permission_of_each_part(allowed: Client) -> None:
    """A refused operation is refused inside a batch too."""
    allowed.switch("refused", "jcjobcategory:create")
    assert 403 == send(allowed, part(1, row())).status_code


def test_upserts_by_the_key(allowed: Client) -> None:
    """An upsert makes the row the first time and changes it the second; both permissions are needed."""
    vuuids = [
        send(allowed, part(1, row(amount=amount), operation="upsert")).json()["parts"][0]["payload"]["JcatVUuid"]
        for amount in (5, 9)
    ]
    assert (1, ["9"]) == (len(set(vuuids)), list(allowed.figures().values()))
    allowed.switch("refused", "jcjobcategory:update")
    assert 403 == send(allowed, part(1, row(), operation="upsert")).status_code


def test_reads_and_removes_in_a_batch(client: Client) -> None:
    """A part may get a row or delete one; an unknown operation is refused."""
    client.switch("batch_resources", "cmdetail")
    client.made("jcjobcategory", row())
    client.pci(5)
    vuuid = client.items("cmdetail")[0]["CmdVUuid"]
    url = f"{client.served.settings['base_url']}/cm-rest-api/rest"
    headers = {"Content-Type": "application/vnd.oracle.adf.batch+json"}
    path = {"path": f"/1/cmdetail/{vuuid}"}
    parts = [part(1, {}, operation="get", **path), part(2, {}, operation="delete", **path)]
    done = client.session.post(url, json={"parts": parts}, headers=headers).json()["parts"]
    assert (5, None, []) == (done[0]["payload"]["CmdCostAmt"], done[1]["payload"], client.items("cmdetail"))
    wrong = {"parts": [part(1, {}, operation="merge", **path)]}
    assert 400 == client.session.post(url, json=wrong, headers=headers).status_code
