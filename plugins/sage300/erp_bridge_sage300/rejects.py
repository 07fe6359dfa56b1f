"""The rejection file of Import Estimates: which of our lines it holds, matched by content.

Each import overwrites the file that was named to it, which is why every import file has one of its own unless the site
wants one for all. It says no reason. A record in it is ours only when every field is one of our lines'.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from attrs import field, frozen

from erp_bridge_core.contract import LineRefused
from erp_bridge_core.contract.errors import ReadFailed
from erp_bridge_sage300.codes import Comparing
from erp_bridge_sage300.records import EstimateRecord, RecordError, as_read_back, read_records
from erp_bridge_sage300.share import CLAIMED, SageErp, read_note, tombstone

WORDS = "rejected by Import Estimates (the rejection file gives no reason)"
MEANING = (
    "Sage left this record out: most often the cost code is not on the standard list, is a group code or is closed, "
    "or the job or Extra takes no estimates. The Estimate Import Report names the reason."
)
REMEDY = (
    "Read the Estimate Import Report, correct the code or the job in Sage, then retry: only refused lines go again."
)


@frozen(kw_only=True)
class Rejected:
    """What a rejection file says about one effect: its refused lines, and records that are nobody's of it.

    `doubtful` counts records that could be of several of our lines, told apart by an Extra that the file lacks.
    """

    lines: tuple[int, ...]
    foreign: int
    doubtful: int = 0

    def refusals(self) -> tuple[LineRefused, ...]:
        """The refused lines with what there is to say about them."""
        return tuple(LineRefused(line=line, words=WORDS, meaning=MEANING, remedy=REMEDY) for line in self.lines)


@frozen
class _Match:
    """Compares rejected records to ours by every field, codes in either form."""

    comparing: Comparing
    _told: Counter[Any] = field(factory=Counter)
    _untold: Counter[Any] = field(factory=Counter)

    def learn(self, record: EstimateRecord) -> None:
        """Count a rejected record; one without a job record before it may belong to any job and Extra."""
        if record.job is None or record.extra is None:
            self._untold[self._rest(record)] += 1
        else:
            self._told[self._whole(record)] += 1

    @property
    def is_empty(self) -> bool:
        """Whether nothing was rejected, as after most imports: then no line of ours need be read."""
        return not (self._told or self._untold)

    def lines(self, ours: Iterable[tuple[int, EstimateRecord]]) -> Rejected:
        """Which of our lines were rejected. Equal lines stand for one another: as many as there are records."""
        found: list[int] = []
        candidates: dict[Any, list[tuple[int, str | None]]] = defaultdict(list)
        for number, record in ours:
            if self._told[self._whole(record)] > 0:
                self._told[self._whole(record)] -= 1
                found.append(number)
            elif self._untold[self._rest(record)] > 0:
                candidates[self._rest(record)].append((number, record.extra))
        doubtful = sum(self._settle(rest, lines, found) for rest, lines in candidates.items())
        foreign = sum((+self._told).values()) + sum((+self._untold).values()) - doubtful
        return Rejected(lines=tuple(sorted(found)), foreign=foreign, doubtful=doubtful)

    def _settle(self, rest: Any, lines: list[tuple[int, str | None]], found: list[int]) -> int:
        count = self._untold[rest]
        if count < len(lines) and len({extra for _, extra in lines}) > 1:
            return count
        found.extend(number for number, _ in lines[:count])
        self._untold[rest] -= min(count, len(lines))
        return 0

    def _whole(self, record: EstimateRecord) -> Any:
        job = record.job or ""
        return (
            job if self.comparing.exactly else self.comparing.jobs.bare(job),
            record.extra or "",
            self._rest(record),
        )

    def _rest(self, record: EstimateRecord) -> Any:
        code = record.cost_code if self.comparing.exactly else self.comparing.cost_codes.bare(record.cost_code)
        return (
            code,
            record.category,
            record.description,
            record.date,
            record.quantity,
            record.unit,
            record.amount,
        )


def rejected_lines(erp: SageErp, paths: Iterable[str], ours: Iterable[tuple[int, EstimateRecord]]) -> Rejected:
    """Which of our lines stand in those files; raises `ReadFailed` for one that is no file of estimate records."""
    settings = erp.settings
    match = _Match(settings.comparing)
    for path in paths:
        for record in _records(erp, path):
            match.learn(record)
    if match.is_empty:
        return Rejected(lines=(), foreign=0)
    return match.lines((number, as_read_back(record, settings.layout)) for number, record in ours)


def reject_path(erp: SageErp, name: str) -> str:
    """Where the rejects of the import file `name` are looked for: where its sheet said, whatever the setting is now."""
    path = tombstone(name)
    noted = read_note(erp, path).get("reject_file") if erp.files.exists(path) else None
    return str(noted or erp.settings.reject_path(name))


def claims(erp: SageErp, name: str) -> tuple[str, ...]:
    """The rejection files that were claimed for an effect's file of that name."""
    ours = re.compile(re.escape(name) + r"-[0-9]+\.jce")
    return tuple(str(fact.path) for fact in erp.files.list(CLAIMED) if ours.fullmatch(fact.path.name))


def _records(erp: SageErp, path: str) -> Iterator[EstimateRecord]:
    settings = erp.settings
    try:
        with erp.files.open(path) as stream:
            yield from read_records(stream, settings.layout, settings.file_encoding)
    except RecordError as error:
        raise ReadFailed(
            f"The rejection file {path} is not one of estimate records: {error}.",
            remedy="Look whether somebody is correcting it, or whether another program wrote it.",
        ) from error
