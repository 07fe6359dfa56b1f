"""What the documents tell people to type: every command is real, and those marked to be run do run, in their order."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from command_lines import fault_of, fault_of_name
from documents import DOCUMENTS, ROOT, Block, blocks, inline_commands

from erp_bridge_core.app import Application
from erp_bridge_core.cli.root import root
from erp_bridge_core.connections.maps import MapEntry
from erp_bridge_core.contract import JobSetup
from erp_bridge_core.demo.erp_side import secrets_into
from erp_bridge_core.demo.people import hire
from erp_bridge_core.installation import create_home
from erp_bridge_sage300.simulator import SageSimulator

PASSWORD = "several quiet words"
#: What somebody chooses in place of the one that he was given.
CHOSEN = "a few words of mine"
PROJECT = "24-001"
CATEGORIES = (("L", "Labor", "labor"), ("M", "Material", "material"), ("S", "Subcontract", "subcontract"))
CODES = (("", "01-500"), ("", "01-900"), ("", "02-100"), ("", "03-300"), ("PH2", "03-300"))
JOB = JobSetup(
    job=PROJECT,
    name="Bridge replacement",
    sub_jobs=(("PH2", "Phase 2"),),
    cost_codes=tuple((sub_job, code, code) for sub_job, code in CODES),
    categories=CATEGORIES,
)
#: One budget's way through the documents, by the people who read them.
STORY = ("project-managers/budgets.md", "approvers/reviewing.md", "approvers/sage300-hand-over.md")

#: The reference has a test of its own, and names verbs in the abstract.
NAMING = tuple(document for document in DOCUMENTS if document.name != "command-line.md")

each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


@each_document
def test_every_command_in_a_console_block_can_be_read(document: Path) -> None:
    """Noun, verb, options and arguments of each are those of the program."""
    faults = [fault_of(arguments) for block in blocks(document) for arguments in block.commands]

    assert [] == [fault for fault in faults if fault]


@pytest.mark.parametrize("document", NAMING, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_in_running_text_is_there(document: Path) -> None:
    """A command that a sentence names exists, with the options that it names."""
    faults = [fault_of_name(arguments) for arguments in inline_commands(document) if not arguments[0].startswith("-")]

    assert [] == [fault for fault in faults if fault]


def test_a_command_that_is_gone_would_be_found() -> None:
    """A wrong verb, a wrong option and a missing argument are each told."""
    assert fault_of(["budget", "despatch", "24-001"])
    assert fault_of(["budget", "send", "24-001", "--acknowledge-none"])
    assert fault_of(["budget", "send"])
    assert fault_of_name(["budget", "send", "--acknowledge-none"])
    assert fault_of(["verify", "2"]) is None


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty working folder, and no variables of ours."""
    for name in ("ERP_BRIDGE_COMPANY", "ERP_BRIDGE_SESSION", "ERP_BRIDGE_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ERP_BRIDGE_HOME", str(tmp_path / "home"))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "home"


def run_block(block: Block) -> None:
    """Run a block's commands as the person whom its marker names; write the file that it shows."""
    act, _, rest = block.marker.partition(" ")
    if act == "file":
        Path(rest).write_text(block.body, encoding="utf-8")
    if act != "run":
        return
    person = ("--as", rest.removeprefix("as ")) if rest else ()
    for arguments in block.commands:
        # There is no terminal here to ask on: what people type there comes from standard input.
        asks = arguments[0] in {"init", "sign-in"} or arguments[:2] == ("person", "password")
        typed = ["--password-stdin"] if asks else []
        password = CHOSEN if arguments == ("person", "password") else PASSWORD
        ran = CliRunner().invoke(root, [*person, *arguments, *typed], input=f"{password}\n")
        assert 0 == ran.exit_code, f"{' '.join(arguments)}\n{ran.output}"


def test_setting_up_works_as_it_is_written(quiet: Path) -> None:
    """An installation is made and its people are added by the commands of the document alone."""
    for block in blocks(ROOT / "docs" / "integrators" / "setting-up.md"):
        run_block(block)

    assert (quiet / "erp-bridge.db").is_file()


def test_a_budget_goes_its_way_as_it_is_written(quiet: Path) -> None:
    """Built, sent, reviewed, accepted, exported, taken and verified by the commands of three documents alone."""
    with simulated_site(quiet):
        for document in STORY:
            for block in blocks(ROOT / "docs" / document):
                run_block(block)
        shown = CliRunner().invoke(root, ["--as", "approver", "review", "list", "--filter", "synced", "--json"])

    assert [2] == [item["item"] for item in json.loads(shown.output)["items"]]


@contextmanager
def simulated_site(home: Path) -> Iterator[None]:
    """A home with its people, connected to a simulated Sage 300 CRE, and a project whose budget is empty."""
    create_home(
        home, company_code="hoosier", company_name="Hoosier Builders", time_zone="America/Indiana/Indianapolis",
        currency="USD", admin_login="administrator", admin_name="Administrator", demo=True,
    ).close()  # fmt: skip
    simulator, simulated = SageSimulator(), home / "simulators" / "sage300"
    simulator.setup(simulated, [JOB])
    with simulator.serve(simulated) as served:
        with Application.open(home) as application:
            administrator = hire(application, "hoosier", "tester").administrator
            secrets_into(home, served.secrets)
            application.connections.add(
                administrator, "sage", erp="sage300", settings=served.settings, files_root=served.files_root,
                hosts=served.hosts, plain_http=True,
            )  # fmt: skip
            rows = [MapEntry(kind="category", ours=ours, theirs=code) for code, ours, _ in CATEGORIES]
            application.maps.load(administrator, "sage", rows=rows)
            application.projects.create(administrator, PROJECT, name="Bridge replacement")
            application.projects.link(administrator, PROJECT, "sage", job=PROJECT)
            application.people.grant_project(administrator, "manager", PROJECT, level="standard", may_send=True)
            application.projects.sync(administrator, PROJECT)
        yield
