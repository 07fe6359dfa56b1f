"""What answers and requests are made of: answers hold just the fields of their own model, requests nothing unknown."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from types import UnionType
from typing import Annotated, Any, Final, TypeVar, Union, get_args, get_origin
from urllib.parse import urlencode

import attrs
import msgspec
from litestar import Response
from litestar.params import QueryParameter

from erp_bridge_core.contract.errors import BadInput, Fault
from erp_bridge_core.contract.money import plain
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.addresses import asked_path
from erp_bridge_core.web.paging import MOST_ROWS, Slice

Model = TypeVar("Model")

_NUMBER: Final = r"^[+-]?[0-9]{1,20}(\.[0-9]{1,10})?$"

#: An amount, quantity or unit cost in a request: exact decimal text.
Number = Annotated[
    str, msgspec.Meta(pattern=_NUMBER, max_length=40, description="Exact decimal text.", examples=["1234.50"])
]
#: Text of a request.
Text = Annotated[str, msgspec.Meta(max_length=4000)]
#: A code, a login, a name.
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
#: Why; what is written to the audit trail.
Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]

#: The number of an item in a request; the database's numbers go no further.
Numbered = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]

#: Where a slice begins, and how long it is.
Offset = Annotated[int, QueryParameter(ge=0, le=10**9, description="How many to skip.")]
Limit = Annotated[int, QueryParameter(ge=1, le=MOST_ROWS, description="How many to answer at most.")]


class Body(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What a request holds. A field that is not known is refused: a typing error must not be taken for consent.

    That is why these are no attrs classes: those of the server's decoder pass such fields over in silence.
    """


@attrs.frozen(kw_only=True)
class Key:
    """What a line is about; a blank `sub_job` is the job itself."""

    sub_job: str
    cost_code: str
    category: str


@attrs.frozen(kw_only=True)
class Done:
    """Something was done that has nothing to show."""

    done: str


def number(text: str | None) -> Decimal | None:
    """The exact value of a number in a request, None for none; raises `BadInput`."""
    if text is None:
        return None
    if not text.isprintable():  # the pattern's `$` lets a line end pass
        raise BadInput("A number can't be read.", faults=[Fault("number", "is not a number", value=text, rule="B1")])
    return Decimal(text)


def made(model: Callable[..., Model], value: Any, **given: Any) -> Model:
    """A model's instance: each of its fields from what is given, else from the value's attribute of that name.

    Decimals become exact text, durations whole seconds, nested models and lists are made likewise.
    """
    fields = attrs.fields_dict(model)  # type: ignore[arg-type] # every model is an attrs class
    taken = {
        name: given[name] if name in given else _shown(field.type, getattr(value, name))
        for name, field in fields.items()
    }
    return model(**taken)


def _other_page(request: WebRequest, offset: int, limit: int) -> str:
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in {"offset", "limit"}]
    return f"{asked_path(request.scope)}?{urlencode([*kept, ('offset', offset), ('limit', limit)])}"


def _row(row: Callable[..., Any], value: Any) -> Any:
    return made(row, value) if isinstance(row, type) else row(value)


def made_all(model: Callable[..., Model], values: Sequence[Any]) -> list[Model]:
    """An instance for each."""
    return [made(model, value) for value in values]


def listed(
    request: WebRequest, page: Callable[..., Model], row: Callable[..., Any], found: Slice[Any], **more: Any
) -> Response[Model]:
    """A page of a list; the header `Link` leads to the ones beside it."""
    content = page(
        items=[_row(row, each) for each in found.rows], total=found.total, next_offset=found.next_offset, **more
    )
    ways = {"prev": found.previous_offset, "next": found.next_offset}
    links = [
        f'<{_other_page(request, offset, found.limit)}>; rel="{name}"'
        for name, offset in ways.items()
        if offset is not None
    ]
    return Response(content, headers={"Link": ", ".join(links)} if links else None)


def _shown(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, timedelta):
        return int(value.total_seconds())
    if get_origin(kind) in {Union, UnionType}:
        kind = next(each for each in get_args(kind) if each is not type(None))
    return _shown_parts(kind, value)


def _shown_parts(kind: Any, value: Any) -> Any:
    if attrs.has(kind):
        return made(kind, value)
    if get_origin(kind) is list:
        return [_shown(get_args(kind)[0], each) for each in value]
    if isinstance(value, Mapping):
        inner = (get_args(kind) or (Any,))[-1]  # whatever stands in a mapping of anything is anything too
        return {str(getattr(name, "value", name)): _shown(inner, each) for name, each in value.items()}
    return value
