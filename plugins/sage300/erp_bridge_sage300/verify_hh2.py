"""Reading back by hh2: what was carried back from Sage, but without Extras."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from attrs import define, field

from erp_bridge_core.contract import ExportReceipt, LineKey, Observation, RouteSight, Seen
from erp_bridge_core.contract.errors import ErpError
from erp_bridge_core.contract.lookup import Lookup
from erp_bridge_sage300.codes import KeyMatcher
from erp_bridge_sage300.hh2_rows import CategoryRow
from erp_bridge_sage300.masters import Hh2Job
from erp_bridge_sage300.report import JobCostReport
from erp_bridge_sage300.routes import FAILURES, HH2, NOTHING, TITLES, failed, several
from erp_bridge_sage300.share import SageErp

NOT_TOLD: Final = "hh2's rows carry no Extra, so this key can't be told from one that differs by its Extra alone"


#: No row, and its figures.
_NONE: Final[tuple[Any, ...]] = (0, *[str(NOTHING)] * 3)


@define
class _Hh2Sight:
    """What hh2 shows of a job, by cost code and category, and which of these an Extra has too.

    `extras`: it is not known which, so a row that is none of our keys may be an Extra's.
    """

    extras: bool
    #: How many rows stand for a cost code and category, and the figures of the last as text.
    rows: Lookup = field(factory=Lookup)
    in_extras: Lookup = field(factory=Lookup)
    count: int = 0

    def take(self, place: tuple[str, str], row: CategoryRow) -> None:
        """Take in one row."""
        amounts = (row.original_estimate, row.approved_estimate_changes, row.estimate)
        count = (self.rows.get(place) or _NONE)[0] + 1
        self.rows.put(place, (count, *map(str, amounts)))
        self.count += 1

    def observe(self, key: LineKey) -> Observation:
        """What hh2 says of a key, or why it can't tell."""
        place = (key.cost_code, key.category)
        if key.sub_job or place in self.in_extras:
            return Observation(route=HH2, key=key, cannot_tell=NOT_TOLD)
        count, *amounts = self.rows.get(place) or _NONE
        if count > 1:
            return several(HH2, key)
        original, changes, total = map(Decimal, amounts)
        return Observation(route=HH2, key=key, original=original, changes=changes, total=total)

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
        evidence={"rows": str(sight.count)},
    )
    ours = Lookup()
    for key in receipt.keys:
        ours.put((key.cost_code, key.category))
        yield sight.observe(key)
    for (code, category), _ in sight.rows:
        if (code, category) not in ours:
            yield sight.observe_other((code, category))


def _hh2_sight(receipt: ExportReceipt, erp: SageErp, matcher: KeyMatcher) -> _Hh2Sight:
    sight = _Hh2Sight(extras=True)
    for key in receipt.keys:
        if key.sub_job:
            sight.in_extras.put((key.cost_code, key.category))
    _learn_extras(sight, receipt, erp, matcher)
    for code, row in Hh2Job(erp, receipt.job).rows():
        key = matcher.match("", code, row.code)
        sight.take((key.cost_code, key.category), row)
    return sight


def _learn_extras(sight: _Hh2Sight, receipt: ExportReceipt, erp: SageErp, matcher: KeyMatcher) -> None:
    """Learn from the report which codes an Extra has too; where it can't be read, any row may be an Extra's."""
    try:
        for row in JobCostReport(erp).rows(receipt.job):
            if row.extra:
                key = matcher.match(row.extra, row.cost_code, row.category)
                sight.in_extras.put((key.cost_code, key.category))
    except ErpError as error:
        erp.log.info("Extras could not be told from the job cost report: %s", error.message)
        return
    sight.extras = False
