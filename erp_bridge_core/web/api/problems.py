"""What every operation may answer besides its result, as the OpenAPI document tells it (RFC 9457)."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from attrs import frozen
from litestar.openapi import ResponseSpec

from erp_bridge_core.web.errors import PROBLEM


@frozen(kw_only=True)
class ProblemFault:
    """One thing that is wrong: where, what, what was expected, by which rule, what to do."""

    where: str
    message: str
    value: str | None = None
    expected: str | None = None
    rule: str | None = None
    remedy: str | None = None


@frozen(kw_only=True)
class Problem:
    """An error. `error` is the code to rely on, the same as the command line's; `faults` holds every reason at once."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    error: str
    message: str
    remedy: str
    whose: str
    faults: tuple[ProblemFault, ...]
    details: Mapping[str, Any]


_ALWAYS: Final = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.SERVICE_UNAVAILABLE,
)


def problems(*further: HTTPStatus) -> dict[int, ResponseSpec]:
    """The problems of an operation: those of all, and further ones of its own (404, 409, 502 …)."""
    return {
        int(status): ResponseSpec(Problem, generate_examples=False, description=status.phrase, media_type=PROBLEM)
        for status in sorted({*_ALWAYS, *further})
    }
