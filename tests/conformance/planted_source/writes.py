"""How the plugin writes to Slate: what is sent, and what stands there."""

import json
from collections.abc import Iterator, Sequence
from hashlib import sha256

from attrs import define

from erp_bridge_core.contract import (
    Accepted,
    Attempt,
    Before,
    CannotTell,
    Different,
    Effect,
    Found,
    PlannedEffect,
    Sighting,
)
from erp_bridge_core.contract.errors import ErpRefused, NotAllowed, ReadFailed, SignInFailed
from planted_source.books import Row
from planted_source.client import Client


@define
class Write:
    """What the kinds of write share."""

    client: Client

    def send(self, effect: Effect, attempt: Attempt) -> Accepted:
        """Once."""
        self.understand(self.client.write(*self.request(effect)))
        return Accepted()

    def understand(self, answer: Row) -> None:
        """Items that were refused within a success are refused."""
        if answer.get("refused"):
            raise ErpRefused("; ".join(each["words"] for each in answer["refused"]), remedy="Retry.")

    def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
        """Read what stands there."""
        for effect in effects:
            try:
                yield self.look(effect)
            except (ReadFailed, NotAllowed, SignInFailed) as error:
                yield CannotTell(why=error.message)

    def request(self, effect: Effect) -> tuple[str, Row]:
        """Address and body."""
        raise NotImplementedError

    def look(self, effect: Effect) -> Sighting:
        """What stands there."""
        raise NotImplementedError


class Lock(Write):
    """Lock or unlock."""

    def request(self, effect: Effect) -> tuple[str, Row]:
        return f"projects/{effect.request['project']}/lock", {"locked": effect.request["locked"]}

    def look(self, effect: Effect) -> Sighting:
        found = self.client.get(f"projects/{effect.request['project']}")["locked"]
        return Found(reference=effect.request["project"]) if found == effect.request["locked"] else Before()


class Mark(Write):
    """Mark what has arrived."""

    def request(self, effect: Effect) -> tuple[str, Row]:
        return f"projects/{effect.request['project']}/marks", {"references": effect.request["references"]}

    def look(self, effect: Effect) -> Sighting:
        rows = self.client.rows(f"projects/{effect.request['project']}/transactions")
        known = {each["id"]: each["reference"] for each in rows}
        references = effect.request["references"]
        if all(known[name] == reference for name, reference in references.items()):
            return Found(reference=effect.request["project"])
        return Before()


class Answer(Write):
    """Tell a request how it stands."""

    def request(self, effect: Effect) -> tuple[str, Row]:
        return f"requests/{effect.request['id']}/answer", effect.request["body"]

    def look(self, effect: Effect) -> Sighting:
        row, body = self.client.get(f"requests/{effect.request['id']}"), effect.request["body"]
        if row["status"] == "closed":
            return Different()
        same = row["status"] == body["stage"] and row["messages"] == body["messages"]
        return Found(reference=row["id"]) if same and row["number"] == body["number"] else Before()


def planned(operation: str, request: Row) -> PlannedEffect:
    """A write without lines."""
    content = sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()
    return PlannedEffect(operation=operation, lines=(), payload_hash=content, request=request)
