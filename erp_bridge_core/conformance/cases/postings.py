"""What people may do with an export before, while and after it is posted, and what a verification then says."""

import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from attrs import evolve, frozen

from erp_bridge_core.conformance.cases.exporting import listening
from erp_bridge_core.conformance.world.bench import Bench
from erp_bridge_core.conformance.world.site import Site
from erp_bridge_core.conformance.world.walk import item_of, plain_entries, promised
from erp_bridge_core.contract.errors import ErpBridgeError, NotFound
from erp_bridge_core.contract.postings import Outcome
from erp_bridge_core.contract.profile import ErpProfile, Stage
from erp_bridge_core.contract.simulator import Mischief
from erp_bridge_core.exports.results import VerificationResult

#: What is done with an export instead of posting it, and what must be said of it where the routes tell.
_INSTEAD: Final = (
    Mischief.LOADS_HALF,
    Mischief.LOADS_TWICE,
    Mischief.TICKS_WRONG,
    Mischief.REMOVES_ENTRY,
)
_NAMED: Final = {
    Mischief.LOADS_HALF: frozenset({Outcome.HALF_POSTED, Outcome.NOT_VISIBLE_YET, Outcome.UNPOSTED}),
    Mischief.LOADS_TWICE: frozenset({Outcome.POSTED_TWICE}),
    Mischief.TICKS_WRONG: frozenset({Outcome.WRONG_PLACE, Outcome.OTHER_AMOUNT}),
}


@frozen(kw_only=True)
class Case:
    """What was done, whether the books show just what was sent, and what the verification said."""

    name: str
    outcome: Outcome
    counts: frozenset[Outcome]
    books_differ: str
    wanted: frozenset[Outcome] = frozenset()

    def wrong(self, profile: ErpProfile) -> Iterator[str]:
        """What is wrong with what was said."""
        if self.books_differ and self.outcome.is_good:
            yield f"{self.name}: the verification says {self.outcome.value}, yet {self.books_differ}"
        if not self.books_differ and not self.outcome.is_good:
            yield f"{self.name}: the books are as they were sent, and the verification says {self.outcome.value}"
        if self.books_differ and self.wanted and self.outcome not in self.wanted:
            meant = " or ".join(sorted(each.value for each in self.wanted))
            yield f"{self.name}: the verification says {self.outcome.value}, not {meant}; {self.books_differ}"
        for outcome, stage in ((Outcome.SYNCED, Stage.SYNCED), (Outcome.UNPOSTED, Stage.EXPORTED)):
            if outcome in {self.outcome, *self.counts} and not sees(profile, stage):
                yield f"{self.name}: the verification says {outcome.value}, which the profile says nobody can see"


def sees(profile: ErpProfile, stage: Stage) -> bool:
    """Whether the profile says that a stage can be seen."""
    return any(each.stage is stage and each.visible for each in profile.stages)


def cases(bench: Bench) -> list[Case]:
    """An export that is posted, and each thing that people may do instead."""
    offered = _mischief(bench)
    return [_case(bench, None), *(_case(bench, kind) for kind in _INSTEAD if kind in offered)]


def _case(bench: Bench, kind: Mischief | None) -> Case:
    exported = _exported(bench)
    item = item_of(exported)
    with bench.site(exported) as site:
        handed = site.take(item)
        try:
            if kind is not None:
                site.mischief(kind, handed)
        except NotFound:
            kind = None  # there is nothing yet that it could fall on
        if kind is None or kind is Mischief.REMOVES_ENTRY:
            site.post(handed)
        result = site.verify(item)
        return Case(
            name=kind.value if kind else "posted",
            outcome=result.outcome,
            counts=frozenset(Outcome(name) for name, count in result.counts.items() if count),
            books_differ=site.difference(),
            wanted=_NAMED.get(kind, frozenset()) if kind else frozenset(),
        )


def _exported(bench: Bench) -> Any:
    """The standard budget exported, and nothing posted."""

    def make() -> Any:
        snapshot = bench.started()
        with bench.site(snapshot) as site:
            site.run(item_of(snapshot))
            return bench.keep(site, snapshot, site.item(item_of(snapshot)))

    return bench.once("exported", make)


