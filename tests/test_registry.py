"""Plugins are found by their entry points, checked, and called one at a time; a broken one stops nobody else."""

import functools
import hashlib
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import indent
from typing import Any

import pytest
from installed_plugins import Installer

from erp_bridge_core.contract.errors import BadSettings, NotFound, NotSupported, PluginError
from erp_bridge_core.contract.findings import Severity
from erp_bridge_core.registry import Registry

NOTHING: Any = None

PLUGIN = """
from attrs import frozen
from erp_bridge_core.contract import *
from erp_bridge_core.contract.errors import *

@frozen
class Settings:
    company: str = ""

PROFILE = dict(
    name="{plugin}", title="An ERP", api_version=1, settings_class=Settings,
    capabilities=frozenset({{Capability.ORIGINAL}}),
    operations=(OperationProfile(name="entry", title="An entry", safety=SafetyClass.KEYED, because="it does"),),
)

@hookimpl
def erp_profile():
    return ErpProfile(**PROFILE)

@hookimpl
def read_job(job):
    return JobReading(header=JobHeader(company="C", job=job, name="J", status=JobStatus.OPEN),
        sub_jobs=Stream(list), cost_codes=Stream(list), categories=Stream(list), figures=Stream(list))

@hookimpl
def validate_budget(batch):
    yield Finding(severity=Severity.NOTE, rule="{plugin}", message="looked", remedy="")

@hookimpl
def revision_fields():
    return []

@hookimpl
def export():
    pass

@hookimpl
def verify_posted():
    return []
"""

POLICY = """
from erp_bridge_core.contract import *

@hookimpl
def validate_budget(batch, erp):
    yield Finding(severity=Severity.WARNING, rule="{name}", message="too dear", remedy="ask")
"""

Install = Callable[..., Path]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Install a distribution with one plugin, by default a whole adapter."""
    return functools.partial(Installer(tmp_path, monkeypatch), source=PLUGIN)


def load(*names: str) -> Registry:
    """A registry with these distributions enabled."""
    return Registry.load(names)


def error_of(*names: str) -> PluginError:
    """The error that resolving the first one's adapter raises."""
    with pytest.raises(PluginError) as caught:
        load(*names).adapter(names[0].removeprefix("bridge-"))
    return caught.value


def test_an_installed_adapter_is_found_and_known(install: Install) -> None:
    """By its entry point's name, with its distribution and version."""
    install("bridge-alpha")
    adapter = load("bridge-alpha").adapter("alpha")
    assert ("alpha", "bridge-alpha", "1.2") == (adapter.name, adapter.distribution, adapter.version)
    assert "An ERP" == adapter.profile.title


def test_a_call_reaches_one_adapter_alone(install: Install) -> None:
    """Three adapters would write to three ERPs."""
    for name in ("bridge-alpha", "bridge-beta"):
        install(name, "calls = []\n@hookimpl\ndef export(batch):\n    calls.append(batch)\n")
    registry = load("bridge-alpha", "bridge-beta")
    registry.adapter("beta").export("the batch", NOTHING, NOTHING, NOTHING)  # type: ignore[arg-type]
    calls = [getattr(module, "calls", None) for name, module in sys.modules.items() if name.startswith("plugin_")]
    assert 1 == calls.count(["the batch"])
    assert [] in calls


def test_two_distributions_under_one_name_are_told_with_both(install: Install) -> None:
    """Neither is imported, and the others work."""
    install("bridge-one", plugin="alpha")
    install("bridge-two", plugin="alpha")
    install("bridge-beta")
    registry = load("bridge-one", "bridge-two", "bridge-beta")
    with pytest.raises(PluginError, match=r"bridge-one 1\.2 and bridge-two 1\.2"):
        registry.adapter("alpha")
    assert ["beta"] == list(registry.adapters)


