"""After a restore or a swap: writing is frozen until a person has reconciled with the ERP and thaws it (L16)."""

from attrs import frozen
from sqlalchemy import ColumnElement, Connection, exists, func, select, update

from erp_bridge_core.audit.entries import AuditHead
from erp_bridge_core.audit.mark import Mark
from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.contract.errors import BadInput, Fault, Frozen, NotPossibleNow, StorageError
from erp_bridge_core.people.access import require_installation_administrator
from erp_bridge_core.people.actor import Actor, system_actor
from erp_bridge_core.people.rights import rights_of
from erp_bridge_core.people.rules import may_look_at_items, require
from erp_bridge_core.store.row_security import everywhere
from erp_bridge_core.store.tables import (
    attempts,
    audit_entries,
    companies,
    effects,
    exports,
    installation,
    items,
)

REMEDY = (
    "Look in each ERP for what was written after this copy of the database was made, settle or reject every item "
    "shown as unknown, then thaw with `erp-bridge thaw` and a reason."
)


@frozen(kw_only=True)
class Thawed:
    """What a thaw did: the reason that had frozen writing, and the items to be accepted anew."""

    was: str
    items_to_accept_anew: tuple[int, ...]


@frozen
class Freezing:
    """Whether writing is frozen, and the way out, as people ask for them."""

    audit: AuditTrail

    def why(self, actor: Actor) -> Frozen | None:
        """Why writing is frozen, None when it isn't; for whoever may look at ERP Integrations."""
        with self.audit.store.read() as connection:
            require(may_look_at_items(rights_of(connection, actor)))
            try:
                require_thawed(connection)
            except Frozen as error:
                return error
        return None

    def thaw(self, actor: Actor, reason: str) -> Thawed:
        """Let writing go on, after a person has reconciled with the ERP; see `thaw`."""
        return thaw(self.audit, actor, reason)


def check_mark(audit: AuditTrail) -> str | None:
    """Compare the database with the mark outside; freeze writing when it is behind. Called on every opening.

    Returns why writing is frozen, None when it isn't. Accepted items become unknown, and so does every effect that the
    copy knows as not yet done: the lost time may have done them. Raises `StorageError` for another installation's
    database, which is left as it is.
    """
    # The mark is raised after a commit: read before the database, it is never ahead of one that is not behind.
    known = _known(audit)
    with audit.store.read() as connection:
        was = _frozen_because(connection)
        if was is not None or _reason(connection, known) is None:
            return was
    return _freeze(audit)


def require_thawed(connection: Connection) -> None:
    """Raise `Frozen` while writing is frozen; asked before anything goes out."""
    reason = _frozen_because(connection)
    if reason is not None:
        raise Frozen(f"Writing is frozen: {reason}", remedy=REMEDY)


def thaw(audit: AuditTrail, actor: Actor, reason: str) -> Thawed:
    """Let writing go on after a person reconciled; the mark is set to where the database is now.

    Items that were accepted and had no export become ready again: they are accepted anew, against what the ERP holds
    now. Raises `NotPossibleNow` when nothing is frozen, `BadInput` without a reason, `NotAllowed`.
    """
    if not reason.strip():
        raise BadInput("Thawing needs a reason.", faults=[Fault("reason", "is blank", rule="L16")])
    with audit.store.begin() as connection:
        require_installation_administrator(connection, actor, audit.now())
        was = _frozen_because(connection)
        if was is None:
            raise NotPossibleNow("Writing is not frozen.", remedy="There is nothing to thaw.")
        connection.execute(update(installation).values(frozen_because=None, frozen_at=None))
        with everywhere(connection):
            anew = _to_accept_anew(connection)
        details = {"reason": reason, "was": was, "items_to_accept_anew": anew}
        entry = audit.record(
            connection, actor, "thaw", "installation", 1, from_state="frozen", to_state="writing", details=details
        )
        head = AuditHead(sequence=entry.sequence, mac=entry.mac)
        _set_mark(connection, audit, head)
    return Thawed(was=was, items_to_accept_anew=tuple(anew))


def _frozen_because(connection: Connection) -> str | None:
    reason: str | None = connection.execute(select(installation.c.frozen_because)).scalar_one()
    return reason


def _known(audit: AuditTrail) -> Mark | StorageError:
    """The mark, or why it can't be read."""
    try:
        return audit.mark.read()
    except StorageError as error:
        return error


