"""The ERP's service as the adapter needs it: single documents, lists to their proven end, and one way to write."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeVar

import requests
from attrs import define, field
from erp_bridge_core.contract import Erp, SignInMemory
from erp_bridge_core.contract import reading as only_reading
from erp_bridge_core.contract.errors import (
    AlreadyThere,
    BadInput,
    ErpRefused,
    NotFound,
    OutcomeUnknown,
    ReadFailed,
    SignInFailed,
)
from erp_bridge_core.contract.structuring import make_converter, structure

from erp_bridge_acme.profile import TITLE, Settings

ThisErp = Erp[Settings]
Document = Mapping[str, Any]
Value = TypeVar("Value")

#: A service may tell more than we know of; what we do know of must be right.
_LENIENT: Final = make_converter().copy(forbid_extra_keys=False)
_REMEDY: Final = "Correct what the ERP names, then retry; or reject the item."


@define
class Client:
    """One connection. A refused token is not tried again until a person checks the connection."""

    erp: ThisErp
    by_person: bool = field(default=False, kw_only=True)
    _memory: SignInMemory = field(init=False)

    @_memory.default
    def _remember(self) -> SignInMemory:
        return SignInMemory(self.erp.state, by_person=self.by_person)

    def read(self, path: str, **query: str) -> Document:
        """One document; raises `NotFound`, `ReadFailed`."""
        with only_reading():
            answer = self._ask("GET", path, params=query)
        document = _document(answer)
        refusal = _refusal(document)
        if refusal.get("code") == "JOB_UNKNOWN":
            raise NotFound(str(refusal["message"]), remedy="Link the project to a job that is there.")
        if answer.status_code != requests.codes.ok or refusal or not document:
            raise _unreadable(path, f"HTTP {answer.status_code} {refusal.get('message', '')}".strip())
        return document

    def rows(self, path: str, kind: type[Value], **query: str) -> Iterator[Value]:
        """Every row of a list; raises `ReadFailed` when its end is not proved: never an early end."""
        count, number = 0, 0
        while True:
            number += 1
            page = self.read(path, page=str(number), **query)
            rows = take(list[dict[str, Any]], page.get("rows"), what=path)
            count += len(rows)
            yield from (take(kind, row, what=path) for row in rows)
            if number >= take(int, page.get("pages"), what=path):
                break
        if count != page.get("total"):
            raise _unreadable(path, f"{count} rows came of {page.get('total')}")

    def write(self, path: str, document: Document) -> Document:
        """Send once; raises `ErpRefused` or `AlreadyThere` for the ERP's own error shape alone (L6)."""
        answer = self._ask("POST", path, json=document)
        told = _document(answer)
        if refusal := _refusal(told):
            code = str(refusal.get("code"))
            kind = AlreadyThere if code == "DUPLICATE_REFERENCE" else ErpRefused
            raise kind(str(refusal.get("message")), remedy=_REMEDY, erp_code=code)
        if not answer.ok or not told:
            raise OutcomeUnknown(
                f"It is not known whether {TITLE} did it: HTTP {answer.status_code} came in no form of its own.",
                remedy="The export looks for it first; nothing is sent again by itself.",
            )
        return told

    def _ask(self, method: str, path: str, **options: Any) -> requests.Response:
        self._memory.require()
        headers = {"Authorization": f"Bearer {self.erp.settings.token.reveal()}"}
        url = f"{self.erp.settings.url.rstrip('/')}/{path}"
        answer = self.erp.http.request(method, url, headers=headers, **options)
        if answer.status_code == requests.codes.unauthorized:
            # The service looks at who asks before it looks at what is asked: nothing was done.
            raise self._memory.refused(SignInFailed(f"{TITLE} refused the token (401).", remedy="Enter a valid token."))
        self._memory.accepted()
        return answer


def take(kind: type[Value], data: Any, *, what: str) -> Value:
    """A value of what the ERP told; raises `ReadFailed` naming every place that is not as it should be."""
    try:
        return structure(kind, data, what=what, using=_LENIENT)
    except BadInput as error:
        raise _unreadable(what, "; ".join(map(str, error.faults))) from error


def _document(answer: requests.Response) -> Document:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _refusal(document: Document) -> Document:
    """What stands under `error`: only there does this ERP refuse, whatever the status says."""
    found = document.get("error")
    return found if isinstance(found, dict) else {}


def _unreadable(what: str, why: str) -> ReadFailed:
    return ReadFailed(f"What {TITLE} tells of {what} can't be trusted: {why}.", remedy="Try again later.")