@pytest.mark.parametrize("source", ["import missing_library", "raise SystemExit(1)", "def (", "1 / 0"])
def test_a_plugin_that_can_not_be_imported_stops_nobody_else(install: Install, source: str) -> None:
    """It is listed with its error."""
    install("bridge-alpha", source=source)
    install("bridge-beta")
    registry = load("bridge-alpha", "bridge-beta")
    broken = registry.broken["alpha"]
    assert ("bridge-alpha 1.2",) == broken.distributions
    assert "importing" in str(broken.error)
    assert broken.error.__cause__ is not None
    assert "beta" == registry.adapter("beta").name
    with pytest.raises(PluginError, match="importing"):
        registry.adapter("alpha")


def test_a_misspelt_hook_is_found(install: Install) -> None:
    """The very name is told."""
    install("bridge-alpha", "@hookimpl\ndef verify_postd(receipt, erp):\n    return []\n")
    assert "verify_postd" in str(error_of("bridge-alpha"))


def test_a_hook_with_a_wrong_argument_is_found(install: Install) -> None:
    """The definition that offends is told."""
    install("bridge-alpha", "@hookimpl\ndef read_job(job, database):\n    return None\n")
    assert "database" in str(error_of("bridge-alpha"))


def test_a_missing_required_hook_is_named(install: Install) -> None:
    """One that is there without its mark is told as such."""
    install("bridge-alpha", "del export\ndef verify_posted():\n    return []\n")
    assert "export, verify_posted (there, but not marked @hookimpl)" in str(error_of("bridge-alpha"))


@pytest.mark.parametrize(("version", "remedy"), [(2, "newer erp-bridge-core"), (0, "newer version of the plugin")])
def test_another_version_of_the_contract_is_refused_readably(install: Install, version: int, remedy: str) -> None:
    """It says which side is the older."""
    install("bridge-alpha", f"PROFILE['api_version'] = {version}")
    told = str(error_of("bridge-alpha"))
    assert f"version {version} of the plugin contract, and this is version 1" in told
    assert remedy in told


def test_all_that_is_wrong_with_a_profile_is_told_at_once(install: Install) -> None:
    """Name, settings, capabilities, operations, limits, rate."""
    install(
        "bridge-alpha",
        """
        operation = OperationProfile(name="a", title="A", safety="sure", because=" ", deadline=0, execution_bound=-1)
        PROFILE |= dict(name="beta", settings_class=dict, capabilities=frozenset(), operations=(operation, operation),
            limits=(FieldLimit(field="colour"),), rate=RateLimit(at_once=0, per_second=0))
        """,
    )
    places = {fault.where for fault in error_of("bridge-alpha").faults}
    assert {
        "name", "settings_class", "capabilities", "operations", "operations[0].safety", "operations[0].because",
        "operations[1].deadline", "operations[1].execution_bound", "limits[0].field", "rate.at_once",
        "rate.per_second",
    } <= places  # fmt: skip


@pytest.mark.parametrize(
    "more",
    [
        "@hookimpl\ndef erp_profile():\n    return {'name': 'alpha'}\n",
        "@hookimpl\ndef erp_profile():\n    raise ZeroDivisionError('oops')\n",
        "@hookimpl\ndef erp_profile():\n    raise NotFound('odd')\n",
        "PROFILE['capabilities'] = 5\n",
        "PROFILE['operations'] = ()\n",
        """
        import itertools
        n = itertools.count()
        @hookimpl
        def erp_profile():
            return ErpProfile(**PROFILE | {"title": str(next(n))})
        """,
    ],
)
def test_an_odd_profile_is_refused(install: Install, more: str) -> None:
    """Of another type, raising, nonsense, or different each time."""
    install("bridge-alpha", more)
    assert "erp_profile" in str(error_of("bridge-alpha")) or "profile is not right" in str(error_of("bridge-alpha"))


def test_only_enabled_distributions_are_imported(install: Install) -> None:
    """A plugin that is merely installed runs no line."""
    install("bridge-alpha", "raise AssertionError('imported')")
    install("bridge-beta")
    registry = load("Bridge_Beta")
    assert (["beta"], "bridge-alpha 1.2") == (list(registry.adapters), registry.not_enabled["alpha"])
    with pytest.raises(PluginError, match="not enabled"):
        registry.adapter("alpha")


