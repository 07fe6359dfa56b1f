"""The main job by the command line: send, review, export, verify, and the ways in which it goes wrong."""

import csv
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from command_runs import Run
from memory_books import MemoryBooks
from memory_erp import MemoryAdapter, PostLines

from erp_bridge_core.contract import CannotTell, Effect, Finding, LineKey, Severity
from erp_bridge_core.contract.errors import Doubtful


def verify(abe: Run, *arguments: object) -> tuple[int, str]:
    """The exit status of a verification and the outcome that it tells."""
    ran = abe("verify", *arguments)
    return ran.status, ran.document["verifications"][0]["result"]["outcome"]


@pytest.mark.rule("V2", "V4", "X2")
def test_a_budget_goes_all_the_way(
    exported: int, abe: Run, mia: Run, books: MemoryBooks, *, tmp_path: Path, run: Run
) -> None:
    """Sent, accepted, exported, posted and verified, each by one command; the report shows no difference."""
    assert (0, "unposted") == verify(abe, exported)
    books.jobs["24-001"].post()
    assert (0, "synced") == verify(abe, "--all")
    report = abe("report", "job-costs", "24-001", "--csv", tmp_path / "r.csv", "--xlsx", tmp_path / "r.xlsx").document
    assert ("1500.00", "0.00") == tuple(report["report"]["jobs"][0]["total"][name] for name in ("erp", "difference"))
    assert 2 == len(report["report"]["jobs"][0]["costs"])
    with (tmp_path / "r.csv").open(newline="", encoding="utf-8-sig") as file:
        assert len(list(csv.reader(file))) > 2
    assert (tmp_path / "r.xlsx").read_bytes().startswith(b"PK")
    assert 0 == mia("budget", "unlock", "24-001").status
    assert run("--as", "abe", "audit", "check", "--json").document["check"]["sound"]


@pytest.mark.rule("B4")
def test_readiness_tells_every_reason(sent: int, mia: Run, run: Run) -> None:
    """What is not possible now is told with its reasons, for people and as JSON; asking is never refused."""
    ran = mia("budget", "readiness", "24-001")
    assert (0, None, "resend") == (
        ran.status,
        ran.document["readiness"]["action"],
        ran.document["readiness"]["would_be"],
    )
    assert ran.document["readiness"]["reasons"]
    shown = run("--as", "mia", "budget", "readiness", "24-001").out
    assert "Why Re-send to ERP is not possible now" in shown


@pytest.mark.rule("B4")
def test_send_is_for_the_first_time_alone(sent: int, mia: Run) -> None:
    """Sending again names Re-send; re-sending what was never sent names Send."""
    ran = mia("budget", "send", "24-001")
    assert (1, "not_possible_now") == (ran.status, ran.document["error"])
    assert "budget resend" in ran.document["remedy"]


@pytest.mark.rule("B5")
def test_warnings_are_acknowledged_one_by_one(linked: MemoryAdapter, mia: Run) -> None:
    """A send names each warning; acknowledging its rule sends, and a preview shows all and sends nothing."""
    linked.findings.append(
        Finding(severity=Severity.WARNING, rule="odd-week", message="It is an odd week.", remedy="Wait.")
    )
    mia("budget", "add-line", "24-001", "01-100", "L", "--amount", "1.00")
    preview = mia("budget", "send", "24-001", "--preview").document
    assert (None, True) == (preview["item"], "odd-week" in [each["rule"] for each in preview["findings"]])
    assert (1, "bad_input") == (
        mia("budget", "send", "24-001").status,
        mia("budget", "send", "24-001").document["error"],
    )
    rules = {each["rule"] for each in preview["findings"] if each["severity"] == "warning"}
    given = [part for rule in rules for part in ("--acknowledge", rule)]
    assert 0 == mia("budget", "send", "24-001", *given).status


@pytest.mark.rule("B6")
def test_retrieve_gives_the_budget_back(sent: int, mia: Run, abe: Run) -> None:
    """What waits can be taken back; the history of an approver tells it from a reject."""
    assert "retrieved" == mia("budget", "retrieve", "24-001").document["item"]["state"]
    assert 0 == mia("budget", "resend", "24-001").status
    abe("review", "reject", sent + 1, "--reason", "Too much.", "--remark", "1=Half of it.")
    states = [item["state"] for item in abe("budget", "history", "24-001").document["items"]]
    assert ["rejected", "retrieved"] == states


