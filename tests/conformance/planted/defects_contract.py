"""Defects against the contract itself: what a hook answers, when, and by which way."""

import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from attrs import evolve
from matrix import Defect

from erp_bridge_core.contract import (
    Checked,
    CostCode,
    ErpProfile,
    ExportBatch,
    Finding,
    JobHeader,
    JobReading,
    hookimpl,
)
from erp_bridge_core.contract.errors import NotFound, ReadFailed
from planted.adapter import TinErp
from planted.client import Client
from planted.variants import KeyedAdapter


class DeclaresNoWrite(KeyedAdapter):
    """Its profile names no operation."""

    @hookimpl
    def erp_profile(self) -> ErpProfile:
        """All but the operations."""
        return evolve(super().erp_profile(), operations=())


class EndsTheProcess(KeyedAdapter):
    """It gives up by leaving, and takes everybody with it."""

    @hookimpl
    def read_job(self, job: str, erp: TinErp) -> JobReading:
        """End."""
        os._exit(3)


class ChecksByWriting(KeyedAdapter):
    """It finds out whether it may write by writing."""

    @hookimpl
    def check_connection(self, erp: TinErp) -> Iterable[Checked]:
        """Enter a row of nothing."""
        client = self.client(erp)
        code, category = client.rows(erp.job, "cost-codes")[0], client.rows(erp.job, "categories")[0]
        row = {
            "sub_job": code["sub_job"], "cost_code": code["code"], "category": category["code"], "part": "change",
            "amount": "0.00", "quantity": None, "unit": "", "description": "", "change": None, "revision": None,
        }  # fmt: skip
        body = {"reference": f"probe {threading.get_native_id()} {id(client)}", "rows": [row]}
        client.write("POST", f"{client.job_url(erp.job)}/entries", body)
        yield Checked(name="writing", ok=True, message="It can be written to.")


class StopsAtTheFirst(KeyedAdapter):
    """It tells one fault, and the next one when that is mended."""

    @hookimpl
    def validate_budget(self, batch: ExportBatch, erp: TinErp) -> Iterable[Finding]:
        """The first finding."""
        return list(super().validate_budget(batch, erp))[:1]


class Shuffles(KeyedAdapter):
    """Its lists come in another order each time."""

    asked = 0

    def cost_codes(self, client: Client, job: str) -> Iterator[CostCode]:
        """Forwards, then backwards."""
        Shuffles.asked += 1
        yield from list(super().cost_codes(client, job))[:: 1 if Shuffles.asked % 2 else -1]


class Sleeps(KeyedAdapter):
    """It waits by the real clock."""

    def header(self, client: Client, job: str) -> JobHeader:
        """Wait a moment first; named so that no reader of the source finds it."""
        vars(__import__("time"))["sleep"](0)
        return super().header(client, job)


class Prints(KeyedAdapter):
    """It prints what it does."""

    def header(self, client: Client, job: str) -> JobHeader:
        """Say so."""
        print("reading", job)  # noqa: T201 - the defect
        return super().header(client, job)


class LeavesAThread(KeyedAdapter):
    """It starts a thread that nobody ends."""

    @hookimpl
    def check_connection(self, erp: TinErp) -> Iterable[Checked]:
        """Start it, and go."""
        threading.Thread(target=threading.Event().wait, args=(10.0,), name="keep-alive", daemon=True).start()
        return super().check_connection(erp)


class EndsStreamsEarly(KeyedAdapter):
    """It takes a page that failed for the last one."""

    def cost_codes(self, client: Client, job: str) -> Iterator[CostCode]:
        """What came."""
        try:
            yield from super().cost_codes(client, job)
        except ReadFailed:
            return


class RaisesKeyErrors(KeyedAdapter):
    """It lets its own accidents out."""

    def header(self, client: Client, job: str) -> JobHeader:
        """A job that is not there is an accident."""
        try:
            return super().header(client, job)
        except NotFound as error:
            raise KeyError(job) from error


declares_no_write = DeclaresNoWrite("tin_declares_no_write")
ends_the_process = EndsTheProcess("tin_ends_the_process")
checks_by_writing = ChecksByWriting("tin_checks_by_writing")
stops_at_the_first = StopsAtTheFirst("tin_stops_at_the_first")
shuffles = Shuffles("tin_shuffles")
sleeps = Sleeps("tin_sleeps")
prints = Prints("tin_prints")
leaves_a_thread = LeavesAThread("tin_leaves_a_thread")
ends_streams_early = EndsStreamsEarly("tin_ends_streams_early")
raises_key_errors = RaisesKeyErrors("tin_raises_key_errors")


def _defect(name: str, what: str, *caught_by: str, grounded: bool = False) -> Defect:
    return Defect(spec=f"planted.defects_contract:{name}", what=what, caught_by=caught_by, grounded=grounded)


DEFECTS: Final[Mapping[str, Defect]] = {
    defect.name: defect
    for defect in (
        _defect("declares_no_write", "declares no operation", "CON-01", grounded=True),
        _defect("ends_the_process", "ends the process", "CON-02", grounded=True),
        _defect("checks_by_writing", "enters a row to see whether it may", "CON-03"),
        _defect("stops_at_the_first", "stops at the first finding", "CON-04"),
        _defect("shuffles", "answers in another order each time", "CON-05"),
        _defect("sleeps", "waits by the real clock", "CON-06"),
        _defect("prints", "prints what it does", "CON-07"),
        _defect("leaves_a_thread", "leaves a thread behind", "CON-07"),
        _defect("ends_streams_early", "takes a page that failed for the last one", "CON-08"),
        _defect("raises_key_errors", "raises a KeyError for an unknown job", "CON-08"),
    )
}
