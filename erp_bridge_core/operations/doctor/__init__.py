"""A look at everything that whoever runs an installation would look at: each thing with how it stands and what to do.

Nothing is changed, and no secret is shown. Only with `reach` does anything leave this host.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from attrs import frozen

from erp_bridge_core.configuration.configuration import Configuration
from erp_bridge_core.contract.errors import ErpBridgeError
from erp_bridge_core.operations.doctor.at_work import look_at_work
from erp_bridge_core.operations.doctor.configured import look_at_configuration
from erp_bridge_core.operations.doctor.host import look_at_files, look_at_host
from erp_bridge_core.operations.doctor.reaching import reach_out
from erp_bridge_core.upkeep.checking import check
from erp_bridge_core.upkeep.findings import Looked, Standing, failed

__all__ = ["Examined", "examine"]


@frozen(kw_only=True)
class Examined:
    """All that was looked at, in order."""

    looked: tuple[Looked, ...]

    @property
    def is_well(self) -> bool:
        """Whether nothing is wrong; a warning is not."""
        return all(each.standing is not Standing.FAILED for each in self.looked)


def examine(home: Path, *, reach: bool = False) -> Examined:
    """Look at all of it; `reach`: also whether the ERPs and the mail server can be reached from here."""
    return Examined(looked=tuple(_look(home, reach=reach)))


def _look(home: Path, *, reach: bool) -> Iterator[Looked]:
    if not home.is_dir():
        yield from look_at_host(None)
        yield from check(home).looked
        return
    try:
        configuration = Configuration.read(home)
    except ErpBridgeError as error:
        yield from look_at_host(None)
        faults = "; ".join(f"{fault.where} {fault.message}" for fault in error.faults)
        yield failed("configuration", f"{error.message} {faults}".strip(), remedy=error.remedy)
        return
    yield from look_at_host(configuration)
    yield from _told("files", lambda: look_at_files(home, configuration))
    yield from _told("configuration", lambda: look_at_configuration(configuration))
    checkup = check(home)
    yield from checkup.looked
    if not any(each.name in {"home", "database"} and each.standing is Standing.FAILED for each in checkup.looked):
        yield from _told("installation", lambda: look_at_work(home))
    if reach:
        yield from reach_out(configuration)


def _told(name: str, look: Callable[[], Iterable[Looked]]) -> Iterator[Looked]:
    """What keeps a look from its end is one more finding."""
    try:
        yield from look()
    except ErpBridgeError as error:
        yield failed(name, error.message, remedy=error.remedy)
    except OSError as error:
        yield failed(name, f"It can't be looked at: {error}.", remedy="Let the user who runs ERP Bridge read it.")
