"""Reading back by hh2: what was carried back from Sage, but without Extras."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from attrs import define, field

from erp_bridge_core.contract import ExportReceipt, LineKey, Observation, RouteSight, Seen
from erp_bridge_core.contract.errors import ErpError
from erp_bridge_sage300.codes import KeyMatcher
from erp_bridge_sage300.masters import Hh2Job
from erp_bridge_sage300.report import JobCostReport
from erp_bridge_sage300.routes import FAILURES, HH2, NOTHING, TITLES, failed, several
from erp_bridge_sage300.share import SageErp

NOT_TOLD: Final = "hh2's rows carry no Extra, so this key can't be told from one that differs by its Extra alone"


@define
class _Row:
    """The rows of one cost code and category: how many, and the figures of the last."""

    count: int = 0
    original: Decimal = NOTHING
    changes: Decimal = NOTHING
    total: Decimal = NOTHING


@define
class _Hh2Sight:
    """What hh2 shows of a job, by cost code and category, and which of these an Extra has too.

    `extras`: it is not known which, so a row that is none of our keys may be an Extra's.
    """

    extras: bool
    rows: dict[tuple[str, str], _Row] = field(factory=dict)
    in_extras: set[tuple[str, str]] = field(factory=set)

    def observe(self, key: LineKey) -> Observation:
        """What hh2 says of a key, or why it can't tell."""
        place = (key.cost_code, key.category)
        row = self.rows.get(place, _Row())
        if key.sub_job or place in self.in_extras:
            return Observation(route=HH2, key=key, cannot_tell=NOT_TOLD)
        if row.count > 1:
            return several(HH2, key)
        return Observation(route=HH2, key=key, original=row.original, changes=row.changes, total=row.total)

    def observe_other(self, place: tuple[str, str]) -> Observation:
        """A row that is none of our keys on the job itself: surely the job's own only where Extras are known."""
        key = LineKey("", *place)
        return Observation(route=HH2, key=key, cannot_tell=NOT_TOLD) if self.extras else self.observe(key)


def see_by_hh2(receipt: ExportReceipt, erp: SageErp, matcher: KeyMatcher) -> Iterator[Seen]:
    """Yield hh2's sight, then what it says of each key that it can tell apart."""
    try:
        sight = _hh2_sight(receipt, erp, matcher)
    except FAILURES as error:
        yield failed(HH2, error)
        return
    yield RouteSight(
        route=HH2,
        title=TITLES[HH2],
        sees_sub_jobs=False,
        proof=False,
        synced_back=True,
        evidence={"rows": str(sum(row.count for row in sight.rows.values()))},
    )
    ours: set[tuple[str, str]] = set()
    for key in receipt.keys:
        ours.add((key.cost_code, key.category))
        yield sight.observe(key)
    for place in sight.rows:
        if place not in ours:
            yield sight.observe_other(place)


def _hh2_sight(receipt: ExportReceipt, erp: SageErp, matcher: KeyMatcher) -> _Hh2Sight:
    sight = _Hh2Sight(extras=True)
    sight.in_extras.update((key.cost_code, key.category) for key in receipt.keys if key.sub_job)
    _learn_extras(sight, receipt, erp, matcher)
    for code, row in Hh2Job(erp, receipt.job).rows():
        key = matcher.match("", code, row.code)
        known = sight.rows.setdefault((key.cost_code, key.category), _Row())
        known.count += 1
        known.original, known.changes, known.total = row.original_estimate, row.approved_estimate_changes, row.estimate
    return sight


def _learn_extras(sight: _Hh2Sight, receipt: ExportReceipt, erp: SageErp, matcher: KeyMatcher) -> None:
    """Learn from the report which codes an Extra has too; where it can't be read, any row may be an Extra's."""
    try:
        for row in JobCostReport(erp).rows(receipt.job):
            if row.extra:
                key = matcher.match(row.extra, row.cost_code, row.category)
                sight.in_extras.add((key.cost_code, key.category))
    except ErpError as error:
        erp.log.info("Extras could not be told from the job cost report: %s", error.message)
        return
    sight.extras = False
