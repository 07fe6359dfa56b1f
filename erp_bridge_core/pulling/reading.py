"""A source is read: outside of any transaction, whole or not at all; what went wrong there is told to whom it concerns.

Only our own administrators can put a connection right, so that whoever takes a budget in is told whom to ask.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from attrs import frozen

from erp_bridge_core.connections.service import Connections, ConnectionView
from erp_bridge_core.contract.errors import (
    Changed,
    ErpBridgeError,
    ErpError,
    NotAllowed,
    NotFound,
    NotSupported,
    ReadFailed,
    SignInFailed,
    Throttled,
)
from erp_bridge_core.contract.source import SourceCapability, SourceProject
from erp_bridge_core.pulling.spool import SpooledBudget, spool_budget

#: A budget that somebody edits while it is read is read again, so often in all.
TRIES: Final = 3


@frozen
class Reading:
    """Reads one connection's source."""

    connections: Connections
    target: ConnectionView

    def projects(self) -> tuple[SourceProject, ...]:
        """The source's projects; raises NotSupported of a source that lists none."""
        adapter, source = self.connections.source(self.target.company_id, self.target.id)
        if not adapter.profile.supports(SourceCapability.PROJECTS):
            raise NotSupported(
                f"{adapter.profile.title} lists no projects.", remedy="Name the source's project by its own id."
            )
        with told_to_whom(self.target, adapter.profile.title):
            return tuple(adapter.list_projects(source))

    def budget(self, project: str) -> SpooledBudget:
        """A project's budget as one whole look at it shows it."""
        adapter, source = self.connections.source(self.target.company_id, self.target.id)
        for last in (*([False] * (TRIES - 1)), True):
            try:
                with told_to_whom(self.target, adapter.profile.title):
                    return spool_budget(adapter.read_budget(project, source))
            except Changed:
                if last:
                    raise
        raise AssertionError  # the last try returned or raised


@contextmanager
def told_to_whom(target: ConnectionView, title: str) -> Iterator[None]:
    """Whatever a source raises in the block, with what the reader can do about it and whom he asks."""
    administrator = f"Tell an administrator: `erp-bridge connection check {target.name}` looks what is wrong."
    try:
        yield
    except Throttled as error:
        wait = "" if error.retry_after is None else f" in {max(1, round(error.retry_after)):,} seconds"
        raise _again(
            Throttled(f"{title} permits no more requests now.", retry_after=error.retry_after),
            error,
            f"Nothing was taken. Try it again{wait}.",
        ) from error
    except SignInFailed as error:
        message = f"{title} does not let {target.name} sign in: {error.message}"
        remedy = f"{administrator} He authorizes the connection anew: `erp-bridge connection authorize {target.name}`."
        raise _again(SignInFailed(message), error, remedy) from error
    except NotAllowed as error:
        # Not the reader's own right: that of the connection's user at the source.
        message = f"The user of the connection {target.name} lacks a right at {title}: {error.message}"
        raise _again(ReadFailed(message), error, administrator) from error
    except NotFound as error:
        message = f"{title} has it no more, or does not show it to the connection {target.name}: {error.message}"
        raise _again(NotFound(message), error, administrator) from error
    except Changed as error:
        message = f"Somebody edits the budget at {title} while it is read: {error.message}"
        raise _again(Changed(message), error, "Try it again in a minute. Nothing was taken.") from error
    except ErpError as error:
        if not error.remedy:
            error.remedy = f"Try it again. If it recurs: {administrator}"
        raise


def _again(told: ErpBridgeError, error: ErpBridgeError, remedy: str) -> ErpBridgeError:
    """The error as it is told, with what the source said of it."""
    told.remedy = f"{error.remedy} {remedy}".strip()
    told.faults = error.faults
    told.details = {**error.details, **told.details}
    return told