@pytest.mark.rule("A1", "A2")
def test_the_approver_lists_and_looks(sent: int, abe: Run, run: Run, linked: MemoryAdapter) -> None:
    """The list has filters and counts; an item is shown per key with totals, fields and things to know."""
    listed = abe("review", "list", "--filter", "ready").document
    assert ([sent], 1) == ([each["item"] for each in listed["items"]], listed["counts"]["ready"])
    assert [] == abe("review", "list", "--filter", "failed").document["items"]
    review = abe("review", "show", sent).document["review"]
    assert ("1500.00", 2) == (review["totals"]["revised_estimate"], len(review["lines"]))
    assert [1, 2] == [line["number"] for line in abe("review", "lines", sent).document["lines"]]
    assert "budget_revision_type" in [field["name"] for field in abe("review", "fields", sent).document["fields"]]
    shown = run("--as", "abe", "review", "show", sent).out
    assert "1,500.00" in shown
    assert f"Things to know about {linked.profile.title}" in shown


@pytest.mark.rule("A3")
def test_fields_are_checked(sent: int, abe: Run) -> None:
    """Fields are given by name; nonsense is refused with all its faults."""
    given = ["--field", "revision_date=soon", "--field", "colour=red", "--change-field", "CO-9:approved_by=Abe"]
    ran = abe("review", "accept", sent, "--confirm-import-closes", *given)
    assert {"revision_date", "colour", "change CO-9"} == {fault["where"] for fault in ran.document["faults"]}


@pytest.mark.rule("A4")
def test_an_acceptance_can_be_taken_back(sent: int, abe: Run) -> None:
    """An accepted item waits again after it was taken back."""
    abe("review", "accept", sent, "--confirm-import-closes", "--field", "approved_by=Abe", "--description", "Bid")
    assert "ready" == abe("review", "take-back", sent).document["item"]["state"]


@pytest.mark.rule("A4")
def test_closing_import_is_confirmed(sent: int, abe: Run) -> None:
    """The first acceptance asks to confirm that import closes."""
    assert (1, "not_possible_now") == (
        abe("review", "accept", sent).status,
        abe("review", "accept", sent).document["error"],
    )


@pytest.mark.rule("A5")
def test_a_reject_wants_a_reason(sent: int, abe: Run) -> None:
    """Without a reason nothing is rejected; a remark that names no line is bad usage."""
    assert 1 == abe("review", "reject", sent).status
    assert 2 == abe("review", "reject", sent, "--reason", "No.", "--remark", "first=No.").status
    assert "ready" == abe("review", "show", sent).document["review"]["item"]["state"]


@pytest.mark.rule("A6")
def test_a_second_answer_is_told(sent: int, abe: Run, run: Run) -> None:
    """Of two who answer one wins; the other is told, also by the revision that he saw."""
    for answer in (["reject", sent, "--reason", "No."], ["accept", sent, "--confirm-import-closes"]):
        stale = run("--as", "eve", "review", *answer, "--revision", 99, "--json")
        assert (1, "already_answered") == (stale.status, stale.document["error"])
    abe("review", "accept", sent, "--confirm-import-closes")
    second = run("--as", "eve", "review", "accept", sent, "--confirm-import-closes", "--json")
    assert (1, "already_answered") == (second.status, second.document["error"])


def test_several_are_accepted_at_once(sent: int, abe: Run) -> None:
    """One that can't be accepted does not stop the others, and decides the exit status."""
    ran = abe("review", "accept-several", sent, 99, "--confirm-import-closes")
    assert 1 == ran.status
    assert [True, False] == [each["accepted"] is not None for each in ran.document["answers"]]


@pytest.mark.rule("E3")
def test_a_failed_export_leaves_with_3(sent: int, abe: Run, books: MemoryBooks, run: Run) -> None:
    """Refused lines are told in the ERP's words; a retry sends them alone."""
    books.refused[LineKey("", "01-100", "L")] = "Period \x1b[2Jclosed"
    abe("review", "accept", sent, "--confirm-import-closes")
    ran = abe("export", "start", sent)
    assert (3, "failed") == (ran.status, ran.document["export"]["state"])
    shown = run("--as", "abe", "export", "status", sent)
    assert 3 == shown.status
    assert "Period \\x1b[2Jclosed" in shown.out
    assert f"export retry {sent}" in shown.out
    books.refused.clear()
    assert (0, "complete") == (
        abe("export", "retry", sent).status,
        abe("export", "status", sent).document["export"]["state"],
    )


