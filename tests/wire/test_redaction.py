"""A planted secret comes out in no form."""

import base64
import json
import logging
from html import escape
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp_bridge_core.contract import Secret
from erp_bridge_core.contract.errors import BadInput, ErpRefused, Fault
from erp_bridge_core.wire.redaction import MOST_LEARNED, Redactor

CANARY = 'Tr0ub4dor/&"3 ä\\!'


@pytest.fixture
def redactor() -> Redactor:
    """A redactor that knows the planted secret."""
    redactor = Redactor()
    redactor.add(Secret(CANARY))
    return redactor


@pytest.mark.parametrize(
    "form",
    [
        CANARY,
        quote(CANARY),
        quote(CANARY, safe="").lower().replace("tr0ub4dor", "Tr0ub4dor"),
        quote_plus(CANARY),
        json.dumps(CANARY),
        json.dumps(CANARY, ensure_ascii=False),
        json.dumps(json.dumps({"a": CANARY})),
        json.dumps(CANARY).replace("/", "\\/"),
        escape(CANARY),
        repr(CANARY),
        base64.b64encode(CANARY.encode()).decode(),
        base64.urlsafe_b64encode(CANARY.encode()).decode(),
        CANARY.encode().hex(),
    ],
)
def test_every_form_of_a_secret_is_masked(redactor: Redactor, form: str) -> None:
    """Escaped, encoded, packed: it leaves as three stars."""
    cleaned = redactor.clean(f"before {form} after")
    assert form not in cleaned
    assert "***" in cleaned
    assert cleaned.startswith("before ")


@given(before=st.binary(max_size=9), after=st.binary(max_size=9))
def test_a_secret_inside_longer_base64_is_masked(before: bytes, after: bytes) -> None:
    """As in `Authorization: Basic`, wherever it stands in it."""
    redactor = Redactor()
    redactor.add("correct horse battery")
    packed = base64.b64encode(before + b"correct horse battery" + after).decode()
    unmasked = redactor.clean(packed).partition("***")[0]
    assert "***" in redactor.clean(packed)
    assert b"correct" not in base64.b64decode(unmasked + "=" * (-len(unmasked) % 4))


def test_a_short_secret_is_masked_as_a_word_only(redactor: Redactor) -> None:
    """A three-letter password must not shred every text."""
    redactor.add("abc")
    assert "password=*** in abcdef" == redactor.clean("password=abc in abcdef")


def test_a_blank_secret_hides_nothing(redactor: Redactor) -> None:
    """An empty pattern would match everywhere."""
    redactor.add("")
    assert "text" == redactor.clean("text")


def test_what_is_met_at_run_time_is_known_while_it_is_new() -> None:
    """A token that rotates for months makes the redactor no larger; what is too short to be one is no secret."""
    redactor = Redactor()
    kept = [["kept-by-the-plugin"]]
    redactor.watch("folder", lambda: kept.pop() if kept else ())
    redactor.look()
    tokens = [f"token-number-{number:04}" for number in range(MOST_LEARNED + 1)]
    for token in tokens:
        redactor.learn(token)
    redactor.learn("Bearer")

    oldest, newest = tokens[0], tokens[-1]
    assert f"{oldest} *** *** Bearer" == redactor.clean(f"{oldest} {newest} kept-by-the-plugin Bearer")


def test_json_is_cleaned_in_names_values_and_numbers(redactor: Redactor) -> None:
    """Evidence keeps its shape."""
    redactor.add("12345678")
    evidence = {CANARY: [CANARY, 12345678, None, True, {"deep": (CANARY.encode(), 5)}]}
    assert {"***": ["***", "***", None, True, {"deep": ["***", 5]}]} == redactor.clean_json(evidence)


def test_errors_are_cleaned_whole(redactor: Redactor) -> None:
    """Message, remedy, faults and details."""
    fault = Fault("password", f"bad {CANARY}", value=CANARY, expected=CANARY, remedy=CANARY)
    error = BadInput(f"no {CANARY}", remedy=CANARY, faults=[fault], details={"a": [CANARY]})
    redactor.clean_error(error)
    assert CANARY not in json.dumps(error.to_json(), ensure_ascii=False).replace('\\"', '"').replace("\\\\", "\\")
    assert "no ***" == str(error)


def test_the_erps_own_words_are_cleaned(redactor: Redactor) -> None:
    """Some ERPs repeat the log-in that they refuse."""
    error = ErpRefused(f"user x, password {CANARY} unknown", meaning=CANARY)
    redactor.clean_error(error)
    assert ("user x, password *** unknown", "***") == (error.words, error.meaning)


class Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)
        self.lines.append(self.format(record))


@pytest.fixture
def log(redactor: Redactor) -> tuple[logging.Logger, Kept]:
    """A logger that redacts, and what it wrote."""
    kept = Kept()
    logger = logging.Logger("test")  # noqa: LOG001 - one that no other test shares
    logger.addHandler(kept)
    logger.addFilter(redactor)
    return logger, kept


def test_a_secret_split_over_a_log_records_arguments_is_masked(log: tuple[logging.Logger, Kept]) -> None:
    """Half in the message, half in an argument."""
    logger, kept = log
    message = f"key {CANARY[:6]}%s"
    logger.warning(message, CANARY[6:])
    assert ["key ***"] == kept.lines


def test_a_secret_in_a_logged_exception_is_masked(log: tuple[logging.Logger, Kept]) -> None:
    """The traceback and its causes too."""
    logger, kept = log
    try:
        raise ValueError(CANARY)  # noqa: TRY301 - what is logged is the point
    except ValueError:
        logger.exception("failed", extra={"body": CANARY}, stack_info=True)
    assert CANARY not in kept.lines[0]
    assert "ValueError: ***" in kept.lines[0]
    assert "***" == kept.records[0].body  # type: ignore[attr-defined]


def test_a_log_call_with_wrong_arguments_does_not_leak(log: tuple[logging.Logger, Kept]) -> None:
    """A slip of the caller is no way past."""
    logger, kept = log
    logger.warning("%d", "sec " + CANARY)
    assert "Tr0ub4dor" not in kept.lines[0]
