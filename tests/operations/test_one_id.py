"""One id from the request that starts an export to the ERP's writes, the mail, and the logs of all on the way."""

import json
from contextvars import Context
from threading import Event
from typing import Any

import pytest
from hearing import Heard
from litestar.testing import TestClient
from sqlalchemy import select
from web_items import accept, books, press
from web_site import WEB, Browser

from erp_bridge_core.app import Application
from erp_bridge_core.configuration.document import rewrite
from erp_bridge_core.configuration.operating import LogsConfig
from erp_bridge_core.contract import LineKey
from erp_bridge_core.engine.living import Sign
from erp_bridge_core.engine.worker import EngineWorker
from erp_bridge_core.operations.logs import logging_to_stderr
from erp_bridge_core.store.tables import exports, outbox
from erp_bridge_core.web.requests import HEADER
from erp_bridge_core.web.server import create_server

PROXYS = "4bf92f3577b34da6a3ce929d0e0e4736"


def start(browser: Browser, application: Application) -> str:
    """Sign in, accept and start item 1; the id of the request that did."""
    assert 303 == browser.sign_in("abe").status_code
    accepted = accept(browser)
    assert 303 == accepted.status_code, accepted.text
    started = press(browser, "start")
    assert 303 == started.status_code, started.text
    # The page answers while a thread of the server starts the export.
    while not _started(application):
        Event().wait(0.02)
    return str(started.headers[HEADER])


def _started(application: Application) -> bool:
    with application.store.read() as connection:
        return connection.execute(select(exports.c.id)).first() is not None


def test_it_goes_through_a_worker_to_the_effects_and_the_mail(
    application: Application, heard: Heard, capsys: pytest.CaptureFixture[str]
) -> None:
    """Stored with the export, taken up by whoever brings it on, and told of in each line."""
    with rewrite(application.home) as document:
        document["mail"] = {"transport": "files", "from_address": "bridge@builders.test"}
    books(application).refused = {LineKey("", "01-100", "L"): "The period is closed."}
    told = logging_to_stderr(LogsConfig(format="json", level="debug"), application.redactor, runs_on=True)
    with told:
        with TestClient(create_server(application, web=WEB)) as client:
            Sign(application.store, "serve").begin(application.clock.now())
            client.app.state["background"].patience = 0.01
            number = start(Browser(client), application)
            Context().run(EngineWorker(application).run_once)
        Context().run(application.mail.send, application.companies.system("hoosier"))
    with application.store.read() as connection:
        stored = [connection.execute(select(column)).scalars().all() for column in (exports.c.cause, outbox.c.cause)]

    assert [number] == [cause.partition("/")[0] for cause in stored[0]]
    assert [number] == [cause.partition("/")[0] for cause in stored[1]], "the notice that it failed"
    for kind in ("export", "effect", "mail"):
        assert number in {step.cause.id for step in heard.of(kind)}, kind
    written = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    (effect, *_) = [line for line in written if line["message"].startswith("effect") and line["id"] == number]
    assert {"company": "hoosier", "item": 1, "export": 1}.items() <= effect.items()


def test_an_engine_that_knows_an_exports_number_alone_goes_on_with_its_act(
    application: Application, heard: Heard
) -> None:
    """As DBOS does, in threads of its own."""
    with TestClient(create_server(application, web=WEB)) as client:
        Sign(application.store, "serve").begin(application.clock.now())
        client.app.state["background"].patience = 0.01
        number = start(Browser(client), application)
        Context().run(application.exports.carry_on, 1)

    assert [number] == [step.cause.id for step in heard.of("export")]


def test_each_answer_bears_its_id_and_pages_of_errors_show_it(application: Application) -> None:
    """Another for each request; even where a foreign host is refused."""
    with TestClient(create_server(application, web=WEB)) as client:
        browser = Browser(client)
        browser.sign_in("abe")
        wrong, refused = browser.get("/items/99"), browser.get("/", Host="evil.test")

    assert wrong.headers[HEADER] in wrong.text
    assert (32, 400) == (len(refused.headers[HEADER]), refused.status_code)
    assert wrong.headers[HEADER] != refused.headers[HEADER]


@pytest.mark.parametrize("trusted", [False, True])
def test_a_proxys_id_is_taken_where_it_is_trusted(application: Application, *, trusted: bool) -> None:
    """Else whoever asks could make his lines look like those of another act."""
    with rewrite(application.home) as document:
        document["logs"] = {"id_from_proxy": trusted}
    with TestClient(create_server(application, web=WEB)) as client:
        answers: list[Any] = [
            client.get("/healthz", headers={"traceparent": f"00-{PROXYS}-00f067aa0ba902b7-01"}),
            client.get("/healthz", headers={HEADER: "proxy.1234_abcd"}),
            client.get("/healthz", headers={HEADER: "not ours"}),
        ]

    told = [answer.headers[HEADER] for answer in answers]
    assert trusted is (told[:2] == [PROXYS, "proxy.1234_abcd"])
    assert 3 == len(set(told))
    assert "not ours" not in told
