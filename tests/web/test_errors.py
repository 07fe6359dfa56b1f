"""Each kind of error has one status, and is told as a page or, under /api, as problem+json."""

import errno
import os
import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest
from litestar.exceptions import HTTPException, MethodNotAllowedException
from web_site import MARKUP, Browser

from erp_bridge_core.app import Application
from erp_bridge_core.approvals.reviews import Reviews
from erp_bridge_core.contract import errors
from erp_bridge_core.contract.errors import ErpBridgeError, Fault
from erp_bridge_core.people.companies import Companies
from erp_bridge_core.web.errors import (
    STATUSES,
    Busy,
    Defect,
    ForeignForm,
    KeyReused,
    NotSignedIn,
    TooManyAttempts,
    UnderWay,
    status_of,
    tell,
)
from erp_bridge_core.web.oidc.rounds import ProviderFailed

OF_THE_API = (KeyReused, UnderWay, TooManyAttempts, ProviderFailed)
#: The whole tree: a new kind of error must be given its place here, and in the document.
EXPECTED = {
    "Busy": 503, "ErpBridgeError": 500, "BadInput": 422, "NotFound": 404, "NotAllowed": 403, "NotPossibleNow": 409,
    "AlreadyAnswered": 409, "NotSupported": 422, "UsageError": 400, "BadSettings": 422, "PluginError": 503,
    "ErpError": 502, "ErpRefused": 502, "AlreadyThere": 502, "SignInFailed": 502, "TransportError": 502,
    "NotSent": 502, "MailFailed": 502, "Throttled": 503, "Doubtful": 504, "ReadFailed": 502, "StorageError": 503,
    "Frozen": 503, "OutcomeUnknown": 409, "LedgerConflict": 409, "Mismatch": 409, "LeaseLost": 409,
    "NotSignedIn": 401, "ForeignForm": 403, "Defect": 500, "Changed": 412, "KeyReused": 422, "UnderWay": 409,
    "TooManyAttempts": 429, "OneTimePassword": 403, "ProviderFailed": 502,
}  # fmt: skip


def kinds() -> Iterator[type[ErpBridgeError]]:
    """Every class of the contract's tree and of the web's own."""
    found = [*vars(errors).values(), NotSignedIn, ForeignForm, Busy, Defect, *OF_THE_API]
    yield from (kind for kind in found if isinstance(kind, type) and issubclass(kind, ErpBridgeError))


def test_every_kind_has_its_status() -> None:
    """The table covers the whole tree."""
    assert EXPECTED == {kind.__name__: int(status_of(kind("x"))) for kind in kinds()}


def test_the_document_has_every_code_beside_its_status() -> None:
    """Operators read the same table."""
    from documents import ROOT

    text = (ROOT / "docs" / "operators" / "serving.md").read_text(encoding="utf-8")
    rows = {int(status): codes for status, codes in re.findall(r"^\| (\d{3}) \| (.*) \|$", text, re.MULTILINE)}

    assert [] == [kind.code for kind in kinds() if f"`{kind.code}`" not in rows[int(status_of(kind("x")))]]


def test_every_row_of_the_table_is_an_error() -> None:
    """No status is kept for a kind that is gone."""
    assert set() == set(STATUSES) - set(kinds())


@pytest.fixture
def failing(abe: Browser, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let the list of items end with an error, on the page and in the API."""

    def fail(error: Exception) -> tuple[Any, Any]:
        def list_items(*_: object, **__: object) -> None:
            raise error

        monkeypatch.setattr(Reviews, "list", list_items)
        return abe.get("/items"), abe.get("/api/v1/items")

    return fail


def test_a_conflict_is_told_in_one_shape(failing: Any) -> None:
    """The members of RFC 9457 and of the command line's JSON, every fault in it, as problem+json."""
    error = errors.AlreadyAnswered(
        "Item 1 is accepted.", remedy="Look again.", faults=[Fault("item", "is accepted", rule="A6")], details={"a": 1}
    )
    page, answer = failing(error)

    assert (409, "application/problem+json") == (answer.status_code, answer.headers["content-type"])
    fault = {"where": "item", "message": "is accepted", "value": None, "expected": None, "rule": "A6", "remedy": None}
    expected = {
        "type": "urn:erp-bridge:error:already_answered", "title": "Conflict", "status": 409,
        "detail": "Item 1 is accepted.", "instance": "/api/v1/items", "error": "already_answered",
        "message": "Item 1 is accepted.", "remedy": "Look again.", "whose": "the caller's", "faults": [fault],
        "details": {"a": 1},
    }  # fmt: skip
    assert expected == answer.json()
    assert 409 == page.status_code
    assert "Item 1 is accepted." in page.text
    assert "Look again." in page.text


def test_words_from_outside_are_no_markup_in_an_error(failing: Any) -> None:
    """An ERP's own words are shown as they are, with hidden characters by their codes."""
    page, _ = failing(errors.ErpRefused(f"{MARKUP}\u202e\x1b[2J", remedy=MARKUP))

    assert 502 == page.status_code
    assert MARKUP not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\\u202e\\x1b[2J" in page.text


def test_a_defect_is_told_by_its_number_alone(failing: Any, application: Application) -> None:
    """Its reader sees no detail; the log of the home has them under that number, without secrets."""
    application.redactor.add("p4ssw0rd-of-the-erp")
    page, answer = failing(RuntimeError("broken: p4ssw0rd-of-the-erp"))

    number = answer.json()["details"]["id"]
    log = (application.home / "logs" / "errors.log").read_text(encoding="utf-8")
    assert (500, 500, "defect") == (page.status_code, answer.status_code, answer.json()["error"])
    assert "broken" not in page.text + answer.text
    assert number in log
    assert "RuntimeError: broken: ***" in log


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS])
def test_a_full_disk_is_no_defect(failing: Any, number: int) -> None:
    """It is told with its remedy, and without a path of the host."""
    page, answer = failing(OSError(number, os.strerror(number), "/srv/erp-bridge/spool"))

    assert (503, 503, "storage") == (page.status_code, answer.status_code, answer.json()["error"])
    assert os.strerror(number) in answer.json()["message"]
    assert "Check free space" in page.text
    assert "/srv/" not in page.text + answer.text


def test_a_database_that_fails_is_told_on_a_page_too(failing: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page's frame is read from the database; where that is gone the error is told without it."""

    def list_companies(*_: object) -> None:
        raise errors.StorageError("The disk is full.")

    monkeypatch.setattr(Companies, "list", list_companies)
    page, _ = failing(errors.StorageError("The disk is full."))

    assert 503 == page.status_code
    assert "The disk is full." in page.text


@pytest.mark.parametrize(("seconds", "header"), [(None, None), (0.2, "1"), (7.4, "7")])
def test_an_erp_that_asks_to_wait_is_passed_on(seconds: float | None, header: str | None) -> None:
    """Retry-After says how long, where the ERP did."""
    told = tell(errors.Throttled("Later.", retry_after=seconds))

    assert (503, header) == (told.status, told.headers.get("Retry-After"))


def test_the_frameworks_errors_are_told_as_ours() -> None:
    """Its refusals keep their status and headers; its own failures are defects."""
    refused = tell(MethodNotAllowedException(headers={"allow": "GET"}))
    failed = tell(HTTPException("inner words", status_code=500))

    assert (405, "usage", {"allow": "GET"}) == (refused.status, refused.error.code, dict(refused.headers))
    assert (HTTPStatus.INTERNAL_SERVER_ERROR, "defect") == (failed.status, failed.error.code)
    assert "inner words" not in str(failed.error.to_json())
