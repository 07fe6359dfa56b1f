"""Data Exchange's services as the server itself describes them: which elements a request has, in which order.

A WSDL is read from the server, once an hour and process, and from nowhere else: whatever it imports or wherever its
address points, only the connection's own address is asked. Calls go to `/ws/<Method>`, not to the address in it.
"""

import threading
from collections.abc import Iterable, Mapping
from typing import Any, Final

import requests
from attrs import field, frozen
from lxml import etree  # type: ignore[import-untyped,unused-ignore]
from zeep import Client, Settings
from zeep.exceptions import Error as ZeepError
from zeep.transports import Transport

from erp_bridge_core.contract import Erp, reading
from erp_bridge_core.contract.errors import ErpBridgeError, ErpError, ReadFailed
from erp_bridge_spectrum.settings import SpectrumSettings

SpectrumErp = Erp[SpectrumSettings]

ADD_PHASE: Final = "AddPhase"
GET_PHASE: Final = "GetPhase"
GET_JOB: Final = "GetJob"
CHANGE_REQUEST: Final = "ARChangeRequest"

_LOG_IN: Final = ("Authorization_ID", "GUID")
#: What we put into each service's request; all else that it declares goes blank.
SENT: Final[Mapping[str, tuple[str, ...]]] = {
    ADD_PHASE: (
        *_LOG_IN, "Company_Code", "Job_Number", "Phase_Code", "Description", "Cost_Type", "Original_Est_Quantity",
        "Unit_of_Measure", "Original_Est_Cost", "Price_Method_Code", "Current_Est_Quantity", "Current_Est_Cost",
        "Status_Code",
    ),
    GET_PHASE: (*_LOG_IN, "pCompany_Code", "pCost_Type", "pJob_Number", "pStatus_Code"),
    GET_JOB: (*_LOG_IN, "pCompany_Code", "pDivision", "pStatus_Code", "pSort_By"),
    CHANGE_REQUEST: (
        *_LOG_IN, "Company_Code", "Job_Number", "Customer_Code", "Change_Request_Number", "CR_Description", "CR_Status",
        "Cost_Reimbursable_Flag", "Origination_Date", "Approved_Date", "CR_Phase_Code", "CR_Cost_Type",
        "Change_Request_Quantity", "Change_Request_Amount",
    ),
}  # fmt: skip

#: Seconds for which a description is taken for unchanged: services may change with a release of Spectrum.
_LASTS: Final = 3600.0
_STRICT: Final = Settings(  # type: ignore[no-untyped-call,unused-ignore]
    strict=True, forbid_dtd=True, forbid_entities=True, forbid_external=True, xml_huge_tree=False
)
_known: dict[tuple[str, str], tuple[float, "Service"]] = {}
_guard = threading.Lock()


@frozen(kw_only=True)
class Service:
    """One service: its method, and the elements of its request in order."""

    method: str
    url: str
    elements: tuple[str, ...]
    _client: Any = field(repr=False, eq=False)

    def envelope(self, values: Mapping[str, str]) -> bytes:
        """The request: every declared element, blank where we have nothing. Raises `ErpError` for one that is lacking.

        A server faults when a declared element is missing, hence all of them are sent.
        """
        self.require(values)
        filled = {name: values.get(name, "") for name in self.elements}
        message = self._client.create_message(self._client.service, self.method, **filled)
        content: bytes = etree.tostring(message, xml_declaration=True, encoding="utf-8")
        return content

    def require(self, names: Iterable[str]) -> None:
        """Raise `ErpError` naming every element that we would send and the service does not have."""
        lacking = [name for name in names if name not in self.elements]
        if lacking:
            raise ErpError(
                f"Spectrum's service {self.method} has no element {', '.join(lacking)}: nothing was sent.",
                remedy="This release of Spectrum differs from what the adapter knows: ask for an update of it.",
                details={"method": self.method, "elements": lacking},
            )


class _PinnedTransport(Transport):
    """Loads the one document it was made for, over the connection's own session."""

    def __init__(self, erp: SpectrumErp, url: str) -> None:
        super().__init__(session=requests.Session())  # type: ignore[no-untyped-call,unused-ignore]
        self._erp = erp
        self._url = url

    def load(self, url: str) -> bytes:
        if url != self._url:
            raise ReadFailed(
                f"{self._url} imports {url}, which is not loaded.",
                remedy="A WSDL of Data Exchange stands alone: check the url of this connection.",
            )
        with reading():
            answer = self._erp.http.get(url, headers={"Accept": "text/xml"})
        if answer.status_code != requests.codes.ok:
            raise ReadFailed(
                f"{url} answered HTTP {answer.status_code}.",
                remedy="Check url, and that the Data Exchange module is licensed and the service downloaded.",
            )
        return answer.content


def open_service(erp: SpectrumErp, method: str) -> Service:
    """The description of a service. Raises `ReadFailed` when the server gives none that can be used."""
    key = (erp.settings.base, method)
    now = erp.clock.monotonic()
    with _guard:
        kept = _known.get(key)
        if kept is not None and 0 <= now - kept[0] < _LASTS:
            return kept[1]
        service = _load(erp, method)
        _known[key] = (now, service)
        return service


def forget_services() -> None:
    """Read every description anew at its next use, as when a connection is checked."""
    with _guard:
        _known.clear()


def _load(erp: SpectrumErp, method: str) -> Service:
    base = erp.settings.base
    url = f"{base}/wsdls/{method}.jws"
    try:
        client = Client(url, transport=_PinnedTransport(erp, url), settings=_STRICT)  # type: ignore[no-untyped-call,unused-ignore]
        operation = client.service._binding._operations[method]  # noqa: SLF001 - zeep has no other door to the elements
        elements = tuple(name for name, _ in operation.input.body.type.elements)
    except ErpBridgeError:
        raise
    # zeep raises what it likes at a document that is no WSDL; whichever it was, the service can't be used.
    except (ZeepError, etree.LxmlError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise ReadFailed(
            f"{url} is no description of the service {method} ({type(error).__name__}).",
            remedy="Check the url of this connection: it is the root that Data Exchange Download shows.",
        ) from error
    return Service(method=method, url=f"{base}/ws/{method}", elements=elements, client=client)
