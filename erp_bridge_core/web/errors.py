"""Every way in which a request can end badly: one status, and a page or, under /api, problem+json.

The statuses are `STATUSES`; whatever has no row there takes that of its nearest ancestor. Errors of the framework are
told as errors of our own tree; whatever nobody foresaw is a defect with an id, its details in the home's log.
"""

import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from attrs import frozen
from litestar.exceptions import HTTPException, ValidationException

from erp_bridge_core.contract import errors
from erp_bridge_core.contract.errors import BadInput, ErpBridgeError, Fault, NotAllowed, NotFound, UsageError
from erp_bridge_core.defects import as_storage_error
from erp_bridge_core.web.oidc.rounds import ProviderFailed
from erp_bridge_core.web.security import LARGEST_BODY

PROBLEM: Final = "application/problem+json"


class NotSignedIn(NotAllowed):
    """Nobody is signed in, or the sign-in or token is over."""

    code = "not_signed_in"


class ForeignForm(NotAllowed):
    """A form without our token, of another session or company, or from another site."""

    code = "foreign_form"


class Busy(ErpBridgeError):
    """Too many ask for the same costly thing at once; nothing was done."""

    code = "busy"
    whose = "nobody's"


class KeyReused(BadInput):
    """An idempotency key was used for another request before; nothing was done."""

    code = "key_reused"


class UnderWay(errors.NotPossibleNow):
    """A request with this idempotency key is under way, or never ended; nothing was done now."""

    code = "under_way"


class TooManyAttempts(NotAllowed):
    """Too many sign-ins failed; `retry_after` is in seconds."""

    code = "too_many_attempts"

    def __init__(self, message: str, *, remedy: str = "", retry_after: float | None = None) -> None:
        """Keep how long to wait."""
        super().__init__(message, remedy=remedy)
        self.retry_after = retry_after


class Defect(ErpBridgeError):
    """Something that this software did not foresee: its own fault, told as such, details in a log."""

    code = "defect"


#: What each kind of error answers.
STATUSES: Final[Mapping[type[ErpBridgeError], HTTPStatus]] = {
    ErpBridgeError: HTTPStatus.INTERNAL_SERVER_ERROR,
    NotSignedIn: HTTPStatus.UNAUTHORIZED,
    TooManyAttempts: HTTPStatus.TOO_MANY_REQUESTS,
    errors.Changed: HTTPStatus.PRECONDITION_FAILED,
    BadInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotFound: HTTPStatus.NOT_FOUND,
    NotAllowed: HTTPStatus.FORBIDDEN,
    errors.NotPossibleNow: HTTPStatus.CONFLICT,
    errors.NotSupported: HTTPStatus.UNPROCESSABLE_ENTITY,
    UsageError: HTTPStatus.BAD_REQUEST,
    errors.BadSettings: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.PluginError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.ErpError: HTTPStatus.BAD_GATEWAY,
    errors.MailFailed: HTTPStatus.BAD_GATEWAY,
    ProviderFailed: HTTPStatus.BAD_GATEWAY,
    errors.Throttled: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.Doubtful: HTTPStatus.GATEWAY_TIMEOUT,
    Busy: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.StorageError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.OutcomeUnknown: HTTPStatus.CONFLICT,
    errors.Mismatch: HTTPStatus.CONFLICT,
    errors.LeaseLost: HTTPStatus.CONFLICT,
}


@frozen(kw_only=True)
class Told:
    """An error as it is answered."""

    status: int
    error: ErpBridgeError
    headers: Mapping[str, str]


def status_of(error: ErpBridgeError) -> HTTPStatus:
    """The status of an error: that of its class, or of the nearest ancestor with a row in the table."""
    return next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)


def tell(error: Exception) -> Told:
    """The error as it is answered, whoever raised it; a defect is answered without any detail."""
    if isinstance(error, ErpBridgeError):
        return Told(status=status_of(error), error=error, headers=_headers(error))
    if isinstance(error, ValidationException):
        faults = [_fault(extra) for extra in error.extra or ()]
        told = BadInput("The request is not of the right form.", remedy="Correct each value.", faults=faults)
        return Told(status=status_of(told), error=told, headers={})
    if isinstance(error, HTTPException) and error.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
        return Told(status=error.status_code, error=_of_framework(error), headers=error.headers or {})
    if (storage := as_storage_error(error)) is not None:
        return Told(status=status_of(storage), error=storage, headers={})
    number = secrets.token_hex(6)
    defect = Defect(
        "ERP Bridge has a defect. It is not your fault.",
        remedy=f"Report it with its number {number}; the details are in the log of this server.",
        details={"id": number},
    )
    return Told(status=HTTPStatus.INTERNAL_SERVER_ERROR, error=defect, headers={})


def problem(told: Told, path: str) -> dict[str, Any]:
    """The problem+json of an error: RFC 9457's members, and those that the command line's `--json` has."""
    return {
        "type": f"urn:erp-bridge:error:{told.error.code}",
        "title": HTTPStatus(told.status).phrase,
        "status": int(told.status),
        "detail": told.error.message,
        "instance": path,
        **told.error.to_json(),
    }


def asks_for_sign_in(error: ErpBridgeError) -> bool:
    """Whether a recent sign-in is all that was missing."""
    return isinstance(error, NotAllowed) and [fault.where for fault in error.faults] == ["sign_in"]


def _headers(error: ErpBridgeError) -> dict[str, str]:
    if isinstance(error, NotSignedIn):
        return {"WWW-Authenticate": 'Bearer realm="ERP Bridge"'}
    if isinstance(error, Busy):
        return {"Retry-After": "5"}
    seconds = error.retry_after if isinstance(error, errors.Throttled | TooManyAttempts) else None
    return {} if seconds is None else {"Retry-After": str(max(1, round(seconds)))}


def _of_framework(error: HTTPException) -> ErpBridgeError:
    if error.status_code == HTTPStatus.NOT_FOUND:
        return NotFound("There is no such page.", remedy="Check the address.")
    if error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return UsageError(
            f"This is larger than the {LARGEST_BODY // 2**20} MiB that one request may hold. Nothing was done.",
            remedy="Import a larger budget on the server's own host: `erp-bridge budget import PROJECT FILE`.",
        )
    phrase = HTTPStatus(error.status_code).phrase.lower()
    return UsageError(f"The request can't be answered: {phrase}.", remedy="See the documentation of the API.")


def _fault(extra: Any) -> Fault:
    if not isinstance(extra, Mapping):
        return Fault("request", str(extra))
    return Fault(str(extra.get("key", "request")), str(extra.get("message", "is not right")))
