"""What the rules about exports share: a later export, two of everything, and content that was never sent."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from attrs import evolve

from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.conformance.cases.elsewhere import second_installation, second_project
from erp_bridge_core.conformance.wire import FaultyFiles, FileAct
from erp_bridge_core.conformance.world.bench import Bench
from erp_bridge_core.conformance.world.site import Site
from erp_bridge_core.conformance.world.walk import neighbour_codes
from erp_bridge_core.conformance.world.watching import Sent
from erp_bridge_core.conformance.world.workload import Expected, difference, later_change, later_line
from erp_bridge_core.contract.budget import LineKey
from erp_bridge_core.demo.books import bare
from erp_bridge_core.exports.status import ExportState

_RAISED = Decimal("100.10")


def lines_by_key(bench: Bench) -> Counter[tuple[LineKey, str]]:
    """How many lines of the standard budget move each key of the ERP, by side."""
    snapshot = bench.started()
    counts: Counter[tuple[LineKey, str]] = Counter()
    for line in snapshot.workload.lines:
        counts[bare(snapshot.codes.theirs(line.key)), "original"] += 1
    for change in snapshot.workload.changes:
        for key, _ in change.moves:
            counts[bare(snapshot.codes.theirs(key)), "changes"] += 1
    return counts


def as_held(site: Site) -> Expected:
    """What the books hold now, as what must stay."""
    return Expected(amounts=site.held())


def later(bench: Bench, site: Site) -> ItemView:
    """A second export, accepted: a line that was raised, one that is new, and one more change."""
    first = bench.linked().workload.lines[0]
    raised = evolve(first, amount=_RAISED)
    manager = site.person("manager")
    site.application.sending.unlock(manager, site.project)
    changes = {"amount": first.amount + _RAISED}
    site.application.budgets.edit_line(manager, site.project, first.key, changes=changes)
    site.expected = site.expected.plus([raised], (), site.codes)
    site.add([later_line()], later_change(bench.profile))
    return site.accept(site.send(), confirm_baseline=True)


def raised_key(bench: Bench) -> LineKey:
    """The key of the line that the second export raises, in the ERP's codes."""
    snapshot = bench.linked()
    return bare(snapshot.codes.theirs(snapshot.workload.lines[0].key))


def difference_by_total(bench: Bench, site: Site) -> str:
    """What differs, in words; of the raised line the total counts, since an ERP may take the rest as a change."""
    key = raised_key(bench)
    expected, found = dict(site.expected.amounts), dict(site.held())
    if sum(expected[key]) == sum(found.get(key, ())):
        del expected[key], found[key]
    return difference(expected, found)


class Heard(list[str]):
    """What was written, in words."""

    def __str__(self) -> str:
        return "; ".join(self[:5])


@contextmanager
def listening(bench: Bench, site: Site) -> Iterator[Heard]:
    """Note every write, by request and by file, until the block ends."""
    heard = Heard()
    shares: list[FaultyFiles] = []
    begun = len(bench.proxy.exchanges)

    def wrap(files: Any) -> FaultyFiles:
        shares.append(FaultyFiles(files))
        return shares[-1]

    site.watch.announce = bench.proxy.announce
    site.watch.wrap_files = wrap
    try:
        yield heard
    finally:
        site.watch.announce, site.watch.wrap_files = None, None
        for each in bench.proxy.exchanges[begun:]:
            if isinstance(each.tag, Sent) and each.tag.effect is not None:
                heard.append(f"{each.method} {each.path}")
        for trace in (trace for share in shares for trace in share.trace):
            if trace.call.act in {FileAct.WRITE_NEW, FileAct.MOVE}:
                heard.append(f"{trace.call.act.value} {trace.call.path}")


def apart(bench: Bench) -> list[str]:
    """Two jobs of one installation, then the second job from another installation; what is wrong, in words."""
    snapshot = bench.delivered()
    lines = [line for line in snapshot.workload.lines if not line.sub_job]
    wrong = []
    with bench.site(snapshot) as site:
        site.expected = as_held(site)
        other = second_project(site, neighbour_codes(bench))
        other.deliver(other.accepted(lines))
        for title, each in (("first", site), ("second", other)):
            if told := each.difference():
                wrong.append(f"after the same content was exported to two jobs, the {title} job is not right: {told}")
    with bench.site(second_installation(bench, snapshot)) as site:
        other = second_project(site, neighbour_codes(bench))
        item = other.accepted(lines)
        status = other.export(item)
        if status.state is ExportState.FAILED and not status.effects:
            return wrong  # it refuses, before it plans anything, what another installation writes to
        other.finish(item)
        if told := other.difference():
            wrong.append(f"after another installation exported the same content to the second job: {told}")
    return wrong
