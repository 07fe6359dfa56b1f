"""A home for the whole story: simulated ERPs with jobs that no project has yet, people, a real mail server; served.

Beside one of the ERPs there is a simulated budget source with the same jobs, whose people have no project here yet.
"""

import csv
import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from email.message import EmailMessage
from importlib.metadata import entry_points
from pathlib import Path
from typing import Final

import trustme
from attrs import evolve, frozen
from post_office import PostOffice

from erp_bridge_core.app import Application
from erp_bridge_core.configuration.document import rewrite
from erp_bridge_core.contract import Capability, ErpProfile, LineKey, Simulator, Stream, Variants
from erp_bridge_core.demo.budgets import DemoBudget, DemoLine
from erp_bridge_core.demo.erp_side import job_setup, secrets_into
from erp_bridge_core.demo.people import Cast
from erp_bridge_core.demo.setting_up import COMPANY, connect, enter_maps, hire_all, make_home, plan_jobs
from erp_bridge_core.demo.source_side import SourceSite, connect_source, plan_site, set_up
from erp_bridge_core.demo.walking import Planned, Site
from erp_bridge_core.sources import ColumnMapping

PASSWORD: Final = "three-quiet-words"
#: Seconds that a mail may take on a busy machine.
PATIENCE: Final = 60.0
#: Every installed ERP: the story is told on each.
ERPS: Final = tuple(sorted(each.name for each in entry_points(group="erp_bridge.erps")))
#: Another way to set up its connection, for an ERP that asks nothing of who accepts a revision in the usual one.
SET_UP: Final[Mapping[str, str]] = {"spectrum": "change_requests"}
#: The jobs of every ERP: for the story, for two people who act on one item, and for what is asked at a source.
STORY, CONTESTED, ASKED = "B -40891", "R -44820", "T -46090"
#: The source, and the ERP into which its budgets go.
SOURCE, OF_SOURCE = "procore", "cmic"
#: The way into that ERP for what has its codes already.
UNMAPPED: Final = "cmic-unmapped"
SUB_JOBS: Final = (("STR", "Structure"), ("TRF", "Traffic control"))
#: The fields of a line by their labels on the page, and headers of which none can be guessed.
COLUMNS: Final[Mapping[str, str]] = {
    "Sub job": "Part",
    "Cost code": "Pay item",
    "Category": "Sort",
    "Description": "What it is",
    "Quantity": "How many",
    "Unit": "Counted in",
    "Unit cost": "For one",
    "Amount": "Altogether",
}
UNITS: Final = {"LS": "LS", "EA": "EA"}
Row = tuple[str, str, str, str, str, str, str, str]
#: Lines of a bridge contract of the Indiana letting; the mobilization stands on the job and on a sub job.
ROWS: Final[tuple[Row, ...]] = (
    ("", "105-06845", "Subcontract", "Construction engineering", "1", "LS", "10300.00", "10300.00"),
    ("", "110-01001", "Subcontract", "Mobilization", "", "", "", "35000.00"),
    ("STR", "110-01001", "Subcontract", "Mobilization", "", "", "", "35000.00"),
    ("", "201-52370", "Subcontract", "Clearing right-of-way", "1", "LS", "17680.00", "17680.00"),
    ("", "203-02070", "Labor", "Borrow", "", "", "", "19159.00"),
    ("", "203-02070", "Material", "Borrow", "", "", "", "24633.00"),
    ("STR", "701-06011", "Subcontract", "Dynamic pile load test", "7", "EA", "5260.00", "36820.00"),
    ("STR", "703-06028", "Material", "Reinforcing bars", "", "", "", "25969.20"),
    ("TRF", "801-04308", "Subcontract", "Road closure sign assembly", "6", "EA", "96.00", "576.00"),
)
#: The first row as the manager has it at first, which the approver sends back.
MISTAKEN: Final[Row] = (*ROWS[0][:7], "13000.00")
#: A sum with a digit too many: told, never rounded.
BAD_ROW: Final[Row] = ("", "202-02240", "Labor", "Pavement removal", "", "", "", "1234.567")


@frozen(kw_only=True)
class StoryErp:
    """One simulated ERP that is served, with its jobs by our names."""

    title: str
    site: Site
    desk: str
    jobs: Mapping[str, Planned]


@frozen(kw_only=True)
class StorySource:
    """The simulated source that is served: `erp` is where its budgets go."""

    site: SourceSite
    desk: str
    erp: StoryErp


@frozen(kw_only=True)
class StoryHome:
    """What is served: the pages' address, the ERPs by their names, the source, and where mail arrives."""

    address: str
    erps: Mapping[str, StoryErp]
    source: StorySource
    office: PostOffice
    application: Application
    cast: Cast
    secrets: tuple[str, ...]

    def files_with_secrets(self) -> list[str]:
        """The files of the home that hold a secret of a connection, besides those made for it and the ERPs' own."""
        home = self.application.home
        known = [path for path in home.rglob("*") if path.is_file()]
        ours = [path for path in known if path.relative_to(home).parts[0] not in {"secrets", "simulators"}]
        assert self.secrets
        return [path.name for path in ours if any(secret.encode() in path.read_bytes() for secret in self.secrets)]

    def mail_to(self, address: str, *texts: str) -> EmailMessage:
        """The newest mail to somebody that holds all texts, as soon as it arrives."""
        arrived = threading.Event()
        self.office.on_message = arrived.set
        while True:
            arrived.clear()
            mine = [mail for to, mail in self.office.taken if to == address]
            found = [mail for mail in mine if all(text in body_of(mail) for text in texts)]
            if found:
                return found[-1]
            assert arrived.wait(PATIENCE), f"no mail to {address} tells {texts}; what came: {self.office.texts}"


