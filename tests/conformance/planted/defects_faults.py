"""Defects against faults of the wire and the share: an error of `erp.http` or `erp.files` is not let through."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Final

from matrix import Defect

from erp_bridge_core.contract import (
    Absent,
    Accepted,
    Attempt,
    Effect,
    Found,
    HandOver,
    Mischief,
    Offered,
    Served,
    Sighting,
    Simulator,
    hookimpl,
)
from erp_bridge_core.contract.errors import NotSent, Throttled, TransportError
from erp_bridge_core.simulation import Reply, Request, serve
from planted.books import PASSWORD, USER, Books
from planted.client import Row
from planted.operations_human import OfferFile
from planted.operations_keyed import EnterRows
from planted.server import Server
from planted.simulator import TinSimulator
from planted.variants import HumanAdapter, KeyedAdapter


class Misread(EnterRows):
    """Takes errors with certain words for done."""

    words: ClassVar[tuple[str, ...]] = ()

    def post(self, effect: Effect, body: Row) -> Accepted:
        """As it should be, but for one kind of error."""
        try:
            return super().post(effect, body)
        except TransportError as error:
            if not self.misreads(effect, error):
                raise
            return self.instead(effect, body)

    def misreads(self, effect: Effect, error: TransportError) -> bool:
        """Whether this is such an error."""
        del effect
        return any(words in error.message for words in self.words)

    def instead(self, effect: Effect, body: Row) -> Accepted:
        """Done."""
        del effect
        return Accepted(reference=body["reference"])


def _misreading(*words: str) -> type[KeyedAdapter]:
    operation = type("MisreadRows", (Misread,), {"words": words})
    return type("Misreads", (KeyedAdapter,), {"operation_classes": {"enter_rows": operation}})


class RedirectedAtFirst(Misread):
    """Takes a redirect of its first request for done."""

    def misreads(self, effect: Effect, error: TransportError) -> bool:
        """A gateway that moves people on when they come."""
        return effect.ordinal == 1 and "redirect" in error.message


class ThrottledAtFirst(Misread):
    """Takes its first request for done when the ERP throttles it and does not say until when."""

    def misreads(self, effect: Effect, error: TransportError) -> bool:
        """Throttled, without a time."""
        return effect.ordinal == 1 and isinstance(error, Throttled) and error.retry_after is None


class TakesRedirectsForDone(KeyedAdapter):
    """Moved on is done."""

    operation_classes: ClassVar = {"enter_rows": RedirectedAtFirst}


class TakesThrottledForDone(KeyedAdapter):
    """Throttled is done."""

    operation_classes: ClassVar = {"enter_rows": ThrottledAtFirst}


class SentTwice(Misread):
    """Sends again by itself, under another reference."""

    words = ("no such words",)

    def instead(self, effect: Effect, body: Row) -> Accepted:
        """Once more."""
        return super(Misread, self).post(effect, body | {"reference": body["reference"] + " once more"})


class CutHeadTwice(SentTwice):
    """Where a reply's head was cut."""

    words = ("The reply ended before",)


class LostTwice(SentTwice):
    """Where a reply was lost."""

    words = ("closed connection without response",)


class PostsTwiceOnACutReply(KeyedAdapter):
    """Sends again what was answered by half a head."""

    operation_classes: ClassVar = {"enter_rows": CutHeadTwice}


class PostsTwiceOnALostReply(KeyedAdapter):
    """Sends again what was not answered."""

    operation_classes: ClassVar = {"enter_rows": LostTwice}


class NewOnceAbsent(EnterRows):
    """Goes by a new reference once a read has shown nothing under the old one."""

    def build(self, effect: Effect) -> Row:
        """Under the reference of the day."""
        body = super().build(effect)
        again = " again" if self.client.erp.state.get(f"absent {effect.reference}") else ""
        return body | {"reference": body["reference"] + again}

    def compare(self, effect: Effect, seen: Sequence[Row]) -> Sighting:
        """Whichever reference it went by."""
        ours = self.reference(effect)
        rows = [row | {"reference": ours} if row["reference"] == f"{ours} again" else row for row in seen]
        sighting = super().compare(effect, rows)
        if isinstance(sighting, Absent):
            self.client.erp.state.put(f"absent {effect.reference}", "yes")
        return sighting


class NeverStale(TinSimulator):
    """Books that are always read as they are."""

    def mischief(self) -> Mapping[Mischief, Callable[[Path, str, Sequence[HandOver]], None]]:
        """All else."""
        return {kind: act for kind, act in super().mischief().items() if kind is not Mischief.STALE_READS}


class ForgetsItsReference(KeyedAdapter):
    """Takes absent now for absent for ever."""

    operation_classes: ClassVar = {"enter_rows": NewOnceAbsent}

    @hookimpl
    def erp_simulator(self) -> Simulator:
        """Reads are never stale there."""
        return NeverStale(self.safety)


