"""Defects of meaning: what an answer or a read is taken for that does not say so."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Final

from attrs import evolve
from matrix import Defect

from erp_bridge_core.contract import Absent, Accepted, Attempt, Effect, Found, Sighting, Simulator, hookimpl
from erp_bridge_core.contract.errors import ErpBridgeError, ReadFailed
from erp_bridge_core.simulation import remove_aside
from planted.books import Books
from planted.client import UNAUTHORIZED, Client, Row, decoded, refusal
from planted.operations import refused_line
from planted.operations_keyed import EnterRows
from planted.simulator import TinSimulator
from planted.variants import KeyedAdapter


class StatusAlone(Client):
    """Reads the HTTP status of a write, and no more."""

    def write(self, method: str, url: str, body: Row) -> list[Row]:
        """Whatever came with 200 is done."""
        answer = self.erp.http.request(method, url, json=body, headers=self.headers())
        told = decoded(answer).get("tin", {})
        if answer.status_code != 200:
            raise refusal(told)
        return list(told.get("rows", [{"position": place, "state": "accepted"} for place, _ in enumerate(body, 1)]))


class TrustsTheStatus(KeyedAdapter):
    """Takes 200 for done."""

    client_class = StatusAlone


class NoRowRefused(EnterRows):
    """Takes a request that was answered for one that was done whole."""

    def accepted(self, effect: Effect, told: Sequence[Row], reference: str = "") -> Accepted:
        """Every row."""
        return evolve(super().accepted(effect, told, reference), refused=(), unmapped=())

    def same_rows(self, effect: Effect, found: Sequence[Row], reference: str, proof: Row) -> Sighting:
        """The same when it is read back."""
        sighting = super().same_rows(effect, found, reference, proof)
        return evolve(sighting, refused=()) if isinstance(sighting, Found) else sighting


class TakesPartsForAll(KeyedAdapter):
    """Does not tell the rows that were refused."""

    operation_classes: ClassVar = {"enter_rows": NoRowRefused}


class LeftOutIsRefused(EnterRows):
    """Takes rows that a reply leaves out for refused ones."""

    def accepted(self, effect: Effect, told: Sequence[Row], reference: str = "") -> Accepted:
        """What is not named was not done."""
        answer = super().accepted(effect, told, reference)
        missing = tuple(refused_line(number, "It was left out.") for number in answer.unmapped)
        return evolve(answer, refused=(*answer.refused, *missing), unmapped=())


class TakesLeftOutForRefused(KeyedAdapter):
    """Sends again what a reply leaves out."""

    operation_classes: ClassVar = {"enter_rows": LeftOutIsRefused}


class AnotherReference(EnterRows):
    """From the third try on, once a read has shown nothing, it goes by a new reference."""

    tries = 0

    def send(self, effect: Effect, attempt: Attempt) -> Any:
        """The third try is another one."""
        self.tries = attempt.number
        return super().send(effect, attempt)

    def build(self, effect: Effect) -> Row:
        """Under a new reference where a read proved the old one to be unused."""
        body = super().build(effect)
        proved = self.client.erp.state.get(f"absent {effect.reference}")
        return body | {"reference": body["reference"] + " again"} if proved and self.tries > 2 else body

    def compare(self, effect: Effect, seen: Sequence[Row]) -> Sighting:
        """Whichever reference it went by."""
        again = self.reference(effect) + " again"
        rows = [row | {"reference": self.reference(effect)} if row["reference"] == again else row for row in seen]
        sighting = super().compare(effect, rows)
        if isinstance(sighting, Absent):
            self.client.erp.state.put(f"absent {effect.reference}", "yes")
        return sighting


class BelievesStaleReads(KeyedAdapter):
    """Takes a third look that shows nothing for proof."""

    operation_classes: ClassVar = {"enter_rows": AnotherReference}


class PagesUncounted(Client):
    """Does not count the rows that came."""

    def rows(self, job: str, name: str) -> list[Row]:
        """To the first empty page, if the list says that it has as many as the job."""
        counted = self.header(job)["counts"][name]
        found: list[Row] = []
        while True:
            page = self.get(f"{self.job_url(job)}/{name}", offset=len(found))
            found += page["rows"]
            if not page["rows"] or len(found) >= page["total"]:
                break
        if page["total"] != counted:
            raise ReadFailed("The list has another length than the job says.", remedy="Do it again.")
        return found


class BelievesCappedReads(KeyedAdapter):
    """Takes the end of an answer for the end of the list."""

    client_class = PagesUncounted


class ListsAlone(Client):
    """Believes a list's own count, with no control from elsewhere."""

    def rows(self, job: str, name: str) -> list[Row]:
        """As many as the list says."""
        found: list[Row] = []
        while True:
            page = self.get(f"{self.job_url(job)}/{name}", offset=len(found))
            found += page["rows"]
            if len(found) >= page["total"]:
                return found
            if not page["rows"]:
                raise ReadFailed("The list was cut short.", remedy="Do it again.")


