"""The bench for sources: their simulated companies, made once, kept as snapshots, and opened as a case needs one."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from attrs import define, evolve, field, frozen

from erp_bridge_core.configuration.secrets import SecretStore
from erp_bridge_core.conformance.source_world import workload
from erp_bridge_core.conformance.source_world.site import INSTALLATION, SourceSite
from erp_bridge_core.conformance.source_world.subject import SourceSubject
from erp_bridge_core.conformance.wire import SuiteClock
from erp_bridge_core.conformance.workbench import LIMITS, Workbench, clock_at
from erp_bridge_core.connections.build import open_log
from erp_bridge_core.connections.files import NoFiles, SharedFiles
from erp_bridge_core.connections.settings import know_secrets, read_settings
from erp_bridge_core.connections.state import CallbackState
from erp_bridge_core.contract.profile import RateLimit
from erp_bridge_core.contract.simulator import Paced, Served
from erp_bridge_core.contract.source import Source, SourceCapability, SourceProfile
from erp_bridge_core.contract.source_simulator import SourceMischief
from erp_bridge_core.contract.wire import current_attempt
from erp_bridge_core.demo.erp_side import secrets_into
from erp_bridge_core.wire.http import GuardedSession, open_session
from erp_bridge_core.wire.redaction import Redactor
from erp_bridge_core.wire.throttle_files import FileThrottles

CONNECTION: Final = "source"
COMPANY: Final = "suite"


@frozen(kw_only=True)
class Mark:
    """A request of the source's plugin: its number within the case, and whether it is made for a write."""

    number: int
    is_write: bool


@frozen(kw_only=True)
class Snapshot:
    """A simulated company as it was kept, and the request that waits there, if one does."""

    path: Path
    request: str = ""


