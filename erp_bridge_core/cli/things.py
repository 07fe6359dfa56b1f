"""Things to know about an ERP, or a budget source, printed (X5)."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from erp_bridge_core.cli.output import Page
    from erp_bridge_core.contract.profile import ErpProfile
    from erp_bridge_core.contract.source import SourceProfile


def print_things(page: "Page", profile: "ErpProfile | SourceProfile", warning: str = "") -> None:
    """The sentences under a heading with the ERP's title."""
    from erp_bridge_core.registry.things import things

    with page.section(f"Things to know about {profile.title}"):
        page.bullets(things(profile, warning))


def print_short(page: "Page", profile: "ErpProfile", warning: str = "") -> None:
    """The warning, what it takes, who posts and who is mailed; the rest stands with the plugin."""
    from erp_bridge_core.registry.things import short_things

    with page.section(f"Things to know about {profile.title}"):
        page.bullets(short_things(profile, warning))
        page.line(f"Limits, assumptions and all the rest: `erp-bridge plugins {profile.name}`.")
