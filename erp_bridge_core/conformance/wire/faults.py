"""What can happen to a request on its way: the faults of transport, each with what it means for the ERP's books."""

from enum import StrEnum

from attrs import frozen


class Commits(StrEnum):
    """Whether the ERP's books hold what the struck request asked for, once the fault is over."""

    NEVER = "never"
    #: Not before the held request is released, and then always.
    MAYBE = "maybe"
    ALWAYS = "always"


class WireFault(StrEnum):
    """One way in which the wire fails. It strikes one request, which a predicate chooses."""

    REFUSED = "refused"
    RESET_BEFORE_READ = "reset_before_read"
    REPLY_LOST = "reply_lost"
    REPLY_CUT = "reply_cut"
    REPLY_CUT_IN_HEAD = "reply_cut_in_head"
    LATE_COMMIT = "late_commit"
    THROTTLED = "throttled"
    THROTTLED_WITH_RETRY_AFTER = "throttled_with_retry_after"
    STATUS_500 = "status_500"
    STATUS_502 = "status_502"
    STATUS_503 = "status_503"
    STATUS_504 = "status_504"
    ERROR_AFTER_COMMIT = "error_after_commit"
    TIMED_OUT = "timed_out"
    TIMED_OUT_AFTER_COMMIT = "timed_out_after_commit"
    DEAD_KEEP_ALIVE = "dead_keep_alive"
    REDIRECT = "redirect"
    DUPLICATE_DELIVERY = "duplicate_delivery"
    ACKNOWLEDGED_ONLY = "acknowledged_only"
    STALE_REPLY = "stale_reply"

    @property
    def meaning(self) -> str:
        """One sentence: what happens."""
        return _FACTS[self].meaning

    @property
    def commits(self) -> Commits:
        """Whether the ERP carries the struck request out."""
        return _FACTS[self].commits

    @property
    def is_read_fault(self) -> bool:
        """Whether it tells something new when it strikes a read."""
        return _FACTS[self].reads

    @property
    def is_write_fault(self) -> bool:
        """Whether it tells something new when it strikes a write."""
        return _FACTS[self].writes


@frozen
class _Fact:
    meaning: str
    commits: Commits
    reads: bool = True
    writes: bool = True


_FACTS: dict[WireFault, _Fact] = {
    WireFault.REFUSED: _Fact("Nobody listens: the connection is refused.", Commits.NEVER),
    WireFault.RESET_BEFORE_READ: _Fact("The connection is reset before the body is read.", Commits.NEVER),
    WireFault.REPLY_LOST: _Fact("The ERP answers; the connection ends without a byte of it.", Commits.ALWAYS),
    WireFault.REPLY_CUT: _Fact("The ERP answers; half of its answer's body arrives.", Commits.ALWAYS),
    WireFault.REPLY_CUT_IN_HEAD: _Fact("The ERP answers; half of its answer's head arrives.", Commits.ALWAYS),
    WireFault.LATE_COMMIT: _Fact(
        "The connection ends without an answer; the request reaches the ERP later.", Commits.MAYBE, reads=False
    ),
    WireFault.THROTTLED: _Fact(
        "The ERP takes no more requests for now (429) and does not say until when.", Commits.NEVER
    ),
    WireFault.THROTTLED_WITH_RETRY_AFTER: _Fact("The ERP takes no requests for two seconds (429).", Commits.NEVER),
    WireFault.STATUS_500: _Fact("Something before the ERP fails with 500 and a JSON body.", Commits.NEVER),
    WireFault.STATUS_502: _Fact("A gateway can't reach the ERP: 502 and a web page.", Commits.NEVER),
    WireFault.STATUS_503: _Fact("The ERP is down for maintenance: 503 and a JSON body.", Commits.NEVER),
    WireFault.STATUS_504: _Fact("A gateway gave up before it reached the ERP: 504 and a web page.", Commits.NEVER),
    WireFault.ERROR_AFTER_COMMIT: _Fact("The ERP carries it out and answers 500.", Commits.ALWAYS, reads=False),
    WireFault.TIMED_OUT: _Fact(
        "Nothing reaches the ERP and nothing is answered until the client gives up.", Commits.NEVER
    ),
    WireFault.TIMED_OUT_AFTER_COMMIT: _Fact(
        "The ERP carries it out; its answer is held back until the client gives up.", Commits.ALWAYS, reads=False
    ),
    WireFault.DEAD_KEEP_ALIVE: _Fact(
        "It is answered, and its connection, kept open, is dead for the next request on it.", Commits.ALWAYS
    ),
    WireFault.REDIRECT: _Fact("It is sent elsewhere with 307.", Commits.NEVER),
    WireFault.DUPLICATE_DELIVERY: _Fact(
        "It reaches the ERP twice; the first answer comes back.", Commits.ALWAYS, reads=False
    ),
    WireFault.ACKNOWLEDGED_ONLY: _Fact("The ERP says yes and loses what it wrote.", Commits.NEVER, reads=False),
    WireFault.STALE_REPLY: _Fact("The answer is what an equal request got before.", Commits.NEVER, writes=False),
}
