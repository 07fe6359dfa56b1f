"""Each fault over real sockets: what the product's session makes of it, and how often the ERP carried it out."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from wire_scene import WireScene, always, writes

from erp_bridge_core.conformance.wire import Commits, WireFault

#: What a struck write looks like to the client, and how often the ERP holds it once the fault is over.
OF_WRITES = {
    WireFault.RESET_BEFORE_READ: ("doubtful", 0),
    WireFault.REPLY_LOST: ("doubtful", 1),
    WireFault.REPLY_CUT: ("doubtful", 1),
    WireFault.LATE_COMMIT: ("doubtful", 0),
    WireFault.THROTTLED: ("throttled", 0),
    WireFault.THROTTLED_WITH_RETRY_AFTER: ("throttled", 0),
    WireFault.STATUS_500: ("doubtful", 0),
    WireFault.STATUS_502: ("doubtful", 0),
    WireFault.STATUS_503: ("doubtful", 0),
    WireFault.STATUS_504: ("doubtful", 0),
    WireFault.ERROR_AFTER_COMMIT: ("doubtful", 1),
    WireFault.TIMED_OUT: ("doubtful", 0),
    WireFault.TIMED_OUT_AFTER_COMMIT: ("doubtful", 1),
    WireFault.DEAD_KEEP_ALIVE: (201, 1),
    WireFault.REDIRECT: ("doubtful", 0),
    WireFault.DUPLICATE_DELIVERY: (201, 2),
}
#: What a struck read looks like; a reader waits for a 429 to pass, and follows a redirect.
OF_READS = {
    WireFault.RESET_BEFORE_READ: "read_failed",
    WireFault.REPLY_LOST: "read_failed",
    WireFault.REPLY_CUT: "read_failed",
    WireFault.THROTTLED: 200,
    WireFault.THROTTLED_WITH_RETRY_AFTER: 200,
    WireFault.STATUS_500: 500,
    WireFault.STATUS_502: 502,
    WireFault.STATUS_503: 503,
    WireFault.STATUS_504: 504,
    WireFault.TIMED_OUT: "read_failed",
    WireFault.DEAD_KEEP_ALIVE: 200,
    WireFault.REDIRECT: 200,
}


@pytest.mark.rule("L6")
@pytest.mark.parametrize(("fault", "expected"), OF_WRITES.items())
def test_a_struck_write_is_classified_and_carried_out_as_the_fault_says(
    scene: WireScene, fault: WireFault, expected: tuple[int | str, int]
) -> None:
    """The session's word for it, and the ERP's books."""
    armed = scene.proxy.arm(fault, writes)

    seen = scene.outcome()

    exchange = scene.exchange()
    assert expected == (seen, len(scene.books.entries))
    assert (1, fault, expected[1]) == (armed.struck, exchange.fault, exchange.copies)
    assert {Commits.NEVER: False, Commits.MAYBE: False, Commits.ALWAYS: True}[fault.commits] == exchange.forwarded


@pytest.mark.rule("L6")
@pytest.mark.parametrize(("fault", "expected"), OF_READS.items())
def test_a_struck_read_is_classified(scene: WireScene, fault: WireFault, expected: int | str) -> None:
    """No conclusion is drawn from a read that failed."""
    armed = scene.proxy.arm(fault, always)

    assert (expected, 1) == (scene.outcome(of_write=False), armed.struck)


@pytest.mark.parametrize("fault", sorted({*OF_WRITES, *OF_READS} - {WireFault.DEAD_KEEP_ALIVE}))
def test_the_next_request_passes(scene: WireScene, fault: WireFault) -> None:
    """A fault strikes as often as it was armed for."""
    scene.proxy.arm(fault, writes)
    scene.outcome()

    assert 201 == scene.outcome()


@pytest.mark.rule("L6")
def test_a_refused_connection_lasts_until_the_next_announcement(scene: WireScene) -> None:
    """Nobody listens for the announced request; the port stays the proxy's."""
    scene.read()  # so that a kept connection is there, which must not help
    armed = scene.proxy.arm(WireFault.REFUSED, lambda request: request.tag == "struck")
    outcomes = []
    for tag in ("before", "struck", "after"):
        scene.proxy.announce(tag)
        outcomes.append(scene.outcome())

    assert [201, "not_sent", 201] == outcomes
    assert (1, ["one", "one"]) == (armed.struck, scene.books.entries)
    assert [None, "before", "after"] == [exchange.tag for exchange in scene.proxy.exchanges]


def test_the_tag_of_a_refused_request_is_spent(scene: WireScene) -> None:
    """Whatever comes next is something else."""
    scene.proxy.arm(WireFault.REFUSED, always)
    scene.proxy.announce("struck")
    scene.proxy.accept()
    scene.read()

    assert scene.exchange().tag is None


def test_a_refused_read_fails_though_its_connection_was_kept(scene: WireScene) -> None:
    """Refusing also ends the connections that wait for a request; accepting takes new ones."""
    scene.read()
    scene.proxy.refuse()
    refused = scene.outcome(of_write=False)
    scene.proxy.accept()

    assert ("read_failed", 200) == (refused, scene.outcome(of_write=False))


