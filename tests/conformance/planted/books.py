"""The books themselves: one JSON file, written whole after each change, read again whenever somebody else changed it.

Nothing is remembered beside the file, so that a copy of the folder is a copy of the ERP. A *row* is one entry for a key
of a job; its state is one of `pending` (recorded, not approved), `contained` (in a container that is not sealed),
`unposted`, `posted`, `refused`, `replaced` and `removed`.
"""

import json
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from attrs import define, field
from filelock import FileLock

from erp_bridge_core.contract import JobSetup
from erp_bridge_core.contract.errors import NotFound

Row = dict[str, Any]
Key = tuple[str, str, str]

COMPANY: Final = "TIN"
#: Another company on the same server, with jobs of the same codes: an adapter that goes astray ends up there.
OTHER_COMPANY: Final = "COPPER"
USER: Final = "bridge"
PASSWORD: Final = "tin-opener-7261"
FILE: Final = "books.json"
DROP: Final = "drop"
KEY: Final = ("sub_job", "cost_code", "category")
ZERO: Final = Decimal(0)


@define
class Books:
    """The books below a home folder, for any number of threads and processes."""

    home: Path
    _guard: threading.RLock = field(factory=threading.RLock, init=False, repr=False)
    _kept: tuple[object, Row] | None = field(default=None, init=False, repr=False)

    @property
    def path(self) -> Path:
        """The one file."""
        return self.home / FILE

    @contextmanager
    def reading(self) -> Iterator[Row]:
        """The books as they are; the reader changes nothing."""
        with self._guard:
            yield self._load()

    @contextmanager
    def writing(self) -> Iterator[Row]:
        """The books, kept as changed when the block ends; as they were when it raises."""
        with self._guard, FileLock(self.home / "books.lock", poll_interval=0.001):
            data = self._load()
            try:
                yield data
                self._store(data)
            except BaseException:
                self._kept = None
                raise

    def create(self) -> None:
        """Make empty books where there are none."""
        self.home.mkdir(parents=True, exist_ok=True)
        if not self.path.exists():
            companies: Row = {company: {"jobs": {}} for company in (COMPANY, OTHER_COMPANY)}
            self._store(
                {"companies": companies, "references": {}, "tokens": [], "loaded": [], "armed": {}, "lasts": {}}
            )

    def _load(self) -> Row:
        stamp = self._stamp()
        if self._kept is None or self._kept[0] != stamp:
            self._kept = (stamp, json.loads(self.path.read_bytes()))
        return self._kept[1]

    def _store(self, data: Row) -> None:
        aside = self.path.with_name(f".aside-{os.getpid()}-{FILE}")
        aside.write_bytes(json.dumps(data, separators=(",", ":")).encode())
        aside.replace(self.path)
        self._kept = (self._stamp(), data)

    def _stamp(self) -> object:
        seen = self.path.stat()
        return (seen.st_mtime_ns, seen.st_ctime_ns, seen.st_size, seen.st_ino)


# -- jobs -------------------------------------------------------------------------------------------------------------


def add_job(data: Row, setup: JobSetup) -> None:
    """Set a job up in each company, or add what it lacks."""
    for company in data["companies"].values():
        job = company["jobs"].setdefault(setup.job, _new_job(setup))
        job["sub_jobs"] |= dict(setup.sub_jobs)
        known = {(code["sub_job"], code["code"]) for code in job["cost_codes"]}
        job["cost_codes"] += [
            {"sub_job": sub_job, "code": code, "name": name, "active": True}
            for sub_job, code, name in setup.cost_codes
            if (sub_job, code) not in known
        ]
        job["categories"] |= {code: [name, kind] for code, name, kind in setup.categories}
        job["units"] = sorted({*job["units"], *setup.units})


def _new_job(setup: JobSetup) -> Row:
    return {
        "name": setup.name, "status": "open", "sub_jobs": {}, "cost_codes": [], "categories": {}, "units": [],
        "entries": [], "containers": {},
    }  # fmt: skip


def own_job(data: Row, job: str) -> Row:
    """A job of the company that people here work for; raises `NotFound` where there is none."""
    jobs: dict[str, Row] = data["companies"][COMPANY]["jobs"]
    if job not in jobs:
        raise NotFound(f"Tin Books has no job {job!r}.", remedy="Check the job's code.")
    return jobs[job]


def key_of(row: Row) -> Key:
    """Which key a row is about."""
    return row["sub_job"], row["cost_code"], row["category"]


def add_row(job: Row, row: Row, *, state: str, by: str, **more: Any) -> Row:
    """Enter a row; `by` says who did: `service`, `load` or `hand`."""
    whole = {
        "reference": "", "container": "", "words": "", "quantity": None, "unit_cost": None, "unit": "",
        "description": "", "change": None, "revision": None,
        **row, **more, "row": len(job["entries"]) + 1, "state": state, "by": by,
    }  # fmt: skip
    job["entries"].append(whole)
    return whole


# -- figures ----------------------------------------------------------------------------------------------------------


def figures(job: Row) -> Iterator[Row]:
    """Per key with rows that count or wait to be posted: original and changes, posted and unposted, as text."""
    for key, rows in sorted(_by_key(job["entries"]).items()):
        posted = [row for row in rows if row["state"] == "posted"]
        waiting = [row for row in rows if row["state"] == "unposted"]
        quantities = [Decimal(row["quantity"]) for row in posted if row["quantity"] is not None]
        yield {
            **dict(zip(KEY, key, strict=True)),
            "original": total(posted, "original"),
            "changes": total(posted, "change"),
            "unposted_original": total(waiting, "original"),
            "unposted_changes": total(waiting, "change"),
            "quantity": f"{sum(quantities):f}" if quantities else None,
            "unit": next((row["unit"] for row in posted if row["unit"]), ""),
            "description": next((row["description"] for row in posted if row["description"]), ""),
        }


def posted_by_key(job: Row) -> Iterator[tuple[Key, list[Row]]]:
    """Per key, the rows that count."""
    yield from sorted(_by_key(row for row in job["entries"] if row["state"] == "posted").items())


def _by_key(rows: Iterable[Row]) -> dict[Key, list[Row]]:
    found: dict[Key, list[Row]] = {}
    for row in rows:
        if row["state"] in {"posted", "unposted"}:
            found.setdefault(key_of(row), []).append(row)
    return found


def total(rows: Iterable[Row], part: str) -> str:
    """What the rows of one side add up to, as text."""
    return f"{sum((Decimal(row['amount']) for row in rows if row['part'] == part), ZERO):f}"