def _mischief(bench: Bench) -> Any:
    mischievous = bench.subject.mischievous
    return mischievous.mischief() if mischievous else {}


# -- after it was posted ----------------------------------------------------------------------------------------------


def cases_after(bench: Bench) -> list[str]:
    """What is wrong with what is said after each change of posted books; blank where it is right."""
    done = [
        _changed(bench, kind) for kind in (Mischief.EDITS_ENTRY, Mischief.REMOVES_ENTRY) if kind in _mischief(bench)
    ]
    return [*done, _restored(bench)]


def _changed(bench: Bench, kind: Mischief) -> str:
    snapshot = bench.delivered()
    with bench.site(snapshot) as site:
        before = site.verify(item_of(snapshot)).outcome
        site.mischief(kind)
        return _judged(site, site.verify(item_of(snapshot)), f"after {kind.value}", before)


def _restored(bench: Bench) -> str:
    """The ERP's books from before the export are put back, as from a backup; the share stays as it is."""
    snapshot, older = bench.delivered(), bench.started()
    with bench.site(snapshot) as site:
        before = site.verify(item_of(snapshot)).outcome
        share = _share(site)
    put_back = bench.folder / "snapshots" / "older books"
    if not put_back.exists():
        shutil.copytree(snapshot.path / "home", put_back / "home")
        shutil.copytree(older.path / "erp", put_back / "erp")
        if share is not None:
            shutil.copytree(snapshot.path / "erp" / share, put_back / "erp" / share, dirs_exist_ok=True)
    with bench.site(evolve(snapshot, path=put_back)) as site:
        site.post()  # people have the ERP show its figures, where that is by a report
        return _judged(site, site.verify(item_of(snapshot)), "after an older copy of the books was put back", before)


def _share(site: Site) -> Path | None:
    """Where the share is below the ERP's own folder; None where there is none."""
    administrator = site.person("administrator")
    manager = site.application.projects.show(administrator, site.project)
    _, erp = site.application.connections.erp(administrator.company_id, manager.connection_id or 0, site.job)
    try:
        return Path(erp.files.full_path("any")).parent.resolve().relative_to(site.erp_home.resolve())
    except (ErpBridgeError, ValueError):
        return None


def _judged(site: Site, result: VerificationResult, when: str, before: Outcome) -> str:
    differs = site.difference()
    if not differs or not before.is_good or not result.outcome.is_good:
        return ""
    return f"{when}, the verification says {result.outcome.value}: {differs}"


# -- twice ------------------------------------------------------------------------------------------------------------


def twice(bench: Bench) -> list[str]:
    """Verify an export before and after it is posted, twice each; what is wrong, in words."""
    snapshot = _exported(bench)
    item = item_of(snapshot)
    wrong: list[str] = []
    with bench.site(snapshot) as site:
        wrong += _twice(bench, site, item, "before it was posted")
        site.post(site.take(item))
        wrong += _twice(bench, site, item, "after it was posted")
    return wrong


def _twice(bench: Bench, site: Site, item: Any, when: str) -> list[str]:
    before = plain_entries(site.entries()), promised(bench, site)
    with listening(bench, site) as heard:
        try:
            first, second = site.verify(item), site.verify(item)
        except ErpBridgeError as error:
            return [f"{when}, a verification failed: {error.message}"]
    wrong = [f"{when}, a verification wrote {heard}"] if heard else []
    if (plain_entries(site.entries()), promised(bench, site)) != before:
        wrong.append(f"{when}, a verification changed the ERP's books")
    if _said(first) != _said(second):
        wrong.append(f"{when}, the first verification said {_said(first)}, the second {_said(second)}")
    return wrong


def _said(result: VerificationResult) -> tuple[str, dict[str, int], list[tuple[str, Decimal | None]]]:
    keys = [(str(each.key), each.now_total) for each in result.keys]
    return result.outcome.value, dict(result.counts), keys
