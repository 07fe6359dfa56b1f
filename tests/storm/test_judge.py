"""The judge's arithmetic: what is lost, what is doubled, and which doubts may be."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from storm.budgets import contract
from storm.judge import Verdict, compare, count_defects, meant, weighed
from storm.product import BOUND, DEADLINE, shortened
from storm.told import differing, is_true

from erp_bridge_core.conformance.wire import FileFault, WireFault
from erp_bridge_core.contract import ErpProfile, LineKey, OperationProfile, SafetyClass
from erp_bridge_core.contract.source_simulator import RequestState, SourceBooks
from erp_bridge_core.demo.books import bare
from erp_bridge_core.demo.erp_side import Codes

SAME = Codes(job="24-001", maps={"sub_job": {}, "cost_code": {}, "category": {}})


def profile(safety: SafetyClass, **given: float | None) -> ErpProfile:
    """A profile with one kind of write."""
    write = OperationProfile(name="write", title="Write", safety=safety, because="", **given)
    return ErpProfile(name="books", title="Books", api_version=1, settings_class=object, operations=(write,))


def amounts(*texts: str) -> list[Decimal]:
    """Lines of these amounts."""
    return [Decimal(text) for text in texts]


@pytest.mark.parametrize(
    ("sure", "maybe", "held", "expected"),
    [
        (("10.00", "3.50"), (), "13.50", (0, 0)),
        (("10.00", "3.50"), (), "10.00", (1, 0)),
        (("10.00", "3.50"), (), "0", (2, 0)),
        (("10.00", "3.50"), (), "17.00", (0, 1)),
        (("10.00", "3.50"), (), "27.00", (0, 2)),
        (("10.00", "-3.50"), (), "3.00", (0, 1)),
        (("10.00",), ("2.25",), "10.00", (0, 0)),
        (("10.00",), ("2.25",), "12.25", (0, 0)),
        (("10.00",), ("2.25",), "14.50", (0, 1)),
        (("10.00",), ("2.25",), "2.25", (1, 0)),
        ((), (), "5.00", (0, 1)),
        (("10.00",), (), "11.11", (0, 1)),
    ],
    ids=["all there", "one lost", "all lost", "one twice", "all twice", "a credit twice", "open, not there",
         "open, there", "open, twice", "lost beside an open one", "never sent", "of no line"],
)  # fmt: skip
def test_lines_are_counted_by_what_makes_up_the_difference(
    sure: Sequence[str], maybe: Sequence[str], held: str, expected: tuple[int, int]
) -> None:
    """What has arrived is there once; what is open is there once or not at all; whatever else is there is too much."""
    assert expected == compare(amounts(*sure), amounts(*maybe), Decimal(held))


@pytest.mark.parametrize(
    ("safety", "fault", "expected"),
    [
        (SafetyClass.KEYED, WireFault.REPLY_LOST, False),
        (SafetyClass.ABSOLUTE, WireFault.LATE_COMMIT, False),
        (SafetyClass.CONTAINED, WireFault.REPLY_LOST, False),
        (SafetyClass.HUMAN, FileFault.SHARE_LOST_AFTER, True),
        (SafetyClass.APPEND, WireFault.REPLY_LOST, True),
        (SafetyClass.HUMAN, WireFault.THROTTLED, False),
    ],
)
def test_a_doubt_is_allowed_where_the_outcome_table_has_it(
    *, safety: SafetyClass, fault: WireFault | FileFault, expected: bool
) -> None:
    """What an ERP makes safe must never stay unknown."""
    assert expected == weighed(profile(safety), 1, "write", [fault]).allowed


@pytest.mark.parametrize(
    ("arrived", "told", "expected"),
    [
        (("10.00", "3.50"), "13.50", []),
        (("10.00", "3.50"), "10.00", [(1, 0)]),
        (("10.00",), "20.00", [(0, 1)]),
        ((), "5.00", [(0, 1)]),
        (("5.00",), "", [(1, 0)]),
        ((), "", []),
    ],
    ids=["all told", "one not told", "one told twice", "what never arrived", "nothing told", "nothing there"],
)
def test_what_a_source_was_told_is_counted_against_what_arrived(
    arrived: Sequence[str], told: str, expected: list[tuple[int, int]]
) -> None:
    """A source holds as synced what is in the ERP: nothing less, nothing more."""
    key, nothing = LineKey("", "100-00001", "L"), dict[LineKey, Decimal]()
    books = SourceBooks(
        locked=True, original=nothing, changes=nothing, synced_original={key: Decimal(told)} if told else nothing,
        synced_changes=nothing,
    )  # fmt: skip
    lines = {(bare(key), "original"): amounts(*arrived)} if arrived else {}

    assert expected == [(missing, more) for _, missing, more in differing(lines, {}, books)]


@pytest.mark.parametrize(
    ("state", "stage", "said", "expected"),
    [
        ("synced", "verified", ["All of it is there."], True),
        ("rejected", "verified", ["All of it is there."], False),
        ("synced", "exported", ["All of it is there."], False),
        ("synced", "verified", ["It waits."], False),
        ("synced", "verified", [], False),
        ("failed", "failed", ["All of it is there."], False),
    ],
    ids=["as it is", "of another end", "not the last", "not what stands there", "nothing", "no end"],
)
def test_what_is_read_at_a_source_is_what_became_of_the_item(
    *, state: str, stage: str, said: Sequence[str], expected: bool
) -> None:
    """The stage fits the item's end, and every sentence of ours stands there."""
    last: Mapping[str, object] = {"stage": stage, "messages": said}
    read = RequestState(id="1", status="closed", open=False, messages=("All of it is there.", "Told by us."))

    assert expected == is_true(state, last, read)


