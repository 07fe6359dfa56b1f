"""What one look at a source tells of its requests: noted in one short transaction, and never from half a look."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from attrs import define, frozen
from sqlalchemy import Connection, insert, select, update

from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.connector.records import requests_of
from erp_bridge_core.connector.values import FoundBy, RequestState, RequestView
from erp_bridge_core.contract.errors import ErpBridgeError, SignInFailed
from erp_bridge_core.contract.source import SourceRequest
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.tables import source_hints, source_links, source_polls, source_requests

#: Until a source that could not be read is read again: twice as long after each failure. One that refused to let us in
#: is left alone for longer, since somebody has to do something first.
_FIRST_PAUSE: Final = timedelta(seconds=30)
_LONGEST_PAUSE: Final = timedelta(minutes=15)
_SIGN_IN_PAUSE: Final = timedelta(hours=1)
_MOST_DOUBLINGS: Final = 10


@frozen(kw_only=True)
class Look:
    """A look that told something: from when to when, and how many had failed by then, one after the other."""

    begun_at: datetime
    ended_at: datetime
    failures: int


@frozen(kw_only=True)
class Unread:
    """Hints that nobody looked after yet, by their ids, the requests that they name, and the `last` look until then."""

    numbers: tuple[int, ...] = ()
    requests: frozenset[str] = frozenset()
    last: Look | None = None


@frozen(kw_only=True)
class Noted:
    """What a look told: all requests of the source as they stand now, and how many of them are new or closed."""

    views: Mapping[str, RequestView]
    new: int
    closed: int


@define(kw_only=True)
class Reading:
    """Keeps what one source's looks tell, in the caller's transaction."""

    audit: AuditTrail
    connection: Connection
    actor: Actor
    connection_id: int

    def unread(self) -> Unread:
        """The hints to look after, ours left out."""
        query = select(source_hints).where(
            source_hints.c.connection_id == self.connection_id, source_hints.c.read_at.is_(None), ~source_hints.c.echo
        )
        rows = self.connection.execute(query).all()
        return Unread(
            numbers=tuple(row.id for row in rows), requests=frozenset(row.request for row in rows), last=self._last()
        )

    def is_overtaken(self, unread: Unread, begun: datetime) -> bool:
        """Whether a look that began later has told meanwhile how everything stands, the same hints looked after.

        One that had ended before this one began did not, whatever its moments say: the clock may have gone back since.
        """
        last = self._last()
        return last is not None and last != unread.last and last.failures == 0 and last.begun_at > begun

    def _last(self) -> Look | None:
        polls = source_polls.c
        query = select(polls.begun_at, polls.ended_at, polls.failures).where(polls.connection_id == self.connection_id)
        row = self.connection.execute(query).one_or_none()
        return None if row is None else Look(begun_at=row.begun_at, ended_at=row.ended_at, failures=row.failures)

    def note(self, found: Sequence[SourceRequest], unread: Unread, *, begun: datetime, now: datetime) -> Noted:
        """Note all requests that were told; one that is told no more was closed there, unless it is newer than that.

        `begun` is when the look began.
        """
        known = requests_of(self.connection, self.actor.company_id, self.connection_id)
        links = self._links()
        for request in found:
            self._note(request, known.get(request.id), links, unread, now)
        told = {request.id for request in found}
        gone = [each for key, each in known.items() if key not in told and each.open and each.seen_at < begun]
        self._close(gone, now)
        closed_there = [each.id for each in found if not each.open]
        newly = [*gone, *(known[number] for number in closed_there if number in known and known[number].open)]
        views = requests_of(self.connection, self.actor.company_id, self.connection_id)
        for each in newly:
            self._tell_closed(views[each.request])
        if unread.numbers:
            read = source_hints.c.id.in_(unread.numbers)
            self.connection.execute(update(source_hints).where(read).values(read_at=now))
        return Noted(views=views, new=len(told - set(known)), closed=len(newly))

    def end(self, *, begun: datetime, now: datetime, every: timedelta, error: ErpBridgeError | None = None) -> None:
        """Note how the look ended, and when the next is due."""
        polls = source_polls.c
        failed = select(polls.failures).where(polls.connection_id == self.connection_id)
        before = self.connection.execute(failed).scalar_one_or_none()
        failures = (before or 0) + 1 if error is not None else 0
        values = {
            "begun_at": begun, "ended_at": now, "failures": failures,
            "due_at": now + (every if error is None else _pause(error, failures, every)),
            "problem": None if error is None else error.to_json(),
        }  # fmt: skip
        if before is None:
            keys = {"company_id": self.actor.company_id, "connection_id": self.connection_id}
            self.connection.execute(insert(source_polls).values(**keys, **values))
        else:
            self.connection.execute(
                update(source_polls).where(polls.connection_id == self.connection_id).values(values)
            )

    def _links(self) -> Mapping[str, int]:
        query = select(source_links.c.source_project, source_links.c.project_id).where(
            source_links.c.connection_id == self.connection_id
        )
        return {row.source_project: row.project_id for row in self.connection.execute(query)}

    def _note(
        self,
        request: SourceRequest,
        known: RequestView | None,
        links: Mapping[str, int],
        unread: Unread,
        now: datetime,
    ) -> None:
        values: dict[str, Any] = {
            "kind": request.kind.value, "source_project": request.project, "job": request.job[:64],
            "asked_by": request.asked_by[:200], "asked_at": request.asked_at,
            "custom_fields": dict(request.custom_fields), "open": request.open, "seen_at": now,
            "closed_at": None if request.open else (known.closed_at if known else None) or now,
        }  # fmt: skip
        if known is None or known.item is None:  # what an item was made for stays that project's
            values["project_id"] = links.get(request.project)
        if known is not None:
            self.connection.execute(update(source_requests).where(source_requests.c.id == known.number).values(values))
            return
        by = FoundBy.HINT if request.id in unread.requests else FoundBy.POLL
        keys = {"company_id": self.actor.company_id, "connection_id": self.connection_id, "request": request.id}
        first = {"found_by": by.value, "first_seen_at": now}
        self.connection.execute(insert(source_requests).values(**keys, **first, **values))

    def _close(self, gone: Iterable[RequestView], now: datetime) -> None:
        numbers = source_requests.c.id.in_([each.number for each in gone])
        self.connection.execute(update(source_requests).where(numbers).values(open=False, closed_at=now))

    def _tell_closed(self, view: RequestView) -> None:
        """One that was closed there before it was at its end here is in the trail."""
        if view.state is RequestState.CLOSED:
            details = {"connection": view.connection, "request": view.request, "item": view.item}
            self.audit.record(
                self.connection, self.actor, "request.closed elsewhere", "request", view.number,
                to_state=view.state.value, details=details,
            )  # fmt: skip


def in_order(found: Iterable[SourceRequest]) -> list[SourceRequest]:
    """Requests in the order in which they were asked for; where the source tells no time, in its own."""
    told = list(enumerate(found))
    if all(request.asked_at is not None for _, request in told):
        told.sort(key=lambda pair: (pair[1].asked_at, pair[0]))
    return [request for _, request in told]


def _pause(error: ErpBridgeError, failures: int, every: timedelta) -> timedelta:
    if isinstance(error, SignInFailed):
        return max(every, _SIGN_IN_PAUSE)
    return min(_FIRST_PAUSE * int(2 ** min(failures - 1, _MOST_DOUBLINGS)), max(every, _LONGEST_PAUSE))
