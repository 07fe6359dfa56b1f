"""Calls of Data Exchange: one envelope out, one reply in, and judged. Reads may be tried again, writes never."""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import requests
from attrs import Factory, define, field

from erp_bridge_core.contract import Accepted, SignInMemory, reading
from erp_bridge_core.contract.errors import Doubtful, ErpBridgeError, NotSent, SignInFailed
from erp_bridge_spectrum.refusals import refusals, refused, sign_in_refused
from erp_bridge_spectrum.replies import GOOD, Reply, Row, Unreadable, parse_reply, read_failed
from erp_bridge_spectrum.services import Service, SpectrumErp, open_service
from erp_bridge_spectrum.tokens import SignIn

#: Faults come and go while a server is busy: a read is tried three times, with a longer pause each time.
_TRIES: Final = 3
_PAUSE: Final = 0.4
_DENIED: Final = frozenset((401, 403))


def _sign_in(self: "Exchange") -> SignIn:
    return SignIn(self.erp)


def _memory(self: "Exchange") -> SignInMemory:
    return SignInMemory(self.erp.state, by_person=self.by_person)


@define
class Exchange:
    """Data Exchange for one connection."""

    erp: SpectrumErp
    by_person: bool = field(default=False, kw_only=True)
    sign_in: SignIn = field(init=False, default=Factory(_sign_in, takes_self=True))
    _memory: SignInMemory = field(init=False, repr=False, default=Factory(_memory, takes_self=True))

    # -- reading --------------------------------------------------------------------------------------------------

    def get(self, method: str, **parameters: str) -> tuple[tuple[Row, ...], bool]:
        """The rows of a Get, and whether they are surely all of them.

        They may not be when the answer's tail is missing, a row warns, or as many came as the row cap. Raises
        `ReadFailed`, or `SignInFailed` when Spectrum does not let the connection in.
        """
        company = {"pCompany_Code": self.erp.settings.company}
        with self._let_in():
            with reading():
                reply = self._read(method, {**company, **parameters})
            said = tuple(reply.said())
            bad = refusals(said)
            if bad:
                raise sign_in_refused(bad) or read_failed(method, "; ".join(map(str, bad)), "Check what was asked for.")
        unknown = [each for each in said if each.code not in GOOD]
        if unknown:
            raise read_failed(method, f"codes of unknown meaning, {unknown[0]}")
        rows = tuple(row for row in reply.rows if not row.get("Error_Code"))
        if any(not any(row.values()) for row in rows):
            raise read_failed(method, "a blank row came, as for a GUID that was used before", "Set guid to fresh.")
        warned = any(each.code == "W" for each in said)
        return rows, reply.whole and not warned and len(rows) < self.erp.settings.row_cap

    def _read(self, method: str, values: Mapping[str, str]) -> Reply:
        service = open_service(self.erp, method)
        why, denied = "", False
        for attempt in range(_TRIES):
            self.erp.clock.sleep(_PAUSE * attempt)
            answer = self._post(service, values)
            if answer.status_code in _DENIED:
                self._denied(answer, denied=denied)
                denied = True
                continue
            try:
                reply = parse_reply(answer.content)
            except Unreadable as error:
                raise read_failed(method, f"HTTP {answer.status_code}, {error}") from error
            if not reply.fault and reply.answered and answer.status_code == requests.codes.ok:
                return reply
            why = f"it answered {reply.fault or 'without data'} (HTTP {answer.status_code})"
        raise read_failed(method, f"{why or 'it was denied'}, {_TRIES} times")

    def _denied(self, answer: requests.Response, *, denied: bool) -> None:
        """A token may have ended before its time, so a new one gets one chance; nothing else is tried twice."""
        self.sign_in.forget()
        if denied or not self.erp.settings.token_url:
            raise SignInFailed(
                f"Spectrum's server refuses the sign-in (HTTP {answer.status_code}).",
                remedy="Check token_url, client_id and client_secret; or basic, where the site wants it.",
            )

    # -- writing --------------------------------------------------------------------------------------------------

    def put(self, method: str, values: Mapping[str, str]) -> Accepted:
        """Send a write once. Only an answer in Spectrum's own codes is a refusal (L6).

        Raises `ErpRefused`, `SignInFailed`, `Doubtful`, or `NotSent` when it could not even be built.
        """
        with self._let_in():
            return self._put(method, values)

    def _put(self, method: str, values: Mapping[str, str]) -> Accepted:
        with _before_sending(method):
            service = open_service(self.erp, method)
            service.require(values)
            self.sign_in.headers()
        answer = self._post(service, values)
        try:
            reply = parse_reply(answer.content)
        except Unreadable as error:
            self._drop_token(answer)
            raise _doubt(method, f"HTTP {answer.status_code}, {error}") from error
        bad = refusals(reply.said())
        if bad and answer.status_code == requests.codes.ok:
            raise sign_in_refused(bad) or refused(bad)
        return _accepted(method, reply, answer.status_code)

    def _drop_token(self, answer: requests.Response) -> None:
        # Who refused is not known, a gateway perhaps after the fact: the doubt stays, the next try has a new token.
        if answer.status_code in _DENIED:
            self.sign_in.forget()

    @contextmanager
    def _let_in(self) -> Iterator[None]:
        """Ask only where Spectrum let the connection in before, and remember when it does not."""
        self._memory.require()
        try:
            yield
        except SignInFailed as error:
            self._memory.refused(error)
            raise
        self._memory.accepted()

    # -- both -----------------------------------------------------------------------------------------------------

    def _post(self, service: Service, values: Mapping[str, str]) -> requests.Response:
        settings = self.erp.settings
        log_in = {
            "Authorization_ID": settings.authorization_id.reveal(),
            # A group of records on Spectrum's side, no key: each attempt has its own, outside of any hash.
            "GUID": str(uuid.uuid4()) if settings.guid == "fresh" else "",
        }
        headers = {
            "Content-Type": "text/xml; charset=utf-8",
            "Accept": "text/xml",
            "SOAPAction": service.url,
            **self.sign_in.headers(),
        }
        return self.erp.http.post(service.url, data=service.envelope({**values, **log_in}), headers=headers)


@contextmanager
def _before_sending(method: str) -> Iterator[None]:
    """What fails while a call is made ready has sent nothing."""
    try:
        with reading():
            yield
    except (SignInFailed, NotSent):
        raise
    except ErpBridgeError as error:
        raise NotSent(
            f"{method} was not sent: {error.message}", remedy=error.remedy or "Resume the export later."
        ) from error


def _accepted(method: str, reply: Reply, status: int) -> Accepted:
    said = tuple(reply.said())
    if status != requests.codes.ok or reply.fault or not reply.answered or not reply.whole:
        raise _doubt(method, reply.fault or f"an answer that is not whole came (HTTP {status})")
    odd = [each for each in said if each.code not in GOOD]
    if odd:
        raise _doubt(method, f"its answer has a code of unknown meaning: {odd[0]}")
    kept = {each.column: each.text for each in said if each.code == "G" and each.column}
    return Accepted(evidence={"codes": [each.code for each in said], "values": kept})


def _doubt(method: str, why: str) -> Doubtful:
    return Doubtful(
        f"It is not known whether Spectrum carried out {method}: {why}.",
        remedy="Nothing is sent again by itself; the export reads the phase back first.",
    )