def body_of(mail: EmailMessage) -> str:
    """The text of a mail."""
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


@contextmanager
def served_story(folder: Path) -> Iterator[StoryHome]:
    """Make it all and serve it until the context ends; the pages by `erp-bridge serve`, in a process of their own."""
    home, port = folder / "home", _free_port()
    make_home(home)
    with ExitStack() as stack:
        office = stack.enter_context(PostOffice(trustme.CA(), security="none"))
        with rewrite(home) as document:
            document["web"] = {"base_url": f"http://127.0.0.1:{port}"}
            # Mail goes out by the server's worker; the ERP is read back by people alone.
            document["schedule"] = {"verify_minutes": 0, "nightly_at": ""}
            document["mail"] = {
                "host": "127.0.0.1", "port": office.port, "security": "none", "from_address": "erp-bridge@demo.invalid",
            }  # fmt: skip
        application = stack.enter_context(Application.open(home))
        cast, host = hire_all(application), application.companies.system(COMPANY)
        for person in application.people.list(host):
            application.people.set_password(host, person.login, PASSWORD)
        erps = {name: _served_erp(application, cast, name, stack) for name in ERPS}
        source = _served_source(application, cast, erps[OF_SOURCE], f"http://127.0.0.1:{port}", stack)
        kept = tuple(path.read_text(encoding="utf-8") for path in sorted((home / "secrets").iterdir()))
        address = stack.enter_context(_served_pages(home, port))
        yield StoryHome(
            address=address, erps=erps, source=source, office=office, application=application, cast=cast, secrets=kept
        )


def write_budget(path: Path, rows: Sequence[Row]) -> Path:
    """A budget's file as the manager keeps it."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([COLUMNS.values(), *rows])
    return path


def rows_for(profile: ErpProfile) -> tuple[Row, ...]:
    """The budget's lines as an ERP takes them: where it takes no sub jobs, those of the job itself."""
    return tuple(row for row in ROWS if profile.supports(Capability.SUB_JOBS) or not row[0])


def _served_erp(application: Application, cast: Cast, name: str, stack: ExitStack) -> StoryErp:
    adapter, simulated = application.registry.adapter(name), application.home / "simulators" / name
    simulator = adapter.simulator()
    lines = rows_for(adapter.profile)
    plain = [row for row in lines if not row[0]]
    budgets = [_budget(STORY, lines), *(_budget(job, plain) for job in (CONTESTED, ASKED))]
    planned = plan_jobs(budgets, adapter)
    simulator.setup(simulated, [job_setup(each.budget, each.codes, adapter.profile) for each in planned])
    served = stack.enter_context(simulator.serve(simulated))
    secrets_into(application.home, served.secrets)
    site = Site(
        application=application, adapter=adapter, simulator=simulator, simulated=simulated, connection=name, cast=cast,
        say=_say_nothing,
    )  # fmt: skip
    connect(site, evolve(served, settings={**served.settings, **_more_settings(name, simulator)}))
    enter_maps(site, planned)
    if name == OF_SOURCE:
        # What comes from there has the ERP's own codes, and maps belong to a connection.
        connect(evolve(site, connection=UNMAPPED), served)
    jobs = {each.as_made.job: each for each in planned}
    return StoryErp(title=adapter.profile.title, site=site, desk=served.desk_url, jobs=jobs)


def _served_source(application: Application, cast: Cast, erp: StoryErp, address: str, stack: ExitStack) -> StorySource:
    """The source with a project for one job of an ERP, which tells the pages' server of requests."""
    site = plan_site(application, application.registry.source(SOURCE), erp.site.adapter)
    set_up(site, [erp.jobs[ASKED]], erp.site.adapter)
    served = stack.enter_context(site.simulator.serve(site.simulated))
    connect_source(application, cast, site, served, address=address)
    return StorySource(site=site, desk=served.desk_url, erp=erp)


def _more_settings(name: str, simulator: Simulator) -> Mapping[str, object]:
    if name not in SET_UP:
        return {}
    assert isinstance(simulator, Variants)
    return simulator.variants()[SET_UP[name]].settings


def _budget(job: str, rows: Sequence[Row]) -> DemoBudget:
    """What the ERP's administrator has to know of a budget before it comes."""
    lines = tuple(
        DemoLine(key=LineKey(*row[:3]), description=row[3], unit=row[5], amount=Decimal(row[7])) for row in rows
    )
    divided = {row[0] for row in rows}
    return DemoBudget(
        job=job, name=f"Contract {job}", path=Path(), mapping=ColumnMapping(), duplicates="refuse",
        sub_jobs=tuple((code, name) for code, name in SUB_JOBS if code in divided), lines=Stream(lambda: lines),
    )  # fmt: skip


@contextmanager
def _served_pages(home: Path, port: int) -> Iterator[str]:
    """`erp-bridge serve` until the context ends: the address that it told."""
    command = [sys.executable, "-m", "erp_bridge_core", "--home", str(home), "--json", "serve", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline() or "{}")
        assert "address" in told, f"the pages are not served: {told}"
        yield told["address"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0


def _free_port() -> int:
    """A port for the pages that mail may name before they are served."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _say_nothing(_: str) -> None:
    """What people see, they see in their browsers."""
