"""Holds a hook's implementation to its specification, which pluggy itself compares by the names of arguments alone."""

from collections.abc import Callable
from typing import Any, TypeVar

Hook = TypeVar("Hook", bound=Callable[..., Any])


def implements(specification: Hook) -> Callable[[Hook], Hook]:
    """Mark a function that must be callable exactly as that hook is."""
    del specification
    return lambda function: function
