"""Whatever the OpenAPI document lets a program send is answered as the document says, and never by a defect."""

from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import pytest
import requests
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from web_site import PASSWORD, PROJECT, WEB

from erp_bridge_core.app import Application
from erp_bridge_core.web.running import listening
from erp_bridge_core.web.server import create_server

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
]  # fmt: skip
#: A few of each operation: what a program sends by mistake is found among them soon.
FEW = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
#: What the site holds, by the names of path parameters.
KNOWN = {"number": PROJECT, "item_id": 1, "name": "books", "login": "mia"}
SIGN_IN = {"login": "ada", "password": PASSWORD, "company": "hoosier"}


@pytest.fixture
def address(application: Application) -> Iterator[str]:
    """A real server over the site, on loopback."""
    configuration = uvicorn.Config(create_server(application, web=WEB), log_config=None, lifespan="on")
    server = uvicorn.Server(configuration)
    with listening("127.0.0.1", 0) as listener:
        thread = Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture
def document(address: str) -> Any:
    """The API as any program reads it."""
    return schemathesis.openapi.from_url(f"{address}/schema/openapi.json")


@pytest.fixture
def administrator(address: str) -> dict[str, dict[str, str]]:
    """What an administrator's program sends along: cookies and the token of forms."""
    told = requests.post(f"{address}/api/v1/session", json=SIGN_IN, timeout=30)
    return {"cookies": told.cookies.get_dict(), "headers": {"X-CSRF-Token": told.json()["csrf_token"]}}


def wrong(document: Any, look: Callable[[Case], object], few: settings) -> dict[str, str]:
    """What is wrong with the answers, by operation."""
    found = {}
    for operation in (each.ok() for each in document.get_all_operations()):
        try:
            few(given(case=operation.as_strategy())(look))()
        except (AssertionError, Failure, FailureGroup) as error:
            found[operation.label] = "\n".join(map(str, getattr(error, "exceptions", [error])))
    return found


@pytest.mark.parametrize("known", [{}, KNOWN])
def test_an_administrator_is_answered_as_documented(
    document: Any, administrator: dict[str, Any], known: dict[str, Any]
) -> None:
    """Every operation but those that sign out, which would end the others: of what is there, and of what is not."""

    def look(case: Case) -> None:
        case.path_parameters = {name: known.get(name, value) for name, value in case.path_parameters.items()}
        case.call_and_validate(checks=CHECKS, **administrator)

    assert {} == wrong(document.exclude(operation_id=["sign_out", "end_sign_in", "end_sign_ins"]), look, FEW)


def test_a_stranger_is_refused_before_anything_else(document: Any) -> None:
    """401, whatever he sends; and signing in tells nobody anything."""

    def look(case: Case) -> None:
        answer = case.call_and_validate(checks=CHECKS)
        signs_in = case.operation.definition.raw["operationId"] == "sign_in"
        assert answer.status_code in ({400, 401, 403, 422, 429} if signs_in else {401})

    assert {} == wrong(document, look, settings(FEW, max_examples=2))
