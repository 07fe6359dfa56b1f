"""What a command of the command line left behind, as its tests look at it."""

import json
from collections.abc import Callable
from typing import Any

from attrs import frozen


@frozen
class Ran:
    """The exit status, and what was written to either stream."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The JSON document on standard output; fails when it is not just one."""
        return json.loads(self.out)


#: Runs a command by its arguments; `stdin` is what is piped into it.
Run = Callable[..., Ran]
