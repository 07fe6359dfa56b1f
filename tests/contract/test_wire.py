"""Whether a write is under way is known to the thread that writes, and to nobody else."""

import threading
from typing import cast

from erp_bridge_core.contract.effects import Attempt
from erp_bridge_core.contract.wire import current_attempt, reading, writing

ATTEMPT = cast("Attempt", object())


def test_a_write_holds_inside_its_block_alone() -> None:
    """And a reading block within it is a read."""
    assert current_attempt() is None
    with writing(ATTEMPT):
        assert ATTEMPT is current_attempt()
        with reading():
            assert current_attempt() is None
        assert ATTEMPT is current_attempt()
    assert current_attempt() is None


def test_another_thread_is_not_writing() -> None:
    """What it sends counts as a read: the ledger takes its failures for doubts."""
    seen: list[Attempt | None] = []
    with writing(ATTEMPT):
        thread = threading.Thread(target=lambda: seen.append(current_attempt()))
        thread.start()
        thread.join()
    assert [None] == seen