@define(kw_only=True)
class SourceBench(Workbench[SourceSubject, Snapshot]):
    """The workbench of a source.

    `announce` is told of each request right before it goes out, and may say for how many seconds it waits.
    """

    announce: Callable[[Mark], float | None] | None = field(default=None, init=False)
    requests: int = field(default=0, init=False)

    @property
    def profile(self) -> SourceProfile:
        """The source's profile."""
        return self.subject.adapter.profile

    def claims(self, capability: SourceCapability) -> bool:
        """Whether the source claims a capability."""
        return self.profile.supports(capability)

    def can(self, kind: SourceMischief) -> bool:
        """Whether the simulator offers this mischief."""
        mischievous = self.subject.mischievous
        return mischievous is not None and kind in mischievous.mischief()

    # -- snapshots ----------------------------------------------------------------------------------------------------

    def fresh(self) -> Snapshot:
        """Two projects with their codes and no line."""
        return self._snapshot("fresh", self._set_up)

    def budgeted(self) -> Snapshot:
        """The standard budget with its approved change."""
        return self._snapshot("budgeted", lambda: self._grown(self.fresh(), _fill))

    def asked(self) -> Snapshot:
        """The same, and a request for its export."""
        return self._snapshot("asked", lambda: self._grown(self.budgeted(), lambda site: site.ask()))

    def _set_up(self) -> Snapshot:
        path = self._place()
        simulator = self.subject.simulator
        simulator.setup(path, list(workload.jobs(self.profile)))
        if isinstance(simulator, Paced):
            simulator.permit_any_rate(path, any_rate=True)
        return Snapshot(path=path)

    def _grown(self, snapshot: Snapshot, act: Callable[[SourceSite], str]) -> Snapshot:
        path = self._place()
        with self.site(snapshot) as site:
            request = act(site)
        shutil.copytree(self._work / "source", path, dirs_exist_ok=True)
        return Snapshot(path=path, request=request)

    def _place(self) -> Path:
        path = self.folder / "snapshots" / str(len(self._snapshots) + 1)
        path.mkdir(parents=True, exist_ok=True)
        return path

    # -- sites --------------------------------------------------------------------------------------------------------

    @property
    def _work(self) -> Path:
        return self.folder / "work"

    @contextmanager
    def site(self, snapshot: Snapshot, *, rate: RateLimit | None = None) -> Iterator[SourceSite]:
        """A site as it was kept, alive: the simulator serves behind the proxy, our side knows nothing yet."""
        shutil.rmtree(self._work, ignore_errors=True)
        (self._work / "ours").mkdir(parents=True)
        shutil.copytree(snapshot.path, self._work / "source")
        with self.opened(rate=rate) as site:
            yield site

    @contextmanager
    def opened(self, *, clock: SuiteClock | None = None, rate: RateLimit | None = None) -> Iterator[SourceSite]:
        """The site that lies in the work folder now, opened (again): as after both sides were started anew."""
        ours, theirs = self._work / "ours", self._work / "source"
        simulator = self.subject.simulator
        self.proxy.clear()
        self.requests = 0
        with simulator.serve(theirs) as served, self._behind(served):
            clock = clock or clock_at(0.0)
            source, session = self._source(served, ours, clock, rate)
            try:
                yield SourceSite(
                    home=ours, books_home=theirs, adapter=self.subject.adapter, simulator=simulator, source=source,
                    served=self._seen(served), clock=clock, workload=workload.standard(self.profile),
                )  # fmt: skip
            finally:
                session.close()

    @contextmanager
    def _behind(self, served: Served) -> Iterator[None]:
        self.proxy.upstream = served.hosts[0] if served.hosts else None
        try:
            yield
        finally:
            self.announce = None
            self.proxy.on_stage = None
            self.proxy.accept()
            with suppress(Exception):
                self.proxy.release()
            self.proxy.disarm()
            self.proxy.upstream = None

    def _source(
        self, served: Served, home: Path, clock: SuiteClock, rate: RateLimit | None
    ) -> tuple[Source[Any], GuardedSession]:
        secrets_into(home, served.secrets)
        redactor = Redactor()
        settings = read_settings(
            self.profile.settings_class,
            self._seen(served).settings,
            connection=CONNECTION,
            secrets=SecretStore(directory=home / "secrets", environ={}),
            redactor=redactor,
        )
        know_secrets(redactor, settings)
        session = open_session(
            name=CONNECTION,
            hosts=self._seen(served).hosts,
            plain_http=True,
            ca_file=None,
            throttles=FileThrottles(home / "throttle"),
            rate=rate or RateLimit(per_second=None, at_once=1),
            clock=clock,
            redactor=redactor,
            limits=LIMITS,
        )
        self._listen(session)
        private = home / "private"
        private.mkdir(mode=0o700, exist_ok=True)
        files: Any = NoFiles(connection=CONNECTION)
        if served.files_root:
            files = SharedFiles(served.files_root, (served.files_root,))
        source: Source[Any] = Source(
            name=CONNECTION, company=COMPANY, settings=settings, http=session, files=files, clock=clock,
            state=_state(home / "state.json", redactor), private=private, log=open_log(CONNECTION, redactor),
            installation=INSTALLATION,
        )  # fmt: skip
        return source, session

    def _seen(self, served: Served) -> Served:
        """What a connection is told: every address of the simulator's is the proxy's."""
        settings = {name: self._through(value, served) for name, value in served.settings.items()}
        return evolve(served, settings=settings, hosts=(self.proxy.address, *served.hosts[1:]))

    def _through(self, value: Any, served: Served) -> Any:
        if isinstance(value, str) and served.hosts:
            return value.replace(served.hosts[0], self.proxy.address)
        return value

    def _listen(self, session: GuardedSession) -> None:
        sending = session.send

        def send(request: Any, **options: Any) -> Any:
            self.requests += 1
            mark = Mark(number=self.requests, is_write=current_attempt() is not None)
            if self.announce is not None and (seconds := self.announce(mark)) is not None:
                options["timeout"] = seconds
            return sending(request, **options)

        session.send = send  # type: ignore[method-assign]  # this session alone


def _fill(site: SourceSite) -> str:
    site.enter(site.workload.lines)
    if site.workload.change:
        site.approve("PCO-1", site.workload.change)
    return ""


def _state(path: Path, redactor: Redactor) -> CallbackState:
    def kept() -> dict[str, str]:
        return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}

    def save(name: str, text: str) -> None:
        path.write_text(json.dumps({**kept(), name: text}), encoding="utf-8")

    return CallbackState(lambda name: kept().get(name), save, redactor=redactor)
