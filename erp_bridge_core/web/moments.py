"""Pages of one moment: everything that such a page shows is read in one transaction, and the same is read once."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from erp_bridge_core.app import Application

Answer = TypeVar("Answer")


def of_one_moment(handler: Callable[..., Answer]) -> Callable[..., Answer]:
    """For a handler that only shows what the database holds; it takes `application`.

    Not for one that asks an ERP: the transaction would stay open until that has answered. Nor for one that also looks
    whether something is being worked on: its end would be seen, and not what it left.
    """

    @wraps(handler)
    def handle(*given: Any, application: Application, **more: Any) -> Answer:
        with application.store.of_one_moment():
            return handler(*given, application=application, **more)

    return handle
