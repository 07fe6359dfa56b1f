"""What can be in the way at Procore, each by name and with what to do: kinds of the contract's own errors."""

from collections.abc import Iterable, Mapping

from erp_bridge_core.contract.errors import ErpError, ErpRefused, Fault, NotPossibleNow, ReadFailed, SignInFailed


class AuthorizationLost(SignInFailed):
    """The refresh token is spent, revoked, or was never given: a person has to authorize anew. Never tried again."""

    code = "procore_authorization"


class NotPermitted(ErpRefused):
    """Procore knows the caller, but the user lacks a right (403)."""

    code = "procore_rights"


class NotConnected(ErpRefused):
    """The app is not connected to this company (403)."""

    code = "procore_not_connected"


class NothingThere(ErpRefused):
    """There is no such record, or the user does not see it, which Procore tells alike (404)."""

    code = "procore_nothing_there"


class BudgetLocked(ErpRefused):
    """An original of a locked budget was to be written."""

    code = "procore_locked"


class ProjectNotLinked(ErpError):
    """The project is not synced with an ERP job: its budget can be carried nowhere."""

    code = "procore_not_linked"
    whose = "the data's"

    def __init__(self, project: str) -> None:
        """Name the project as people do."""
        super().__init__(
            f"Project {project} is not linked with a job of the ERP.",
            remedy="Have its ERP job accepted in Procore's ERP Integrations tool, then read it again.",
            details={"project": project},
        )


class ViewLacksColumns(ErpError):
    """The budget view does not have the columns that a budget is read from; `columns` are their keys."""

    code = "procore_view"
    whose = "the configuration's"

    def __init__(self, view: str, columns: Iterable[str]) -> None:
        """Name the view and every column that it lacks."""
        self.columns = tuple(columns)
        super().__init__(
            f"The budget view {view} lacks {', '.join(map(repr, self.columns))}.",
            remedy="Add the columns to the view in Procore, or name another view or other columns in the settings.",
            details={"view": view, "columns": list(self.columns)},
        )


class BudgetChangedWhileRead(ReadFailed):
    """Two looks at a budget differ: somebody changed it meanwhile, and what was read may never have been true."""

    code = "procore_changed"

    def __init__(self, what: str) -> None:
        """Say in which part they differ."""
        super().__init__(
            f"The budget was changed in Procore while it was read: {what}.",
            remedy="Read it again; have it locked first if it goes on changing.",
            details={"differs": what},
        )


class ModificationsInTheWay(NotPossibleNow):
    """An unlock was asked that would delete the budget's modifications, or that Procore refuses because of them."""

    code = "procore_modifications"


class SyncRefused(ErpRefused):
    """A sync call was answered with 200, and refused some of its items all the same.

    `refused` maps the place of an item in the call to Procore's words for it.
    """

    code = "procore_sync"

    def __init__(self, what: str, refused: Mapping[int, str], *, asked: int) -> None:
        """Keep every refusal."""
        self.refused = dict(refused)
        told = "; ".join(f"item {place + 1}: {words}" for place, words in self.refused.items())
        super().__init__(
            told,
            meaning=f"Of {asked} {what} Procore took {asked - len(self.refused)}.",
            remedy="Correct what Procore names, then send those items alone.",
        )
        self.faults = tuple(Fault(f"{what}[{place}]", words) for place, words in self.refused.items())
