"""Which tasks come first, and when each comes again: rules over plain values."""

from datetime import UTC, datetime, time

import pytest

from erp_bridge_core.contract.errors import ReadFailed, SignInFailed
from erp_bridge_core.engine.planning import chosen
from erp_bridge_core.engine.rhythm import LONGEST_PAUSE, Rhythm, pause_after, seconds_to
from erp_bridge_core.engine.tasks import Task

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR = 3600.0


def task(key: str, *, company: int = 1, turn: str = "", due: float = 0.0) -> Task:
    """A task that is ready."""
    return Task(
        id=hash(key), key=key, job=key.partition(":")[0], company_id=company, item_id=None, asked_by=None,
        turn=turn or key, due_at=due, epoch=0, failures=0,
    )  # fmt: skip


def keys(tasks: list[Task]) -> list[str]:
    """What they are."""
    return [each.key for each in tasks]


def test_a_company_with_little_under_way_comes_first() -> None:
    """A company that exports its whole year keeps no other waiting."""
    large = [task(f"export:{number}", company=1, due=1.0) for number in range(10)]
    small = task("export:99", company=2, due=2.0)

    found = chosen([*large, small], [], at_once=4)

    assert ([1, 2], "export:99") == ([each.company_id for each in found], found[1].key)


def test_exports_leave_half_of_the_room() -> None:
    """Verification and mail go on beside any number of exports."""
    exports = [task(f"export:{number}", due=1.0) for number in range(10)]

    found = chosen([*exports, task("mail:a", due=2.0)], [], at_once=8)

    assert (4, True) == (sum(each.job == "export" for each in found), "mail:a" in keys(found))


def test_of_one_turn_one_is_done_at_a_time() -> None:
    """Nor what belongs to one that runs."""
    both = [task("verify:a", turn="verify:a"), task("verify-all:a", turn="verify:a")]

    assert 1 == len(chosen(both, [], at_once=8))
    assert [] == chosen(both[1:], both[:1], at_once=8)


def test_no_more_than_there_is_room_for() -> None:
    """With what runs already."""
    assert 1 == len(chosen([task("mail:a"), task("mail:b")], [task("mail:c")], at_once=2))


@pytest.mark.parametrize(
    ("zone", "hours"), [("UTC", 14.0), ("America/Indiana/Indianapolis", 19.0), ("Europe/Berlin", 13.0)]
)
def test_the_night_is_the_companys(zone: str, hours: float) -> None:
    """Two in the morning there; at noon of the host it is still far or near."""
    assert hours * HOUR == seconds_to(time(2), NOON, zone)


def test_the_nights_work_waits_for_the_night() -> None:
    """What comes every so often is due at once."""
    assert 14 * HOUR == Rhythm(night=time(2)).first(NOON, "UTC") == Rhythm(night=time(2)).next(NOON, "UTC")
    assert (0.0, 60.0) == (Rhythm(every=60.0).first(NOON, "UTC"), Rhythm(every=60.0).next(NOON, "UTC"))
    assert not Rhythm().is_on


def test_pauses_grow_after_failures() -> None:
    """Never beyond the usual interval; a sign-in that was refused waits for a person, since ERPs lock users."""
    problem = ReadFailed("The ERP is down.")

    assert [15.0, 30.0, 60.0] == [pause_after(problem, failures) for failures in range(3)]
    assert LONGEST_PAUSE == pause_after(problem, 50)
    assert 40.0 == pause_after(problem, 5, usual=40.0)
    assert HOUR == pause_after(SignInFailed("Wrong password."), 0, usual=40.0)
