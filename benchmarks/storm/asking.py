"""What people do with a project that is made at a budget source: they ask there, and read there what became of it.

Requests are found and told of by the workers. Where a hint was lost or telling failed somebody looks after a while, as
people do.
"""

import time
from collections.abc import Mapping
from typing import Any, Final

from attrs import define, field

from erp_bridge_core.contract.errors import ErpBridgeError
from erp_bridge_core.contract.source_simulator import RequestState
from storm.budgets import Round
from storm.calls import Refused
from storm.places import Source
from storm.walks import AGAIN, LOOK, Walk

#: Seconds until somebody looks for what he was not told of, or has the source told what it was not.
_IMPATIENT: Final = 8.0
_MOST: Final = 500
_NOT_TOLD: Final = frozenset({"failed", "unknown", "conflict"})


@define(eq=False, kw_only=True)
class AskedWalk(Walk):
    """One project of a source: asked for there, and over once its people read there what became of all of it."""

    source: Source
    _since: float = field(default=0.0, init=False)
    _over: Round | None = field(default=None, init=False)

    def _next(self, at: int) -> float:
        """The source is told of the last round; then the next one is asked for there, and found here."""
        if at and self.told(self.rounds[at - 1]).open:
            return self._have_it_told(self.rounds[at - 1])
        if at == len(self.rounds):
            return self._end()
        current = self.rounds[at]
        if not current.request:
            self.trouble = ""
            self._ask(current, is_first=at == 0)
        return self._have_it_found(current)

    def _end(self) -> float:
        """Over once the product, too, says of each request that it was told."""
        for each in self.rounds:
            if self.said(each)["state"] != "told":
                return self._have_it_told(each)
        self.over = True
        return 0.0

    def told(self, asked: Round) -> RequestState:
        """How a request stands in the source's own books, and what its people read there."""
        books = self.source.simulator.books(self.source.folder, self.project.codes.job)
        return next(each for each in books.requests if each.id == asked.request)

    def view(self, asked: Round) -> Any:
        """How the product says that a request stands; None while it does not know of it."""
        if asked.number is not None:
            return self.approver.get(f"/requests/{asked.number}")
        for each in self.approver.get(f"/requests?limit={_MOST}")["items"]:
            if (each["connection"], each["request"]) == (self.source.connection, asked.request):
                asked.number, asked.found_by = each["number"], each["found_by"]
                return each
        return None

    def said(self, asked: Round) -> Mapping[str, Any]:
        """What the product says that it told the source last, or is about to."""
        known = self.view(asked) is not None
        outcomes = self.approver.get(f"/requests/{asked.number}/outcomes") if known else []
        return outcomes[0] if outcomes else {"stage": "nothing", "state": "", "messages": [], "problem": None}

    # -- at the source ------------------------------------------------------------------------------------------------

    def _ask(self, current: Round, *, is_first: bool) -> None:
        """Somebody enters what is new, approves it, and asks for the export."""
        simulator, folder, codes = self.source.simulator, self.source.folder, self.project.codes
        for line in () if is_first else current.lines:
            simulator.set_line(folder, codes.job, codes.theirs(line.key), line.amount)
        for change in current.changes:
            moves = {codes.theirs(key): amount for key, amount in change.moves}
            simulator.approve_change(folder, codes.job, change.number, moves)
        current.request = simulator.send(folder, codes.job)
        self._since = time.monotonic()

    # -- here ---------------------------------------------------------------------------------------------------------

    def _have_it_found(self, current: Round) -> float:
        """Until it is an item: who waits long looks for it himself, and a manager acknowledges what is warned of."""
        view = self.view(current)
        if view is not None and view["waits_for_person"]:
            self.trouble = "; ".join(reason["message"] for reason in view["reasons"])
            self._tired()
            self.manager.post(f"/requests/{current.number}/take", {"acknowledge": ["*"]})
            return 0.0
        if view is not None and view["state"] not in {"received", "item"}:
            self.over, self.trouble = True, f"request {current.request} is {view['state']}"
            return 0.0
        now = time.monotonic()
        if now > max(self._since + _IMPATIENT, self.source.let_be):
            self.source.let_be = now + _IMPATIENT
            self.trouble = f"request {current.request} is {'not known' if view is None else view['state']}"
            self._tired()
            self.approver.post("/requests/poll")
        return LOOK

    def _have_it_told(self, last: Round) -> float:
        """Until its people read what became of it: whoever waits long has them told himself."""
        if self._over is not last:
            self._over, self._since = last, time.monotonic()
        newest = self.said(last)
        self.trouble = f"told {newest['stage']}: {newest['state']} {(newest['problem'] or {}).get('message', '')}"
        now = time.monotonic()
        if newest["state"] in _NOT_TOLD and now > self._since + _IMPATIENT:
            self._since = now
            self._tired()
            self.approver.post(f"/requests/{last.number}/tell")
        return AGAIN if self.calm.is_set() else LOOK

    def _step(self) -> float:
        try:
            return super()._step()
        except Refused:
            raise
        except ErpBridgeError as error:  # what the source's own people were refused there
            self.trouble = error.message
            self._tired()
            return AGAIN
