"""What people do with one project, by the REST API and at the ERP's desk, whatever dies meanwhile.

Each step looks how the project stands and does the one act that is next, so that it does not matter at which of them a
server, a worker or the database was lost.
"""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from threading import Event
from typing import Any, Final

import requests
from attrs import define, field

from erp_bridge_core.conformance.world.workload import CHANGE_DAY
from erp_bridge_core.contract.effects import HandOver
from erp_bridge_core.contract.profile import SafetyClass
from erp_bridge_core.contract.structuring import structure
from storm.budgets import Round
from storm.calls import Calls, Refused
from storm.places import Place, Project

#: Seconds between two looks at what others work on, and before what failed or is unknown is tried again.
LOOK: Final = 0.7
AGAIN: Final = 1.5
#: So often is tried what does not come right once nothing is struck any more; longer than any doubt lasts.
_TRIES: Final = 15
#: A mismatch counts as so many tries: it is told, and looking again rarely changes it.
_SURE: Final = 5
#: Who is told that it is not possible now waits for longer: somebody is at it, maybe until a doubt is over for sure.
_PATIENT: Final = 0.1
#: Why the approver rejects what is to be rejected.
REASON: Final = "The owner has not signed this change."
_OPEN: Final = frozenset({"exporting", "failed", "unknown", "waiting", "mismatch"})


