"""Budget sources are found by their own group, checked, and guarded in every hook; a broken one stops nobody else."""

import functools
from collections.abc import Callable
from pathlib import Path
from textwrap import indent
from typing import Any

import pytest
from installed_plugins import Installer

from erp_bridge_core.contract.errors import ErpBridgeError, NotFound, NotSupported, PluginError
from erp_bridge_core.contract.source_hooks import REQUIRED_FOR
from erp_bridge_core.registry import Registry, SourceAdapter

NOTHING: Any = None

SOURCE = """
from decimal import Decimal
from attrs import frozen
from erp_bridge_core.contract import *
from erp_bridge_core.contract.errors import *

@frozen
class Settings:
    company: str = ""

PROFILE = dict(
    name="{plugin}", title="A source", api_version=1, settings_class=Settings,
    capabilities=frozenset(SourceCapability) - {{SourceCapability.AUTHORIZATION}},
    operations=(OperationProfile(name="answer", title="An answer", safety=SafetyClass.ABSOLUTE, because="it does"),),
)
PROJECT = SourceProject(id="P1", number="24-001", name="Bridge")
LINE = SourceLine(id="L1", key=LineKey("", "01-100", "L"), amount=Decimal("1.00"))

@hookimpl
def source_profile():
    return SourceProfile(**PROFILE)

@hookimpl
def list_projects():
    yield PROJECT

@hookimpl
def read_budget(project):
    change = SourceChange(id="C1", number="1", date=None, description="", lines=(LINE,))
    return SourceBudget(project=PROJECT, currency="USD", revision="1", lines=Stream(lambda: [LINE]),
        sub_jobs=Stream(lambda: [SourceSubJob(code="A", name="A")]), changes=Stream(lambda: [change]))

@hookimpl
def lock_budget():
    pass

@hookimpl
def read_requests():
    move = SourceTransaction(id="T1", key=LINE.key, part=Part.ORIGINAL, amount=LINE.amount)
    yield SourceRequest(id="R1", kind=RequestKind.CREATE, project="P1", job="24-001",
        transactions=Stream(lambda: [move]))

@hookimpl
def hint(delivery):
    return Hint(id="E1")

@hookimpl
def report_outcome():
    pass
"""

ADAPTER_HOOK = """
from erp_bridge_core.contract import hookimpl

@hookimpl
def {name}(): ...
"""

Install = Callable[..., Path]

HOOKS: dict[str, Callable[[SourceAdapter], Any]] = {
    "check_source": lambda source: list(source.check_source(NOTHING)),
    "list_projects": lambda source: list(source.list_projects(NOTHING)),
    "read_budget": lambda source: source.read_budget("P1", NOTHING),
    "lock_budget": lambda source: source.lock_budget("P1", True, NOTHING, NOTHING),
    "read_requests": lambda source: list(source.read_requests(NOTHING)),
    "hint": lambda source: source.hint(NOTHING, NOTHING),
    "report_outcome": lambda source: source.report_outcome(NOTHING, NOTHING, NOTHING),
    "authorization": lambda source: source.authorization(NOTHING),
    "connector_metadata": lambda source: source.connector_metadata(NOTHING),
    "source_simulator": lambda source: source.simulator(),
}


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Install a distribution with one plugin, by default a whole source."""
    return functools.partial(Installer(tmp_path, monkeypatch), source=SOURCE, group="sources")


def source_of(*names: str) -> SourceAdapter:
    """The source of the first of these distributions, all of them enabled."""
    return Registry.load(names).source(names[0].removeprefix("bridge-"))


def error_of(*names: str) -> PluginError:
    """The error that resolving the first one's source raises."""
    with pytest.raises(PluginError) as caught:
        source_of(*names)
    return caught.value


def hook(name: str, body: str) -> str:
    """The source of a hook with that body."""
    return f"@hookimpl\ndef {name}():\n{indent(body, '    ')}\n"


