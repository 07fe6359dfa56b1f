"""The small durable memory of a connection that an adapter may use, kept by whoever owns the store."""

import json
from collections.abc import Callable
from typing import Any

from erp_bridge_core.contract.errors import PluginError
from erp_bridge_core.wire.redaction import Redactor


class CallbackState:
    """State over two functions of the store: `load(name)` gives JSON text or None, `save(name, text)` keeps it.

    Raises `PluginError` for a value that is not JSON-able, or that holds a secret of the connection.
    """

    def __init__(
        self, load: Callable[[str], str | None], save: Callable[[str, str], None], *, redactor: Redactor | None = None
    ) -> None:
        self._load = load
        self._save = save
        self._redactor = redactor or Redactor()

    def get(self, name: str) -> Any:
        """The value kept under that name, or None."""
        text = self._load(name)
        return None if text is None else json.loads(text)

    def put(self, name: str, value: Any) -> None:
        """Keep a JSON-able value."""
        try:
            text = json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False)
        except (TypeError, ValueError) as error:
            raise PluginError(
                f"The plugin kept {name!r} as a value that is not JSON-able: {type(value).__name__}.",
                remedy="The plugin's author keeps text, whole numbers, lists and mappings of them only.",
            ) from error
        if self._redactor.clean(text) != text:
            raise PluginError(
                f"The plugin tried to keep a secret of the connection under {name!r}; it was not kept.",
                remedy="The plugin's author keeps cursors and fingerprints only, never secrets.",
            )
        self._save(name, text)
