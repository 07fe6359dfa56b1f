"""An entry: how it goes over the wire, and what looking for it says."""

import json
from typing import Any

import pytest
import responses
from attrs import evolve
from conftest import BASE
from erp_bridge_core.contract import (
    Absent,
    Accepted,
    Attempt,
    CannotTell,
    Different,
    Effect,
    Found,
    LineRefused,
    Several,
    Sighting,
    Stream,
)

from erp_bridge_acme.client import Client, ThisErp
from erp_bridge_acme.entries import SendEntry

LINES: list[dict[str, Any]] = [
    {
        "line": number,
        "sub_job": "",
        "cost_code": "01-100",
        "category": category,
        "amount": amount,
        "description": "Excavation",
        "quantity": "2.5000",
        "unit": "CY",
    }
    for number, category, amount in ((1, "L", "-12.50"), (2, "M", "100.00"))
]
REVISION = {
    "change": "BC-001",
    "number": "7",
    "type": "scope_change",
    "date": "2026-04-08",
    "status": "pending",
    "approved_by": "ERP Bridge",
}
EFFECT = Effect(
    key="key",
    reference="12-3-1",
    operation="entry",
    group="entries",
    generation=1,
    ordinal=3,
    payload_hash="hash",
    request={"description": "Budget changes", "revision": REVISION, "lines": LINES},
    lines=Stream(lambda: (1, 2)),
)
HELD = {"entry": 41, "status": "recorded", "revision": REVISION, "lines": LINES, "refused": []}
REFUSED = {"line": 2, "words": "The category is not known."}
ENTRIES = f"{BASE}/jobs/24-001/entries"


class Going(Attempt):
    """An attempt that may go on."""

    number = 1
    seconds_left = 60.0

    def check(self) -> None:
        """Do nothing: the lease holds."""


def look(erp: ThisErp, *held: dict[str, Any]) -> Sighting:
    """What looking says when the ERP lists these entries."""
    responses.get(f"{BASE}/company", json={"company": "SIM"})
    responses.get(ENTRIES, json={"rows": list(held), "pages": 1, "total": len(held)})
    (sighting,) = SendEntry(Client(erp), "24-001").find([EFFECT])
    return sighting


@responses.activate
def test_the_request_is_what_was_agreed_on(erp: ThisErp) -> None:
    """The golden request: address, token, reference with installation, company and job, and every field."""
    responses.post(ENTRIES, json={"entry": 41, "taken": [1], "refused": [REFUSED]})
    answer = SendEntry(Client(erp), "24-001").send(EFFECT, Going())
    request = responses.calls[0].request
    assert "Bearer t0ken" == request.headers["Authorization"]
    assert {
        "reference": "EB:T3ST42:SIM:24-001:12-3-1",
        "description": "Budget changes",
        "revision": REVISION,
        "lines": LINES,
    } == json.loads(request.body or "")
    assert isinstance(answer, Accepted)
    assert ("41", ((2, REFUSED["words"]),), ()) == (
        answer.reference,
        tuple((line.line, line.words) for line in answer.refused),
        answer.unmapped,
    )


@responses.activate
def test_lines_that_the_answer_leaves_out_are_told(erp: ThisErp) -> None:
    """They are neither taken nor refused, as far as the answer goes (L10)."""
    responses.post(ENTRIES, json={"entry": 41, "taken": [1], "refused": []})
    assert (2,) == SendEntry(Client(erp), "24-001").send(EFFECT, Going()).unmapped


@responses.activate
def test_what_was_sent_is_found(erp: ThisErp) -> None:
    """Also when a person has posted it by now, and when a line was refused."""
    assert isinstance(look(erp, {**HELD, "status": "posted"}), Found)


@responses.activate
def test_refused_lines_are_told_by_looking_too(erp: ThisErp) -> None:
    """A lost answer loses no refusal."""
    sighting = look(erp, {**HELD, "lines": LINES[:1], "refused": [REFUSED]})
    assert isinstance(sighting, Found)
    (refused,) = sighting.refused
    assert LineRefused(line=2, words="The category is not known.", remedy=refused.remedy) == refused


@pytest.mark.parametrize(
    "change",
    [
        {"status": "removed"},
        {"lines": LINES[:1]},
        {"revision": None},
        {"lines": [{**LINES[0], "amount": "-12.51"}, LINES[1]]},
    ],
)
@responses.activate
def test_anything_else_under_our_reference_is_different(erp: ThisErp, change: dict[str, Any]) -> None:
    """Removed, a line short, of the original budget, or a cent off: a person must look."""
    assert isinstance(look(erp, {**HELD, **change}), Different)


@responses.activate
def test_nothing_under_our_reference_is_absent_with_proof(erp: ThisErp) -> None:
    """The list was read to its end, and the company was seen."""
    sighting = look(erp)
    assert Absent(proof={"read to its end": "entries under EB:T3ST42:SIM:24-001:12-3-1", "seen": "SIM"}) == sighting


@responses.activate
def test_two_under_our_reference_are_several(erp: ThisErp) -> None:
    """The ERP broke its word."""
    assert isinstance(look(erp, HELD, HELD), Several)


@pytest.mark.parametrize(("company", "total"), [("OTHER", 0), ("SIM", 1)])
@responses.activate
def test_a_read_that_proves_nothing_cannot_tell(erp: ThisErp, company: str, total: int) -> None:
    """Another company's token, or a list that was cut, show no entry of ours and prove nothing."""
    responses.get(f"{BASE}/company", json={"company": company})
    responses.get(ENTRIES, json={"rows": [], "pages": 1, "total": total})
    sightings = list(SendEntry(Client(erp), "24-001").find([EFFECT, evolve(EFFECT, reference="12-4-1")]))
    assert [CannotTell, CannotTell] == [type(sighting) for sighting in sightings]
