"""Figures: what is counted as steps end, what the database says, and who may read them."""

import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from controlled_clock import ControlledClock
from litestar.testing import TestClient
from sqlalchemy import event, update
from web_items import exported
from web_site import WEB, Browser

from erp_bridge_core.app import Application
from erp_bridge_core.configuration.configuration import Configuration
from erp_bridge_core.configuration.document import rewrite
from erp_bridge_core.contract.errors import BadSettings, ErpBridgeError, Fault, StorageError, UsageError
from erp_bridge_core.engine import tasks
from erp_bridge_core.engine.living import Sign
from erp_bridge_core.following import doing, listening, measured
from erp_bridge_core.operations.census import census
from erp_bridge_core.operations.figures import FIGURES
from erp_bridge_core.operations.metrics import Figures
from erp_bridge_core.operations.port import telling_at
from erp_bridge_core.store.tables import installation
from erp_bridge_core.upkeep.backup import back_up
from erp_bridge_core.web.server import create_server, watch_process

TOKEN = "canary-of-the-readers"


def values(text: str) -> dict[str, float]:
    """Each value by its name with its labels."""
    rows = re.findall(r"^(erp_bridge_\S+?(?:\{.*\})?) (\S+)$", text, re.MULTILINE)
    return {name: float(value) for name, value in rows}


@pytest.fixture
def figures(application: Application) -> Iterator[Figures]:
    """The figures of this process, counted from here on."""
    made = Figures(lambda: census(application))
    with listening(made):
        yield made


def test_everything_that_is_told_is_named(application: Application, figures: Figures) -> None:
    """And nothing else: documents and alarms are held against the same table."""
    Sign(application.store, "serve").begin(application.clock.now())
    told = set(re.findall(r"^# TYPE (\S+) (counter|gauge|histogram)$", figures.text().decode(), re.MULTILINE))
    made_on_the_way = {(name, kind) for name, kind in told if name.endswith("_created")}

    named = {(figure.full_name, figure.kind.value) for figure in FIGURES}
    assert set() == told - made_on_the_way - named
    may_be_absent = {"effects", "backup_age", "tasks_failing", "audit_sound", "exports", "outcomes"}
    assert set() == {name for name, _ in named - told if not any(each in name for each in may_be_absent)}


def test_steps_are_counted(figures: Figures) -> None:
    """By what they are, and how they ended; labels hold no address and no path of anybody."""
    with doing("request", method="GET", route="/items/{item_id}") as step:
        step.tell(status=404)
    with doing("erp request", connection="books", access="write", method="POST", place="https://erp.test/x") as step:
        step.tell(status=201, waited=0.5)
    with pytest.raises(OSError, match="x"), doing("erp request", connection="books", access="read"):
        raise OSError("x")
    with doing("task", job="mail", task="mail:hoosier") as step:
        step.outcome = "bad_settings"
    with measured("transaction"), measured("defect"):
        pass

    found = values(figures.text().decode())
    assert {
        'erp_bridge_requests_total{method="GET",route="/items/{item_id}",status="404"}': 1.0,
        'erp_bridge_erp_requests_total{access="write",connection="books",outcome="2xx"}': 1.0,
        'erp_bridge_erp_requests_total{access="read",connection="books",outcome="OSError"}': 1.0,
        'erp_bridge_throttle_wait_seconds_total{connection="books"}': 0.5,
        'erp_bridge_tasks_total{job="mail",outcome="bad_settings"}': 1.0,
        "erp_bridge_transaction_seconds_count": 1.0,
        "erp_bridge_defects_total": 1.0,
    }.items() <= found.items()
    assert "erp.test" not in figures.text().decode()


def test_the_database_says_how_it_stands(
    application: Application, clock: ControlledClock, figures: Figures, tmp_path: Path
) -> None:
    """Items and exports by state, who works, what waits, a freeze, a backup, and for how long."""
    with TestClient(create_server(application, web=WEB)) as client:
        client.app.state["background"].patience = 60.0
        browser = Browser(client)
        browser.sign_in("abe")
        exported(browser)
    Sign(application.store, "worker").begin(clock.now())
    back_up(application.home, tmp_path / "one.backup")
    with application.store.begin() as connection:
        connection.execute(update(installation).values(frozen_because="an older copy"))
    clock.advance(hours=3)

    found = values(figures.text().decode())
    assert {
        'erp_bridge_items{state="waiting"}': 1.0,
        'erp_bridge_exports{state="complete"}': 1.0,
        'erp_bridge_effects_in_doubt{state="unknown"}': 0.0,
        'erp_bridge_workers{kind="worker"}': 1.0,
        "erp_bridge_frozen": 1.0,
        "erp_bridge_database_up": 1.0,
    }.items() <= found.items()
    assert 3 * 3600 <= found['erp_bridge_oldest_item_seconds{state="waiting"}']
    assert "erp_bridge_backup_age_seconds" in found
    assert 0.0 == found["erp_bridge_mail_waiting"]


def test_a_check_of_the_trail_that_could_not_be_made_says_nothing_of_it(
    application: Application, clock: ControlledClock, figures: Figures
) -> None:
    """Nobody is woken for a disk that was full that night; a trail that was never checked is told by its age."""
    age, sound = "erp_bridge_audit_check_age_seconds", "erp_bridge_audit_sound"
    clock.advance(hours=50)
    never = values(figures.text().decode())
    told: list[tuple[float | None, float | None]] = []
    gone = StorageError("The audit trail is not whole.", faults=[Fault("entry 7", "is gone")])
    for problem in (StorageError("The disk is full."), gone, None):
        checked(application, clock, problem)
        clock.advance(hours=1)
        found = values(Figures(lambda: census(application)).text().decode())
        told.append((found.get(age), found.get(sound)))

    assert 50 * 3600 <= never[age]
    assert sound not in never
    assert [(None, None), (3600.0, 0.0), (3600.0, 1.0)] == told


