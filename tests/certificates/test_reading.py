"""A certificate is written the same way each time, and what is read is what was written or refused in full."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from certificate_made import FAILED, GAP, MISSED, PASSED, certificate, versions, with_gap

from erp_bridge_core.certificates import MOST_BYTES, Evidence, Result, read_certificate
from erp_bridge_core.contract.errors import BadInput


def faults_of(content: bytes | Path) -> list[str]:
    """What reading it tells: its message, and where each fault is."""
    with pytest.raises(BadInput) as caught:
        read_certificate(content)
    assert caught.value.message
    return [fault.where for fault in caught.value.faults]


def changed(change: Callable[[dict[str, Any]], object]) -> bytes:
    """A certificate with a gap, its document changed."""
    document = json.loads(with_gap().to_json())
    change(document)
    return json.dumps(document).encode()


@pytest.mark.parametrize("made", [certificate(), with_gap(), certificate(PASSED, FAILED, evidence=Evidence.LIVE)])
def test_what_is_read_is_what_was_written(tmp_path: Path, made: Any) -> None:
    """From bytes and from a file, for every kind of result."""
    file = tmp_path / "c.json"
    file.write_text(made.to_json(), encoding="utf-8")
    assert made == read_certificate(made.to_json().encode())
    assert made == read_certificate(file)


def test_the_same_facts_give_the_same_bytes() -> None:
    """Neither the order in which rules ran nor the time zone of the clock makes a difference."""
    moment = datetime(2026, 3, 2, 10, 0, 0, 999, tzinfo=timezone(timedelta(hours=-5)))
    one = certificate(PASSED, FAILED, MISSED, gaps=(GAP,))
    other = certificate(MISSED, PASSED, FAILED, gaps=(GAP,), made_at=moment)
    assert one.to_json() == other.to_json()
    assert one.to_json().endswith("}\n")


def test_the_document_is_the_documented_one() -> None:
    """Its names are what other programs read."""
    document = json.loads(with_gap().to_json())
    names = "certificate_version claims evidence gaps kind made_at plugin rules seed summary thorough versions"
    assert names.split() == list(document)
    assert "2026-03-02T15:00:00+00:00" == document["made_at"]
    assert {"passed": 1, "gap": 1, "failed": 0, "not_applicable": 0, "not_run": 0} == document["summary"]
    assert {"post_lines": "keyed"} == document["claims"]["operations"]
    assert ["cases", "evidence", "id", "result", "title", "why"] == list(document["rules"][0])


def test_a_moment_without_its_zone_is_no_moment() -> None:
    """Which certificate is the newer must not depend on where it was made."""
    with pytest.raises(ValueError, match="time zone"):
        certificate(made_at=datetime(2026, 3, 2))  # noqa: DTZ001 -- what is refused here


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda it: it["rules"][0].update(result="great"), "rules[0].result"),
        (lambda it: it["rules"][0].update(cases="12"), "rules[0].cases"),
        (lambda it: it["rules"][0].update(cases=0), "rules.E1.cases"),
        (lambda it: it["rules"][0].update(evidence=None), "rules.E1.evidence"),
        (lambda it: it["rules"][0].update(id=" "), "rules. .id"),
        (lambda it: it["rules"].append(it["rules"][0]), "rules"),
        (lambda it: it.update(rules=[]), "rules"),
        (lambda it: it.update(gaps=[]), "gaps"),
        (lambda it: it["gaps"].append(it["gaps"][0]), "gaps"),
        (lambda it: it["gaps"][0].update(rule="E1"), "gaps.E1"),
        (lambda it: it["gaps"][0].update(reason=""), "gaps.S1.reason"),
        (lambda it: it["gaps"][0].update(link="javascript:alert(1)"), "gaps.S1.link"),
        (lambda it: it["gaps"][0].update(expires="soon"), "gaps[0].expires"),
        (lambda it: it["gaps"][0].pop("expires"), "gaps[0].expires"),
        (lambda it: it.update(made_at="2026-03-02T15:00:00"), "made_at"),
        (lambda it: it.update(made_at=3), "made_at"),
        (lambda it: it.update(plugin=""), "plugin"),
        (lambda it: it.update(more=1), "more"),
        (lambda it: it["versions"].update(wheel_hash="0" * 63 + "G"), "versions.wheel_hash"),
        (lambda it: it["versions"].update(contract="1"), "versions.contract"),
        (lambda it: it["claims"]["operations"].update(post_lines="safe"), "claims.operations"),
        (lambda it: it["summary"].update(passed=2), "summary"),
        (lambda it: it.pop("summary"), "summary"),
        (lambda it: it.pop("certificate_version"), "certificate_version"),
        (lambda it: it.update(certificate_version=True), "certificate_version"),
        (lambda it: it.update(certificate_version=0), "certificate_version"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(change: Callable[[dict[str, Any]], object], where: str) -> None:
    """No unknown word, no contradiction, and nothing that is merely likely passes."""
    assert any(found.startswith(where) for found in faults_of(changed(change)))


def test_all_that_is_wrong_is_told_at_once() -> None:
    """Whoever mends it does so once."""

    def spoil(document: dict[str, Any]) -> None:
        document["plugin"] = ""
        document["gaps"][0]["reason"] = " "
        document["rules"][0]["cases"] = 0
        document["summary"] = {}

    assert ["plugin", "rules.E1.cases", "gaps.S1.reason", "summary"] == faults_of(changed(spoil))


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000, b'{"plugin": "a", "plugin": "b"}', b"1e999999",
        b'{"plugin": "\\ud800"}', b"9" * 5000,
    ],
)  # fmt: skip
def test_rubbish_is_refused(content: bytes) -> None:
    """Whatever lies there, it is told as bad input."""
    assert [] == faults_of(content)


def test_too_large_a_file_is_not_read(tmp_path: Path) -> None:
    """Neither as bytes nor as a file; one that just fits is read."""
    file = tmp_path / "large.json"
    fits = with_gap().to_json().encode()
    file.write_bytes(fits + b" " * (MOST_BYTES - len(fits)))
    assert with_gap() == read_certificate(file)
    file.write_bytes(file.read_bytes() + b" ")
    assert [[], []] == [faults_of(file), faults_of(file.read_bytes())]


def test_a_file_that_can_not_be_read_is_told(tmp_path: Path) -> None:
    """One that is missing, or a folder, is no defect."""
    assert [[], []] == [faults_of(tmp_path / "none.json"), faults_of(tmp_path)]


def test_a_newer_format_is_told_from_rubbish() -> None:
    """The remedy is a newer program, whatever else stands there."""
    with pytest.raises(BadInput, match="format 2") as caught:
        read_certificate(b'{"certificate_version": 2, "something": "new"}')
    assert "Upgrade" in caught.value.remedy


def test_results_are_counted_and_found() -> None:
    """Every result has a count, and its rules can be asked for."""
    made = certificate(PASSED, FAILED, evolve(PASSED, id="X", result=Result.NOT_RUN), versions=versions(suite="9"))
    assert {"passed": 1, "failed": 1, "gap": 0, "not_applicable": 0, "not_run": 1} == made.summary
    assert ["M1", "X"] == [rule.id for rule in made.of_result(Result.FAILED, Result.NOT_RUN)]


@pytest.mark.parametrize(("today", "expired"), [(date(2099, 12, 31), False), (date(2100, 1, 1), True)])
def test_a_gap_may_stand_on_its_last_day(today: date, *, expired: bool) -> None:
    """It expires when that day is over."""
    assert expired is GAP.is_expired(today)
    assert UTC is certificate().made_at.tzinfo


def test_certificates_load_without_the_suite_or_a_database() -> None:
    """Reading and judging one needs neither what the suite is run with nor an installation."""
    asked = "import sys, erp_bridge_core.certificates; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout.split()
    assert set() == {"pytest", "hypothesis", "sqlalchemy", "click", "rich", "requests"} & set(loaded)
