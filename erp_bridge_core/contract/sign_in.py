"""A refused log-in is remembered per connection: ERPs lock users, so only a person who checks it tries again."""

from attrs import define, field

from erp_bridge_core.contract.connection import State
from erp_bridge_core.contract.errors import SignInFailed

_REFUSED = "sign-in refused"


@define
class SignInMemory:
    """What a connection knows of its last log-in, over all processes. `by_person`: somebody is checking it now."""

    state: State
    by_person: bool = field(default=False, kw_only=True)
    _known: str | None = field(default=None, init=False)

    def require(self) -> None:
        """Raise `SignInFailed` where the ERP refused the log-in before and nobody has checked it since."""
        if self._known is None:
            self._known = str(self.state.get(_REFUSED) or "")
        if self._known and not self.by_person:
            raise SignInFailed(
                f"{self._known} The log-in is not tried again by itself.",
                remedy="Correct the cause, then run `erp-bridge connection check`.",
            )

    def refused(self, error: SignInFailed) -> SignInFailed:
        """Remember a refusal; answers the error, to be raised."""
        if not self._known:
            self._known = error.message
            self.state.put(_REFUSED, error.message)
        return error

    def accepted(self) -> None:
        """Forget an earlier refusal: the ERP let us in."""
        if self._known:
            self._known = ""
            self.state.put(_REFUSED, None)