def test_a_plugin_may_be_enabled_by_version_and_hash(install: Install) -> None:
    """Another version, or one changed file, is not imported."""
    source = install("bridge-alpha")
    content = load("bridge-alpha").adapter("alpha").wheel_hash
    assert "alpha" == load(f"bridge-alpha==1.2 sha256:{content}").adapter("alpha").name
    with pytest.raises(PluginError, match=r"version 1\.3 is enabled, 1\.2 is installed"):
        load("bridge-alpha==1.3").adapter("alpha")
    source.write_text(source.read_text() + "\n# changed\n")
    assert "alpha" in load(f"bridge-alpha==1.2 sha256:{content}").broken


def test_a_list_of_plugins_that_can_not_be_read_is_refused() -> None:
    """A hash that is cut short must not count as none."""
    with pytest.raises(BadSettings) as caught:
        Registry.load(["bridge-alpha==1.2 sha256:12", "good-one"])
    assert 1 == len(caught.value.faults)


def test_a_hash_covers_the_files_that_run(install: Install) -> None:
    """The same content gives the same hash; of an editable installation its sources count."""
    hashes = set()
    for name in ("bridge-alpha", "bridge-beta"):
        source = install(name, editable=name == "bridge-beta")
        before = load(name).adapter(name.removeprefix("bridge-")).wheel_hash
        assert before == load(name).adapter(name.removeprefix("bridge-")).wheel_hash
        source.write_text(source.read_text() + "\n# changed\n")
        hashes |= {before, load(name).adapter(name.removeprefix("bridge-")).wheel_hash}
    assert 4 == len(hashes)
    assert {len(hashlib.sha256().hexdigest())} == {len(each) for each in hashes}


def test_an_unknown_erp_is_told_with_what_to_install() -> None:
    """The remedy is a command."""
    with pytest.raises(PluginError) as caught:
        load("none").adapter("omega")
    assert "Install it: pip install erp-bridge-omega" == caught.value.remedy


HOOKS = {
    "read_job": lambda adapter: adapter.read_job("J", NOTHING),
    "validate_budget": lambda adapter: list(adapter.validate_budget(NOTHING, NOTHING)),
    "revision_fields": lambda adapter: adapter.revision_fields(NOTHING, NOTHING),
    "export": lambda adapter: adapter.export(NOTHING, NOTHING, NOTHING, NOTHING),
    "verify_posted": lambda adapter: list(adapter.verify_posted(NOTHING, NOTHING)),
    "check_connection": lambda adapter: list(adapter.check_connection(NOTHING)),
    "erp_simulator": lambda adapter: adapter.simulator(),
}


def hook(name: str, body: str) -> str:
    """The source of a hook with that body."""
    return f"@hookimpl\ndef {name}():\n{indent(body, '    ')}\n"


@pytest.mark.parametrize("name", HOOKS)
def test_an_odd_exception_becomes_an_error_naming_plugin_and_hook(install: Install, name: str) -> None:
    """With its cause."""
    install("bridge-alpha", hook(name, "raise KeyError('amount')"))
    with pytest.raises(PluginError, match=rf"alpha \(bridge-alpha 1\.2\) failed in {name}: KeyError") as caught:
        HOOKS[name](load("bridge-alpha").adapter("alpha"))
    assert isinstance(caught.value.__cause__, KeyError)


@pytest.mark.parametrize("name", ["validate_budget", "revision_fields", "verify_posted", "check_connection"])
def test_an_odd_exception_in_the_middle_of_yielding_is_told_too(install: Install, name: str) -> None:
    """Generators fail late."""
    install("bridge-alpha", hook(name, "raise KeyError('amount')\nyield 1"))
    with pytest.raises(PluginError, match=f"failed in {name}"):
        HOOKS[name](load("bridge-alpha").adapter("alpha"))


