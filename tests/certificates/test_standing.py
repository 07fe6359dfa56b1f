"""What a certificate is worth for what is installed, as a table; and which of two counts."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from certificate_made import FAILED, GAP, MISSED, PASSED, certificate, versions, with_gap
from memory_erp import MemoryAdapter
from memory_source import office_profile

from erp_bridge_core.certificates import Certificate, Kind, Result, Source, Worth, assess, standing_of
from erp_bridge_core.certificates.holding import registered_file

TODAY = date(2026, 3, 2)
YESTERDAY = TODAY - timedelta(days=1)
NOT_RUN = evolve(PASSED, id="X1", result=Result.NOT_RUN, cases=0, evidence=None)
NOT_APPLICABLE = evolve(NOT_RUN, result=Result.NOT_APPLICABLE)


@pytest.mark.parametrize(
    ("made", "worth", "said"),
    [
        (None, Worth.NONE, "has no certificate"),
        (certificate(), Worth.VALID, "memory 1.0 kept 1 rule, tried against its simulator on 2026-03-02."),
        (certificate(PASSED, NOT_APPLICABLE), Worth.VALID, "kept 1 rule,"),
        (certificate(plugin="other"), Worth.STALE, "of the plugin other"),
        (certificate(kind=Kind.SOURCE), Worth.STALE, "of a budget source"),
        (certificate(versions=versions(distribution="acme")), Worth.STALE, "of the distribution acme"),
        (certificate(versions=versions(plugin="0.9")), Worth.STALE, "of version 0.9, 1.0 is installed"),
        (certificate(versions=versions(wheel_hash="1" * 64)), Worth.STALE, "files have changed"),
        (certificate(versions=versions(contract=2)), Worth.STALE, "contract version 2"),
        (certificate(FAILED, versions=versions(plugin="0.9")), Worth.STALE, "of version 0.9"),
        (certificate(PASSED, FAILED), Worth.FAILED, "1 failed (M1)"),
        (certificate(PASSED, NOT_RUN), Worth.FAILED, "1 not run (X1)"),
        (certificate(FAILED, NOT_RUN, MISSED, gaps=(GAP,)), Worth.FAILED, "1 failed (M1); 1 not run (X1)"),
        (with_gap(), Worth.GAPS, "S1 until 2099-12-31"),
        (with_gap(expires=TODAY), Worth.GAPS, "S1 until 2026-03-02"),
        (with_gap(expires=YESTERDAY), Worth.EXPIRED_GAP, "S1 until 2026-03-01"),
    ],
)
def test_the_worst_of_a_certificate_counts(made: Certificate | None, worth: Worth, said: str) -> None:
    """None, stale, failed, expired gap, gaps, valid: in this order, each in words."""
    standing = standing_of(MemoryAdapter(), made, TODAY)
    assert worth is standing.worth
    assert said in standing.sentence
    assert (worth is Worth.VALID) is (standing.warning == "")


@pytest.mark.parametrize("made", [None, certificate(plugin="other"), certificate(FAILED), with_gap(expires=YESTERDAY)])
def test_the_remedy_is_the_command_that_makes_a_new_one(made: Certificate | None) -> None:
    """It can be typed as it stands, and so can the next."""
    remedy = standing_of(MemoryAdapter(), made, TODAY).remedy
    assert "`pytest --pyargs erp_bridge_core.conformance --erp memory --certificate memory.json`" in remedy
    assert "`erp-bridge plugins --certificate memory.json`" in remedy


def test_open_and_expired_gaps_are_listed_apart() -> None:
    """Where one is past its day, it alone is what matters."""
    late = evolve(GAP, rule="T1", expires=YESTERDAY)
    both = certificate(PASSED, MISSED, evolve(MISSED, id="T1"), gaps=(GAP, late))
    assert (GAP,) == standing_of(MemoryAdapter(), with_gap(), TODAY).gaps
    assert (late,) == standing_of(MemoryAdapter(), both, TODAY).gaps


@pytest.mark.parametrize(
    ("made", "count"),
    [
        (certificate(), 0),
        (certificate(thorough=False), 1),
        (certificate(versions=versions(core="0.0.9")), 1),
        (certificate(versions=versions(core="99.1"), thorough=False), 2),
    ],
)
def test_what_does_not_make_it_stale_is_noted(made: Certificate, count: int) -> None:
    """A core of another minor version and a sample of the cases are worth knowing."""
    standing = standing_of(MemoryAdapter(), made, TODAY)
    assert (Worth.VALID, count) == (standing.worth, len(standing.notes))


def test_many_rules_are_not_all_named() -> None:
    """The sentence stays one that people read."""
    many = [evolve(FAILED, id=f"M{number}") for number in range(1, 8)]
    assert (
        "7 failed (M1, M2, M3, M4, M5 and 2 more)" in standing_of(MemoryAdapter(), certificate(*many), TODAY).sentence
    )


Put = Callable[[Certificate | bytes | None, Certificate | bytes | None], Any]


@pytest.fixture
def assessed(tmp_path: Path) -> Put:
    """Assess the adapter in memory with a shipped and a registered certificate."""

    def write(path: Path, made: Certificate | bytes | None) -> Path | None:
        if made is None:
            return None
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(made if isinstance(made, bytes) else made.to_json().encode())
        return path

    def put(shipped: Certificate | bytes | None, registered: Certificate | bytes | None) -> Any:
        write(tmp_path / "certificates" / "memory.json", registered)
        adapter = MemoryAdapter(certificate_file=write(tmp_path / "shipped.json", shipped))
        return assess(adapter, tmp_path, TODAY)

    return put


OLD = certificate(made_at=certificate().made_at - timedelta(days=9))
STALE = certificate(versions=versions(plugin="0.9"), made_at=certificate().made_at + timedelta(days=9))


@pytest.mark.parametrize(
    ("shipped", "registered", "source", "worth"),
    [
        (None, None, None, Worth.NONE),
        (OLD, None, Source.SHIPPED, Worth.VALID),
        (None, OLD, Source.REGISTERED, Worth.VALID),
        (OLD, with_gap(), Source.REGISTERED, Worth.GAPS),
        (with_gap(), OLD, Source.SHIPPED, Worth.GAPS),
        (OLD, STALE, Source.SHIPPED, Worth.VALID),
        (STALE, OLD, Source.REGISTERED, Worth.VALID),
        (None, STALE, Source.REGISTERED, Worth.STALE),
        (certificate(), certificate(), Source.REGISTERED, Worth.VALID),
        (b"rubbish", OLD, Source.REGISTERED, Worth.VALID),
        (OLD, b"rubbish", Source.SHIPPED, Worth.VALID),
        (b"rubbish", b"{}", None, Worth.NONE),
    ],
)
def test_one_that_fits_counts_and_of_two_the_newer(
    assessed: Put, shipped: Any, registered: Any, source: Source | None, worth: Worth
) -> None:
    """A registered one wins over the shipped where it fits and is no older; rubbish never counts."""
    found = assessed(shipped, registered)
    assert (source, worth) == (found.source, found.standing.worth)


def test_a_certificate_that_can_not_be_read_is_told_as_such(assessed: Put) -> None:
    """It is not passed off as one that nobody made."""
    assert "the shipped one can't be used: The certificate is no JSON" in assessed(b"rubbish", None).standing.sentence


def test_without_an_installation_only_the_shipped_one_counts(tmp_path: Path) -> None:
    """No home, no registered certificates."""
    assert Worth.NONE is assess(MemoryAdapter(), None, TODAY).standing.worth
    assert Worth.NONE is assess(MemoryAdapter(name="../escape"), tmp_path, TODAY).standing.worth


def test_a_budget_source_has_certificates_of_its_own(tmp_path: Path) -> None:
    """One of an ERP of its name says nothing of it, and lies elsewhere; the command is another."""
    source, erp = MemoryAdapter(profile=office_profile()), MemoryAdapter()  # type: ignore[arg-type] # as both have it
    of_source = certificate(kind=Kind.SOURCE)
    path = registered_file(tmp_path, "memory", Kind.SOURCE)
    path.parent.mkdir(parents=True)
    path.write_text(of_source.to_json(), encoding="utf-8")

    assert Worth.VALID is assess(source, tmp_path, TODAY).standing.worth
    assert Worth.NONE is assess(erp, tmp_path, TODAY).standing.worth
    assert "of an ERP adapter" in standing_of(source, certificate(), TODAY).sentence
    assert "--source memory" in standing_of(source, None, TODAY).remedy
