"""The demo to be served: simulated ERPs and a source with their desks, projects at every stage, people who sign in.

A home that was served before is taken as it was left, its ERPs at their former ports where those are free.
"""

import getpass
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from attrs import field, frozen
from filelock import FileLock, Timeout

from erp_bridge_core.configuration.document import rewrite
from erp_bridge_core.configuration.kinds import ConnectionKind
from erp_bridge_core.contract.errors import NotPossibleNow
from erp_bridge_core.contract.simulator import Served
from erp_bridge_core.demo.budgets import DemoBudget, letting_budgets
from erp_bridge_core.demo.erp_side import job_setup, secrets_into
from erp_bridge_core.demo.lasting import Kept, lead_to, new_password, serving_again
from erp_bridge_core.demo.people import Cast, play
from erp_bridge_core.demo.setting_up import (
    COMPANY,
    by_connection,
    connect,
    enter_maps,
    hire_all,
    make_home,
    plan_jobs,
    simulated_adapters,
)
from erp_bridge_core.demo.source_serving import AskedForDemo, ServedSource, taken_up
from erp_bridge_core.demo.source_side import sources_with_simulators
from erp_bridge_core.demo.stages import Stage, build, cast_parts
from erp_bridge_core.demo.walking import Site

if TYPE_CHECKING:
    from erp_bridge_core.app import Application
    from erp_bridge_core.registry import Adapter

Say = Callable[[str], None]


@frozen(kw_only=True)
class ServedDemo:
    """A demo that is ready to be served: who signs in, with which password, and the page of each ERP's desk."""

    application: "Application"
    people: Mapping[str, str]
    password: str = field(repr=False)
    desks: Mapping[str, str]


@contextmanager
def served_demo(home: Path, *, base_url: str, erp: str | None, say: Say) -> Iterator[ServedDemo]:
    """Everything but the pages themselves, until the context ends: made anew, or taken up as it was left.

    `base_url` is where the pages will be, for links in mail. Raises `StorageError` where the folder holds something
    other than a demo, and what the services raise.
    """
    from erp_bridge_core.app import Application
    from erp_bridge_core.engine.worker import EngineWorker

    kept = Kept.read(home)
    with ExitStack() as stack:
        if kept is None:
            with _alone(home):
                make_home(home)
        stack.enter_context(_alone(home))
        with rewrite(home) as document:
            document["web"] = {"base_url": base_url}
        application = stack.enter_context(Application.open(home))
        if kept is None:
            say("Making the demo: ten contracts of a letting, each at another stage.")
            making = _Making(application, hire_all(application), stack, say)
            served = making.all(erp)
            sources = list(making.asked_at_sources(served, base_url))
        else:
            cast = play(application, COMPANY, getpass.getuser())
            served = _taken_up(application, cast, kept, stack)
            sources = list(taken_up(application, cast, kept, stack, base_url))
        password = kept.password if kept else new_password()
        ports = {name: _port(each) for name, each in served.items()}
        ports |= {each.connection: _port(each.served) for each in sources}
        Kept(password=password, ports=ports).write(home)
        people = _let_in(application, password)
        stack.enter_context(EngineWorker(application, "demo").at_work())
        desks = {_title(application, name): each.desk_url for name, each in served.items()}
        desks |= {each.title: each.served.desk_url for each in sources}
        yield ServedDemo(application=application, people=people, password=password, desks=desks)


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Its ERPs have one process each: two would write to one another's books."""
    folder = home / "demo"
    if not folder.is_dir():
        yield
        return
    try:
        with FileLock(folder / "served.lock", timeout=0):
            yield
    except Timeout as error:
        raise NotPossibleNow(
            f"The demo in {home} is being served already.", remedy="Use that one, or another folder with --home."
        ) from error


# -- made anew --------------------------------------------------------------------------------------------------------


@frozen
class _Making:
    """A demo that is made: every ERP with its jobs, served from here on, and its projects at their stages."""

    application: "Application"
    cast: Cast
    stack: ExitStack
    say: Say

    def all(self, erp: str | None) -> dict[str, Served]:
        """Every installed ERP that has a simulator, or the one that is named."""
        adapters = simulated_adapters(self.application, erp)
        parts = list(zip(letting_budgets(self.application.home / "demo"), cast_parts(adapters), strict=True))
        return {
            adapter.name: self.one(
                adapter, [(budget, part[1]) for budget, part in parts if part and part[0] is adapter]
            )
            for adapter in adapters
        }

    def one(self, adapter: "Adapter", shown: Sequence[tuple[DemoBudget, Stage]]) -> Served:
        """One ERP and its projects."""
        simulator, simulated = adapter.simulator(), _folder(self.application, adapter.name)
        planned = plan_jobs((budget for budget, _ in shown), adapter)
        stages = {budget.job: stage for budget, stage in shown}
        simulator.setup(simulated, [job_setup(each.budget, each.codes, adapter.profile) for each in planned])
        served = self.stack.enter_context(simulator.serve(simulated))
        secrets_into(self.application.home, served.secrets)
        for number, group in enumerate(by_connection(planned, adapter)):
            site = Site(
                application=self.application,
                adapter=adapter,
                simulator=simulator,
                simulated=simulated,
                connection=adapter.name if not number else f"{adapter.name}-{number + 1}",
                cast=self.cast,
                say=_say_nothing,
            )
            connect(site, served)
            enter_maps(site, group)
            for each in group:
                stage = stages[each.as_made.job]
                stage.bring(build(site, each))
                self.say(f"  {adapter.profile.title}: {each.budget.name}, {stage.title}")
        return served

    def asked_at_sources(self, served: Mapping[str, Served], base_url: str) -> Iterator[ServedSource]:
        """Every installed source that has a simulator, with a budget that its people have sent to the first ERP."""
        name = next(iter(served))
        erp = self.application.registry.adapter(name)
        for source in sources_with_simulators(self.application):
            asked = AskedForDemo(application=self.application, cast=self.cast, source=source, erp=erp)
            yield asked.serve(served[name], self.stack, base_url)
            self.say(f"  {source.profile.title}: {asked.budget.name}, sent there for {erp.profile.title}")


# -- taken up as it was left ------------------------------------------------------------------------------------------


def _taken_up(application: "Application", cast: Cast, kept: Kept, stack: ExitStack) -> dict[str, Served]:
    served = {}
    for adapter in simulated_adapters(application, None):
        if adapter.name in kept.ports:
            folder = _folder(application, adapter.name)
            each = stack.enter_context(serving_again(adapter.simulator(), folder, kept.ports[adapter.name]))
            secrets_into(application.home, each.secrets)
            for connection in application.connections.list(cast.administrator, ConnectionKind.ERP):
                if connection.plugin == adapter.name:
                    lead_to(application, cast, connection.name, each)
            served[adapter.name] = each
    return served


# -- people ----------------------------------------------------------------------------------------------------------


def _let_in(application: "Application", password: str) -> dict[str, str]:
    """Everybody signs in with the demo's password, whatever it was changed to before."""
    host = application.companies.system(COMPANY)
    people = application.people.list(host)
    for person in people:
        application.people.set_password(host, person.login, password)
    return {person.login: person.name for person in people}


def _folder(application: "Application", erp: str) -> Path:
    return application.home / "simulators" / erp


def _title(application: "Application", erp: str) -> str:
    return application.registry.adapter(erp).profile.title


def _port(served: Served) -> int:
    return urlsplit(served.desk_url).port or 0


def _say_nothing(_: str) -> None:
    """Of each project one line is enough."""
