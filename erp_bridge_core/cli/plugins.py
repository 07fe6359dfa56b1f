"""`plugins`: the ERPs, budget sources and policies that are installed, how they are certified, what to know of one."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from erp_bridge_core.cli.acts import Act, pass_call
from erp_bridge_core.cli.call import Call
from erp_bridge_core.cli.certificate import print_assessment
from erp_bridge_core.cli.output import Page
from erp_bridge_core.cli.things import print_things
from erp_bridge_core.contract.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from erp_bridge_core.certificates import Assessment, Standing
    from erp_bridge_core.registry.adapter import Adapter
    from erp_bridge_core.registry.registry import Registry
    from erp_bridge_core.registry.source_adapter import SourceAdapter

    Plugin = Adapter | SourceAdapter


@click.command(
    "plugins",
    cls=Act,
    answer=["plugins", "sources", "broken", "not_enabled", "plugin", "things_to_know", "certificate"],
)
@click.argument("name", required=False)
@click.option(
    "--certificate",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Register a certificate of the conformance suite for the plugin that it is of.",
)
@pass_call
def plugins(call: Call, name: str | None, certificate: Path | None) -> None:
    """List the plugins with whatever is wrong with them; with NAME, what to know about that ERP or source."""
    if certificate is not None:
        if name:
            raise UsageError(
                "A certificate says itself which plugin it is of.",
                remedy=f"Write `erp-bridge plugins --certificate {certificate}`.",
            )
        _register(call, certificate)
        return
    registry = open_registry(call)
    if name and registry.is_source(name):
        _show(call, registry.source(name), "Budget source")
    elif name:
        _show(call, registry.adapter(name), "ERP")
    else:
        _list(call, registry)


def open_registry(call: Call) -> "Registry":
    """The installation's plugins; all installed ones where there is no installation yet."""
    if _is_installed(call):
        from erp_bridge_core.configuration.configuration import Configuration

        enabled = Configuration.read(call.folder).enabled_plugins
    else:
        enabled = None
    from erp_bridge_core.registry import Registry

    return Registry.load(enabled)


def _is_installed(call: Call) -> bool:
    return (call.folder / "erp-bridge.toml").is_file()


def _assess(call: Call, adapter: "Plugin") -> "Assessment":
    from erp_bridge_core.certificates import assess

    return assess(adapter, call.folder if _is_installed(call) else None, _today())


def _today() -> date:
    return datetime.now(UTC).date()


def _register(call: Call, certificate: Path) -> None:
    assessment = call.app.certificates.register(call.actor, certificate)
    kept = assessment.certificate
    assert kept is not None

    def print_it(page: Page) -> None:
        page.line(f"The certificate of {kept.plugin} of {page.cell(kept.made_at)} was registered.")
        page.line(assessment.standing.warning or assessment.standing.sentence)

    call.answer({"certificate": assessment}, print_it)


def _list(call: Call, registry: "Registry") -> None:
    usable, sources = (
        [(each, _assess(call, each).standing) for each in plugins.values()]
        for plugins in (registry.adapters, registry.sources)
    )
    broken = [
        {"name": name, "distributions": each.distributions, "error": each.error.to_json()}
        for name, each in registry.broken.items()
    ]

    def print_it(page: Page) -> None:
        columns = ["Distribution", "Version", "Certificate"]
        page.table(["Name", "ERP", *columns], _rows(usable), none="No ERP plugin is installed.")
        if sources:
            page.table(["Name", "Budget source", *columns], _rows(sources))
        for name, each in registry.broken.items():
            page.line(f"{name} can't be used: {each.error.message} {each.error.remedy}".rstrip())
        for title, distribution in registry.not_enabled.items():
            page.line(f"{title} ({distribution}) is installed but not enabled in erp-bridge.toml.")

    told = {
        "plugins": [{**_facts(each), "standing": standing} for each, standing in usable],
        "sources": [{**_facts(each), "standing": standing} for each, standing in sources],
        "broken": broken,
        "not_enabled": registry.not_enabled,
    }
    call.answer(told, print_it)


def _rows(plugins: "Sequence[tuple[Plugin, Standing]]") -> list[tuple[str, ...]]:
    return [
        (each.name, each.profile.title, each.distribution, each.version, standing.worth) for each, standing in plugins
    ]


def _facts(plugin: "Plugin") -> dict[str, str]:
    return {
        "name": plugin.name,
        "title": plugin.profile.title,
        "distribution": plugin.distribution,
        "version": plugin.version,
        "wheel_hash": plugin.wheel_hash,
    }


def _show(call: Call, plugin: "Plugin", kind: str) -> None:
    profile = plugin.profile
    assessment = _assess(call, plugin)
    warning = assessment.standing.warning

    def print_it(page: Page) -> None:
        page.facts(
            [
                ("Name", plugin.name),
                (kind, profile.title),
                ("Distribution", f"{plugin.distribution} {plugin.version}"),
                ("Code", plugin.wheel_hash),
            ]
        )
        print_things(page, profile, warning)
        with page.section("Writes, and why none of them happens twice"):
            rows = [(each.title, each.safety, each.because) for each in profile.operations]
            page.table(["Write", "Class", "Because"], rows, none="It writes nothing.")
        print_assessment(page, assessment)

    from erp_bridge_core.registry.things import things

    told = {
        "plugin": {**_facts(plugin), "profile": profile},
        "things_to_know": things(profile, warning),
        "certificate": assessment,
    }
    call.answer(told, print_it)
