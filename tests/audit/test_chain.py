"""The check of a chain over plain values."""

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from erp_bridge_core.audit.chain import MOST_FAULTS, check_chain
from erp_bridge_core.audit.entries import AuditCheck, AuditEntry, seal
from erp_bridge_core.audit.mark import Mark

pytestmark = pytest.mark.rule("X1")

KEY = bytes(range(32))


def chain(*verbs: str) -> list[AuditEntry]:
    """A sealed chain of acts."""
    entries: list[AuditEntry] = []
    for number, verb in enumerate(verbs, 1):
        entry = AuditEntry(
            sequence=number, company_id=1, at="2026-03-02T15:00:00+00:00", person="mia", real_person="mia",
            os_user="mia", via="cli", verb=verb, subject="item", subject_id="1", from_state=None, to_state=None,
            details="{}",
        )  # fmt: skip
        entries.append(evolve(entry, mac=seal(KEY, entries[-1].mac if entries else "", entry)))
    return entries


def checked(entries: list[AuditEntry], written: list[AuditEntry]) -> AuditCheck:
    """The check of what is there, against the mark of what was written."""
    mark = Mark(installation="T3ST42", audit_sequence=len(written), audit_mac=written[-1].mac if written else "")
    return check_chain(KEY, entries, installation="T3ST42", mark=mark)


@given(st.lists(st.text(max_size=5), max_size=6))
def test_an_untouched_chain_is_sound(verbs: list[str]) -> None:
    """Whatever was recorded, nothing is found, and the head is the last entry."""
    entries = chain(*verbs)

    found = checked(entries, entries)

    assert found.sound
    assert (len(entries), len(entries)) == (found.entries, found.head.sequence)


@given(st.integers(1, 5), st.data())
def test_any_entries_taken_out_or_swapped_are_found(count: int, data: st.DataObject) -> None:
    """No other selection or order of the same entries is sound."""
    entries = chain(*"abcdef"[: count + 1])
    other = data.draw(st.lists(st.sampled_from(entries), max_size=count + 2).filter(lambda drawn: drawn != entries))

    assert not checked(other, entries).sound


def test_an_entry_of_another_history_is_found() -> None:
    """An entry sealed by the same key in a copy that went its own way doesn't fit after this one's entries."""
    here, there = chain("send", "accept", "export"), chain("send", "reject", "edit")
    mixed = [here[0], there[1], here[2]]

    assert ["entry 3: was edited, or sealed with another key"] == [str(fault) for fault in checked(mixed, here).faults]


def test_a_hundred_faults_are_kept_and_all_entries_counted() -> None:
    """A wholly rewritten trail doesn't fill the memory with faults."""
    entries = chain(*["edit"] * 150)
    rewritten = [evolve(entry, person="eve") for entry in entries]

    found = checked(rewritten, entries)

    assert (MOST_FAULTS, 150) == (len(found.faults), found.entries)
