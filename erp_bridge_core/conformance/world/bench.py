"""The bench: sites of the adapter under test, made once, kept as snapshots, and opened as often as a case needs one."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, cast

from attrs import define, evolve, frozen

from erp_bridge_core.app import Application
from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.conformance.recording import Recording
from erp_bridge_core.conformance.subject import Subject
from erp_bridge_core.conformance.workbench import LIMITS, TIME_ZONE, Workbench, clock_at
from erp_bridge_core.conformance.world.site import COMPANY, CONNECTION, TESTER, Site
from erp_bridge_core.conformance.world.watching import OneAdapter, WatchedAdapter, patience
from erp_bridge_core.conformance.world.workload import (
    JOB,
    NAME,
    OTHER_JOB,
    SUB_JOBS,
    Expected,
    Workload,
    erp_side,
    standard,
)
from erp_bridge_core.connections.maps import MapEntry
from erp_bridge_core.contract.profile import Capability, ErpProfile
from erp_bridge_core.contract.simulator import Paced, Served, Variant, Variants
from erp_bridge_core.demo.erp_side import Codes, secrets_into
from erp_bridge_core.demo.people import hire
from erp_bridge_core.installation import create_home
from erp_bridge_core.registry import Registry

PROJECT: Final = "B-40891"


@frozen(kw_only=True)
class Snapshot:
    """A site as it was kept: its files, how far its clock was, and what it is about."""

    path: Path
    passed: float
    codes: Codes
    workload: Workload
    expected: Expected
    item: ItemView | None = None


@define(kw_only=True)
class Bench(Workbench[Subject, Snapshot]):
    """The workbench of an adapter. `record`: where what the ERP answers is kept."""

    record: Path | None = None

    @property
    def profile(self) -> ErpProfile:
        """The adapter's profile."""
        return self.subject.adapter.profile

    def claims(self, capability: Capability) -> bool:
        """Whether the adapter claims a capability."""
        return self.profile.supports(capability)

    def profile_for(self, workload: Workload) -> ErpProfile:
        """The profile as the product takes it for a workload."""
        return evolve(self.profile, capabilities=self.profile.capabilities | workload.granted)

    @property
    def variants(self) -> Mapping[str, Variant]:
        """The other ways in which the simulator's site may be set up, by name."""
        simulator = self.subject.simulator
        return simulator.variants() if isinstance(simulator, Variants) else {}

    def variant(self, name: str) -> Variant:
        """One of them; the usual one where the name is blank."""
        return self.variants[name] if name else Variant(title="the usual set-up")

    # -- snapshots ----------------------------------------------------------------------------------------------------

    def linked(self, workload: Workload | None = None) -> Snapshot:
        """A project without a line, linked to a job that has all the codes of the workload; the masters are read."""
        wanted = workload or standard(self.profile)
        return self._snapshot(("linked", wanted.set_up), lambda: self._make_linked(wanted))

    def accepted(self, workload: Workload | None = None) -> Snapshot:
        """The workload was sent and accepted."""
        wanted = workload or standard(self.profile)
        return self._snapshot(("accepted", wanted), lambda: self._make_accepted(wanted))

    def started(self, workload: Workload | None = None) -> Snapshot:
        """Its export was started; nothing was written yet."""
        wanted = workload or standard(self.profile)
        return self._snapshot(("started", wanted), lambda: self._make_started(wanted))

    def delivered(self, workload: Workload | None = None) -> Snapshot:
        """It was exported, posted, and verified."""
        wanted = workload or standard(self.profile)
        return self._snapshot(("delivered", wanted), lambda: self._make_delivered(wanted))

    def keep(self, site: Site, snapshot: Snapshot, item: ItemView | None = None) -> Snapshot:
        """Keep a site as it is now. Nothing may be writing to it at this moment."""
        path = self.folder / "snapshots" / str(len(list((self.folder / "snapshots").glob("*"))) + 1)
        path.mkdir(parents=True)
        shutil.copytree(site.home, path / "home", ignore=shutil.ignore_patterns("*.lock"))
        shutil.copytree(site.erp_home, path / "erp")
        return Snapshot(
            path=path,
            passed=site.clock.passed,
            codes=snapshot.codes,
            workload=snapshot.workload,
            expected=site.expected,
            item=item or snapshot.item,
        )

    # -- sites --------------------------------------------------------------------------------------------------------

    @contextmanager
    def site(self, snapshot: Snapshot, *, serial: bool = True) -> Iterator[Site]:
        """A site as it was kept, alive: the simulator serves behind the proxy, the installation is open."""
        home, erp_home = self._work
        self._clear()
        shutil.copytree(snapshot.path / "home", home)
        shutil.copytree(snapshot.path / "erp", erp_home)
        with self.opened(snapshot, serial=serial) as site:
            yield site

    @contextmanager
    def opened(self, snapshot: Snapshot, *, serial: bool = True) -> Iterator[Site]:
        """The site that lies in the work folder now, opened (again): what another process left, say."""
        home, erp_home = self._work
        clock = clock_at(snapshot.passed)
        granted = snapshot.workload.granted
        seconds = patience(len(snapshot.workload.lines))
        watch = self._watched(serial=serial, limits=LIMITS, granted=granted, seconds=seconds)
        simulator = self.subject.simulator
        self.proxy.clear()
        with (
            simulator.serve(erp_home) as served,
            self._behind(served),
            Application.open(home, clock=clock, registry=cast("Registry", OneAdapter(watch))) as application,
        ):
            application.exports.worker.seconds = clock.database_seconds(application.store)
            try:
                yield Site(
                    home=home,
                    erp_home=erp_home,
                    application=application,
                    watch=watch,
                    simulator=simulator,
                    clock=clock,
                    codes=snapshot.codes,
                    project=PROJECT,
                    workload=snapshot.workload,
                    expected=snapshot.expected,
                )
            finally:
                watch.close()

    @contextmanager
    def beside(self, site: Site) -> Iterator[Application]:
        """Another process at the same installation, as far as one can be played: it shares what lies on the disk."""
        watch = self._watched(serial=True, limits=LIMITS)
        registry = cast("Registry", OneAdapter(watch))
        with Application.open(site.home, clock=site.clock, registry=registry) as application:
            application.exports.worker.seconds = site.clock.database_seconds(application.store)
            try:
                yield application
            finally:
                watch.close()

    def _watched(self, **options: Any) -> WatchedAdapter:
        sandbox = self.subject.sandbox
        replay = Recording.read(Path(sandbox.recording)) if sandbox is not None and sandbox.recording else None
        return WatchedAdapter(adapter=self.subject.adapter, replay=replay, record=self.record, **options)

    @property
    def _work(self) -> tuple[Path, Path]:
        return self.folder / "work" / "home", self.folder / "work" / "erp"

    def _clear(self) -> None:
        shutil.rmtree(self.folder / "work", ignore_errors=True)
        (self.folder / "work").mkdir(parents=True)

    @contextmanager
    def _behind(self, served: Served) -> Iterator[None]:
        """The proxy between the connection and the simulator."""
        self.proxy.upstream = served.hosts[0] if self._is_behind_proxy(served) else None
        try:
            yield
        finally:
            self.proxy.release()
            self.proxy.disarm()
            self.proxy.upstream = None

    # -- making them --------------------------------------------------------------------------------------------------

    def _make_linked(self, workload: Workload) -> Snapshot:
        self._clear()
        home, erp_home = self._work
        profile, variant = self.profile_for(workload), self.variant(workload.variant)
        codes, setup = erp_side(workload, profile)
        codes = codes if self.subject.sandbox is None else self.subject.sandbox.codes
        _, other_setup = erp_side(workload, profile, job=OTHER_JOB, taken={codes.job})
        simulator = self.subject.simulator
        simulator.setup(erp_home, [setup, other_setup])
        if isinstance(simulator, Paced):
            simulator.permit_any_rate(erp_home, any_rate=True)
        variant.prepare(erp_home, codes.job)
        create_home(
            home, company_code=COMPANY, company_name="Suite Contractors", time_zone=TIME_ZONE,
            currency="USD", admin_login="administrator", admin_name="Administrator", demo=True,
        ).close()  # fmt: skip
        with simulator.serve(erp_home) as served:
            self._connect(home, evolve(served, settings={**served.settings, **variant.settings}), codes)
        snapshot = Snapshot(
            path=self.folder, passed=0.0, codes=codes, workload=workload, expected=Expected(), item=None
        )
        with self.opened(snapshot) as site:
            self._link(site, sub_jobs=bool(setup.sub_jobs))
            return self.keep(site, snapshot)

    def _connect(self, home: Path, served: Served, codes: Codes) -> None:
        watch = self._watched()
        with Application.open(home, clock=clock_at(0.0), registry=cast("Registry", OneAdapter(watch))) as application:
            hire(application, COMPANY, TESTER)
            secrets_into(home, served.secrets)
            administrator = application.people.actor_as("administrator", COMPANY, TESTER)
            application.connections.add(
                administrator, CONNECTION, erp=self.subject.name, settings=self._settings(served),
                files_root=served.files_root, hosts=self._hosts(served),
                plain_http=all(host.startswith("127.0.0.1:") for host in self._hosts(served)),
            )  # fmt: skip
            rows = {(kind, ours): theirs for kind, ours, theirs in codes.entries()}
            entries = [MapEntry(kind=kind, ours=ours, theirs=theirs) for (kind, ours), theirs in sorted(rows.items())]
            if entries:
                application.maps.load(administrator, CONNECTION, rows=entries)

    def _settings(self, served: Served) -> dict[str, Any]:
        """The simulator's settings, every address of it being the proxy's."""
        return {name: self._through(value, served) for name, value in served.settings.items()}

    def _through(self, value: Any, served: Served) -> Any:
        if isinstance(value, str) and self._is_behind_proxy(served):
            return value.replace(served.hosts[0], self.proxy.address)
        return value

    def _hosts(self, served: Served) -> tuple[str, ...]:
        return (self.proxy.address, *served.hosts[1:]) if self._is_behind_proxy(served) else served.hosts

    def _is_behind_proxy(self, served: Served) -> bool:
        """A simulator is; a test company is talked to directly, by TLS."""
        return bool(served.hosts) and self.subject.sandbox is None

    def _link(self, site: Site, *, sub_jobs: bool) -> None:
        administrator = site.person("administrator")
        site.application.projects.create(administrator, PROJECT, name=NAME)
        site.application.projects.link(administrator, PROJECT, CONNECTION, job=site.job)
        site.application.people.grant_project(administrator, "manager", PROJECT, level="standard", may_send=True)
        site.application.projects.sync(site.person("manager"), PROJECT)
        for code, name in SUB_JOBS if sub_jobs else ():
            site.application.budgets.sub_job(site.person("manager"), PROJECT, code, name=name)

    def _make_accepted(self, workload: Workload) -> Snapshot:
        snapshot = self.linked(workload)
        with self.site(snapshot) as site:
            item = site.accepted(workload.lines, workload.changes)
            return self.keep(site, snapshot, item)

    def _make_started(self, workload: Workload) -> Snapshot:
        snapshot = self.accepted(workload)
        assert snapshot.item is not None
        with self.site(snapshot) as site:
            item = site.started(snapshot.item)
            return self.keep(site, snapshot, item)

    def _make_delivered(self, workload: Workload) -> Snapshot:
        snapshot = self.started(workload)
        assert snapshot.item is not None
        with self.site(snapshot) as site:
            site.run(snapshot.item)
            site.finish(snapshot.item)
            return self.keep(site, snapshot, site.item(snapshot.item))


__all__ = ["JOB", "Bench", "Snapshot"]
