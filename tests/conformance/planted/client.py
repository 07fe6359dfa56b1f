"""The adapter's way to Tin Books: a token, lists read to their proven end, and writes whose answers are understood."""

import json
from typing import Any, Final
from urllib.parse import quote

import requests
from attrs import define, field, frozen

from erp_bridge_core.contract import Erp, Secret, SignInMemory, reading
from erp_bridge_core.contract.errors import (
    AlreadyThere,
    ErpRefused,
    NotFound,
    NotSent,
    OutcomeUnknown,
    ReadFailed,
    SignInFailed,
)

Row = dict[str, Any]
UNAUTHORIZED: Final = 401
#: Somebody may end a token between two requests of one read.
TRIES_A_READ: Final = 3
_ALREADY: Final = frozenset({"REFERENCE_USED", "NUMBER_USED"})
_MEANINGS: Final = {
    "JOB_CLOSED": ("The job takes no budgets.", "Have it opened in Tin Books, then retry; or reject the item."),
    "NOT_TODAY": ("The books took nothing.", "Retry the export."),
}


@frozen(kw_only=True)
class TinSettings:
    """How to reach the books of one company."""

    url: str
    company: str
    user: str
    password: Secret


@define
class Client:
    """One connection to the books; made anew for each call of a hook."""

    erp: Erp[TinSettings]
    by_person: bool = field(default=False, kw_only=True)
    _token: str = field(default="", init=False, repr=False)

    # -- reading ------------------------------------------------------------------------------------------------------

    def header(self, job: str) -> Row:
        """The job's header, which counts the rows of each list. Raises `NotFound` when there is no such job."""
        return self.get(self.job_url(job))

    def rows(self, job: str, name: str) -> list[Row]:
        """A whole list of a job.

        Raises `ReadFailed` unless as many rows came as the list says it has, and as the job itself counts: its newest
        row is the control without which nothing is proved absent.
        """
        counted = self.header(job)["counts"][name]
        found: list[Row] = []
        while True:
            page = self.get(f"{self.job_url(job)}/{name}", offset=len(found))
            found += page["rows"]
            if len(found) >= page["total"] or not page["rows"]:
                break
        if not len(found) == page["total"] == counted:
            raise ReadFailed(
                f"The list {name} of job {job} came with {len(found)} of {counted} rows.",
                remedy="Do it again; have the service's user see the whole job.",
            )
        return found

    def get(self, url: str, **query: Any) -> Row:
        """Read one address; a token that ended is renewed."""
        answer, body = self._answer(url, query)
        for _ in range(TRIES_A_READ - 1):
            if answer.status_code != UNAUTHORIZED:
                break
            self.turned_away()
            answer, body = self._answer(url, query)
        problem = body.get("tin", {})
        if problem.get("error") == "NO_JOB":
            raise NotFound(problem["words"], remedy="Check the job's code.")
        if answer.status_code != requests.codes.ok or problem:
            raise ReadFailed(
                f"Tin Books answered {answer.status_code} {problem.get('words', '')}".strip() + f" ({url}).",
                remedy="Do it again; nothing was changed.",
            )
        return body

    def _answer(self, url: str, query: Row) -> tuple[requests.Response, Row]:
        answer = self.erp.http.get(url, params=query, headers=self.headers())
        return answer, decoded(answer)

    # -- writing ------------------------------------------------------------------------------------------------------

    def write(self, method: str, url: str, body: Row) -> list[Row]:
        """Send one write, once: the answer's rows. Raises `ErpRefused` for the books' own refusals alone."""
        answer = self.erp.http.request(method, url, json=body, headers=self.headers())
        told = decoded(answer).get("tin", {})
        if answer.status_code == UNAUTHORIZED and told.get("error") == "TOKEN":
            self.turned_away()
            raise NotSent("The token had ended; nothing was done.", remedy="It is sent again with a new token.")
        if told.get("error"):
            raise refusal(told)
        if answer.status_code != requests.codes.ok or told.get("result") != "done":
            raise OutcomeUnknown(
                f"Tin Books answered {answer.status_code} in no form of its own.",
                remedy="The export looks for it in the books first.",
            )
        return list(told["rows"])

    # -- signing in ---------------------------------------------------------------------------------------------------

    def headers(self) -> dict[str, str]:
        """With a token, fetched when there is none; a log-in that was refused is not tried again."""
        if not self._token:
            memory = SignInMemory(self.erp.state, by_person=self.by_person)
            memory.require()
            self._token = self._fetch(memory)
            memory.accepted()
        return {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}

    def _fetch(self, memory: SignInMemory) -> str:
        settings = self.erp.settings
        log_in = {"user": settings.user, "password": settings.password.reveal()}
        with reading():
            answer = self.erp.http.post(f"{settings.url}/token", json=log_in, headers={"Accept": "application/json"})
        token = decoded(answer).get("token")
        if answer.status_code == UNAUTHORIZED:
            error = SignInFailed("Tin Books refused the log-in.", remedy="Check user and password.")
            raise memory.refused(error)
        if not isinstance(token, str) or not token:
            raise ReadFailed(f"Tin Books gave no token ({answer.status_code}).", remedy="Do it again.")
        return token

    def turned_away(self) -> None:
        """Forget a token that ended: the books look at it before anything else, so nothing was done."""
        self._token = ""

    # -- addresses ----------------------------------------------------------------------------------------------------

    @property
    def company_url(self) -> str:
        """Where the company's books are."""
        return f"{self.erp.settings.url}/companies/{quote(self.erp.settings.company, safe='')}"

    def job_url(self, job: str) -> str:
        """Where a job is."""
        return f"{self.company_url}/jobs/{quote(job, safe='')}"

    def reference(self, job: str, own: str) -> str:
        """A reference of ours that no other installation, company or job has (L17)."""
        parts = (self.erp.installation, self.erp.settings.company, job, own)
        return "EB " + " ".join(quote(part, safe="-") for part in parts)


def decoded(answer: requests.Response) -> Row:
    """The object in an answer; an empty one for anything else."""
    try:
        body = json.loads(answer.content)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def refusal(told: Row) -> ErpRefused:
    """The error for a refusal in the books' own words."""
    code = str(told["error"])
    meaning, remedy = _MEANINGS.get(code, ("", "Read the books' words; correct it, then retry or reject the item."))
    kind = AlreadyThere if code in _ALREADY else ErpRefused
    return kind(str(told["words"]), meaning=meaning, remedy=remedy, erp_code=code)