def test_an_installed_source_is_found_and_known(install: Install) -> None:
    """By its entry point's name, with its distribution and version, and all that it tells."""
    install("bridge-alpha")

    source = source_of("bridge-alpha")
    budget = source.read_budget("P1", NOTHING)
    (request,) = source.read_requests(NOTHING)

    assert ("alpha", "bridge-alpha", "1.2", 64) == (
        source.name, source.distribution, source.version, len(source.wheel_hash)
    )  # fmt: skip
    assert ["P1"] == [project.id for project in source.list_projects(NOTHING)]
    assert ["A"] == [each.code for each in budget.sub_jobs]
    assert ["L1", "C1"] == [each.id for stream in (budget.lines, budget.changes) for each in stream]
    assert ["T1"] == [each.id for each in request.transactions] == [each.id for each in request.transactions]


def test_a_source_and_an_erp_may_share_a_name(install: Install) -> None:
    """They are in different groups: one that is broken, or not enabled, leaves the other alone."""
    install("bridge-alpha", source="raise ValueError", group="erps")
    install("source-alpha", plugin="alpha")

    both = Registry.load(["bridge-alpha", "source-alpha"])

    assert ("alpha", ["alpha"]) == (both.source("alpha").name, list(both.broken))
    neither = Registry.load(["bridge-alpha"])
    assert ["source alpha"] == [key for key in neither.not_enabled if key.endswith("alpha")]
    with pytest.raises(PluginError, match="not enabled"):
        neither.source("alpha")


def test_a_broken_source_stops_nobody_else(install: Install) -> None:
    """It is listed with its error, under its kind."""
    install("bridge-alpha", source="import missing_library")
    install("bridge-beta")

    registry = Registry.load(["bridge-alpha", "bridge-beta"])

    assert (["source alpha"], ["beta"]) == (list(registry.broken), list(registry.sources))


def test_two_distributions_under_one_name_are_told_with_both(install: Install) -> None:
    """Neither is imported."""
    install("bridge-one", plugin="alpha")
    install("bridge-two", plugin="alpha")
    with pytest.raises(PluginError, match=r"bridge-one 1\.2 and bridge-two 1\.2"):
        Registry.load(["bridge-one", "bridge-two"]).source("alpha")


def test_an_unknown_source_is_told_with_what_to_install() -> None:
    """The remedy is a command."""
    assert "Install it: pip install erp-bridge-omega" == error_of("omega").remedy


@pytest.mark.parametrize("name", ["source_profile", "read_budget"])
def test_a_missing_required_hook_is_named(install: Install, name: str) -> None:
    """Each of the two without which there is no source."""
    install("bridge-alpha", f"del {name}\n")
    assert f"it lacks {name}" in str(error_of("bridge-alpha"))


@pytest.mark.parametrize(("capability", "name"), REQUIRED_FOR.items())
def test_a_claimed_capability_asks_for_its_hook(install: Install, capability: str, name: str) -> None:
    """The claim and the hook that is missing are both told."""
    install("bridge-alpha", f"globals().pop('{name}', 0)\nPROFILE['capabilities'] = frozenset(SourceCapability)\n")
    assert f"it claims {capability} and lacks {name}" in str(error_of("bridge-alpha"))


def test_a_misspelt_hook_is_found(install: Install) -> None:
    """The very name is told."""
    install("bridge-alpha", hook("read_budgets", "return None"))
    assert "read_budgets" in str(error_of("bridge-alpha"))


def test_a_hook_of_the_other_kind_is_told_as_such(install: Install) -> None:
    """An adapter's in a source, and a source's in an adapter."""
    install("bridge-alpha", hook("export", "return None"))
    install("bridge-beta", source=ADAPTER_HOOK.replace("{name}", "list_projects"), group="erps")

    assert "export: a hook of an ERP adapter (erp_bridge.erps), and this is a budget source" in str(
        error_of("bridge-alpha")
    )
    with pytest.raises(PluginError, match=r"list_projects: a hook of a budget source .* this is an ERP adapter"):
        Registry.load(["bridge-beta"]).adapter("beta")


