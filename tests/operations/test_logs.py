"""Lines of the log: one a record, as text or JSON, with the id of the act, without secrets or hidden characters."""

import json
import logging
from typing import Any

import pytest

from erp_bridge_core.configuration.operating import LogsConfig
from erp_bridge_core.following import Cause, about, caused_by, doing
from erp_bridge_core.operations.logs import JsonLines, logging_to_stderr
from erp_bridge_core.wire.redaction import Redactor

LOGGER = logging.getLogger("erp_bridge_core.test")
SECRET = "canary-of-the-connection"
#: A line that looks like one of ours, a terminal's order, a mark that turns what follows, and a separator of lines.
TYPED = 'mia\r\n{"level": "info"}\x1b[2J\u202e\u2028"quoted" = x'


@pytest.fixture
def redactor() -> Redactor:
    """One that knows the secret."""
    redactor = Redactor()
    redactor.add(SECRET)
    return redactor


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What was written, by lines as any reader splits them."""
    return capsys.readouterr().err.splitlines()


def documents(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """The same as JSON."""
    return [json.loads(line) for line in lines(capsys)]


def test_a_line_of_json_says_what_it_is_about(redactor: Redactor, capsys: pytest.CaptureFixture[str]) -> None:
    """Time, level, logger, message, the act's id, and facts by their names."""
    told = logging_to_stderr(LogsConfig(format="json"), redactor, runs_on=True, process="serve:1")
    with told, caused_by(Cause(id="a" * 32)), about(company="hoosier", item=7):
        LOGGER.warning("told of %s", "it")

    (line,) = documents(capsys)
    assert {"level": "warning", "logger": "erp_bridge_core.test", "message": "told of it"}.items() <= line.items()
    assert {"id": "a" * 32, "company": "hoosier", "item": 7, "process": "serve:1"}.items() <= line.items()
    assert line["time"].endswith("+00:00")


@pytest.mark.parametrize("kind", ["text", "json"])
@pytest.mark.rule("X3", "X4")
def test_nobody_writes_a_line_of_his_own(kind: Any, redactor: Redactor, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever was typed, in the message, in facts, in their names, or as words of an error; nor is a secret told."""
    with logging_to_stderr(LogsConfig(format=kind), redactor, runs_on=True), about(place=f"{TYPED}{SECRET}"):
        LOGGER.warning("%s %s", TYPED, SECRET)
        LOGGER.error("extra", extra={"given": [SECRET, {TYPED: SECRET}]})

    written = lines(capsys)
    assert 2 == len(written)
    assert [] == [line for line in written if SECRET in line or not line.isprintable()]
    assert [] == [line for line in written if "\u202e" in line or "\x1b" in line]


@pytest.mark.parametrize("kind", ["text", "json"])
@pytest.mark.rule("X4")
def test_an_errors_words_begin_no_line(kind: Any, redactor: Redactor, capsys: pytest.CaptureFixture[str]) -> None:
    """Its trace is indented, or one text of the document."""
    with logging_to_stderr(LogsConfig(format=kind), redactor, runs_on=True):
        error = RuntimeError(f"{TYPED}\n2026-03-02 info all is well {SECRET}")
        LOGGER.error("it failed", exc_info=error)

    written = lines(capsys)
    assert SECRET not in "\n".join(written)
    assert [] == [line for line in written[1:] if not line.startswith("  ")]
    assert any("RuntimeError" in line for line in written)


def test_arguments_that_do_not_fit_are_told_all_the_same(redactor: Redactor) -> None:
    """It is the caller's slip, and no way past us."""
    record = logging.makeLogRecord({"name": "x", "msg": "told of %s %s", "args": (SECRET,)})

    assert "told of %s %s ('***',)" == json.loads(JsonLines(redactor, {}).format(record))["message"]


def test_a_server_tells_what_it_does_and_a_command_what_goes_wrong(
    redactor: Redactor, capsys: pytest.CaptureFixture[str]
) -> None:
    """By default; of other packages both tell what goes wrong alone."""
    for runs_on in (True, False):
        with logging_to_stderr(LogsConfig(), redactor, runs_on=runs_on):
            LOGGER.info("info %s", runs_on)
            LOGGER.warning("warning %s", runs_on)
            logging.getLogger("somebody.else").info("not ours")

    assert ["info True", "warning True", "warning False"] == [line.partition(": ")[2].strip() for line in lines(capsys)]


def test_each_step_is_a_line(redactor: Redactor, capsys: pytest.CaptureFixture[str]) -> None:
    """With how long it took and how it ended; health checks are not worth one."""
    with logging_to_stderr(LogsConfig(format="json"), redactor, runs_on=True):
        with doing("request", method="GET", route="/items/{item_id}") as step:
            step.tell(status=404)
        with doing("request", method="GET", route="/healthz"):
            pass
        with doing("erp request", connection="books", method="POST", place="https://erp.test/pci", access="write"):
            pass

    first, second = documents(capsys)
    assert "request GET /items/{item_id} 404" == first["message"]
    assert {"status", "ms", "id"} <= first.keys()
    assert ("erp request POST https://erp.test/pci", "books") == (second["message"], second["connection"])


def test_logging_ends_with_its_block(redactor: Redactor, capsys: pytest.CaptureFixture[str]) -> None:
    """Levels and handlers are as they were."""
    before = logging.getLogger("erp_bridge_core").level
    with logging_to_stderr(LogsConfig(level="debug"), redactor, runs_on=True):
        LOGGER.debug("within")
    LOGGER.debug("after")

    assert before == logging.getLogger("erp_bridge_core").level
    assert 1 == len(lines(capsys))