def checked(application: Application, clock: ControlledClock, problem: ErpBridgeError | None) -> None:
    """A worker's task of checking the trail ended so."""
    with application.store.begin(work=True) as connection:
        now = application.store.seconds(connection)
        tasks.add(connection, [tasks.NewTask(key="audit", job="audit")], now=now)
        found = next(task for task in tasks.ready(connection, now=now + 1) if task.key == "audit")
        ended = tasks.Ended(again_in=0.0, problem=problem)
        tasks.finish(connection, found, ended, now=now, at=clock.now())


def test_a_database_that_does_not_answer_is_told(application: Application, figures: Figures) -> None:
    """It is no error of whoever asks: what is known without it is told."""
    application.store.close()
    application.opened.paths.database.rename(application.home / "away.db")
    (application.home / "erp-bridge.db").mkdir()

    found = values(figures.text().decode())
    assert 0.0 == found["erp_bridge_database_up"]
    assert "erp_bridge_frozen" not in found


def test_many_who_ask_ask_the_database_once(application: Application, figures: Figures) -> None:
    """And a fixed number of statements, in which only counts leave it."""
    statements: list[str] = []
    event.listen(application.store.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    for _ in range(20):
        figures.text()

    assert 0 < len(statements) < 30


# -- who may read them ------------------------------------------------------------------------------------------------


@pytest.fixture
def with_token(application: Application) -> Application:
    """The site, whose figures are for whoever shows the token."""
    folder = application.home / "secrets"
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / "readers").touch(mode=0o600)
    (folder / "readers").write_text(TOKEN)
    with rewrite(application.home) as document:
        document["metrics"] = {"token": "file:readers"}
    return application


@pytest.mark.parametrize(
    ("shown", "status"),
    [(f"Bearer {TOKEN}", 200), ("", 404), ("Bearer ", 404), ("Bearer x", 404), (TOKEN, 404), (f"bearer {TOKEN}x", 404)],
)
def test_a_server_tells_who_shows_the_token(with_token: Application, figures: Figures, shown: str, status: int) -> None:
    """To others there is no such page, wherever they ask from: so does everybody a proxy on this host lets in."""
    server = create_server(with_token, web=WEB)
    with TestClient(server) as client:
        watch_process(server, has_worker=False, figures=figures)
        answer = client.get("/metrics", headers={"Authorization": shown} if shown else {})

    assert status == answer.status_code
    assert (status == 200) is ("erp_bridge_info" in answer.text)
    assert TOKEN not in answer.text


def test_without_a_token_a_server_tells_nobody(application: Application, figures: Figures) -> None:
    """Nor does a blank one count."""
    server = create_server(application, web=WEB)
    with TestClient(server) as client:
        watch_process(server, has_worker=False, figures=figures)
        shown = [client.get("/metrics", headers={"Authorization": each}) for each in ("Bearer ", "Bearer", "")]

    assert [404, 404, 404] == [answer.status_code for answer in shown]


def ask(address: str, path: str, **headers: str) -> tuple[int, str]:
    """What a worker's port answers."""
    request = urllib.request.Request(f"http://{address}{path}", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_a_workers_port_tells_figures_and_health(application: Application, figures: Figures) -> None:
    """On the loopback address without a token; that no worker lives in this process is told, too."""
    with telling_at("127.0.0.1:0", application, figures) as address:
        status, text = ask(address, "/metrics")
        health, ready, other = ask(address, "/healthz"), ask(address, "/readyz"), ask(address, "/items")
        with pytest.raises(UsageError, match="can't be told"), telling_at(address, application, figures):
            pass

    assert (200, 1.0) == (status, values(text)["erp_bridge_database_up"])
    assert (200, 503, 404) == (health[0], ready[0], other[0])
    assert '"worker": "failing"' in ready[1]


def test_a_workers_port_asks_for_the_token_where_there_is_one(with_token: Application, figures: Figures) -> None:
    """Its health needs none."""
    with telling_at("127.0.0.1:0", with_token, figures) as address:
        answers = [
            ask(address, "/metrics"),
            ask(address, "/metrics", Authorization=f"Bearer {TOKEN}"),
            ask(address, "/healthz"),
        ]

    assert [401, 200, 200] == [status for status, _ in answers]


@pytest.mark.parametrize(
    ("section", "where"),
    [
        ({"token": "a secret itself"}, "metrics.token"), ({"listen": "0.0.0.0:9464"}, "metrics.token"),
        ({"listen": "9464"}, "metrics.listen"), ({"listen": "127.0.0.1:70000"}, "metrics.listen"),
    ],
)  # fmt: skip
def test_what_would_tell_strangers_is_refused(application: Application, section: dict[str, Any], where: str) -> None:
    """Another address than this machine's needs a token, and that is a reference."""
    with rewrite(application.home) as document:
        document["metrics"] = section

    with pytest.raises(BadSettings) as refused:
        Configuration.read(application.home)

    assert [where] == [fault.where for fault in refused.value.faults]