def test_all_that_is_wrong_with_a_profile_is_told_at_once(install: Install) -> None:
    """Name, settings, capabilities, operations, rate."""
    install(
        "bridge-alpha",
        """
        PROFILE |= dict(name="beta", settings_class=dict, operations=(), rate=RateLimit(at_once=0),
            capabilities=frozenset({SourceCapability.OUTCOMES, Capability.ORIGINAL}))
        """,
    )
    faults = [fault.where for fault in error_of("bridge-alpha").faults]
    assert ["name", "settings_class", "capabilities", "capabilities", "operations", "rate.at_once"] == faults


def test_another_version_of_the_contract_is_refused_readably(install: Install) -> None:
    """As of an adapter."""
    install("bridge-alpha", "PROFILE['api_version'] = 2")
    assert "version 2 of the plugin contract" in str(error_of("bridge-alpha"))


@pytest.mark.parametrize("name", HOOKS)
def test_an_odd_exception_becomes_an_error_naming_plugin_and_hook(install: Install, name: str) -> None:
    """With its cause."""
    install("bridge-alpha", hook(name, "raise KeyError('amount')"))
    with pytest.raises(PluginError, match=rf"alpha \(bridge-alpha 1\.2\) failed in {name}: KeyError") as caught:
        HOOKS[name](source_of("bridge-alpha"))
    assert isinstance(caught.value.__cause__, KeyError)


@pytest.mark.parametrize("name", HOOKS)
def test_an_error_of_the_contract_passes_unchanged(install: Install, name: str) -> None:
    """The plugin's own words are kept."""
    install("bridge-alpha", hook(name, "raise NotFound('no such project')"))
    with pytest.raises(NotFound, match="no such project"):
        HOOKS[name](source_of("bridge-alpha"))


@pytest.mark.parametrize("name", sorted(set(HOOKS) - {"lock_budget", "report_outcome"}))
@pytest.mark.parametrize("value", ["5", "'text'", "[5]"])
def test_a_value_of_another_type_is_refused_readably(install: Install, name: str, value: str) -> None:
    """Plugin and hook are named."""
    install("bridge-alpha", hook(name, f"return {value}"))
    with pytest.raises(PluginError, match=rf"bridge-alpha 1\.2\) answered .* in {name}, where"):
        HOOKS[name](source_of("bridge-alpha"))


@pytest.mark.parametrize(
    ("stream", "given", "why"),
    [
        ("lines", "Stream(lambda: 1 / 0)", "ZeroDivisionError"),
        ("lines", "Stream(lambda: ['01-100'])", "SourceLine was expected"),
        (
            "lines",
            "Stream(lambda: [attrs.evolve(LINE, amount=1.1)])",
            "SourceLine.amount is of type float, not Decimal",
        ),
        ("lines", "Stream(lambda: [attrs.evolve(LINE, amount=Decimal('NaN'))])", "SourceLine.amount is NaN"),
        ("lines", "Stream(lambda: [LINE, attrs.evolve(LINE, amount=Decimal('NaN'))])", "SourceLine.amount is NaN"),
        ("lines", "Stream(lambda: [LINE, attrs.evolve(LINE, amount=1.1)])", "SourceLine.amount is of type float"),
        ("lines", "Stream(lambda: cut_short())", "ended early"),
        ("sub_jobs", "Stream(lambda: [LINE])", "SourceSubJob was expected"),
        (
            "changes",
            "Stream(lambda: [attrs.evolve(next(iter(budget().changes)), lines=(attrs.evolve(LINE, amount=0.1),))])",
            "SourceLine.amount is of type float, not Decimal",
        ),
    ],
)
def test_the_streams_of_a_budget_are_guarded_to_their_end(install: Install, stream: str, given: str, why: str) -> None:
    """They are the plugin's code too, each time that they are read."""
    install(
        "bridge-alpha",
        f"""
        import attrs
        def cut_short():
            yield LINE
            raise ReadFailed("the budget ended early")
        budget = lambda whole=read_budget: whole("P1")
        @hookimpl
        def read_budget(project):
            return attrs.evolve(budget(), {stream}={given})
        """,
    )
    budget = source_of("bridge-alpha").read_budget("P1", NOTHING)
    for _ in range(2):
        with pytest.raises(ErpBridgeError, match=why):
            list(getattr(budget, stream))


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("list_projects", "[attrs.evolve(PROJECT, id=4711)]", "SourceProject.id is of type int, not str"),
        ("read_budget", "attrs.evolve(before[0]('P1'), currency=None)", "SourceBudget.currency is None"),
        ("read_budget", "attrs.evolve(before[0]('P1'), lines=[LINE])", "SourceBudget.lines is of type list"),
        ("read_requests", "[attrs.evolve(next(before[0]()), kind='new')]", "not RequestKind"),
        (
            "read_requests",
            "[attrs.evolve(next(before[0]()), asked_at=__import__('datetime').datetime(2026, 3, 2))]",
            "without its time zone",
        ),
        ("hint", "Hint(id=None)", "Hint.id is None, not str"),
    ],
)
def test_a_field_of_another_type_is_named(install: Install, name: str, value: str, why: str) -> None:
    """Here, and not where its value would be met at last."""
    install("bridge-alpha", f"import attrs\nbefore = [{name}]\n{hook(name, f'return {value}')}")
    with pytest.raises(PluginError, match=why):
        HOOKS[name](source_of("bridge-alpha"))


