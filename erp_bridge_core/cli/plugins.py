"""`plugins`: the ERPs and policies that are installed, how each is certified, and what to know about one."""

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
    from erp_bridge_core.certificates import Assessment
    from erp_bridge_core.registry.adapter import Adapter
    from erp_bridge_core.registry.registry import Registry


@click.command(
    "plugins", cls=Act, answer=["plugins", "broken", "not_enabled", "plugin", "things_to_know", "certificate"]
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
    """List the plugins with whatever is wrong with them; with NAME, what to know about that ERP."""
    if certificate is not None:
        if name:
            raise UsageError(
                "A certificate says itself which plugin it is of.",
                remedy=f"Write `erp-bridge plugins --certificate {certificate}`.",
            )
        _register(call, certificate)
        return
    registry = open_registry(call)
    if name:
        _show(call, registry, name)
    else:
        _list(call, registry)


def open_registry(call: Call) -> "Registry":
    """The installation's plugins; all installed ones where there is no installation yet."""
    if _is_installed(call):
        from erp_bridge_core.connections.configuration import Configuration

        enabled = Configuration.read(call.folder).enabled_plugins
    else:
        enabled = None
    from erp_bridge_core.registry import Registry

    return Registry.load(enabled)


def _is_installed(call: Call) -> bool:
    return (call.folder / "erp-bridge.toml").is_file()


def _assess(call: Call, adapter: "Adapter") -> "Assessment":
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
    assessed = {each.name: _assess(call, each) for each in registry.adapters.values()}
    usable = [
        {
            "name": each.name,
            "title": each.profile.title,
            "distribution": each.distribution,
            "version": each.version,
            "wheel_hash": each.wheel_hash,
            "standing": assessed[each.name].standing,
        }
        for each in registry.adapters.values()
    ]
    broken = [
        {"name": each.name, "distributions": each.distributions, "error": each.error.to_json()}
        for each in registry.broken.values()
    ]

    def print_it(page: Page) -> None:
        rows = [
            (each.name, each.profile.title, each.distribution, each.version, assessed[each.name].standing.worth)
            for each in registry.adapters.values()
        ]
        columns = ["Name", "ERP", "Distribution", "Version", "Certificate"]
        page.table(columns, rows, none="No ERP plugin is installed.")
        for each in registry.broken.values():
            page.line(f"{each.name} can't be used: {each.error.message} {each.error.remedy}".rstrip())
        for title, distribution in registry.not_enabled.items():
            page.line(f"{title} ({distribution}) is installed but not enabled in erp-bridge.toml.")

    call.answer({"plugins": usable, "broken": broken, "not_enabled": registry.not_enabled}, print_it)


def _show(call: Call, registry: "Registry", name: str) -> None:
    adapter = registry.adapter(name)
    profile = adapter.profile
    assessment = _assess(call, adapter)
    warning = assessment.standing.warning

    def print_it(page: Page) -> None:
        page.facts(
            [
                ("Name", adapter.name),
                ("ERP", profile.title),
                ("Distribution", f"{adapter.distribution} {adapter.version}"),
                ("Code", adapter.wheel_hash),
            ]
        )
        print_things(page, profile, warning)
        with page.section("Writes, and why none of them happens twice"):
            page.table(["Write", "Class", "Because"], [(op.title, op.safety, op.because) for op in profile.operations])
        print_assessment(page, assessment)

    from erp_bridge_core.registry.things import things

    facts = {"name": adapter.name, "distribution": adapter.distribution, "version": adapter.version}
    plugin = {**facts, "wheel_hash": adapter.wheel_hash, "profile": profile}
    told = {"plugin": plugin, "things_to_know": things(profile, warning), "certificate": assessment}
    call.answer(told, print_it)
