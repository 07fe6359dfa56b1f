"""A connection to one Procore company: its client, and Procore's errors in the contract's words."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Final, TypeVar

from erp_bridge_core.contract import SignInMemory
from erp_bridge_core.contract.errors import Changed, NotAllowed, NotFound, SignInFailed
from erp_bridge_core.contract.source import Source
from erp_bridge_procore.client import AuthorizationCode, ClientCredentials, ProcoreClient, open_client
from erp_bridge_procore.client.errors import BudgetChangedWhileRead, NotConnected, NothingThere, NotPermitted
from erp_bridge_procore.settings import ProcoreSettings

ProcoreConnection = Source[ProcoreSettings]
Row = TypeVar("Row")

_TOKENS: Final = "procore-tokens-{}.json"
#: Under this name a connection remembers where people came back to after they authorized it.
REDIRECT: Final = "redirect of the authorization"


def connect(source: ProcoreConnection, *, redirect_to: str = "", by_person: bool = False) -> ProcoreClient:
    """A client for this connection; nothing goes out yet.

    Raises `SignInFailed` where Procore refused the log-in before and nobody has checked it since (`by_person`).
    """
    settings = source.settings
    SignInMemory(source.state, by_person=by_person).require()
    grant: AuthorizationCode | ClientCredentials
    if settings.grant == "authorization_code":
        grant = AuthorizationCode(
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            redirect_uri=redirect_to or str(source.state.get(REDIRECT) or ""),
        )
    else:
        grant = ClientCredentials(client_id=settings.client_id, client_secret=settings.client_secret)
    return open_client(
        session=source.http,
        clock=source.clock,
        api_url=settings.api_url,
        login_url=settings.login_url,
        company_id=settings.company_id,
        grant=grant,
        tokens=source.private / _TOKENS.format(_app(settings)),
        longest_wait=settings.longest_wait,
    )


def _app(settings: ProcoreSettings) -> str:
    """What tells the tokens of one app from those of another that the connection used before."""
    named = [settings.grant, settings.client_id, settings.login_url]
    return sha256(json.dumps(named).encode()).hexdigest()[:12]


@contextmanager
def told(source: ProcoreConnection) -> Iterator[None]:
    """Tell what Procore says in the contract's errors; a refused log-in is remembered, so that it is not repeated.

    Raises `NotAllowed` for a right or an app that is missing, `NotFound`, `Changed`; others pass as they are.
    """
    try:
        yield
    except (NotPermitted, NotConnected) as refusal:
        raise NotAllowed(f"Procore refused: {refusal.words}.", remedy=refusal.remedy) from refusal
    except NothingThere as refusal:
        raise NotFound(f"Procore has no such record: {refusal.words}.", remedy=refusal.remedy) from refusal
    except BudgetChangedWhileRead as moved:
        raise Changed(moved.message, remedy=moved.remedy, details=moved.details) from moved
    except SignInFailed as error:
        raise SignInMemory(source.state).refused(error) from None


def streamed(source: ProcoreConnection, rows: Iterable[Row]) -> Iterator[Row]:
    """The same rows, what goes wrong on the way told as `told` does."""
    with told(source):
        yield from rows
