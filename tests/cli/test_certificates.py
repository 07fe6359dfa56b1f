"""Certificates on the command line: registered by administrators, shown, and warned of where it matters."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from certificate_made import FAILED, PASSED, certificate, versions, with_gap
from command_runs import Run
from memory_erp import MemoryAdapter

from erp_bridge_core.certificates import Certificate, read_certificate

Write = Callable[[Certificate], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a certificate to a file."""

    def to_file(made: Certificate) -> Path:
        file = tmp_path / "made.json"
        file.write_text(made.to_json(), encoding="utf-8")
        return file

    return to_file


def test_a_registered_certificate_is_kept_and_audited(
    erp: MemoryAdapter, run: Run, as_ada: Callable[..., Any], home: Path, write: Write
) -> None:
    """It lies in the home as it was made, and the trail says who put it there."""
    told = as_ada("plugins", "--certificate", write(certificate()))
    assert ("valid", "registered") == (told["certificate"]["standing"]["worth"], told["certificate"]["source"])
    assert [home / "certificates" / "memory.json"] == list((home / "certificates").iterdir())
    assert certificate() == read_certificate(home / "certificates" / "memory.json")
    entry = as_ada("audit", "show", "--verb", "certificate.register")["entries"][0]
    assert ("ada", "plugin", "memory") == (entry["person"], entry["subject"], entry["subject_id"])
    assert ("valid", "0" * 64) == (entry["facts"]["worth"], entry["facts"]["wheel_hash"])
    assert "was registered" in run("--as", "ada", "plugins", "--certificate", write(with_gap())).out


def test_only_administrators_register(linked: MemoryAdapter, run: Run, home: Path, write: Write) -> None:
    """An approver does not certify what he approves with; nothing is kept."""
    refused = run("--as", "abe", "plugins", "--certificate", write(certificate()), "--json")
    assert (1, "not_allowed") == (refused.status, refused.document["error"])
    assert not (home / "certificates").exists()


@pytest.mark.parametrize(
    ("made", "status", "code"),
    [
        (certificate(versions=versions(plugin="0.9")), 1, "bad_input"),
        (certificate(versions=versions(wheel_hash="1" * 64)), 1, "bad_input"),
        (certificate(plugin="nonsense"), 2, "plugin"),
    ],
)
def test_a_certificate_of_something_else_replaces_none(
    erp: MemoryAdapter, run: Run, as_ada: Callable[..., Any], home: Path, write: Write, *,
    made: Certificate, status: int, code: str,
) -> None:  # fmt: skip
    """Of another version, other files, or a plugin that is not there: what was registered stays."""
    as_ada("plugins", "--certificate", write(certificate()))
    refused = run("--as", "ada", "plugins", "--certificate", write(made), "--json")
    assert (status, code) == (refused.status, refused.document["error"])
    assert certificate() == read_certificate(home / "certificates" / "memory.json")


def test_rubbish_is_refused_with_its_faults(erp: MemoryAdapter, run: Run, tmp_path: Path) -> None:
    """Every fault with its place; and NAME beside a certificate is bad usage."""
    file = tmp_path / "rubbish.json"
    file.write_text(certificate().to_json().replace('"passed"', '"great"'))
    refused = run("--as", "ada", "plugins", "--certificate", file, "--json")
    assert (1, ["rules[0].result"]) == (refused.status, [each["where"] for each in refused.document["faults"][:1]])
    assert 2 == run("--as", "ada", "plugins", "memory", "--certificate", file).status


def test_the_list_shows_how_each_adapter_stands(
    erp: MemoryAdapter, run: Run, as_ada: Callable[..., Any], write: Write
) -> None:
    """From none to failed, for people and programs."""
    assert "none" in run("plugins").out
    assert "none" == run("plugins", "--json").document["plugins"][0]["standing"]["worth"]
    as_ada("plugins", "--certificate", write(certificate(PASSED, FAILED)))
    assert "failed" in run("plugins").out
    assert "failed" == run("plugins", "--json").document["plugins"][0]["standing"]["worth"]


def test_one_certificate_is_shown_in_full(
    erp: MemoryAdapter, run: Run, as_ada: Callable[..., Any], write: Write
) -> None:
    """Rules with results, gaps with their last day, claims; what it gives cause for is a thing to know."""
    as_ada("plugins", "--certificate", write(with_gap()))
    shown = run("plugins", "memory").out
    wanted = [
        "memory has known gaps: S1", "2099-12-31", "pages are read twice", "https://acme.test/gaps/1", "1 passed",
        "What arrived is what was sent.", "post_lines keyed", "registered, made 2026-03-02", "seed 7",
    ]  # fmt: skip
    assert [] == [text for text in wanted if text not in shown]
    document = run("plugins", "memory", "--json").document
    assert document["things_to_know"][0] == document["certificate"]["standing"]["warning"]
    assert ["E1", "S1"] == [rule["id"] for rule in document["certificate"]["certificate"]["rules"]]


def test_a_shipped_certificate_needs_no_installation(
    erp: MemoryAdapter, bare: Run, tmp_path: Path, write: Write
) -> None:
    """What the plugin brings is shown before there is a home."""
    erp.certificate_file = write(certificate())
    told = bare("--home", tmp_path / "none", "plugins", "memory", "--json").document
    assert ("shipped", "valid") == (told["certificate"]["source"], told["certificate"]["standing"]["worth"])
    assert "its simulator" in bare("--home", tmp_path / "none", "plugins", "memory").out


def test_a_new_connection_warns_and_is_made_all_the_same(
    erp: MemoryAdapter, run: Run, as_ada: Callable[..., Any], write: Write
) -> None:
    """Adding and checking tell it and answer 0; a valid certificate is not mentioned."""
    added = run("--as", "ada", "connection", "add", "books", "memory")
    checked = run("--as", "ada", "connection", "check", "books")
    assert [0, 0] == [added.status, checked.status]
    assert ["has no certificate" in each.out for each in (added, checked)] == [True, True]
    assert "none" == as_ada("connection", "check", "books")["standing"]["worth"]
    as_ada("plugins", "--certificate", write(certificate()))
    quiet = run("--as", "ada", "connection", "check", "books")
    assert "certificate" not in quiet.out
    assert "valid" == as_ada("connection", "add", "more", "memory")["standing"]["worth"]


@pytest.mark.rule("X5")
def test_a_reviewer_is_told(sent: int, run: Run, abe: Run, as_ada: Callable[..., Any], write: Write) -> None:
    """The warning is the first thing to know of the ERP; it is gone once the adapter is certified."""
    first = abe("review", "show", sent).document["review"]["things_to_know"][0]["text"]
    assert "has no certificate" in first
    assert first in run("--as", "abe", "review", "show", sent).out
    as_ada("plugins", "--certificate", write(certificate()))
    assert [] == abe("review", "show", sent).document["review"]["things_to_know"]
    assert "certificate" not in run("--as", "abe", "review", "show", sent).out
    assert 0 == abe("review", "accept", sent, "--confirm-import-closes").status


def test_what_can_not_be_kept_is_not_in_the_trail(
    erp: MemoryAdapter, run: Run, as_ada: Callable[..., Any], home: Path, write: Write
) -> None:
    """The folder can't be made: told as storage, and the act is not on record."""
    (home / "certificates").write_text("in the way")
    refused = run("--as", "ada", "plugins", "--certificate", write(certificate()), "--json")
    assert (4, "storage") == (refused.status, refused.document["error"])
    assert [] == as_ada("audit", "show", "--verb", "certificate.register")["entries"]
