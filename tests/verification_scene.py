"""A scene for tests of verification: an exported item with its lines and baseline, and what routes show of the job."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from attrs import define
from sqlalchemy import insert, select

from erp_bridge_core.contract.postings import Outcome, RouteSight
from erp_bridge_core.exports.comparison import Comparison, compare
from erp_bridge_core.exports.moves import Subject
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import (
    adoptions,
    baselines,
    connections,
    item_lines,
    items,
    key_outcomes,
    observations,
    projects,
    verifications,
)

NOW = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)
REPORT = RouteSight(route="report", title="Report")

Key = tuple[str, str, str]
#: original, changes, total; then unposted original and changes.
Figures = Sequence[int | None]


def key(code: str, *, sub_job: str = "", category: str = "L") -> Key:
    """A key by its cost code."""
    return sub_job, code, category


def _columns(of: Key, prefix: str = "") -> dict[str, str]:
    return {f"{prefix}{name}": value for name, value in zip(("sub_job", "cost_code", "category"), of, strict=True)}


@define
class Scene:
    """One item that was exported, and the verifications made of it."""

    store: Store
    project_id: int
    item_id: int
    company_id: int = 1

    @classmethod
    def make(cls, store: Store, project_id: int, *, version: int = 1, **values: Any) -> "Scene":
        """An item of a project, by default waiting to be posted."""
        with store.begin() as connection:
            found = connection.execute(select(connections.c.id)).scalar()
            if found is None:
                row = {
                    "company_id": 1,
                    "name": "books",
                    "kind": "erp",
                    "plugin": "memory",
                    "erp_company": "BOOKS",
                    "hosts": [],
                }
                found = connection.execute(
                    insert(connections).values(**row, created_at=NOW).returning(connections.c.id)
                ).scalar_one()
                connection.execute(projects.update().values(connection_id=found, job="J1"))
            row = {
                "company_id": 1, "project_id": project_id, "version": version, "state": "waiting",
                "connection_id": found, "job": "J1", "currency": "USD", "digits": 2,
                "first_export": version == 1, "content_hash": "0" * 64, "line_count": 0,
                "original": 0, "changes": 0, "sent_by": 2, "sent_at": NOW, "contributors": [2],
                "accepted_by": 3, "accepted_at": NOW, "erp_company": "BOOKS",
            }  # fmt: skip
            number = connection.execute(insert(items).values(**{**row, **values}).returning(items.c.id)).scalar_one()
        return cls(store=store, project_id=project_id, item_id=int(number))

    def send(self, of: Key, original: int = 0, changes: int = 0, *, state: str = "arrived") -> None:
        """Lines of one key: one of the original budget, one of a change, where not zero; a zero line else."""
        parts = [("original", original), ("change", changes)]
        rows = [(part, amount) for part, amount in parts if amount] or [("original", 0)]
        with self.store.begin() as connection:
            numbers = select(item_lines.c.number).where(item_lines.c.item_id == self.item_id)
            start = max(connection.execute(numbers).scalars(), default=0)
            for offset, (part, amount) in enumerate(rows, start=1):
                connection.execute(
                    insert(item_lines).values(
                        item_id=self.item_id, company_id=1, number=start + offset, part=part,
                        change_number="1" if part == "change" else None, amount=amount, state=state,
                        **_columns(of), **_columns(of, "our_"),
                    )
                )  # fmt: skip

    def before(self, of: Key, original: int | None, changes: int | None, total: int | None = None) -> None:
        """What the job's key held at accept."""
        self._insert(baselines, of, {"original": original, "changes": changes, "total": total})

    def adopt(self, of: Key, original: int, changes: int) -> None:
        """A difference that a person adopted."""
        self._insert(adoptions, of, {"original": original, "changes": changes})

    def _insert(self, table: Any, of: Key, values: Mapping[str, Any]) -> None:
        with self.store.begin() as connection:
            connection.execute(insert(table).values(item_id=self.item_id, company_id=1, **_columns(of), **values))

    def see(
        self,
        shown: Mapping[Key, Figures] | Mapping[str, Mapping[Key, Figures]],
        *,
        sights: Iterable[RouteSight] = (REPORT,),
        cannot_tell: Iterable[tuple[str, Key]] = (),
    ) -> Comparison:
        """Compare what one route (or several, by name) shows now."""
        sights = tuple(sights)
        by_route: Any = shown if shown and all(isinstance(name, str) for name in shown) else {sights[0].route: shown}
        with self.store.begin() as connection:
            of_item = verifications.c.item_id == self.item_id
            earlier = connection.execute(select(verifications.c.id).where(of_item)).scalars().all()
            values = {"company_id": 1, "item_id": self.item_id, "outcome": "", "counts": {}, "sights": []}
            added = insert(verifications).values(**values, taken_at=NOW, first_seen_at=NOW)
            number = connection.execute(added.returning(verifications.c.id)).scalar_one()
            for route, figures in by_route.items():
                for of, amounts in figures.items():
                    padded = (*amounts, None, None, None, None, None)[:5]
                    names = ("original", "changes", "total", "unposted_original", "unposted_changes")
                    connection.execute(
                        insert(observations).values(
                            verification_id=number, company_id=1, route=route, **_columns(of),
                            **dict(zip(names, padded, strict=True)),
                        )
                    )  # fmt: skip
            for route, of in cannot_tell:
                connection.execute(
                    insert(observations).values(
                        verification_id=number, company_id=1, route=route, cannot_tell="several rows", **_columns(of)
                    )
                )
            subject = Subject(
                item_id=self.item_id, project_id=self.project_id, verification_id=number, sights=sights, earlier=earlier
            )
            comparison = compare(connection, subject, company_id=1)
            connection.execute(
                verifications.update().where(verifications.c.id == number).values(outcome=comparison.outcome.value)
            )
        return comparison

    def outcomes(self) -> dict[Key, Outcome]:
        """The outcome of each key in the last verification."""
        return {of: Outcome(row.outcome) for of, row in self.rows().items()}

    def rows(self) -> dict[Key, Any]:
        """The compared rows of the last verification, by key."""
        with self.store.read() as connection:
            numbers = select(verifications.c.id).where(verifications.c.item_id == self.item_id)
            last = max(connection.execute(numbers).scalars())
            rows = connection.execute(select(key_outcomes).where(key_outcomes.c.verification_id == last)).all()
        return {(row.sub_job, row.cost_code, row.category): row for row in rows}
