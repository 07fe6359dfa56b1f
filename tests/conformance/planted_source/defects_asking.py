"""Defects of locking, of requests and of hints."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from attrs import evolve

from erp_bridge_core.contract import (
    Delivery,
    Effect,
    Found,
    Hint,
    Part,
    RequestKind,
    Sighting,
    Source,
    SourceRequest,
    SourceTransaction,
    Stream,
    hookimpl,
)
from erp_bridge_core.contract.errors import NotAllowed
from planted_source.books import SIGNATURE, Books, Row, project_of
from planted_source.client import Client, SlateSettings
from planted_source.declaring import Told, defects_of, plugins_of
from planted_source.plugin import SlatePlugin
from planted_source.simulator import SlateSimulator
from planted_source.writes import Lock


class _WipingLock(Lock):
    def request(self, effect: Effect) -> tuple[str, Row]:
        path, body = super().request(effect)
        return path, {**body, "wipe": not body["locked"]}


class _Wiping(SlatePlugin):
    def lock_operation(self, client: Client) -> Lock:
        return _WipingLock(client)


class _Toggling(SlatePlugin):
    def lock_request(self, project: str, locked: bool, source: Source[Any]) -> Row:  # noqa: FBT001 - the hook's
        now = self.client(source).get(f"projects/{project}")["locked"]
        return {"project": project, "locked": not now}


class _TrustingLock(Lock):
    def look(self, effect: Effect) -> Sighting:
        return Found(reference=effect.request["project"])


class _Trusting(SlatePlugin):
    def lock_operation(self, client: Client) -> Lock:
        return _TrustingLock(client)


class _Newest(SlatePlugin):
    def request_rows(self, client: Client) -> Iterable[Row]:
        return list(super().request_rows(client))[-1:]


class _Halving(SlatePlugin):
    def request(self, client: Client, row: Row) -> SourceRequest:
        request = super().request(client, row)

        def originals() -> Iterator[SourceTransaction]:
            return (each for each in request.transactions if each.part is Part.ORIGINAL)

        return evolve(request, transactions=Stream(originals))


class _Renumbering(SlateSimulator):
    def send(self, home: Path, job: str) -> str:
        """What was not marked gets new ids."""
        with Books(home).writing() as data:
            for each in project_of(data, job)["transactions"]:
                each["line"] = each["line"] if each["marks"] else "former"
        return super().send(home, job)


class _Renumbered(SlatePlugin):
    @hookimpl
    def source_simulator(self) -> SlateSimulator:
        return _Renumbering()


class _Open(SlatePlugin):
    def request(self, client: Client, row: Row) -> SourceRequest:
        return evolve(super().request(client, row), open=True)


class _Forgetting(SlateSimulator):
    def restart(self, home: Path) -> None:
        """The queue of requests was in memory."""
        with Books(home).writing() as data:
            data["requests"] = []


class _Forgetful(SlatePlugin):
    @hookimpl
    def source_simulator(self) -> SlateSimulator:
        return _Forgetting()


class _Creating(SlatePlugin):
    def request(self, client: Client, row: Row) -> SourceRequest:
        return evolve(super().request(client, row), kind=RequestKind.CREATE)


class _Linking(SlatePlugin):
    def job(self, row: Row) -> str:
        """Guesses."""
        return "24-0891" if row["project"] == "P1" else "24-0892"


class _Swapping(SlatePlugin):
    def hinted(self, event: Row, source: Source[Any]) -> Hint:
        return super().hinted({**event, "request": event["project"], "project": event["request"]}, source)


class _Gullible(SlatePlugin):
    def check_signature(self, delivery: Delivery, source: Source[SlateSettings]) -> None:
        if SIGNATURE in delivery.headers:
            super().check_signature(delivery, source)


class _Hasty(SlatePlugin):
    @hookimpl
    def hint(self, delivery: Delivery, source: Source[SlateSettings]) -> Hint | None:
        try:
            if json.loads(delivery.body)["about"] != "request":
                return None
        except UnicodeDecodeError as error:
            raise NotAllowed("It is no text.", remedy="Look who sent it.") from error
        return super().hint(delivery, source)


class _Deaf(SlatePlugin):
    def hinted(self, event: Row, source: Source[Any]) -> Hint:
        return evolve(super().hinted(event, source), echo=False)


class _Curious(SlatePlugin):
    def hinted(self, event: Row, source: Source[Any]) -> Hint:
        self.client(source).get(f"requests/{event['request']}")
        return super().hinted(event, source)


class _Drawing(SlatePlugin):
    def hinted(self, event: Row, source: Source[Any]) -> Hint:
        return evolve(super().hinted(event, source), id=uuid4().hex)


VARIANTS: Final[Mapping[str, Told]] = {
    "unlocks_by_deleting": (_Wiping, "deletes the changes when it unlocks", "LCK-01"),
    "toggles_the_lock": (_Toggling, "turns the lock over instead of setting it", "LCK-02"),
    "finds_any_lock": (_Trusting, "takes a lock that was asked for as done", "LCK-03"),
    "tells_the_newest": (_Newest, "tells the newest request alone", "REQ-01"),
    "leaves_changes_out": (_Halving, "leaves the changes out of a request", "REQ-02"),
    "numbers_anew": (_Renumbered, "gives what is asked for again new ids", "REQ-03"),
    "keeps_closed_open": (_Open, "tells every request as open", "REQ-04"),
    "forgets_on_restart": (_Forgetful, "loses its requests at a restart", "REQ-05"),
    "always_creates": (_Creating, "tells every request as the first one", "REQ-06"),
    "guesses_the_job": (_Linking, "tells the job of a project that is not linked", "REQ-07"),
    "hints_elsewhere": (_Swapping, "takes the project for the request in a hint", "HNT-01"),
    "takes_unsigned_hints": (_Gullible, "compares the secret only where there is one", "HNT-02"),
    "fails_on_odd_bodies": (_Hasty, "takes the shape of a delivery for granted", "HNT-03"),
    "hears_no_echo": (_Deaf, "tells no echo", "HNT-04"),
    "looks_up_hints": (_Curious, "asks the source while it reads a hint", "HNT-05"),
    "draws_ids_of_hints": (_Drawing, "draws the id of a hint", "HNT-06"),
}
DEFECTS = defects_of(__name__, VARIANTS)
__getattr__ = plugins_of(VARIANTS)
