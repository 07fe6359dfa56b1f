"""Defects of outcomes, of sign-in and rights, and of behaviour."""

import logging
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from attrs import evolve
from requests import Response
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from erp_bridge_core.contract import (
    Accepted,
    Attempt,
    Effect,
    Effects,
    OutcomeStage,
    PlannedEffect,
    RateLimit,
    Source,
    SourceBudget,
    SourceOutcome,
    Stream,
    hookimpl,
)
from erp_bridge_core.contract.errors import BadInput, Doubtful, ReadFailed, SignInFailed
from erp_bridge_core.wire.throttle_files import FileThrottles
from planted_source.books import Row
from planted_source.client import Client
from planted_source.declaring import Told, defects_of, plugins_of
from planted_source.plugin import SlatePlugin
from planted_source.writes import Mark

_LANES: Final = 4


class _Silent(SlatePlugin):
    def answer(self, outcome: SourceOutcome) -> Row:
        told = super().answer(outcome)
        return {**told, "messages": []} if outcome.stage is OutcomeStage.RETRIEVED else told


class _Hopeful(SlatePlugin):
    def is_due(self, outcome: SourceOutcome, arrived: bool | None) -> bool:  # noqa: FBT001 - what the contract holds
        return arrived is not False


class _Repeating(SlatePlugin):
    def marks(self, client: Client, outcome: SourceOutcome) -> Iterator[PlannedEffect]:
        renamed = tuple(
            evolve(each, reference=f"{each.reference}-{outcome.number}") for each in outcome.transactions
        )  # fmt: skip
        return super().marks(client, evolve(outcome, transactions=Stream(lambda: renamed)))


class _Overwriting(SlatePlugin):
    def check_open(self, client: Client, outcome: SourceOutcome) -> None:
        """Whatever."""


class _TrustingMark(Mark):
    def understand(self, answer: Row) -> None:
        """200 is 200."""


class _Trusting(SlatePlugin):
    def mark_operation(self, client: Client) -> Mark:
        return _TrustingMark(client)


class _BoldMark(Mark):
    def send(self, effect: Effect, attempt: Attempt) -> Accepted:
        try:
            return super().send(effect, attempt)
        except Doubtful:
            return Accepted()


class _Bold(SlatePlugin):
    def mark_operation(self, client: Client) -> Mark:
        return _BoldMark(client)


class _Remembering(SlatePlugin):
    @hookimpl
    def report_outcome(self, outcome: SourceOutcome, source: Source[Any], effects: Effects) -> None:
        name = f"told {outcome.request} {outcome.number}"
        if source.state.get(name):
            return
        source.state.put(name, value=True)
        try:
            super().report_outcome(outcome, source, effects)
        finally:
            source.state.put(name, value=False)


class _Stubborn(Client):
    def call(self, method: str, path: str, **options: Any) -> Response:
        response = self.source.http.request(
            method, f"{self.source.settings.url}/{path}", headers=self.headers(), **options
        )
        if response.status_code == 401:
            self.forget()
        return response


class _Vague(Client):
    def sign_in(self) -> str:
        try:
            return super().sign_in()
        except SignInFailed as error:
            raise ReadFailed(error.message, remedy="Try again.") from error


class _Forbidden(Client):
    def get(self, path: str, **params: Any) -> Row:
        response = self.call("GET", path, params=params)
        return {"rows": [], "total": 0} if response.status_code == 403 else super().get(path, **params)


class _Marking(Client):
    def sign_in(self) -> str:
        if self.source.state.get("signing in"):
            raise ReadFailed("A sign-in is under way.", remedy="Wait for it.")
        self.source.state.put("signing in", value=True)
        try:
            token = super().sign_in()
        except SignInFailed:
            token = ""
        self.source.state.put("signing in", value=False)
        return token or super().sign_in()


class _OtherMoney(SlatePlugin):
    @hookimpl
    def read_budget(self, project: str, source: Source[Any]) -> SourceBudget:
        return evolve(super().read_budget(project, source), currency="EUR")