def test_held_requests_reach_the_erp_when_they_are_released(scene: WireScene) -> None:
    """The late commit happens at a call, not after a time."""
    scene.proxy.arm(WireFault.LATE_COMMIT, writes, times=2)
    scene.outcome()
    scene.outcome()
    held = scene.proxy.held, len(scene.books.entries)

    assert ((2, 0), 2) == (held, scene.proxy.release())
    assert (0, 2) == (scene.proxy.held, len(scene.books.entries))
    assert [(1, False, 201)] * 2 == [
        (exchange.copies, exchange.replied, exchange.answered.status)
        for exchange in scene.proxy.exchanges
        if exchange.answered
    ]


def test_what_is_held_is_lost_when_another_case_begins(scene: WireScene) -> None:
    """No request wanders from one case into the next."""
    scene.proxy.arm(WireFault.LATE_COMMIT, writes)
    scene.outcome()
    scene.proxy.clear()

    assert (0, []) == (scene.proxy.release(), scene.books.entries)
    assert (201, 1) == (scene.outcome(), len(scene.proxy.exchanges))


def test_a_dead_connection_shows_at_its_next_request(scene: WireScene) -> None:
    """A kept connection whose other end forgot it: the read that follows meets a reset, the one after that is fine."""
    scene.proxy.arm(WireFault.DEAD_KEEP_ALIVE, always)

    assert [200, "read_failed", 200] == [scene.outcome(of_write=False) for _ in range(3)]
    assert 2 == len(scene.books.seen)


@pytest.mark.rule("L6")
def test_a_write_meets_no_dead_connection(scene: WireScene) -> None:
    """The session opens a fresh connection for each write."""
    scene.proxy.arm(WireFault.DEAD_KEEP_ALIVE, always)
    scene.read()

    assert (201, ["one"]) == (scene.outcome(), scene.books.entries)


def test_a_connection_that_was_to_die_does_not_trouble_the_next_case(scene: WireScene) -> None:
    """It serves on."""
    scene.proxy.arm(WireFault.DEAD_KEEP_ALIVE, always)
    scene.read()
    scene.proxy.clear()

    assert 200 == scene.outcome(of_write=False)


def test_an_acknowledged_write_can_be_taken_back_before_it_is_answered(scene: WireScene) -> None:
    """The ERP says yes, and has nothing."""

    @contextmanager
    def forgotten() -> Iterator[None]:
        before = list(scene.books.entries)
        yield
        scene.books.entries[:] = before

    scene.proxy.arm(WireFault.ACKNOWLEDGED_ONLY, writes, around_commit=forgotten)

    assert (201, [], 1) == (scene.outcome(), scene.books.entries, len(scene.books.seen))


def test_an_acknowledged_write_needs_somebody_who_takes_it_back(scene: WireScene) -> None:
    """Else it would be no fault at all."""
    with pytest.raises(ValueError, match="around_commit"):
        scene.proxy.arm(WireFault.ACKNOWLEDGED_ONLY, writes)


def test_a_stale_reply_is_what_an_equal_request_got_before(scene: WireScene) -> None:
    """A request that nothing equal came before is passed over, and one to another place too."""
    armed = scene.proxy.arm(WireFault.STALE_REPLY, lambda request: request.method == "GET")
    shown = [scene.read().json()["entries"]]
    scene.write()
    other = scene.read("/entries?page=2").json()["entries"]
    shown += [scene.read().json()["entries"] for _ in range(2)]

    assert (["one"], [[], [], ["one"]], 1) == (other, shown, armed.struck)


def test_a_redirected_read_asks_the_same_again(scene: WireScene) -> None:
    """The mark of the redirect is the proxy's own: the ERP does not see it."""
    scene.proxy.arm(WireFault.REDIRECT, always)
    scene.read("/entries?page=2")

    assert [{"page": "2"}] == [dict(request.query) for request in scene.books.seen]
    assert [(307, "page=2"), (200, "page=2&moved")] == [
        (exchange.status, exchange.request.query) for exchange in scene.proxy.exchanges
    ]


def test_the_times_that_a_throttling_erp_names(scene: WireScene) -> None:
    """Two seconds, or the time that a client takes by itself."""
    waited = []
    for fault in (WireFault.THROTTLED, WireFault.THROTTLED_WITH_RETRY_AFTER):
        scene.proxy.arm(fault, writes)
        scene.outcome()
        waited.append(dict(scene.proxy.exchanges[-1].told.headers if scene.proxy.exchanges[-1].told else ()))

    assert [None, "2"] == [headers.get("Retry-After") for headers in waited]


def test_every_fault_says_what_it_means_and_where_it_strikes() -> None:
    """A report shows these; a fault that strikes neither reads nor writes would never be tried."""
    sentences = [fault.meaning for fault in WireFault]

    assert len(set(sentences)) == len(WireFault)
    assert [] == [fault for fault in WireFault if not (fault.is_read_fault or fault.is_write_fault)]
    assert all(sentence.endswith(".") for sentence in sentences)