@pytest.mark.rule("E6")
def test_an_unknown_outcome_leaves_with_5(
    sent: int, abe: Run, books: MemoryBooks, *, linked: MemoryAdapter, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nobody can know is told as unknown; neither its exporter settles it, nor anybody before its time."""

    def cut(_: Effect) -> None:
        raise Doubtful("The connection was cut.")

    books.after_send = cut
    # So long that nobody waits for the moment from which a look could prove anything.
    slow = evolve(linked.profile.operations[0], deadline=600.0)
    linked.profile = evolve(linked.profile, operations=(slow,))
    monkeypatch.setattr(PostLines, "find", lambda _, effects: (CannotTell(why="closed") for _ in effects))
    abe("review", "accept", sent, "--confirm-import-closes")
    ran = abe("export", "start", sent)
    assert (5, "unknown") == (ran.status, ran.document["export"]["state"])
    shown = run("--as", "abe", "export", "status", sent)
    assert 5 == shown.status
    assert f"export settle {sent}" in shown.out
    effect = ran.document["export"]["effects"][0]["reference"]
    given = ["export", "settle", sent, effect, "arrived", "--reason", "I saw it there.", "--json"]
    assert (1, "not_allowed") == (abe(*given).status, abe(*given).document["error"])
    too_soon = run("--as", "eve", *given)
    assert (1, "not_possible_now") == (too_soon.status, too_soon.document["error"])


@pytest.mark.rule("V5")
def test_a_mismatch_leaves_with_5_until_it_is_resolved(exported: int, abe: Run, books: MemoryBooks, mia: Run) -> None:
    """What was posted twice is a mismatch that bars unlocking, until it is corrected in the ERP and verified."""
    job = books.jobs["24-001"]
    job.unposted += list(job.unposted)
    job.post()
    assert (5, "posted_twice") == verify(abe)
    assert 5 == abe("verify", "show", exported).status
    assert 1 == mia("budget", "unlock", "24-001").status
    del job.posted[len(job.posted) // 2 :]
    ran = abe("verify", "corrected", exported, "--reason", "The second batch was reversed.")
    assert (0, "synced") == (ran.status, ran.document["verification"]["outcome"])


@pytest.mark.rule("V5")
@pytest.mark.parametrize("verb", ["adopt", "accept-difference"])
def test_a_difference_is_adopted_or_accepted(exported: int, abe: Run, books: MemoryBooks, verb: str) -> None:
    """A difference is adopted or accepted with a reason, which is needed."""
    job = books.jobs["24-001"]
    job.unposted += list(job.unposted)
    job.post()
    assert (5, "posted_twice") == verify(abe, exported)
    assert 2 == abe("verify", verb, exported).status
    assert 0 == abe("verify", verb, exported, "--reason", "It stays so.").status


def test_an_erp_that_does_not_answer_leaves_with_3(exported: int, abe: Run, books: MemoryBooks) -> None:
    """Where nothing can be read nothing is concluded: one item as an error, of all items each with its own."""
    books.read_failed = "The books are closed."
    assert 3 == abe("verify", exported).status
    ran = abe("verify")
    assert 3 == ran.status
    assert ran.document["verifications"][0]["error"]["error"]


def test_one_or_all_are_verified(abe: Run, linked: MemoryAdapter) -> None:
    """An item and --all together are bad usage; where nothing waits nothing is verified."""
    assert 2 == abe("verify", 1, "--all").status
    assert [] == abe("verify").document["verifications"]


def test_the_trail_shows_who_did_what(sent: int, as_ada: Callable[..., Any]) -> None:
    """The trail is filtered by subject and act."""
    entries = as_ada("audit", "show", "--subject", "item", "--id", sent, "--limit", 5)["entries"]
    assert ["budget.send"] == [entry["verb"] for entry in entries]
    assert "mia" == entries[0]["person"]


def test_people_read_a_whole_export(exported: int, run: Run, books: MemoryBooks) -> None:
    """Status, verification, report, list and history are readable text with amounts and next steps."""
    status = run("--as", "abe", "export", "status", exported).out
    assert f"erp-bridge verify {exported}" in status
    books.jobs["24-001"].post()
    assert "synced" in run("--as", "abe", "verify", exported).out
    assert "1,500.00" in run("--as", "abe", "report", "job-costs").out
    assert "synced" in run("--as", "abe", "review", "list").out
    assert "Mia" not in run("--as", "abe", "budget", "history", "24-001").err


def test_amounts_in_json_are_exact(exported: int, abe: Run) -> None:
    """Amounts keep their two decimals, and add up."""
    lines = abe("review", "lines", exported).document["lines"]
    assert Decimal("1500.00") == sum(Decimal(line["amount"]) for line in lines)
    assert ["1000.00", "500.00"] == [line["amount"] for line in lines]
