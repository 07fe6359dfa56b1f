"""Several exports retried at once by the API, and what is in doubt with its evidence."""

from typing import Any

import pytest
from api_program import Program
from web_items import accept, books, exported, person
from web_site import Browser

from erp_bridge_core.app import Application
from erp_bridge_core.contract import LineKey
from erp_bridge_core.contract.errors import Doubtful


@pytest.mark.rule("E3", "X2")
def test_several_exports_are_retried(abe: Browser, application: Application) -> None:
    """What can't be retried is told with why, and does not stop the others."""
    books(application).refused[LineKey("", "01-100", "L")] = "Period closed"
    exported(abe)
    books(application).refused.clear()
    program = Program.signed_in(abe, "abe")
    unknown, retried = program.post("/items/retry", {"items": [99, 1, 1]}).json()

    assert (99, None, "not_found") == (unknown["item"], unknown["export"], unknown["error"]["error"])
    assert (1, "complete", None) == (retried["item"], retried["export"]["state"], retried["error"])
    (again,) = program.post("/items/retry", {"items": [1]}).json()
    assert "not_possible_now" == again["error"]["error"]
    for wrong in ({}, {"items": []}, {"items": ["x"]}, {"items": [0]}):
        assert 422 == program.post("/items/retry", wrong).status_code


@pytest.mark.rule("P3")
def test_who_may_not_export_retries_nothing(abe: Browser, application: Application) -> None:
    """Each item is told so by itself."""
    exported(abe)
    mia = Program.signed_in(abe, "mia")

    assert ["not_allowed"] == [each["error"]["error"] for each in mia.post("/items/retry", {"items": [1]}).json()]


@pytest.mark.rule("E6", "X2")
def test_a_doubt_is_shown_with_its_evidence(abe: Browser, application: Application) -> None:
    """What was asked and tried, and every reason why it can't be settled now; none after a clear answer."""
    application.exports.worker.patience = 0.0
    books(application).after_send = lose
    accept(abe)
    approver = person(application, "abe")
    application.exports.start(approver, 1)
    application.exports.run(approver, 1)

    (doubt,) = abe.get("/api/v1/items/1/export/doubts").json()
    assert ("unknown", 1) == (doubt["state"], doubt["lines"])
    assert doubt["trials"]
    assert doubt["faults"]
    assert 404 == abe.get("/api/v1/items/99/export/doubts").status_code
    Program.signed_in(abe, "mia")
    assert 403 == abe.get("/api/v1/items/1/export/doubts").status_code


def lose(_: Any) -> None:
    """The answer of the ERP is lost."""
    raise Doubtful("The answer was lost.")