def test_what_can_be_read_once_alone_is_no_stream(install: Install) -> None:
    """The second reading would find nothing, in silence."""
    install(
        "bridge-alpha",
        """
        import attrs
        whole = [read_budget]
        @hookimpl
        def read_budget(project):
            return attrs.evolve(whole[0](project), lines=iter([LINE]))
        """,
    )
    with pytest.raises(PluginError, match=r"SourceBudget\.lines is of type list_iterator, not Stream"):
        source_of("bridge-alpha").read_budget("P1", NOTHING)


def test_the_transactions_of_a_request_are_guarded(install: Install) -> None:
    """One request that can't be understood is told, and the next one is still read."""
    install(
        "bridge-alpha",
        """
        import attrs
        whole = [read_requests]
        @hookimpl
        def read_requests():
            for stream in (Stream(lambda: 1 / 0), Stream(lambda: [])):
                yield attrs.evolve(next(whole[0]()), transactions=stream)
        """,
    )
    first, second = source_of("bridge-alpha").read_requests(NOTHING)
    with pytest.raises(PluginError, match="ZeroDivisionError"):
        list(first.transactions)
    assert [] == list(second.transactions)


def test_an_authorization_is_guarded_too(install: Install) -> None:
    """What it raises names the plugin, and an address is text."""
    install(
        "bridge-alpha",
        """
        class Odd:
            def address(self, *, redirect_to, state):
                return None
            def redeem(self, code, *, redirect_to):
                raise KeyError(code)
        @hookimpl
        def authorization():
            return Odd()
        """,
    )
    authorization = source_of("bridge-alpha").authorization(NOTHING)
    with pytest.raises(PluginError, match="an address was expected"):
        authorization.address(redirect_to="", state="")
    with pytest.raises(PluginError, match="failed in authorization: KeyError"):
        authorization.redeem("code", redirect_to="")


@pytest.mark.parametrize("name", sorted(set(HOOKS) - {"check_source", "read_budget"}))
def test_what_a_source_does_not_offer_is_told(install: Install, name: str) -> None:
    """By what it can't do; no connection check is nothing to tell."""
    install("bridge-alpha", f"globals().pop('{name}', 0)\nPROFILE['capabilities'] = frozenset()\n")
    source = source_of("bridge-alpha")
    assert [] == list(source.check_source(NOTHING))
    with pytest.raises(NotSupported, match=r"The budget source alpha \(bridge-alpha\)"):
        HOOKS[name](source)