@define(eq=False, kw_only=True)
class Walk:
    """One project's way through all of its rounds. `calm` is set once nothing is struck any more."""

    place: Place
    project: Project
    manager: Calls
    approver: Calls
    calm: Event
    over: bool = False
    trouble: str = ""
    log: list[tuple[float, int, str, str]] = field(factory=list)
    _tries: float = field(default=0.0, init=False)

    @property
    def rounds(self) -> tuple[Round, ...]:
        """The rounds."""
        return self.project.contract.rounds

    @property
    def done(self) -> int:
        """How many of them the product says have arrived."""
        return sum(each.state == "synced" for each in self.rounds)

    def go_on(self) -> None:
        """Take it up again: what kept it back was settled."""
        self.over, self.trouble, self._tries = False, "", 0

    def run(self, until: float) -> None:
        """Go on until all has arrived, nothing more can be done, or the time is over."""
        while not self.over and time.monotonic() < until:
            try:
                pause = self._step()
            except Refused as refused:
                self.trouble, pause = f"{refused.word}: {refused.message}", AGAIN
                self._tired(_PATIENT if refused.word == "not_possible_now" else 1)
            except requests.RequestException as error:
                self.trouble, pause = f"{type(error).__name__}: {error}", AGAIN
            time.sleep(0.0 if self.over else pause)

    def _step(self) -> float:
        found = self.manager.get(f"/projects/{self._number}/history")
        items = sorted(found, key=lambda each: int(each["id"]))
        for each, item in zip(self.rounds, items, strict=False):
            each.item, each.accepted = item["id"], item["state"] != "ready"
            if each.state != item["state"]:
                each.state = item["state"]
                if each.is_over:
                    self.trouble, self._tries = "", 0
                self.log.append((time.monotonic(), each.item, each.state, self.trouble))
        if not items or self.rounds[len(items) - 1].is_over:
            return self._next(len(items))
        return self._go_on(self.rounds[len(items) - 1])

    def _go_on(self, current: Round) -> float:
        if current.state == "ready":
            return self._accept(current)
        if current.state == "accepted":
            self.approver.post(f"/items/{current.item}/export")
            return 0.0
        if current.state not in _OPEN:
            self.over, self.trouble = True, f"item {current.item} is {current.state}"
            return 0.0
        return self._follow(current)

    def _follow(self, current: Round) -> float:
        """Whatever an export that was started asks of people."""
        export = self.approver.get(f"/items/{current.item}/export")
        match export["state"]:
            case "running":
                return LOOK
            case "offered":
                self.approver.post(f"/items/{current.item}/export/take")
                return 0.0
            case "complete":
                return self._see_it_posted(current)
            case state:
                self.trouble = f"{state}: {(export['failure'] or {}).get('message', '')}"
                return self._try_again(current, "retry" if state == "failed" else "run")

    # -- the project manager ------------------------------------------------------------------------------------------

    def _next(self, at: int) -> float:
        """Enter what is new in the next round, and send it."""
        if at == len(self.rounds):
            self.over = True
            return 0.0
        current = self.rounds[at]
        if at:
            self._enter_lines(current)
        self._enter_changes(current)
        order = {"action": "resend" if at else "send", "acknowledge": ["*"]}
        self.manager.post(f"/projects/{self._number}/send", order)
        return 0.0

    def _enter_lines(self, current: Round) -> None:
        for line in current.lines:
            entry = {
                "cost_code": line.cost_code, "category": line.category, "description": line.description,
                "amount": f"{line.amount:.2f}",
            }  # fmt: skip
            try:
                self.manager.post(f"/projects/{self._number}/lines", entry)
            except Refused as refused:
                if refused.word not in {"bad_input", "under_way"}:  # it is there already
                    raise

    def _enter_changes(self, current: Round) -> None:
        there = {each["number"]: each["status"] for each in self.manager.get(f"/projects/{self._number}/changes")}
        for change in current.changes:
            if change.number not in there:
                lines = [
                    {"cost_code": key.cost_code, "category": key.category, "amount": f"{amount:.2f}"}
                    for key, amount in change.moves
                ]
                entry = {
                    "number": change.number, "date": CHANGE_DAY.isoformat(), "description": change.description,
                    "lines": lines,
                }  # fmt: skip
                self.manager.post(f"/projects/{self._number}/changes", entry)
            if there.get(change.number) != "approved":
                path = f"/projects/{self._number}/changes/{change.number}/status"
                self.manager.post(path, {"status": "approved"})

    # -- the approver -------------------------------------------------------------------------------------------------

    def _accept(self, current: Round) -> float:
        if current.rejected:
            self.approver.post(f"/items/{current.item}/reject", {"reason": REASON})
            return 0.0
        asked = self.approver.get(f"/items/{current.item}/fields")
        order = {
            "fields": answers(asked), "description": "Budget", "confirm_import_closes": True, "confirm_baseline": True,
        }  # fmt: skip
        self.approver.post(f"/items/{current.item}/accept", order)
        return 0.0

    def _try_again(self, current: Round, how: str) -> float:
        self.approver.post(f"/items/{current.item}/export/{how}")
        self._tired()
        return AGAIN

    def _see_it_posted(self, current: Round) -> float:
        """People at the ERP do their part, once; then it is read back."""
        if not current.posted:
            handed = self._handed_over(current)
            with self.place.desk:
                for _ in self.place.simulator.post(self.place.folder, self.project.codes.job, handed):
                    pass
            current.posted = True
        found = self.approver.post(f"/items/{current.item}/verification")
        if found["state"] == "synced":
            return 0.0
        self.trouble = f"verified: {found['outcome']}"
        self._tired(_SURE if found["state"] == "mismatch" else 1)
        return AGAIN

    def _handed_over(self, current: Round) -> tuple[HandOver, ...]:
        if all(each.safety is not SafetyClass.HUMAN for each in self.place.profile.operations):
            return ()
        found = self.approver.get(f"/items/{current.item}/export/hand-overs")
        return structure(tuple[HandOver, ...], found, what="hand-overs")

    def _tired(self, tries: float = 1) -> None:
        """Something did not come right; once nothing is struck any more it is not tried for ever."""
        self._tries += tries * self.calm.is_set()
        self.over = self._tries > _TRIES

    @property
    def _number(self) -> str:
        return self.project.contract.number


def answers(asked: list[Mapping[str, Any]]) -> dict[str, str]:
    """What an approver enters so that changes count: required fields, and no choice that only records."""
    given: dict[str, str] = {}
    for each in asked:
        name, default = each["name"], given.get(each["name"], each["default"])
        if each["kind"] == "choice" and (default in each["recorded"] or (each["required"] and not default)):
            values = [choice["value"] for choice in each["choices"]]
            given[name] = next(value for value in values if value not in each["recorded"])
        elif each["required"] and not default:
            given[name] = datetime.now(UTC).date().isoformat() if each["kind"] == "date" else "1"
    return given
