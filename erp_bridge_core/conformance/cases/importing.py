"""A budget that is made from what the ERP holds, by an installation that knows of nothing it sent there."""

from decimal import Decimal

from erp_bridge_core.conformance.cases.elsewhere import without_a_past
from erp_bridge_core.conformance.world.bench import Bench
from erp_bridge_core.conformance.world.site import Site
from erp_bridge_core.conformance.world.walk import read_job
from erp_bridge_core.conformance.world.workload import Expected, later_change, later_line
from erp_bridge_core.contract.budget import LineKey
from erp_bridge_core.demo.books import bare


def imported(bench: Bench) -> list[str]:
    """Import, compare, export a change, compare; what is wrong, in words."""
    snapshot = without_a_past(bench, bench.delivered())
    with bench.site(snapshot) as site:
        before = site.held()
        site.application.budgets.import_from_erp(site.person("manager"), site.project, mode="override")
        wrong = _differences(site)
        site.expected = Expected(amounts=before)
        changes = later_change(bench.profile)
        site.add(() if changes else [later_line()], changes)
        site.deliver(site.accept(site.send(), confirm_baseline=True))
        if told := site.difference():
            wrong.append(f"after one change to the imported budget was exported: {told}")
    return wrong


def _differences(site: Site) -> list[str]:
    """What of the imported budget is not what the ERP's books hold; original and changes where they are read apart."""
    apart = all(
        figure.original is not None and figure.changes is not None for figure in read_job(site, site.job).figures
    )
    shown = site.application.budgets.show(site.person("manager"), site.project)
    found: dict[LineKey, tuple[Decimal, Decimal]] = {
        bare(site.codes.theirs(line.key)): (line.original, line.changes) for line in shown.lines
    }
    nothing = (Decimal(0), Decimal(0))
    wrong = []
    for key in sorted({*found, *site.held()}):
        ours, theirs = found.get(key, nothing), site.held().get(key, nothing)
        if sum(ours) != sum(theirs) or (apart and ours != theirs):
            wrong.append(f"{key}: the ERP holds {theirs[0]} and {theirs[1]}, imported were {ours[0]} and {ours[1]}")
    return wrong[:5]
