"""Whether a connection works: services and their elements, the right to read, SQL. Looks only."""

from collections.abc import Callable, Iterator

from erp_bridge_core.contract import Checked
from erp_bridge_core.contract.errors import ErpBridgeError
from erp_bridge_spectrum.services import (
    ADD_PHASE,
    CHANGE_REQUEST,
    GET_JOB,
    GET_PHASE,
    SENT,
    SpectrumErp,
    forget_services,
    open_service,
)
from erp_bridge_spectrum.soap import Exchange
from erp_bridge_spectrum.sql import read_originals

Look = Callable[[], str]
#: No job has this number, so the table is asked and nothing is read.
_NO_JOB = "-"


def check_connection(erp: SpectrumErp) -> Iterator[Checked]:
    """Yield one `Checked` per thing looked at, good ones too."""
    settings = erp.settings
    forget_services()
    for method in (ADD_PHASE, GET_PHASE, GET_JOB, *((CHANGE_REQUEST,) if settings.by_change_request else ())):
        yield _look(f"service {method}", lambda method=method: _service(erp, method))  # type: ignore[misc]
    yield _look("sign-in", lambda: _jobs(erp))
    if settings.sql_connection:
        yield _look("SQL", lambda: _sql(erp))
    yield _configured(
        "cost types",
        f"{len(settings.cost_types)} cost types are entered." if settings.cost_types else "",
        "Enter all of the company's cost types as cost_types: no service lists them, and large jobs are read by them.",
    )
    yield _configured(
        "phase mask",
        f"Phases are written {settings.phase_mask}." if settings.phase_mask or settings.phase_masks else "",
        "Enter phase_mask if cost codes are written with dashes.",
    )


def _look(name: str, look: Look) -> Checked:
    try:
        return Checked(name=name, ok=True, message=look())
    except ErpBridgeError as error:
        return Checked(name=name, ok=False, message=error.message, remedy=error.remedy)


def _configured(name: str, message: str, advice: str) -> Checked:
    """Something that works without being set, within limits that are told."""
    return Checked(name=name, ok=True, message=message or f"None is entered. {advice}")


def _service(erp: SpectrumErp, method: str) -> str:
    service = open_service(erp, method)
    service.require(SENT[method])
    return f"{method} is described, with {len(service.elements)} elements; all that are needed are there."


def _jobs(erp: SpectrumErp) -> str:
    rows, whole = Exchange(erp, by_person=True).get(GET_JOB)
    more = "" if whole else " or more"
    return f"Company {erp.settings.company} lists {len(rows)}{more} jobs that are Active or Inactive."


def _sql(erp: SpectrumErp) -> str:
    read_originals(erp, _NO_JOB)
    return f"{erp.settings.sql_phase_master} can be read."