@pytest.mark.parametrize("name", HOOKS)
def test_an_error_of_the_contract_passes_unchanged(install: Install, name: str) -> None:
    """The plugin's own words are kept."""
    install("bridge-alpha", hook(name, "raise NotFound('no such job')"))
    with pytest.raises(NotFound, match="no such job"):
        HOOKS[name](load("bridge-alpha").adapter("alpha"))


@pytest.mark.parametrize("name", sorted(set(HOOKS) - {"export"}))
@pytest.mark.parametrize("value", ["None", "5", "'text'", "[5]", "{'a': 1}"])
def test_a_value_of_another_type_is_refused_readably(install: Install, name: str, value: str) -> None:
    """Plugin and hook are named."""
    install("bridge-alpha", hook(name, f"return {value}"))
    with pytest.raises(PluginError, match=rf"bridge-alpha 1\.2\) answered .* in {name}, where"):
        HOOKS[name](load("bridge-alpha").adapter("alpha"))


def test_the_streams_of_a_reading_are_guarded(install: Install) -> None:
    """They are the plugin's code too, each time that they are read."""
    install(
        "bridge-alpha",
        """
        import attrs
        whole = [read_job]
        @hookimpl
        def read_job(job):
            return attrs.evolve(whole[0](job), figures=Stream(lambda: 1 / 0), cost_codes=Stream(lambda: ["01-100"]))
        """,
    )
    reading = load("bridge-alpha").adapter("alpha").read_job("J", NOTHING)
    assert [] == list(reading.sub_jobs)
    for stream, why in ((reading.figures, "ZeroDivisionError"), (reading.cost_codes, "CostCode was expected")):
        for _ in range(2):
            with pytest.raises(PluginError, match=why):
                list(stream)


def test_an_observation_before_its_routes_sight_is_refused(install: Install) -> None:
    """What a route can see must be known before what it saw."""
    install(
        "bridge-alpha",
        hook(
            "verify_posted", "yield Observation(route='report', key=LineKey(sub_job='', cost_code='1', category='L'))"
        ),
    )
    with pytest.raises(PluginError, match="RouteSight of 'report' first"):
        list(load("bridge-alpha").adapter("alpha").verify_posted(NOTHING, NOTHING))


def test_what_an_adapter_does_not_offer_is_told(install: Install) -> None:
    """No simulator is an error, no connection check is nothing to tell."""
    install("bridge-alpha")
    adapter = load("bridge-alpha").adapter("alpha")
    assert [] == list(adapter.check_connection(NOTHING))
    with pytest.raises(NotSupported, match="no simulator"):
        adapter.simulator()


def test_policies_are_heard_for_every_erp(install: Install) -> None:
    """In the order of their names, and an adapter's own findings are not theirs."""
    install("bridge-alpha")
    install("policy-two", source=POLICY, group="policies")
    install("policy-one", source=POLICY, group="policies")
    registry = load("bridge-alpha", "policy-one", "policy-two")
    assert ["policy-one", "policy-two"] == [finding.rule for finding in registry.policies(NOTHING, NOTHING)]


@pytest.mark.parametrize("source", ["import missing_library", "", POLICY + "\n@hookimpl\ndef export():\n    pass\n"])
def test_a_policy_that_can_not_be_heard_blocks(install: Install, source: str) -> None:
    """A control must not pass in silence."""
    install("policy-one", source=source, group="policies")
    install("policy-two", source=POLICY, group="policies")
    found = list(load("policy-one", "policy-two").policies(NOTHING, NOTHING))
    assert [(Severity.ERROR, "policy-broken"), (Severity.WARNING, "policy-two")] == [
        (finding.severity, finding.rule) for finding in found
    ]


def test_a_policy_and_an_erp_may_share_a_name(install: Install) -> None:
    """They are in different groups."""
    install("bridge-alpha")
    install("policy-alpha", plugin="alpha", source="raise ValueError", group="policies")
    registry = load("bridge-alpha", "policy-alpha")
    assert "alpha" == registry.adapter("alpha").name
    assert ["policy alpha"] == list(registry.broken)
