"""Class `human`: a file in the drop folder, offered once, taken once, which a person loads.

A file is only ever in one of `staged/` (never offered), `offered/` and `taken/`. Its tombstone is put up between the
first two, so that a tombstone without a file says that somebody carried it off.
"""

import json
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from erp_bridge_core.contract import (
    Absent,
    Attempt,
    CannotTell,
    Different,
    Effect,
    Found,
    HandOver,
    Offered,
    Several,
    Sighting,
    Waiting,
)
from erp_bridge_core.contract.errors import ErpBridgeError, LedgerConflict, NotPossibleNow
from planted.client import Row
from planted.operations import Writing

FOLDERS = ("staged", "tombstones", "offered", "taken")
STAGED, TOMBSTONES, OFFERED, TAKEN = FOLDERS


class OfferFile(Writing):
    """One file with the rows of one side of the budget."""

    # -- offering -----------------------------------------------------------------------------------------------------

    def name(self, effect: Effect) -> str:
        """The file's name, which says whose it is and never names another file."""
        return quote(self.client.reference(self.batch.job, effect.reference), safe="-") + ".tin"

    def prepare(self) -> None:
        """Make the folders, without which nothing can be told of a file."""
        for folder in FOLDERS:
            self.client.erp.files.make_folder(folder)

    def payload_hash(self, numbers: Sequence[int]) -> str:
        """The hash of the file itself."""
        return sha256(self.content(numbers)).hexdigest()

    def content(self, numbers: Sequence[int]) -> bytes:
        """The file's bytes: what it is about, then a row a line."""
        rows: list[Row] = [{"job": self.batch.job, "company": self.client.erp.settings.company}, *self.rows(numbers)]
        return "".join(json.dumps(row, sort_keys=True) + "\n" for row in rows).encode()

    def send(self, effect: Effect, attempt: Attempt) -> Offered:
        """Write it aside, put up its tombstone, then let it appear where it is offered."""
        files, name = self.client.erp.files, self.name(effect)
        there = {folder: files.exists(f"{folder}/{name}") for folder in FOLDERS}
        if there[OFFERED] or there[TAKEN] or (there[TOMBSTONES] and not there[STAGED]):
            raise LedgerConflict(f"{name} was offered before.", remedy="Look where it went; then settle this export.")
        if not there[STAGED]:
            files.write_new(f"{STAGED}/{name}", iter([self.content(list(effect.lines))]))
        if not there[TOMBSTONES]:
            files.write_new(f"{TOMBSTONES}/{name}", iter([effect.payload_hash.encode()]))
        attempt.check()
        files.move(f"{STAGED}/{name}", f"{OFFERED}/{name}")
        return Offered(reference=name, evidence={"sha256": effect.payload_hash})

    # -- looking ------------------------------------------------------------------------------------------------------

    def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
        """Where each file lies now."""
        for effect in effects:
            try:
                yield self.compare(effect, self.read_back())
            except ErpBridgeError as error:
                yield CannotTell(why=error.message)

    def read_back(self) -> Any:
        """The names in each folder, in the order in which a file moves."""
        files = self.client.erp.files
        return {folder: {fact.path.name for fact in files.list(folder)} for folder in FOLDERS}

    def compare(self, effect: Effect, seen: Any) -> Sighting:
        """Waiting, taken over, never offered, or gone without a trace."""
        name = self.name(effect)
        places = [folder for folder in (OFFERED, TAKEN) if name in seen[folder]]
        if len(places) > 1:
            return Several(count=2, evidence={"folders": places})
        if places and self.client.erp.files.sha256(f"{places[0]}/{name}") != effect.payload_hash:
            return Different(evidence={"file": f"{places[0]}/{name}"})
        if places:
            return Found(reference=name) if places == [TAKEN] else Waiting(reference=name)
        if name in seen[TOMBSTONES] and name not in seen[STAGED]:
            return CannotTell(why=f"{name} was offered and is gone: somebody may have loaded it.")
        return Absent(proof={"folders": FOLDERS, "staged": name in seen[STAGED]})

    # -- people -------------------------------------------------------------------------------------------------------

    def hand_over(self, effect: Effect) -> HandOver:
        """The sheet for whoever loads it."""
        name, files = self.name(effect), self.client.erp.files
        taken = files.exists(f"{TAKEN}/{name}")
        if not taken and not files.exists(f"{OFFERED}/{name}"):
            raise NotPossibleNow(f"{name} is not offered yet.", remedy="Run the export first.")
        path = f"{TAKEN if taken else OFFERED}/{name}"
        lines = self.lines(list(effect.lines))
        part = effect.request["part"]
        return HandOver(
            title=f"Load rows of job {self.batch.job}",
            location=files.full_path(path),
            sha256=files.sha256(path),
            lines=len(lines),
            total=f"{sum(line.amount for line in lines):f}",
            instructions=(f"Load it once, as {part}.", "Compare the total before posting."),
            taken=taken,
            facts={"part": part, "job": self.batch.job},
        )

    def take(self, effect: Effect, attempt: Attempt) -> HandOver:
        """Move it to where it is loaded from; taken already: the same answer."""
        name, files = self.name(effect), self.client.erp.files
        if files.exists(f"{OFFERED}/{name}"):
            if files.sha256(f"{OFFERED}/{name}") != effect.payload_hash:
                raise LedgerConflict(f"{name} is not what was offered.", remedy="Find out who changed it.")
            attempt.check()
            files.move(f"{OFFERED}/{name}", f"{TAKEN}/{name}")
        return self.hand_over(effect)
