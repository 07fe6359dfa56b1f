"""CMiC's REST service as the adapter needs it: pages to their proven end, writes, batches, the posting action."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import requests
from attrs import define, field

from erp_bridge_cmic.pages import Page, Pages
from erp_bridge_cmic.refusals import Refusal, is_success, refusal_of, refuse
from erp_bridge_cmic.sign_in import CmicErp, SignIn
from erp_bridge_cmic.wire import decode, encode
from erp_bridge_core.contract import reading
from erp_bridge_core.contract.errors import ErpError, NotSent, OutcomeUnknown, ReadFailed

MODULES: Final = {
    "jcjob": "jc", "jcjobcostcodes": "jc", "jcjobcategory": "jc", "jcmastercostcodes": "jc", "jcmastercategories": "jc",
    "cmmast": "cm", "cmdetail": "cm", "cmdetailunposted": "cm", "cmtype": "cm", "cmstatus": "cm", "postcm": "cm",
    "weightmeasure": "sys",
}  # fmt: skip
JSON: Final = "application/json"
ITEM: Final = "application/vnd.oracle.adf.resourceitem+json"
ACTION: Final = "application/vnd.oracle.adf.action+json"
BATCH: Final = "application/vnd.oracle.adf.batch+json"
POSTED: Final = "SUCCESS"
#: Others may use up a token, or end it, while one request waits for its turn.
TOKENS_A_READ: Final = 4

Row = Mapping[str, Any]


@define
class Cmic:
    """One connection. Links in answers are never followed: they name another scheme and port than the server has."""

    erp: CmicErp
    by_person: bool = field(default=False, kw_only=True)
    sign_in: SignIn = field(init=False)

    def __attrs_post_init__(self) -> None:
        """One log-in serves all requests."""
        self.sign_in = SignIn(self.erp, by_person=self.by_person)

    # -- reading ------------------------------------------------------------------------------------------------------

    def rows(
        self, resource: str, *, fields: Sequence[str], query: str = "", finder: str = "", identity: str = ""
    ) -> Iterator[Row]:
        """All rows that a query finds; `identity` names the attribute that tells rows apart.

        Raises `ReadFailed` when a page is cut, repeats, or can't be trusted to be the last: never an early end.
        """
        settings = self.erp.settings
        params = {"q": query, "finder": finder, "orderBy": identity, "fields": ",".join(filter(None, fields))}
        params = {name: value for name, value in params.items() if value}
        if settings.ask_total:
            params["totalResults"] = "true"
        pages = Pages(resource=resource, identity=identity, size=settings.page_size, most=settings.most_pages)
        return pages.rows(lambda offset, limit: self._page(resource, params, offset=offset, limit=limit))

    def _page(self, resource: str, params: Mapping[str, str], *, offset: int, limit: int) -> Page:
        body = self._get(self._url(resource), {**params, "limit": str(limit), "offset": str(offset)})
        return Page.of(body, resource=resource)

    def described(self, resource: str) -> frozenset[str] | None:
        """The attribute names by which the server describes a resource, None when it does not describe itself."""
        try:
            body = self._get(f"{self._url(resource)}/describe", {})
        except ReadFailed:
            return None
        return _attributes(body, resource)

    def _get(self, url: str, params: Mapping[str, str]) -> Any:
        answer = self._ask(url, params)
        if answer.status_code != requests.codes.ok:
            raise _unreadable(answer, url)
        try:
            return decode(answer.content)
        except ValueError as error:
            raise ReadFailed(f"CMiC's answer is not JSON ({url}).", remedy="Check base_url.") from error

    def _ask(self, url: str, params: Mapping[str, str]) -> requests.Response:
        """Ask, once more with a new token where one ended; what reads changes nothing."""
        for _ in range(TOKENS_A_READ):
            headers = self._headers()
            with reading():
                answer = self.erp.http.get(url, params=dict(params), headers=headers, allow_redirects=False)
            if answer.status_code != requests.codes.unauthorized:
                self.sign_in.worked(headers["Authorization"])
                return answer
            error = self.sign_in.turned_away(headers["Authorization"])
            if not isinstance(error, NotSent):
                raise error
        raise ReadFailed("CMiC's access tokens end as soon as they are given.", remedy="Ask the identity provider.")

    # -- writing ------------------------------------------------------------------------------------------------------

    def create(self, resource: str, values: Row) -> Row:
        """Create one row; what the server answered. Raises `ErpRefused`, `AlreadyThere`."""
        return self._write("POST", self._url(resource), values, JSON)

    def update(self, resource: str, vuuid: str, values: Row) -> Row:
        """Change attributes of one row. Raises `ErpRefused`."""
        return self._write("PATCH", f"{self._url(resource)}/{vuuid}", values, ITEM)

    def batch(self, resource: str, parts: Sequence[Row]) -> Row:
        """Several creates and updates of one module in one transaction. Raises `ErpRefused`: then none was done."""
        url = f"{self.erp.settings.base}/{MODULES[resource]}-rest-api/rest"
        return self._write("POST", url, {"parts": list(parts)}, BATCH)

    def post_pci(self, *, job: str, number: str, day: str) -> None:
        """Post a PCI. Anything but SUCCESS in the result is a refusal, whatever the status says."""
        parameters = [
            {"compCode": self.erp.settings.company}, {"jobCode": job}, {"chgCode": number}, {"postDate": day},
        ]  # fmt: skip
        body = {"name": "postCm", "parameters": parameters}
        answer = self._write("POST", self._url("postcm"), body, ACTION)
        result = answer.get("result")
        if isinstance(result, str) and result != POSTED:
            raise refuse(Refusal(words=result, code="postCm"))
        if result != POSTED:
            raise OutcomeUnknown("CMiC's answer to postCm has no result.", remedy="The export looks for it in CMiC.")

    def _write(self, method: str, url: str, body: Row, kind: str) -> Row:
        headers = self._headers() | {"Content-Type": kind}
        answer = self.erp.http.request(method, url, data=encode(body).encode(), headers=headers)
        if answer.status_code == requests.codes.unauthorized:
            raise self.sign_in.turned_away(headers["Authorization"])
        self.sign_in.worked(headers["Authorization"])
        refusal = refusal_of(answer)
        if refusal is not None:
            raise refuse(refusal, status=answer.status_code)
        if not is_success(answer):
            raise OutcomeUnknown(
                f"It is not known whether CMiC did it: HTTP {answer.status_code} came in no form of CMiC's own.",
                remedy="The export looks for it in CMiC first; nothing is sent again by itself.",
            )
        return _object(answer)

    def _url(self, resource: str) -> str:
        return f"{self.erp.settings.base}/{MODULES[resource]}-rest-api/rest/1/{resource}"

    def _headers(self) -> dict[str, str]:
        return {"Authorization": self.sign_in.header, "Accept": JSON, "Rest-Framework-Version": "4"}


def part(resource: str, number: int, values: Row, *, vuuid: str = "") -> Row:
    """One part of a batch: a create, or an update where the row's identity is given."""
    path = f"/1/{resource}/{vuuid}" if vuuid else f"/1/{resource}"
    return {"id": f"part{number}", "path": path, "operation": "update" if vuuid else "create", "payload": dict(values)}


def _unreadable(answer: requests.Response, url: str) -> ErpError:
    refusal = refusal_of(answer)
    words = f": {refusal.words}" if refusal else ""
    remedies = {
        403: "Have the role's API security allow reading this resource.",
        404: "Check base_url: server, environment, and that the module's REST service is there.",
        400: "Check the connection's setting `names` against what the server calls its attributes.",
    }
    return ReadFailed(
        f"CMiC answered HTTP {answer.status_code}{words} ({url}).",
        remedy=remedies.get(answer.status_code, "Try again later."),
        details={"status": answer.status_code},
    )


def _object(answer: requests.Response) -> Row:
    try:
        body = decode(answer.content)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _attributes(body: Any, resource: str) -> frozenset[str] | None:
    """The names in a description of the framework's usual form; None for any other form."""
    found = body.get("Resources", {}) if isinstance(body, dict) else {}
    described = found.get(resource) if isinstance(found, dict) else None
    listed = described.get("attributes") if isinstance(described, dict) else None
    if not isinstance(listed, list):
        return None
    return frozenset(str(one["name"]) for one in listed if isinstance(one, dict) and "name" in one)
