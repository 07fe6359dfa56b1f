"""Authorizing the app by a person in a browser: where he goes, and what his code becomes."""

from attrs import frozen

from erp_bridge_core.contract import SignInMemory
from erp_bridge_core.contract.errors import BadSettings
from erp_bridge_procore.connection import REDIRECT, ProcoreConnection, connect


@frozen
class ProcoreAuthorization:
    """The authorization of one connection. Raises `BadSettings` where the app signs in by itself."""

    source: ProcoreConnection

    def address(self, *, redirect_to: str, state: str) -> str:
        """Procore's consent page."""
        self._require()
        return connect(self.source, redirect_to=redirect_to, by_person=True).sign_in.authorize_url(state)

    def redeem(self, code: str, *, redirect_to: str) -> None:
        """Turn the code into tokens, kept in the connection's private folder. Raises `SignInFailed`."""
        self._require()
        connect(self.source, redirect_to=redirect_to, by_person=True).sign_in.exchange(code)
        self.source.state.put(REDIRECT, redirect_to)
        memory = SignInMemory(self.source.state, by_person=True)
        memory.require()
        memory.accepted()

    def _require(self) -> None:
        if self.source.settings.grant != "authorization_code":
            raise BadSettings(
                "This connection signs in by itself, as the app's service account.",
                remedy="Set grant to authorization_code if a person is to authorize the app.",
            )
