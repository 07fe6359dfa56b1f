"""A source whose plugin tells its tokens in its errors: nothing that is kept or shown of them holds one."""

import json

import pytest
from desk import Desk
from sqlalchemy import select

from erp_bridge_core.contract.errors import NotSent
from erp_bridge_core.store.tables import attempts, exports, source_polls

TOKEN = "eyJhbGciOiJub25lIn0.access-token-of-the-office"
ROTATED = "refresh-token-that-came-with-the-answer"


@pytest.fixture
def talkative(desk: Desk) -> Desk:
    """Its plugin keeps what it was given at run time, and says it in the error that ends each write."""
    (folder,) = (desk.application.home / "private").iterdir()

    def write(_: object) -> None:
        (folder / "tokens.json").write_text(json.dumps({"access": TOKEN, "held": [{"refresh": ROTATED}]}))
        raise NotSent(f"401 for {TOKEN}; tried {ROTATED}", remedy=f"Give {ROTATED} back.")

    desk.plugin.before_write = write
    return desk


def test_the_ledger_keeps_no_token_as_evidence(talkative: Desk) -> None:
    """Neither in a try, nor in what stopped it, nor in what people are shown."""
    desk = talkative
    desk.ask()
    desk.poll()
    desk.application.outcomes.make(1)
    (told,) = desk.application.requests.tell(desk.person("approver"), 1)

    with desk.application.store.read() as connection:
        kept = [*connection.execute(select(attempts.c.evidence)).scalars()]
        kept += connection.execute(select(exports.c.failure)).scalars()
    assert kept
    assert "401 for ***; tried ***" in str(kept)
    assert "Give *** back." == (told.problem or {}).get("remedy")
    assert [] == [each for each in (TOKEN, ROTATED) if each in f"{kept} {told}"]


def test_what_kept_a_source_from_being_read_holds_no_token(talkative: Desk) -> None:
    """The plugins that an installation loads are cleaned so: whatever a hook raises."""
    desk = talkative
    with pytest.raises(NotSent):
        desk.plugin.before_write(None)  # type: ignore[arg-type] # it looks at no effect
    sources = desk.application.registry.sources
    sources["office"] = sources["office"].cleaned_by(desk.application.redactor.clean_error)  # type: ignore[index] # a dict
    desk.plugin.read_failed = f"The office says: {ROTATED} is spent."
    desk.poll()

    with desk.application.store.read() as connection:
        (problem,) = connection.execute(select(source_polls.c.problem)).scalars()
    assert "The office says: *** is spent." == problem["message"]
