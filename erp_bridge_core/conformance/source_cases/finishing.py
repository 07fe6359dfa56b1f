"""Telling an outcome, or locking, until it is done: as the product's engine goes on after each failure."""

from collections.abc import Callable
from typing import Final

from erp_bridge_core.conformance.source_world.site import LONG, SourceSite
from erp_bridge_core.contract.errors import ErpBridgeError, ErpRefused, LedgerConflict
from erp_bridge_core.contract.source import SourceOutcome

#: How often it is gone on with before it counts as stuck.
_ROUNDS: Final = 6


def finish(site: SourceSite, outcome: SourceOutcome) -> str:
    """Tell an outcome until it is told; why it could not be, in words, blank where it was."""

    def again() -> None:
        site.notebook(f"{outcome.request} {outcome.number}").reopen_refused()
        site.report(outcome)

    return _until_done(site, again)


def finish_lock(site: SourceSite, *, locked: bool, name: str) -> str:
    """Lock or unlock until it is done; why it could not be, in words, blank where it was."""

    def again() -> None:
        site.notebook(name).reopen_refused()
        site.lock(locked, name=name)

    return _until_done(site, again)


def _until_done(site: SourceSite, again: Callable[[], None]) -> str:
    last = ""
    for _ in range(_ROUNDS):
        try:
            again()
        except LedgerConflict as error:
            return f"it ended as a conflict: {error.message}"
        except ErpRefused as error:
            last = f"it was refused: {error.message}"
        except ErpBridgeError as error:
            last = f"{type(error).__name__}: {error.message}"
        else:
            return ""
        site.clock.advance(LONG)
    return f"it is not done after {_ROUNDS} rounds: {last}"
