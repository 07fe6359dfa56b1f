"""A person authorizes a connection: he goes to the budget source in a browser, and comes back with a code."""

import hmac
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from attrs import define, field, frozen
from sqlalchemy import Connection, delete, insert, select

from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.configuration.kinds import ConnectionKind
from erp_bridge_core.connections.opening import Opening
from erp_bridge_core.connections.views import ConnectionView, find_connection
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import BadInput, NotAllowed
from erp_bridge_core.people.access import require_administrator
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.passwords import token_hash
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import adapter_state
from erp_bridge_core.visible import visible

#: How long a person may take there.
MOST: Final = timedelta(minutes=10)
#: Where what was begun is kept, beside what the plugin keeps under names of its own.
_KEPT: Final = "/authorization"
_LONGEST: Final = 4000
_ANEW: Final = "Begin again: authorize the connection anew."


@frozen(kw_only=True)
class Begun:
    """An authorization that was begun: where the person goes, and what he has to come back with."""

    address: str
    state: str = field(repr=False)


@define
class Authorizing:
    """Authorizations of connections, each begun and ended by the same administrator in the same session."""

    store: Store
    audit: AuditTrail
    opening: Opening
    clocks: Callable[[int], Clock]

    def begin(self, actor: Actor, name: str, *, redirect_to: str, session: str = "") -> Begun:
        """Begin one; one that was begun before and has not ended is over. `session` is the token of a browser's.

        Raises BadInput for a connection to an ERP, NotSupported for a source that no person authorizes.
        """
        with self.store.read() as connection:
            target = self._administered(connection, actor, name)
        adapter, source = self.opening.source(target.company_id, target.id)
        state = secrets.token_urlsafe(32)
        address: str = adapter.authorization(source).address(redirect_to=redirect_to, state=state)
        kept = {
            "state": token_hash(state),
            "person": actor.person_id,
            "session": token_hash(session) if session else "",
            "redirect_to": redirect_to,
            "began_at": self._now(actor).isoformat(),
        }
        with self.store.begin() as connection:
            self._forget(connection, target)
            values = {"connection_id": target.id, "company_id": target.company_id, "name": _KEPT, "value": kept}
            connection.execute(insert(adapter_state).values(**values))
        return Begun(address=address, state=state)

    def finish(self, actor: Actor, name: str, answer: Mapping[str, str], *, session: str = "") -> None:
        """End one by the answer that came back with the person: its `code` and `state`, or its `error`; once.

        Raises NotAllowed where it was not begun so, took too long, or was refused there, BadInput for an answer
        without a code, and what the source raises that does not take the code, as `SignInFailed`.
        """
        with self.store.begin() as connection:
            target = self._administered(connection, actor, name)
            redirect_to = self._taken(connection, actor, target, answer, session)
        if error := answer.get("error"):
            raise _refused(name, error, answer.get("error_description", ""))
        code = answer.get("code", "")
        if not 0 < len(code) <= _LONGEST:
            raise BadInput(f"The answer of {name} holds no code that could be one.", remedy=_ANEW)
        adapter, source = self.opening.source(target.company_id, target.id)
        adapter.authorization(source).redeem(code, redirect_to=redirect_to)
        with self.store.begin() as connection:
            self.audit.record(
                connection, actor, "connection.authorize", "connection", target.id, details={"name": name}
            )

    def _administered(self, connection: Connection, actor: Actor, name: str) -> ConnectionView:
        require_administrator(connection, actor, self._now(actor))
        return find_connection(connection, actor, name, ConnectionKind.SOURCE)

    def _taken(
        self, connection: Connection, actor: Actor, target: ConnectionView, answer: Mapping[str, str], session: str
    ) -> str:
        """What was begun, taken away, so that no answer ends it twice; one that is not its answer leaves it."""
        query = select(adapter_state.c.value).filter_by(connection_id=target.id, name=_KEPT)
        kept: Any = connection.execute(query).scalar_one_or_none()
        expected = {
            "state": token_hash(answer.get("state", "")[:_LONGEST]),
            "person": actor.person_id,
            "session": token_hash(session) if session else "",
        }
        if kept is None or not all(
            hmac.compare_digest(str(kept[name]).encode(), str(value).encode()) for name, value in expected.items()
        ):
            raise NotAllowed(
                f"This authorization of {target.name} was not begun by you in this session, or has ended already.",
                remedy=_ANEW,
            )
        if self._now(actor) - datetime.fromisoformat(kept["began_at"]) > MOST:
            raise NotAllowed(f"The authorization of {target.name} took too long.", remedy=_ANEW)
        self._forget(connection, target)
        redirect_to: str = kept["redirect_to"]
        return redirect_to

    def _forget(self, connection: Connection, target: ConnectionView) -> None:
        connection.execute(delete(adapter_state).filter_by(connection_id=target.id, name=_KEPT))

    def _now(self, actor: Actor) -> datetime:
        return self.clocks(actor.company_id).now()


def _refused(name: str, error: str, description: str) -> NotAllowed:
    told = visible(": ".join(filter(None, [error, description]))[:500])
    return NotAllowed(
        f"ERP Bridge was not let in by {name}: {told}.".replace("..", "."),
        remedy="Authorize it as somebody who may, and agree there to what is asked for.",
    )