def test_a_verdict_with_any_fault_is_not_good() -> None:
    """One line, one claim, one defect is enough."""
    faults = (
        "lost", "doubled", "false_done", "refused", "seen", "unfinished", "defects", "untold", "told_falsely",
        "marked_again",
    )  # fmt: skip

    assert Verdict().is_good
    assert [] == [fault for fault in faults if Verdict(**{fault: 1}).is_good]
    assert not Verdict(ended=["worker 1: 1"]).is_good
    assert not Verdict(doubts=[weighed(profile(SafetyClass.KEYED), 1, "write", [WireFault.REPLY_LOST])]).is_good


def test_defects_are_counted_in_the_log_of_the_product(tmp_path: Path) -> None:
    """Each entry counts, and is told by its last line."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "errors.log").write_text("--- now worker\n  Trace\n  KeyError: 1\n\n--- then\n  KeyError: 1\n")
    verdict = Verdict()
    count_defects(verdict, tmp_path)

    assert (2, ["KeyError: 1"]) == (verdict.defects, verdict.wrong)


def test_the_same_seed_makes_the_same_budgets() -> None:
    """A storm can be repeated as far as chance goes; every line of every round is meant once."""
    made = [contract(Random(7), number="one", job="24-001", rounds=3, takes_changes=True) for _ in range(2)]

    assert made[0] == made[1]
    lines = sum(len(each.lines) + sum(len(change.moves) for change in each.changes) for each in made[0].rounds)
    assert lines == sum(len(some) for some in meant(made[0].rounds, SAME).values())


@pytest.mark.parametrize(("bound", "expected"), [(60.0, BOUND), (None, None), (0.0, 0.0)])
def test_a_hurry_leaves_what_is_not_known_unknown(bound: float | None, expected: float | None) -> None:
    """Deadlines are shorter, and a bound that nobody knows stays that way."""
    (write,) = shortened(profile(SafetyClass.KEYED, execution_bound=bound)).operations

    assert (DEADLINE, expected) == (write.deadline, write.execution_bound)
