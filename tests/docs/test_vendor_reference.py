"""The vendors' pages are whole and true: what the contract has, has its entry, and what it has not, has none."""

import ast
import inspect
import re
import tomllib
from collections.abc import Iterator
from enum import StrEnum
from importlib import import_module

import pytest
from documents import ROOT, Block, blocks

from erp_bridge_core import contract
from erp_bridge_core.contract import (
    Absent,
    Before,
    CannotTell,
    Capability,
    Different,
    Found,
    Mischief,
    OutcomeStage,
    SafetyClass,
    Several,
    Sighting,
    SourceCapability,
    SourceMischief,
    Waiting,
    errors,
    hookspecs,
    source_hooks,
)
from erp_bridge_core.exports.decisions import AttemptOutcome, Try, after_sighting

FOLDER = ROOT / "docs" / "vendors"
PAGES = (
    "index",
    "hooks",
    "sources",
    "capabilities",
    "safety-classes",
    "errors",
    "values",
    "simulators",
    "compatibility",
)
#: Each page of hooks with the module that specifies them; the page of sources has sections of other kinds too.
HOOKS = {
    "hooks": (hookspecs, (*hookspecs.REQUIRED, *hookspecs.OPTIONAL)),
    "sources": (source_hooks, (*source_hooks.REQUIRED, *source_hooks.OPTIONAL)),
}
EACH_HOOK = [(page, hook) for page, (_, hooks) in HOOKS.items() for hook in hooks]
ERRORS = {
    name: kind
    for name, kind in vars(errors).items()
    if inspect.isclass(kind) and issubclass(kind, errors.ErpBridgeError)
}
SIGHTINGS: tuple[Sighting, ...] = (
    Found(reference="R"),
    Waiting(reference="R"),
    Before(),
    Absent(proof={}),
    CannotTell(why="it can't be seen"),
    Different(),
    Several(count=2),
)
_STATUS = r"\s+Status (\d), code `(\w+)`, ([^.:]+)"


def text(page: str) -> str:
    """A page without its blocks of code."""
    return re.sub(
        r"^```.*?^```$", "", (FOLDER / f"{page}.md").read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
    )


def sections(page: str) -> dict[str, str]:
    """Each section of a page by its heading."""
    _, *rest = re.split(r"^## ", text(page), flags=re.MULTILINE)
    return {heading: body for heading, _, body in (each.partition("\n") for each in rest)}


def entries(body: str) -> list[str]:
    """What the tables of a text are about: the name that each row begins with."""
    return re.findall(r"^\| `(\w+)` \|", body, re.MULTILINE)


def python_blocks(page: str) -> Iterator[Block]:
    """The blocks of Python on a page."""
    return (block for block in blocks(FOLDER / f"{page}.md") if block.language == "python")


def functions(source: str) -> dict[str, str]:
    """The functions of a source by name, each as its arguments and what it answers."""
    found = (node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef))
    return {each.name: f"({ast.unparse(each.args)}) -> {each.returns and ast.unparse(each.returns)}" for each in found}


@pytest.mark.parametrize("page", HOOKS)
def test_every_hook_has_its_section(page: str) -> None:
    """Each hook has a section, and there is no section for a hook that does not exist."""
    module, hooks = HOOKS[page]

    assert set(hooks) == functions(inspect.getsource(module)).keys()
    assert sorted(hooks) == sorted(heading for heading in sections(page) if re.fullmatch(r"[a-z_]+", heading))


@pytest.mark.parametrize(("page", "hook"), EACH_HOOK)
def test_a_hooks_signature_is_the_codes(page: str, hook: str) -> None:
    """The first block under a hook's heading is its specification, to the letter."""
    whole = (FOLDER / f"{page}.md").read_text(encoding="utf-8")
    shown = whole.partition(f"\n## {hook}\n")[2].partition("```python\n")[2].partition("```")[0]

    assert functions(inspect.getsource(HOOKS[page][0]))[hook] == functions(shown)[hook]


@pytest.mark.parametrize(("page", "hook"), EACH_HOOK)
def test_a_hook_tells_what_is_promised(page: str, hook: str) -> None:
    """Each section says when it is called, what it must and must never do, what may be repeated, what it may raise."""
    missing = [
        each
        for each in ("Called", "Must", "Must never", "May be repeated", "May raise")
        if f"* **{each}** " not in sections(page)[hook]
    ]

    assert [] == missing


def test_what_a_source_can_do_stands_with_its_hook() -> None:
    """Each capability has a row with the hook that it asks for; each stage one that says whether it is final."""
    told, answered = sections("sources")["Capabilities"], sections("sources")["report_outcome"]
    rows = re.findall(r"^\| `(\w+)` \| .+ \| (?:\[`(\w+)`\]\(#\w+\))? ?\|$", told, re.MULTILINE)
    stages = re.findall(r"^\| `(\w+)` \| .+ \| (yes|no) \|$", answered, re.MULTILINE)

    assert [(each.name, source_hooks.REQUIRED_FOR.get(each, "")) for each in SourceCapability] == rows
    assert [(each.name, "yes" if each.is_final else "no") for each in OutcomeStage] == stages