def _reason(connection: Connection, known: Mark | StorageError) -> str | None:
    if isinstance(known, StorageError):
        return known.message
    code = connection.execute(select(installation.c.code)).scalar_one()
    if code != known.installation:
        raise StorageError(
            f"The database is of installation {code}, this home of installation {known.installation}.",
            remedy="Put this home's own database back, or open the other home.",
        )
    return _behind(connection, known)


def _behind(connection: Connection, mark: Mark) -> str | None:
    sent = connection.execute(select(func.max(attempts.c.id))).scalar_one() or 0
    if sent < mark.attempts:
        return f"the database knows {sent} write attempts, but {mark.attempts} were made: it is an older copy."
    at_mark = select(audit_entries.c.mac).where(audit_entries.c.sequence == mark.audit_sequence)
    mac = connection.execute(at_mark).scalar_one_or_none()
    if mark.audit_sequence and mac is None:
        return f"the audit trail ends before entry {mark.audit_sequence}, which was written: it is an older copy."
    if mark.audit_sequence and mac != mark.audit_mac:
        return f"entry {mark.audit_sequence} of the audit trail is not the one that was written: it is another copy."
    return None


def freeze(connection: Connection, audit: AuditTrail, reason: str) -> AuditHead:
    """Freeze writing, in the caller's write transaction: all that may have happened since becomes unknown.

    Returns the head of the audit trail then.
    """
    connection.execute(update(installation).values(frozen_because=reason, frozen_at=audit.now()))
    connection.execute(update(effects).where(_not_known_done()).values(state="unknown"))
    connection.execute(update(exports).where(exports.c.state == "running").values(state="unknown"))
    doubtful = items.c.state.in_(["accepted", "exporting"])
    head = AuditHead(sequence=0, mac="")
    for row in connection.execute(select(companies.c.id, companies.c.code)).all():
        own = doubtful, items.c.company_id == row.id
        found = connection.execute(select(items.c.id, items.c.state).where(*own)).all()
        connection.execute(update(items).where(*own).values(state="unknown", revision=items.c.revision + 1))
        details = {"reason": reason, "items": [item.id for item in found]}
        entry = audit.record(
            connection,
            system_actor(row.id, row.code),
            "freeze",
            "installation",
            1,
            from_state="writing",
            to_state="frozen",
            details=details,
        )
        head = AuditHead(sequence=entry.sequence, mac=entry.mac)
    return head


def _freeze(audit: AuditTrail) -> str | None:
    """Freeze writing if it has to be, looked at again where nobody else writes; answers why it is frozen."""
    with audit.store.begin() as connection:
        if (was := _frozen_because(connection)) is not None:
            return was
        known = _known(audit)
        reason = _reason(connection, known)
        if reason is not None:
            head = freeze(connection, audit, reason)
            if isinstance(known, StorageError):
                _set_mark(connection, audit, head)
    return reason


def _not_known_done() -> ColumnElement[bool]:
    """Effects that the copy would send (again): planned, or open without an answer that took or offered them."""
    answered = exists().where(attempts.c.effect_id == effects.c.id, attempts.c.outcome.in_(["accepted", "offered"]))
    return effects.c.state.in_(["planned", "open"]) & ~answered


def _to_accept_anew(connection: Connection) -> list[int]:
    without_export = items.c.state == "unknown", ~exists().where(exports.c.item_id == items.c.id)
    query = select(items.c.id).where(*without_export).order_by(items.c.id)
    found = [int(number) for number in connection.execute(query).scalars()]
    blank = {"accepted_by": None, "accepted_at": None, "accept_hash": None}
    ready = update(items).where(items.c.id.in_(found)).values(state="ready", revision=items.c.revision + 1, **blank)
    connection.execute(ready)
    return found


def _set_mark(connection: Connection, audit: AuditTrail, head: AuditHead) -> None:
    """Set the mark to where the database is once the caller's transaction is committed: lower than it was, too.

    Before the commit, until which writing is frozen for everybody else: whoever looks after it finds both as they are.
    """
    code = connection.execute(select(installation.c.code)).scalar_one()
    with everywhere(connection):
        sent = connection.execute(select(func.max(attempts.c.id))).scalar_one() or 0
    audit.mark.replace(Mark(installation=code, attempts=sent, audit_sequence=head.sequence, audit_mac=head.mac))