class _Strict(SlatePlugin):
    @hookimpl
    def report_outcome(self, outcome: SourceOutcome, source: Source[Any], effects: Effects) -> None:
        if outcome.facts:
            raise BadInput(f"Nobody knows {', '.join(outcome.facts)}.", remedy="Tell what is known.")
        super().report_outcome(outcome, source, effects)


class _Nameless(Client):
    def headers(self) -> dict[str, str]:
        return {**super().headers(), "User-Agent": "python"}


class _Leaking(Client):
    def sign_in(self) -> str:
        logging.getLogger(__name__).info("Signing in with %s.", self.source.settings.password.reveal())
        return super().sign_in()


class _Timed(Client):
    def get(self, path: str, **params: Any) -> Row:
        time.monotonic()
        return super().get(path, **params)


class _Crowding(Client):
    def rows(self, path: str) -> Iterator[Row]:
        """Several reads at once, past the connection's throttle."""
        headers, session = self.headers(), self.source.http
        wires = session.wires  # type: ignore[attr-defined]
        apart = FileThrottles(wires.throttles.folder / "own")
        beside = [type(session)(evolve(wires, rate=RateLimit(at_once=_LANES), throttles=apart))  # type: ignore[call-arg] # our own
                  for _ in range(_LANES)]  # fmt: skip
        with ThreadPoolExecutor(_LANES) as pool:
            url = f"{self.source.settings.url}/projects"
            list(pool.map(lambda each: each.get(url, headers=headers), beside))
        for each in beside:
            each.close()
        return super().rows(path)


class _Retrying(Client):
    def write(self, path: str, body: Row) -> Row:
        retry = Retry(2, status_forcelist=[503], allowed_methods=None, backoff_factor=0, raise_on_status=False)
        self.source.http.mount("http://", HTTPAdapter(max_retries=retry))
        return super().write(path, body)


def _with(client: type[Client]) -> type[SlatePlugin]:
    class Defective(SlatePlugin):
        client_class = client

    return Defective


VARIANTS: Final[Mapping[str, Told]] = {
    "drops_a_message": (_Silent, "tells no message with one of the stages", "OUT-01"),
    "marks_the_unknown": (_Hopeful, "marks what nobody can tell as arrived", "OUT-02"),
    "marks_again": (_Repeating, "marks again whatever is said again", "OUT-03"),
    "writes_over": (_Overwriting, "does not look whether the request was closed", "OUT-04"),
    "trusts_200": (_Trusting, "takes an answer of 200 for all of it", "OUT-05"),
    "swallows_doubts": (_Bold, "takes a doubtful write for done", "OUT-06"),
    "remembers_too_early": (_Remembering, "notes that an outcome was told before it was", "OUT-07"),
    "renews_no_token": (_with(_Stubborn), "fails once for each token that ended", "SGN-01"),
    "hides_a_revocation": (_with(_Vague), "takes a removed app for a read that failed", "SGN-02"),
    "sees_nothing_forbidden": (_with(_Forbidden), "takes 403 for an empty list", "SGN-03"),
    "locks_itself_out": (_with(_Marking), "keeps the mark of a sign-in whose answer was lost", "SGN-04"),
    "tells_other_money": (_OtherMoney, "tells a project and its budget in two currencies", "PRD-01 PRD-02 PRD-03"),
    "refuses_facts": (_Strict, "refuses an outcome that holds facts", "PRD-03"),
    "hides_who_it_is": (_with(_Nameless), "calls itself something else", "BHV-01"),
    "leaks_the_password": (_with(_Leaking), "writes the password into a log of its own", "BHV-02"),
    "reads_the_real_clock": (_with(_Timed), "reads the real clock", "BHV-03"),
    "crowds_the_source": (_with(_Crowding), "makes more requests at once than it declares", "BHV-04"),
    "retries_in_the_library": (_with(_Retrying), "lets the HTTP library send a write again", "BHV-05"),
}
DEFECTS = defects_of(__name__, VARIANTS)
__getattr__ = plugins_of(VARIANTS)