class Lenient(TinSimulator):
    """Books that take a request twice when it is the very same one, right after another."""

    @contextmanager
    def serve(self, home: Path, *, port: int = 0) -> Iterator[Served]:
        """Serve, forgetting the reference of a request that comes again at once."""
        books, last = Books(home), [b""]
        server = Server(books)

        def answer(request: Request) -> Reply:
            if request.method == "POST" and request.body == last[0]:
                with books.writing() as data:
                    data["references"].popitem()
            last[0] = request.body if request.method == "POST" else b""
            return server.answer(request)

        with serve(answer, port=port) as address:
            yield Served(
                settings={"url": address.url, "company": "TIN", "user": USER, "password": "file:tin_password"},
                secrets={"tin_password": PASSWORD},
                hosts=(str(address),),
            )


class ClaimsTooMuch(KeyedAdapter):
    """Calls keyed what its ERP takes twice from an impatient gateway."""

    @hookimpl
    def erp_simulator(self) -> Simulator:
        """It does not notice a request that comes twice."""
        return Lenient(self.safety)


class RemembersItsAnswers(EnterRows):
    """Finds what it was told was done."""

    def post(self, effect: Effect, body: Row) -> Accepted:
        """Keep the answer."""
        accepted = super().post(effect, body)
        if not accepted.refused and not accepted.unmapped:
            self.client.erp.state.put(f"done {effect.reference}", "yes")
        return accepted

    def compare(self, effect: Effect, seen: Sequence[Row]) -> Sighting:
        """What was answered is there."""
        sighting = super().compare(effect, seen)
        if isinstance(sighting, Absent) and self.client.erp.state.get(f"done {effect.reference}"):
            return Found(reference=self.reference(effect))
        return sighting


class FindsItsOwnAnswers(KeyedAdapter):
    """`find` answers from what the write returned."""

    operation_classes: ClassVar = {"enter_rows": RemembersItsAnswers}


class HeldIsDone(OfferFile):
    """Swallows that somebody holds the file."""

    def send(self, effect: Effect, attempt: Attempt) -> Offered:
        """Offered, whatever there is."""
        try:
            return super().send(effect, attempt)
        except NotSent as error:
            if "Permission denied" not in error.message:
                raise
            return Offered(reference=self.name(effect))


class SwallowsAHeldFile(HumanAdapter):
    """Says that a file lies there when somebody held it."""

    operation_classes: ClassVar = {"offer_file": HeldIsDone}


class ThirdTime(EnterRows):
    """Has had enough at the third try."""

    def send(self, effect: Effect, attempt: Attempt) -> Any:
        """Say that it is done."""
        if attempt.number > 2:
            return Accepted(reference=self.reference(effect))
        return super().send(effect, attempt)


class GivesUpQuietly(KeyedAdapter):
    """Says done at the third try."""

    operation_classes: ClassVar = {"enter_rows": ThirdTime}


takes_not_sent_for_done = _misreading("Connection refused")("tin_takes_not_sent_for_done")
posts_twice_on_a_cut_reply = PostsTwiceOnACutReply("tin_posts_twice_on_a_cut_reply")
posts_twice_on_a_lost_reply = PostsTwiceOnALostReply("tin_posts_twice_on_a_lost_reply")
takes_a_time_out_for_done = _misreading("timed out")("tin_takes_a_time_out_for_done")
forgets_its_reference = ForgetsItsReference("tin_forgets_its_reference")
takes_throttled_for_done = TakesThrottledForDone("tin_takes_throttled_for_done")
swallows_a_gateways_error = _misreading("server error (502)", "server error (504)")("tin_swallows_a_gateways_error")
swallows_a_500 = _misreading("server error (500)")("tin_swallows_a_500")
takes_a_redirect_for_done = TakesRedirectsForDone("tin_takes_a_redirect_for_done")
claims_keyed_for_append = ClaimsTooMuch("tin_claims_keyed_for_append")
finds_its_own_answers = FindsItsOwnAnswers("tin_finds_its_own_answers")
swallows_a_held_file = SwallowsAHeldFile("tin_swallows_a_held_file")
gives_up_quietly = GivesUpQuietly("tin_gives_up_quietly")


def _defect(name: str, what: str, *caught_by: str) -> Defect:
    return Defect(spec=f"planted.defects_faults:{name}", what=what, caught_by=caught_by)


DEFECTS: Final[Mapping[str, Defect]] = {
    defect.name: defect
    for defect in (
        _defect("takes_not_sent_for_done", "takes a refused connection for done", "FLT-01"),
        _defect("posts_twice_on_a_cut_reply", "posts twice on a reply that was cut", "FLT-02"),
        _defect("takes_a_time_out_for_done", "takes a time-out for done", "FLT-03"),
        _defect("forgets_its_reference", "sends under a new reference once a read showed nothing", "FLT-04"),
        _defect("takes_throttled_for_done", "takes a throttled write for done", "FLT-05"),
        _defect("swallows_a_gateways_error", "swallows a gateway's error", "FLT-06"),
        _defect("swallows_a_500", "swallows a 500", "FLT-06", "PRC-01"),
        _defect("takes_a_redirect_for_done", "takes a redirect for done", "FLT-07"),
        _defect("claims_keyed_for_append", "claims that the ERP refuses what it takes twice", "FLT-08"),
        _defect("finds_its_own_answers", "finds what it was told, not what is there", "FLT-09"),
        _defect("swallows_a_held_file", "says that a file lies there when somebody held it", "FLT-10"),
        _defect("gives_up_quietly", "says done at the third try", "FLT-11"),
    )
}
