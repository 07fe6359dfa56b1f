"""How each fault treats a request that it strikes: one small function each, and what happens without a fault."""

from functools import partial
from typing import Final

from erp_bridge_core.conformance.wire.exchange import Answer, Armed, Around
from erp_bridge_core.conformance.wire.faults import WireFault
from erp_bridge_core.conformance.wire.passage import Passage, Strike
from erp_bridge_core.conformance.wire.upstream import moved_target

_RETRY_AFTER: Final = 2


def strike_of(armed: Armed | None) -> Strike:
    """The treatment that a fault, or none, asks for."""
    if armed is None:
        return _pass_on
    if armed.fault is WireFault.ACKNOWLEDGED_ONLY and armed.around_commit is not None:
        return partial(_acknowledged_only, around=armed.around_commit)
    return _STRIKES[armed.fault]


def _pass_on(passage: Passage) -> None:
    passage.tell(passage.forward())


def _reset(passage: Passage) -> None:
    passage.reset()


def _reply_lost(passage: Passage) -> None:
    passage.forward()
    passage.hang_up()


def _reply_cut(passage: Passage) -> None:
    passage.tell_half(passage.forward(), of_head=False)


def _reply_cut_in_head(passage: Passage) -> None:
    passage.tell_half(passage.forward(), of_head=True)


def _late_commit(passage: Passage) -> None:
    passage.traffic.hold(passage.exchange)
    passage.hang_up()


def _error_after_commit(passage: Passage) -> None:
    passage.forward()
    passage.tell(_json(500, "the ERP failed after all"))


def _timed_out(passage: Passage) -> None:
    passage.wait_for_end()


def _timed_out_after_commit(passage: Passage) -> None:
    passage.forward()
    passage.wait_for_end()


def _dead_keep_alive(passage: Passage) -> None:
    answer = passage.forward()
    passage.traffic.let_connection_die(passage.exchange)
    passage.tell(answer)


def _redirect(passage: Passage) -> None:
    place = f"http://{passage.traffic.address}{moved_target(passage.request)}"
    passage.tell(Answer(status=307, headers=(("Location", place),)))


def _duplicate_delivery(passage: Passage) -> None:
    passage.tell(passage.forward(times=2))


def _acknowledged_only(passage: Passage, around: Around) -> None:
    with around():
        answer = passage.forward()
    passage.tell(answer)


def _stale_reply(passage: Passage) -> None:
    passage.tell(passage.traffic.earlier(passage.request) or passage.forward())


def _answering(answer: Answer) -> Strike:
    def strike(passage: Passage) -> None:
        passage.tell(answer)

    return strike


def _json(status: int, message: str, *headers: tuple[str, str]) -> Answer:
    body = f'{{"message": "{message}"}}'.encode()
    return Answer(status=status, headers=(("Content-Type", "application/json"), *headers), body=body)


def _page(status: int, message: str) -> Answer:
    body = f"<!DOCTYPE html>\n<html><body><h1>{message}</h1></body></html>\n".encode()
    return Answer(status=status, headers=(("Content-Type", "text/html; charset=utf-8"),), body=body)


_STRIKES: Final[dict[WireFault, Strike]] = {
    WireFault.RESET_BEFORE_READ: _reset,
    WireFault.REPLY_LOST: _reply_lost,
    WireFault.REPLY_CUT: _reply_cut,
    WireFault.REPLY_CUT_IN_HEAD: _reply_cut_in_head,
    WireFault.LATE_COMMIT: _late_commit,
    WireFault.THROTTLED: _answering(_json(429, "too many requests")),
    WireFault.THROTTLED_WITH_RETRY_AFTER: _answering(
        _json(429, "too many requests", ("Retry-After", str(_RETRY_AFTER)))
    ),
    WireFault.STATUS_500: _answering(_json(500, "something failed")),
    WireFault.STATUS_502: _answering(_page(502, "Bad gateway")),
    WireFault.STATUS_503: _answering(_json(503, "down for maintenance")),
    WireFault.STATUS_504: _answering(_page(504, "Gateway time-out")),
    WireFault.ERROR_AFTER_COMMIT: _error_after_commit,
    WireFault.TIMED_OUT: _timed_out,
    WireFault.TIMED_OUT_AFTER_COMMIT: _timed_out_after_commit,
    WireFault.DEAD_KEEP_ALIVE: _dead_keep_alive,
    WireFault.REDIRECT: _redirect,
    WireFault.DUPLICATE_DELIVERY: _duplicate_delivery,
    WireFault.STALE_REPLY: _stale_reply,
}
