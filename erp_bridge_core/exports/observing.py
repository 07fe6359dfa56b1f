"""What an adapter reads back, drained into a file before a transaction opens: no lock is held while an ERP is slow."""

import json
from collections.abc import Iterable, Iterator
from tempfile import TemporaryFile
from typing import IO, Any, Final

from attrs import define, field
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from erp_bridge_core.contract.errors import BadInput, Fault, PluginError, ReadFailed
from erp_bridge_core.contract.money import to_units
from erp_bridge_core.contract.postings import Observation, RevisionSight, RouteSight, Seen
from erp_bridge_core.store.bulk import insert_rows
from erp_bridge_core.store.paging import batched
from erp_bridge_core.store.tables import observations

PAGE: Final = 5_000
_COLUMNS: Final = (
    "route", "sub_job", "cost_code", "category", "original", "changes", "total", "unposted_original",
    "unposted_changes", "cannot_tell",
)  # fmt: skip


@define
class Observed:
    """The routes as they saw themselves, revisions, and the observations waiting in a file. Close it when done."""

    sights: tuple[RouteSight, ...]
    revisions: tuple[RevisionSight, ...]
    _spool: IO[str] = field(repr=False)

    def store(self, connection: Connection, company_id: int, verification_id: int) -> None:
        """Write the observations in bulk; raises PluginError when a route told one key twice."""
        self._spool.seek(0)
        fixed = (verification_id, company_id)
        rows = ((*fixed, *row) for page in map(json.loads, self._spool) for row in page)
        try:
            insert_rows(connection, observations, ("verification_id", "company_id", *_COLUMNS), rows)
        except IntegrityError as error:
            raise PluginError(
                "The adapter told the figures of one key by one route more than once.",
                remedy="Report it to the adapter's author: each route yields one observation a key.",
            ) from error

    def close(self) -> None:
        """Let the temporary file go."""
        self._spool.close()


def observe(seen: Iterable[Seen], digits: int) -> Observed:
    """Drain what `verify_posted` yields.

    Raises `ReadFailed` when no route that decides could be read: nothing is concluded then. Raises `BadInput` for
    figures finer than the currency's minor unit, and `PluginError` for an observation before its route's sight.
    """
    spool = TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - closed by Observed.close()
    try:
        sights, revisions = _drain(seen, digits, spool)
        _require_a_proof(sights)
    except BaseException:
        spool.close()
        raise
    return Observed(sights=tuple(sights.values()), revisions=tuple(revisions), spool=spool)


def _drain(seen: Iterable[Seen], digits: int, spool: IO[str]) -> tuple[dict[str, RouteSight], list[RevisionSight]]:
    """One JSON list of rows a page: as fast as the file allows, and never more than a page in memory."""
    sights: dict[str, RouteSight] = {}
    revisions: list[RevisionSight] = []
    for page in batched(_observations(seen, sights, revisions), PAGE):
        spool.write(json.dumps([_row(one, digits) for one in page]) + "\n")
    return sights, revisions


def _observations(
    seen: Iterable[Seen], sights: dict[str, RouteSight], revisions: list[RevisionSight]
) -> Iterator[Observation]:
    for one in seen:
        if isinstance(one, RouteSight):
            sights[one.route] = one
        elif isinstance(one, RevisionSight):
            revisions.append(one)
        elif one.route not in sights:
            raise PluginError(
                f"The adapter told figures by the route {one.route!r} before saying what that route sees.",
                remedy="Report it to the adapter's author: a RouteSight comes first.",
            )
        elif sights[one.route].failed is None:
            yield one


def _row(seen: Observation, digits: int) -> list[Any]:
    key = seen.key
    amounts = (seen.original, seen.changes, seen.total, seen.unposted_original, seen.unposted_changes)
    try:
        # Most are zero or absent, and no zero is too fine.
        units = [to_units(amount, digits) if amount else None if amount is None else 0 for amount in amounts]
    except ValueError as error:
        where = f"{seen.route}: {key}"
        fault = Fault(where, str(error), expected=f"at most {digits} decimals", rule="B1")
        raise BadInput("The ERP shows a figure that is finer than the currency.", faults=[fault]) from error
    return [seen.route, key.sub_job, key.cost_code, key.category, *units, seen.cannot_tell]


def _require_a_proof(sights: dict[str, RouteSight]) -> None:
    deciding = [sight for sight in sights.values() if sight.proof] or list(sights.values())
    if any(sight.failed is None for sight in deciding):
        return
    faults: Iterator[Fault] = (Fault(sight.title, sight.failed or "") for sight in sights.values() if sight.failed)
    raise ReadFailed(
        "No route that could prove anything was readable: nothing is concluded.",
        remedy="Clear the causes, then run `erp-bridge verify` again.",
        faults=faults,
    )
