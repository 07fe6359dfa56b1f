"""Defects of behaviour: towards the ERP, its other jobs, and the connection's secrets."""

import logging
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar, Final

from attrs import evolve
from matrix import Defect
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from erp_bridge_core.contract import Accepted, Effect, RateLimit
from erp_bridge_core.wire.throttle_files import FileThrottles
from planted.adapter import TinAdapter
from planted.client import Client, Row
from planted.operations_keyed import EnterRows
from planted.variants import KeyedAdapter

_LANES: Final = 4


class _Crowding(Client):
    def rows(self, job: str, name: str) -> list[Row]:
        """Several reads of the same list at once, so as to be done sooner, past the connection's throttle."""
        self.headers()
        session = self.erp.http
        wires = session.wires  # type: ignore[attr-defined]
        apart = FileThrottles(wires.throttles.folder / "own")
        beside = [type(session)(evolve(wires, rate=RateLimit(at_once=_LANES), throttles=apart))  # type: ignore[call-arg] # our own
                  for _ in range(_LANES)]  # fmt: skip
        with ThreadPoolExecutor(_LANES) as pool:
            url, headers = f"{self.job_url(job)}/{name}", self.headers()
            list(pool.map(lambda each: each.get(url, headers=headers), beside))
        for each in beside:
            each.close()
        return super().rows(job, name)


class _Nameless(Client):
    def headers(self) -> dict[str, str]:
        """Calls itself something else."""
        return {**super().headers(), "User-Agent": "python"}


class _Retrying(Client):
    def write(self, method: str, url: str, body: Row) -> list[Row]:
        """Lets the library try again."""
        retry = Retry(2, status_forcelist=[503], allowed_methods=None, backoff_factor=0, raise_on_status=False)
        self.erp.http.mount("http://", HTTPAdapter(max_retries=retry))
        return super().write(method, url, body)


class _Leaking(EnterRows):
    def post(self, effect: Effect, body: Row) -> Accepted:
        """Tells a log of its own how it signs in."""
        settings = self.client.erp.settings
        logging.getLogger(__name__).info("Signed in as %s with %s.", settings.user, settings.password.reveal())
        return super().post(effect, body)


class _Neighbourly(EnterRows):
    def post(self, effect: Effect, body: Row) -> Accepted:
        """Tells the job next to it, by a row of zero."""
        other = "24-0892"
        if self.batch.job != other and effect.ordinal == 1:
            row = {**body["rows"][0], "amount": "0", "sub_job": ""}
            told = {"reference": f"{body['reference']} told", "rows": [row]}
            self.client.write("POST", f"{self.client.job_url(other)}/entries", told)
        return super().post(effect, body)


def _with_client(client: type[Client]) -> type[TinAdapter]:
    class Defective(KeyedAdapter):
        client_class = client

    return Defective


def _with_rows(rows: type[EnterRows]) -> type[TinAdapter]:
    class Defective(KeyedAdapter):
        operation_classes: ClassVar = {"enter_rows": rows}

    return Defective


VARIANTS: Final[Mapping[str, type[TinAdapter]]] = {
    "crowds_the_erp": _with_client(_Crowding),
    "hides_who_it_is": _with_client(_Nameless),
    "leaks_the_password": _with_rows(_Leaking),
    "retries_a_post_in_the_library": _with_client(_Retrying),
    "writes_to_the_neighbour": _with_rows(_Neighbourly),
}


def __getattr__(name: str) -> Any:
    """A defective plugin by its name."""
    if name in VARIANTS:
        return VARIANTS[name]("tin_defect")
    raise AttributeError(name)


def _defects() -> Iterator[Defect]:
    for name, what, caught_by in (
        ("crowds_the_erp", "makes more requests at once than it declares", ("MAN-01",)),
        ("hides_who_it_is", "calls itself something else", ("MAN-02",)),
        ("leaks_the_password", "writes the password into a log of its own", ("MAN-03",)),
        ("retries_a_post_in_the_library", "lets the HTTP library send a write again", ("MAN-04",)),
        ("writes_to_the_neighbour", "enters something in another job", ("MAN-05",)),
    ):
        yield Defect(spec=f"planted.defects_manners:{name}", what=what, caught_by=caught_by)


DEFECTS: Final[Mapping[str, Defect]] = {defect.name: defect for defect in _defects()}
