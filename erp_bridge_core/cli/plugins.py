"""`plugins`: the ERPs and policies that are installed, and what to know about one."""

from typing import TYPE_CHECKING

import click

from erp_bridge_core.cli.acts import Act, pass_call
from erp_bridge_core.cli.call import Call
from erp_bridge_core.cli.output import Page
from erp_bridge_core.cli.things import print_things, things

if TYPE_CHECKING:
    from erp_bridge_core.registry.registry import Registry


@click.command("plugins", cls=Act, answer=["plugins", "broken", "not_enabled", "plugin", "things_to_know"])
@click.argument("name", required=False)
@pass_call
def plugins(call: Call, name: str | None) -> None:
    """List the plugins with whatever is wrong with them; with NAME, what to know about that ERP."""
    registry = open_registry(call)
    if name:
        _show(call, registry, name)
    else:
        _list(call, registry)


def open_registry(call: Call) -> "Registry":
    """The installation's plugins; all installed ones where there is no installation yet."""
    if (call.folder / "erp-bridge.toml").is_file():
        from erp_bridge_core.connections.configuration import Configuration

        enabled = Configuration.read(call.folder).enabled_plugins
    else:
        enabled = None
    from erp_bridge_core.registry import Registry

    return Registry.load(enabled)


def _list(call: Call, registry: "Registry") -> None:
    usable = [
        {
            "name": each.name,
            "title": each.profile.title,
            "distribution": each.distribution,
            "version": each.version,
            "wheel_hash": each.wheel_hash,
        }
        for each in registry.adapters.values()
    ]
    broken = [
        {"name": each.name, "distributions": each.distributions, "error": each.error.to_json()}
        for each in registry.broken.values()
    ]

    def print_it(page: Page) -> None:
        rows = [(each["name"], each["title"], each["distribution"], each["version"]) for each in usable]
        page.table(["Name", "ERP", "Distribution", "Version"], rows, none="No ERP plugin is installed.")
        for each in registry.broken.values():
            page.line(f"{each.name} can't be used: {each.error.message} {each.error.remedy}".rstrip())
        for title, distribution in registry.not_enabled.items():
            page.line(f"{title} ({distribution}) is installed but not enabled in erp-bridge.toml.")

    call.answer({"plugins": usable, "broken": broken, "not_enabled": registry.not_enabled}, print_it)


def _show(call: Call, registry: "Registry", name: str) -> None:
    adapter = registry.adapter(name)
    profile = adapter.profile

    def print_it(page: Page) -> None:
        page.facts(
            [
                ("Name", adapter.name),
                ("ERP", profile.title),
                ("Distribution", f"{adapter.distribution} {adapter.version}"),
                ("Code", adapter.wheel_hash),
            ]
        )
        print_things(page, profile)
        with page.section("Writes, and why none of them happens twice"):
            page.table(["Write", "Class", "Because"], [(op.title, op.safety, op.because) for op in profile.operations])

    facts = {"name": adapter.name, "distribution": adapter.distribution, "version": adapter.version}
    plugin = {**facts, "wheel_hash": adapter.wheel_hash, "profile": profile}
    call.answer({"plugin": plugin, "things_to_know": things(profile)}, print_it)
