"""The read side of hh2's web service: log-in, cookies, zero-based pages, version cursor, result codes."""

import hashlib
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final, NoReturn, TypeVar

import requests
from attrs import define, field

from erp_bridge_core.contract import SignInMemory, reading
from erp_bridge_core.contract.errors import ReadFailed, SignInFailed
from erp_bridge_sage300.hh2_rows import (
    CategoryRow,
    CostCodeRow,
    JobRow,
    StandardCategoryRow,
    StandardCostCodeRow,
    row_of,
)
from erp_bridge_sage300.share import SageErp

Row = TypeVar("Row")

SIGN_IN: Final = "/Api/Security/V3/Session.svc/authenticate"
JOB_COST: Final = "/JobCosting/Api/V1/JobCost.svc"
SIGNED_IN: Final = 5
#: What the log-in's result codes mean, and what to do.
RESULTS: Final = {
    1: ("the user name or password is wrong", "Correct hh2_username and hh2_password."),
    2: ("the API client's key or secret is wrong", "Correct hh2_api_key and hh2_api_secret."),
    3: ("the user is locked", "Have the user unlocked at hh2 before trying again."),
    4: ("the API client is locked", "Have the API client unlocked by hh2 before trying again."),
}
_NEW: Final = ("its meaning is not known", "Ask hh2.")
_ODD: Final = ("that is no result code", "Check hh2_url: something else answered.")
STATUSES: Final = {
    400: ("it calls the parameters wrong", "Report this: the adapter and the service don't fit together."),
    404: ("there is nothing at that address", "Check hh2_url."),
    406: ("the user lacks the privilege", "Give the hh2 user the right to read job costs."),
    500: ("the service failed", "Try again later; tell hh2 if it stays."),
}
SESSION_OVER: Final = frozenset({401, 403})


@define
class Hh2:
    """One session with hh2 for one connection. Logs in when first needed; a refused log-in is never tried again."""

    erp: SageErp
    by_person: bool = field(default=False, kw_only=True)
    _cookies: dict[str, str] | None = field(default=None, init=False)

    def sign_in(self) -> None:
        """Log in; raises `SignInFailed` saying what hh2's result code means.

        hh2 locks users: a refusal is remembered, and only a person who checks the connection tries again.
        """
        memory = SignInMemory(self.erp.state, by_person=self.by_person)
        memory.require()
        settings = self.erp.settings
        body = {
            "ApiKey": settings.hh2_api_key.reveal(),
            "ApiSecret": settings.hh2_api_secret.reveal(),
            "Username": settings.hh2_username.reveal(),
            "Password": settings.hh2_password.reveal(),
        }
        with reading():
            answer = self.erp.http.post(settings.hh2_base + SIGN_IN, json=body, headers={"Accept": "application/json"})
        try:
            self._judge_sign_in(answer)
        except SignInFailed as error:
            raise memory.refused(error) from None
        memory.accepted()
        self._cookies = dict(answer.cookies.items())

    def _judge_sign_in(self, answer: requests.Response) -> None:
        if answer.status_code in SESSION_OVER:
            raise SignInFailed("hh2 refused the log-in.", remedy="Check the four hh2 secrets and the user's rights.")
        data = _json(answer, SIGN_IN)
        result: Any = data.get("Result") if isinstance(data, dict) else None
        if result == SIGNED_IN:
            return
        known = isinstance(result, int) and not isinstance(result, bool)
        meaning, remedy = RESULTS.get(result, _NEW) if known else _ODD
        raise SignInFailed(
            f"hh2 refused the log-in with result {result!r}: {meaning}.",
            remedy=remedy,
            details={"result": result},
        )

    def jobs(self, *, since: int | None = None) -> Iterator[JobRow]:
        """All jobs, or those changed since a version."""
        return self._rows(JobRow, "/jobs", since)

    def cost_codes(self, *, since: int | None = None) -> Iterator[CostCodeRow]:
        """The cost codes of all jobs."""
        return self._rows(CostCodeRow, "/jobs/costcodes", since)

    def categories(self, *, since: int | None = None) -> Iterator[CategoryRow]:
        """The categories of all jobs, with their figures."""
        return self._rows(CategoryRow, "/jobs/categories", since)

    def standard_cost_codes(self, *, since: int | None = None) -> Iterator[StandardCostCodeRow]:
        """The standard cost codes."""
        return self._rows(StandardCostCodeRow, "/costcodes", since)

    def standard_categories(self, *, since: int | None = None) -> Iterator[StandardCategoryRow]:
        """The standard categories."""
        return self._rows(StandardCategoryRow, "/categories", since)

    def _rows(self, cls: type[Row], resource: str, since: int | None) -> Iterator[Row]:
        for page in self._pages(resource, since):
            for data in page:
                yield row_of(cls, data, where=resource)

    def _pages(self, resource: str, since: int | None) -> Iterator[list[Any]]:
        """Pages from zero until an empty one; a page that comes again or a missing end is a failed read."""
        former = b""
        for number in range(self.erp.settings.hh2_page_cap):
            answer = self._get(resource, {"page": number} | ({} if since is None else {"version": since}))
            page = _json(answer, resource)
            if not isinstance(page, list):
                raise ReadFailed(f"hh2 {resource}, page {number}, is not a list.", remedy="Check hh2_url.")
            if not page:
                return
            found = hashlib.sha256(answer.content).digest()
            if found == former:
                raise ReadFailed(f"hh2 {resource} gave page {number} the same as the one before.", remedy="Try again.")
            former = found
            yield page
        raise ReadFailed(
            f"hh2 {resource} has no end after {self.erp.settings.hh2_page_cap} pages.",
            remedy="Raise hh2_page_cap if the company is that large.",
        )

    def _get(self, resource: str, params: dict[str, int]) -> requests.Response:
        answer = self._fetch(resource, params)
        if answer.status_code in SESSION_OVER:
            # The session may have run out; one new log-in, then its answer counts.
            self._cookies = None
            answer = self._fetch(resource, params)
        if answer.status_code in SESSION_OVER:
            raise SignInFailed(f"hh2 {resource} refuses the session just opened.", remedy="Check the user's rights.")
        if answer.status_code != requests.codes.ok:
            _refuse(answer, resource)
        return answer

    def _fetch(self, resource: str, params: dict[str, int]) -> requests.Response:
        if self._cookies is None:
            self.sign_in()
        url = self.erp.settings.hh2_base + JOB_COST + resource
        with reading():
            return self.erp.http.get(url, params=params, cookies=self._cookies, headers={"Accept": "application/json"})


def _refuse(answer: requests.Response, resource: str) -> NoReturn:
    meaning, remedy = STATUSES.get(answer.status_code, ("that is no answer it is known to give", "Try again later."))
    raise ReadFailed(f"hh2 {resource} answered HTTP {answer.status_code}: {meaning}.", remedy=remedy)


def _json(answer: requests.Response, resource: str) -> Any:
    """The body with exact numbers; raises `ReadFailed` for anything that is not JSON."""
    if answer.status_code != requests.codes.ok:
        _refuse(answer, resource)
    try:
        return json.loads(answer.content, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise ReadFailed(
            f"hh2 {resource} answered with something that is not JSON.", remedy="Check hh2_url."
        ) from error


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number")
