"""How an operation of the API is declared: its name is its handler's, and every way in which it may end is told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from attrs import frozen
from litestar import delete, get, patch, post, put
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.spec import OpenAPIType, Operation, Parameter, Schema
from litestar.types import Method

from erp_bridge_core.web.api.problems import problems

#: Makes a handler of a function.
Declare = Callable[[Callable[..., Any]], HTTPRouteHandler]

#: What an act that reads from or writes to an ERP may end with besides.
ERP: Final = (HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT)
_NAME: Final = Schema(type=OpenAPIType.STRING, min_length=1, max_length=255, pattern="^[!-~]+$")
_TAG: Final = Schema(type=OpenAPIType.STRING, examples=['"3"'])


# Dataclasses as their parent is one: it is what calls `__post_init__`.
@dataclass
class Repeatable(Operation):
    """A write that a key makes repeatable."""

    def __post_init__(self) -> None:
        """Tell the header."""
        text = "A name of this request's own: sent again with it within 24 hours, it is answered as before."
        key = Parameter(name="Idempotency-Key", param_in="header", required=False, description=text, schema=_NAME)
        self.parameters = [*(self.parameters or []), key]


@dataclass
class Versioned(Operation):
    """A write to something that has a revision."""

    def __post_init__(self) -> None:
        """Tell the header."""
        text = "The ETag of what you saw: when it is another one meanwhile, nothing is done (412)."
        match = Parameter(name="If-Match", param_in="header", required=False, description=text, schema=_TAG)
        self.parameters = [*(self.parameters or []), match]


@dataclass
class VersionedRepeatable(Repeatable):
    """Both."""

    def __post_init__(self) -> None:
        """Tell both headers."""
        super().__post_init__()
        Versioned.__post_init__(self)  # type: ignore[arg-type] # it asks for no more than an operation has


def _named(handler: Any, _: Method, __: Any) -> str:
    return str(handler.handler_name)


@frozen
class Operations:
    """The operations of one tag. Further statuses are named where an operation may end with more than all may."""

    tag: str

    def read(self, path: str, summary: str, *further: HTTPStatus, **options: Any) -> Declare:
        """A GET."""
        return get(path, **self._told(path, summary, further), **options)

    def act(self, path: str, summary: str, *further: HTTPStatus, versioned: bool = False, **options: Any) -> Declare:
        """A POST that does something; 200 unless `status_code` says otherwise."""
        kind = VersionedRepeatable if versioned else Repeatable
        told = self._told(path, summary, (*further, *_WRITES, *_versioned(versioned=versioned)))
        return post(path, **{"status_code": HTTPStatus.OK, "operation_class": kind, **told, **options})

    def put(self, path: str, summary: str, *further: HTTPStatus, **options: Any) -> Declare:
        """A PUT: done twice it is as done once."""
        return put(path, **self._told(path, summary, (*further, *_WRITES)), **options)

    def change(self, path: str, summary: str, *further: HTTPStatus, **options: Any) -> Declare:
        """A PATCH of something versioned: what is not named stays."""
        told = self._told(path, summary, (*further, *_WRITES, *_versioned(versioned=True)))
        return patch(path, operation_class=Versioned, **told, **options)

    def remove(self, path: str, summary: str, *further: HTTPStatus, versioned: bool = False, **options: Any) -> Declare:
        """A DELETE; it answers nothing."""
        told = self._told(path, summary, (*further, *_WRITES, *_versioned(versioned=versioned)))
        return delete(path, operation_class=Versioned if versioned else Operation, **told, **options)

    def _told(self, path: str, summary: str, further: tuple[HTTPStatus, ...]) -> Mapping[str, Any]:
        missing = (HTTPStatus.NOT_FOUND,) if "{" in path else ()
        return {
            "sync_to_thread": True,
            "operation_id": _named,
            "summary": summary,
            "tags": [self.tag],
            "responses": problems(*further, *missing),
        }


_WRITES: Final = (
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
)


def _versioned(*, versioned: bool) -> tuple[HTTPStatus, ...]:
    return (HTTPStatus.PRECONDITION_FAILED,) if versioned else ()
