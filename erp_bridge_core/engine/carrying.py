"""How a worker brings an export on: itself, or by an engine that keeps a queue of its own."""

from collections.abc import Mapping
from typing import Any, Protocol

from attrs import frozen

from erp_bridge_core.app import Application
from erp_bridge_core.configuration.configuration import Configuration
from erp_bridge_core.contract.errors import ErpBridgeError, UsageError
from erp_bridge_core.engine.tasks import Task
from erp_bridge_core.exports.lease import Ending
from erp_bridge_core.exports.status import ExportState


class CarriedElsewhere(ErpBridgeError):
    """What stopped an export in another worker, as that told it; `code` is that error's."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        """Take the error's JSON."""
        super().__init__(told["message"], remedy=told["remedy"], details=told["details"])
        self.told = told

    def to_json(self) -> dict[str, Any]:
        """As the other worker told it."""
        return dict(self.told)


class Carrier(Protocol):
    """Whatever a worker has its exports brought on by."""

    def begin(self, worker: str) -> None:
        """The worker of that name begins."""

    def is_ready(self) -> bool:
        """Whether exports can be brought on now; asked before each look at what is due."""

    def carry(self, task: Task, ending: Ending) -> ExportState:
        """Bring the export of a task on; raises as `Exports.carry_on`."""

    def end(self) -> None:
        """The worker ends."""


@frozen
class Inline:
    """In the worker's own threads, by nothing but the ledger."""

    application: Application

    def begin(self, worker: str) -> None:
        """Nothing is to be prepared."""

    def is_ready(self) -> bool:
        """Always."""
        return True

    def carry(self, task: Task, ending: Ending) -> ExportState:
        """Bring it on here."""
        return self.application.exports.carry_on(task.number, ending)

    def end(self) -> None:
        """Nothing is to be ended."""


def carrier_of(application: Application) -> Carrier:
    """The one that `[engine]` of the configuration names; raises `UsageError` where its packages are not installed."""
    if Configuration.read(application.home).engine.kind == "inline":
        return Inline(application)
    try:
        from erp_bridge_core.engine.durable import Durable
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "dbos":
            raise
        raise UsageError(
            "The engine `dbos` needs a package that is not installed.",
            remedy="Install it: `pip install 'erp-bridge-core[dbos]'`; or set `kind = \"inline\"` in `[engine]`.",
        ) from error
    return Durable(application)
