"""Delivering webhook events: at least once, with growing pauses, until twelve hours of failure flush the queue.

Facts 4.4 (firm): the receiver answers 2xx within five seconds; pauses grow from a second to an hour; after twelve
hours of continuous failure what waits is discarded. One queue per hook; a success resets it.
"""

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from attrs import define, field

from erp_bridge_core.simulation import now
from erp_bridge_procore.simulator.company import Installation
from erp_bridge_procore.simulator.context import Row
from erp_bridge_procore.simulator.switches import SWITCHES

PATIENCE: Final = 5.0
FIRST_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 3600.0
FLUSHED_AFTER: Final = 12 * 3600.0
_SUCCESS: Final = range(200, 300)
#: How often the books are looked at for what another process's desk made due, in seconds.
_LOOK: Final = 0.2


@define
class Postman:
    """Delivers the events of one installation; the books say what waits, so that a killed one loses nothing."""

    installation: Installation
    _one_at_a_time: threading.Lock = field(factory=threading.Lock, init=False, repr=False)
    _wake: threading.Event = field(factory=threading.Event, init=False, repr=False)
    _over: threading.Event = field(factory=threading.Event, init=False, repr=False)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Deliver by itself until the context ends."""
        thread = threading.Thread(target=self._work, name="webhooks")
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            self._wake.set()
            thread.join()

    def wake(self) -> None:
        """Look at once whether something waits."""
        self._wake.set()

    def deliver_due(self) -> int:
        """Try everything that is due now, once; how many tries there were."""
        tries = 0
        with self._one_at_a_time:
            seen: set[int] = set()
            while not self._over.is_set() and (waiting := self._next(seen)) is not None:
                seen.add(waiting["id"])
                status, error = _post(waiting)
                self._note(waiting, status, error)
                tries += 1
        return tries

    def _work(self) -> None:
        while not self._over.is_set():
            self.deliver_due()
            self._wake.wait(_LOOK)
            self._wake.clear()

    def _next(self, seen: set[int]) -> Row | None:
        with self.installation.reading() as connection:
            if SWITCHES.on(connection, "hold_events"):
                return None
            rows = connection.execute(
                "SELECT d.id, d.event, h.id AS hook, h.url, h.headers FROM delivery d JOIN hook h ON h.id = d.hook"
                " WHERE d.outcome IN ('waiting', 'retried') AND h.next_try <= ? ORDER BY d.id",
                (now(connection),),
            ).fetchall()
            ordered = rows[::-1] if SWITCHES.get(connection, "deliver_order") == "reversed" else rows
            return next((row for row in ordered if row["id"] not in seen), None)

    def _note(self, waiting: Row, status: int | None, error: str) -> None:
        with self.installation.writing() as connection:
            moment = now(connection)
            done = status in _SUCCESS
            connection.execute(
                "UPDATE delivery SET outcome = ?, response_status = ?, response_error = ?, tries = tries + 1"
                " WHERE id = ?",
                ("ok" if done else "retried", status, error or None, waiting["id"]),
            )
            hook = connection.execute("SELECT * FROM hook WHERE id = ?", (waiting["hook"],)).fetchone()
            if hook is None:
                return
            if done:
                pause, since, next_try = 0.0, None, 0.0
            else:
                pause = min(max(FIRST_PAUSE, hook["pause"] * 2), LONGEST_PAUSE)
                since = hook["failing_since"] or moment
                next_try = moment + pause
            if since is not None and moment - since >= FLUSHED_AFTER:
                connection.execute(
                    "UPDATE delivery SET outcome = 'discarded' WHERE hook = ? AND outcome IN ('waiting', 'retried')",
                    (hook["id"],),
                )
                pause, since, next_try = 0.0, None, 0.0
            connection.execute(
                "UPDATE hook SET pause = ?, failing_since = ?, next_try = ? WHERE id = ?",
                (pause, since, next_try, hook["id"]),
            )


def _post(waiting: Row) -> tuple[int | None, str]:
    """Send one event; the status and, where none came, why."""
    address = urlsplit(waiting["url"])
    connection = http.client.HTTPConnection(address.hostname or "", address.port or 80, timeout=PATIENCE)
    headers = {"Content-Type": "application/json", **json.loads(waiting["headers"])}
    try:
        target = urlunsplit(("", "", address.path or "/", address.query, ""))
        connection.request("POST", target, body=waiting["event"].encode(), headers=headers)
        return connection.getresponse().status, ""
    except (OSError, http.client.HTTPException) as error:
        return None, type(error).__name__
    finally:
        connection.close()
