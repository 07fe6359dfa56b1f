"""JSON with exact numbers, both ways: an amount is never a float on its way to or from Procore."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NoReturn


def encode(value: Any) -> bytes:
    """JSON of plain data that may hold Decimals, each written digit by digit."""
    return _text(value).encode()


def decode(content: bytes) -> Any:
    """Plain data of JSON text, numbers exact; raises ValueError for anything else."""
    try:
        return json.loads(content, parse_float=Decimal, parse_constant=_no_number)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _text(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(str(name))}: {_text(held)}" for name, held in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_text, value)) + "]"
    return json.dumps(value)


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number")
