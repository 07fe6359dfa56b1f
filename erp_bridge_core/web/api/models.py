"""What answers and requests are made of: answers hold just the fields of their own model, requests nothing unknown."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from types import UnionType
from typing import Annotated, Any, Final, TypeVar, Union, get_args, get_origin

import attrs
import msgspec
from litestar.params import QueryParameter

from erp_bridge_core.contract.errors import BadInput, Fault
from erp_bridge_core.contract.money import plain
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

#: Where a slice begins, and how long it is.
Offset = Annotated[int, QueryParameter(ge=0, le=10**9, description="How many to skip.")]
Limit = Annotated[int, QueryParameter(ge=1, le=MOST_ROWS, description="How many to answer at most.")]


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
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


def made_all(model: Callable[..., Model], values: Sequence[Any]) -> list[Model]:
    """An instance for each."""
    return [made(model, value) for value in values]


def paged(model: Callable[..., Model], found: Slice[Any]) -> dict[str, Any]:
    """What every page of a list holds, to make its model of."""
    return {"total": found.total, "next_offset": found.next_offset, "rows": made_all(model, found.rows)}


def _shown(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, timedelta):
        return int(value.total_seconds())
    if get_origin(kind) in {Union, UnionType}:
        kind = next(each for each in get_args(kind) if each is not type(None))
    if attrs.has(kind):
        return made(kind, value)
    if get_origin(kind) is list:
        return [_shown(get_args(kind)[0], each) for each in value]
    if isinstance(value, Mapping):
        return {str(getattr(name, "value", name)): _shown(get_args(kind)[-1], each) for name, each in value.items()}
    return value