class BelievesHiddenReads(KeyedAdapter):
    """Takes what its user may see for all there is."""

    client_class = ListsAlone


class Renumbers(TinSimulator):
    """Books that number their rows anew when they come back: what was there before counts backwards."""

    def restart(self, home: Path) -> None:
        """Number what is there below nought."""
        super().restart(home)
        with Books(home).writing() as data:
            for jobs in data["companies"].values():
                for job in jobs["jobs"].values():
                    for row in job["entries"]:
                        row["row"] = -abs(row["row"])


class FromItsCursor(EnterRows):
    """Reads on from a row number instead of reading anew."""

    def read_back(self) -> Any:
        """The rows after the first number that there can be."""
        return [row for row in super().read_back() if row["row"] > 0]


class KeepsACursor(KeyedAdapter):
    """Trusts a cursor of the ERP's over a restart."""

    operation_classes: ClassVar = {"enter_rows": FromItsCursor}

    @hookimpl
    def erp_simulator(self) -> Simulator:
        """Its ERP numbers anew."""
        return Renumbers(self.safety)


class KeepsSessions(TinSimulator):
    """Books whose sessions outlive a restart, so that they end in no other way than by themselves."""

    def restart(self, home: Path) -> None:
        """Nothing but the half written is gone."""
        remove_aside(home)


class TurnedAwayIsRefused(Client):
    """Takes a session that ended for a refusal of the write."""

    def write(self, method: str, url: str, body: Row) -> list[Row]:
        """401 is told as the books tell it."""
        answer = self.erp.http.request(method, url, json=body, headers=self.headers())
        if answer.status_code == UNAUTHORIZED:
            raise refusal(decoded(answer)["tin"])
        return self.understood(answer)

    def understood(self, answer: Any) -> list[Row]:
        """All other answers, as they are meant."""
        told = decoded(answer).get("tin", {})
        if told.get("error"):
            raise refusal(told)
        return list(told["rows"])


class GivesUpItsSession(KeyedAdapter):
    """Leaves the rest to a person when a session ends."""

    client_class = TurnedAwayIsRefused

    @hookimpl
    def erp_simulator(self) -> Simulator:
        """Its ERP ends no session by a restart."""
        return KeepsSessions(self.safety)


class FailedIsAbsent(EnterRows):
    """Takes a read that failed on the wire for a read that found nothing."""

    def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
        """Absent, whatever went wrong on the way; a list that came short is told as such."""
        try:
            seen = self.read_back()
        except ErpBridgeError as error:
            if not error.message.startswith("Reading from"):
                yield from super().find(effects)
                return
            yield from (Absent(proof={"read": "failed"}) for _ in effects)
            return
        yield from (self.compare(effect, seen) for effect in effects)


class TakesFailedReadsForAbsent(KeyedAdapter):
    """A `find` that fails has found nothing."""

    operation_classes: ClassVar = {"enter_rows": FailedIsAbsent}


trusts_http_200 = TrustsTheStatus("tin_trusts_http_200")
takes_parts_for_all = TakesPartsForAll("tin_takes_parts_for_all")
takes_left_out_for_refused = TakesLeftOutForRefused("tin_takes_left_out_for_refused")
believes_stale_reads = BelievesStaleReads("tin_believes_stale_reads")
believes_capped_reads = BelievesCappedReads("tin_believes_capped_reads")
believes_hidden_reads = BelievesHiddenReads("tin_believes_hidden_reads")
keeps_a_cursor = KeepsACursor("tin_keeps_a_cursor")
gives_up_its_session = GivesUpItsSession("tin_gives_up_its_session")
takes_failed_reads_for_absent = TakesFailedReadsForAbsent("tin_takes_failed_reads_for_absent")


def _defect(name: str, what: str, *caught_by: str) -> Defect:
    return Defect(spec=f"planted.defects_meaning:{name}", what=what, caught_by=caught_by)


DEFECTS: Final[Mapping[str, Defect]] = {
    defect.name: defect
    for defect in (
        _defect("trusts_http_200", "trusts HTTP 200", "MEA-01"),
        _defect("takes_parts_for_all", "takes a request that was done in part for done", "MEA-02"),
        _defect("takes_left_out_for_refused", "takes rows that a reply leaves out for refused", "MEA-03"),
        _defect("believes_stale_reads", "believes a stale read, and sends under a new reference", "MEA-04"),
        _defect("believes_capped_reads", "takes the end of an answer for the end of the list", "MEA-05"),
        _defect("believes_hidden_reads", "takes what its user may see for all there is", "MEA-06"),
        _defect("keeps_a_cursor", "trusts a cursor over a restart of the ERP", "MEA-07"),
        _defect("gives_up_its_session", "takes a session that ended for a refusal", "MEA-08"),
        _defect("takes_failed_reads_for_absent", "takes a `find` error for absent", "MEA-09"),
    )
}