@pytest.mark.parametrize(("page", "kinds"), [("capabilities", Capability), ("safety-classes", SafetyClass)])
def test_every_claim_has_its_section(page: str, kinds: type[StrEnum]) -> None:
    """Each capability and each safety class has a section, in the contract's order, and no other has."""
    assert [each.name for each in kinds] == [name for name in sections(page) if name.isupper()]


@pytest.mark.parametrize("safety", SafetyClass)
def test_a_safety_class_tells_what_follows(safety: SafetyClass) -> None:
    """Each says what makes it true, what follows a doubt, and what looking must answer."""
    body = sections("safety-classes")[safety.name]

    assert [] == [each for each in ("True when", "After a doubt", "`find` must answer") if f"* **{each}** " not in body]


def follows(safety: SafetyClass, sighting: Sighting, outcome: AttemptOutcome) -> str:
    """What the core makes of a sighting after a try that ended so, in the table's words."""
    verdict = after_sighting(safety, sighting, (Try(outcome=outcome, deadline=0.0),))
    return "sent again" if verdict.send else str(verdict.state)


@pytest.mark.rule("L4", "L7")
def test_what_follows_a_doubt_is_told_as_it_is() -> None:
    """The table of sightings and classes is the one that the core decides by."""
    rows = [
        f"| `{type(sighting).__name__}` | "
        + " | ".join(follows(safety, sighting, AttemptOutcome.DOUBTFUL) for safety in SafetyClass)
        + " |"
        for sighting in SIGHTINGS
    ]
    shown = [row for row in sections("safety-classes")["After a doubt"].splitlines() if row.startswith("| `")]

    assert rows == shown


@pytest.mark.rule("L11")
@pytest.mark.parametrize("safety", SafetyClass)
def test_an_answer_that_cannot_be_seen_is_never_sent_again(safety: SafetyClass) -> None:
    """What the page says of every class: proved absent after a success, or not to be told, is unknown."""
    unseen = (Absent(proof={}), CannotTell(why="it can't be seen"))

    assert {"unknown"} == {follows(safety, sighting, AttemptOutcome.ACCEPTED) for sighting in unseen}


def test_every_error_has_its_section() -> None:
    """Each error, and the fault, has a section, in the contract's order; no section is left over."""
    assert ["Fault", *ERRORS] == list(sections("errors"))


@pytest.mark.parametrize("name", ERRORS)
def test_an_errors_status_and_code_are_the_codes(name: str) -> None:
    """Exit status, code and whose fault it is are what the program answers."""
    kind = ERRORS[name]
    told = re.match(_STATUS, sections("errors")[name])

    assert (str(kind.exit_status), kind.code, kind.whose) == (told.groups() if told else None)


def test_every_public_name_has_one_entry() -> None:
    """All that the contract exports is on the page of values, once, and nothing else."""
    assert sorted(contract.__all__) == sorted(entries(text("values")))


@pytest.mark.parametrize(("page", "kinds"), [("simulators", Mischief), ("sources", SourceMischief)])
def test_all_mischief_is_told_in_the_contracts_words(page: str, kinds: type[Mischief | SourceMischief]) -> None:
    """Each mischief stands on the page with its own meaning, in the contract's order."""
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", sections(page)["Mischief"], re.MULTILINE)

    assert [(each.name, each.meaning) for each in kinds] == rows


def test_each_building_block_exists() -> None:
    """Every module and name that the page shows of the building blocks is there."""
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", sections("simulators")["Building blocks"], re.MULTILINE)
    missing = [
        f"{name} in {module}"
        for module, cell in rows
        for name in re.findall(r"`(\w+)(?:\([^`]*\))?`", cell)
        if not hasattr(import_module(f"erp_bridge_core.simulation.{module}"), name)
    ]

    assert rows
    assert [] == missing


def test_the_python_versions_are_the_distributions() -> None:
    """The page names the versions that the package says it runs on, the oldest and no other."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    said = [each.rpartition(" ")[2] for each in project["classifiers"] if re.search(r":: 3\.\d+$", each)]
    told = re.findall(r"\b3\.\d+", sections("compatibility")["Python and libraries"])

    assert said == told
    assert f">={said[0]}" == project["requires-python"]


def test_the_contracts_version_is_told() -> None:
    """The page on compatibility names the version that plugins write down."""
    assert f"`API_VERSION`, now {contract.API_VERSION}." in " ".join(text("compatibility").split())


@pytest.mark.parametrize("page", PAGES)
def test_every_example_compiles(page: str) -> None:
    """What is shown as Python is Python; what is marked so also runs, from nothing."""
    for number, block in enumerate(python_blocks(page), 1):
        code = compile(block.body, f"{page}.md, example {number}", "exec", dont_inherit=True)
        if block.marker == "runs":
            exec(code, {"__name__": "example"})


def test_some_examples_run() -> None:
    """Enough of the examples are run for the mark to mean something."""
    assert [True] * 2 == [
        any(block.marker == "runs" for block in python_blocks(page)) for page in ("hooks", "simulators")
    ]
