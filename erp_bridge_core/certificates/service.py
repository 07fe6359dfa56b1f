"""Plugins of an opened installation with their certificates: shown, registered, heard wherever one is used."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Protocol

from attrs import frozen

from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.certificates.holding import Assessment, Source, assess, registered_file
from erp_bridge_core.certificates.reading import read_certificate
from erp_bridge_core.certificates.standing import Worth, command_for, standing_of
from erp_bridge_core.certificates.values import Kind
from erp_bridge_core.connections.durable import sync_folder, write_aside
from erp_bridge_core.contract.errors import BadInput, NotFound, StorageError
from erp_bridge_core.contract.profile import Thing
from erp_bridge_core.people.access import require_installation_administrator
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.rights import rights_of
from erp_bridge_core.people.rules import may_look_at_items, require

_BROKEN: Final = "List the plugins; it may be broken."


class Adapters(Protocol):
    """Whatever knows the plugins, and resolves an ERP's name to its one adapter: the registry."""

    @property
    def adapters(self) -> Mapping[str, Any]:
        """Those that can be used, by their ERP's name."""

    @property
    def sources(self) -> Mapping[str, Any]:
        """The budget sources that can be used, by their names."""

    @property
    def broken(self) -> Mapping[str, Any]:
        """Those that can't be used, each with its error."""

    @property
    def not_enabled(self) -> Mapping[str, str]:
        """Those that the configuration leaves alone, with their distributions."""

    def adapter(self, name: str) -> Any:
        """The adapter of that name; raises PluginError when it is missing or broken."""

    def source(self, name: str) -> Any:
        """The budget source of that name; raises PluginError when it is missing or broken."""


@frozen(kw_only=True)
class UsablePlugin:
    """An ERP's adapter, or a budget source, that can be used here, and how it stands."""

    adapter: Any
    assessment: Assessment


@frozen(kw_only=True)
class InstalledPlugins:
    """All plugins: the usable, the broken by name, and the distributions of those that are not enabled.

    `usable` are those of ERPs, `sources` the budget sources.
    """

    usable: tuple[UsablePlugin, ...]
    sources: tuple[UsablePlugin, ...]
    broken: Mapping[str, Any]
    not_enabled: Mapping[str, str]


@frozen(kw_only=True)
class Certificates:
    """The plugins of an installation and their certificates; whoever may look at ERP Integrations sees them (P1)."""

    audit: AuditTrail
    registry: Adapters
    home: Path
    now: Callable[[], datetime]

    def plugins(self, actor: Actor) -> InstalledPlugins:
        """The plugins that are installed, with whatever is wrong with them."""
        self._require_may_look(actor)
        return InstalledPlugins(
            usable=tuple(map(self._usable, self.registry.adapters.values())),
            sources=tuple(map(self._usable, self.registry.sources.values())),
            broken=self.registry.broken,
            not_enabled=self.registry.not_enabled,
        )

    def plugin(self, actor: Actor, name: str) -> UsablePlugin:
        """The plugin of one ERP or source; raises `NotFound` where none can be used. Both have it: the ERP is meant."""
        self._require_may_look(actor)
        for plugins in (self.registry.adapters, self.registry.sources):
            if name in plugins:
                return self._usable(plugins[name])
        raise NotFound(f"No ERP or budget source {name!r} can be used here.", remedy=_BROKEN)

    def assess(self, name: str) -> Assessment:
        """How the adapter of an ERP stands today; raises PluginError where there is none that can be used."""
        return assess(self.registry.adapter(name), self.home, self._today())

    def assess_source(self, name: str) -> Assessment:
        """How a budget source's plugin stands today; raises PluginError where there is none that can be used."""
        return assess(self.registry.source(name), self.home, self._today())

    def things(self, name: str) -> tuple[Thing, ...]:
        """What reviewers must know of it (X5): the warning, where there is one."""
        warning = self.assess(name).standing.warning
        return (Thing(text=warning),) if warning else ()

    def register(self, actor: Actor, file: Path) -> Assessment:
        """Keep a certificate in the home, in place of one that was registered before; how the adapter stands now.

        It counts for every company, so an administrator of the first one does it. Raises `BadInput` for a certificate
        that can't be read or is not of what is installed; one that shows failures or gaps is kept, for it says the
        truth.
        """
        with self.audit.store.read() as connection:
            require_installation_administrator(connection, actor, self.now())
        certificate = read_certificate(file)
        of_kind = self.registry.source if certificate.kind is Kind.SOURCE else self.registry.adapter
        adapter = of_kind(certificate.plugin)
        standing = standing_of(adapter, certificate, self._today())
        if standing.worth is Worth.STALE:
            remedy = f"Make it with what is installed: `{command_for(adapter)}`."
            raise BadInput(f"{standing.sentence} Nothing was registered.", remedy=remedy)
        target = registered_file(self.home, certificate.plugin, certificate.kind)
        content = certificate.to_json().encode()
        with self.audit.store.begin() as connection:
            require_installation_administrator(connection, actor, self.now())
            details = {
                "sha256": sha256(content).hexdigest(),
                "distribution": f"{adapter.distribution} {adapter.version}",
                "wheel_hash": adapter.wheel_hash,
                "made_at": certificate.made_at.isoformat(),
                "evidence": certificate.evidence.value,
                "worth": standing.worth.value,
                "rules": certificate.summary,
            }
            self.audit.record(connection, actor, "certificate.register", "plugin", adapter.name, details=details)
            # Last: a file can't be rolled back, so nothing may fail after it but the commit itself.
            _put(target, content)
        return Assessment(standing=standing, certificate=certificate, source=Source.REGISTERED)

    def _usable(self, adapter: Any) -> UsablePlugin:
        return UsablePlugin(adapter=adapter, assessment=assess(adapter, self.home, self._today()))

    def _require_may_look(self, actor: Actor) -> None:
        with self.audit.store.read() as connection:
            require(may_look_at_items(rights_of(connection, actor)))

    def _today(self) -> date:
        return self.now().date()


def _put(target: Path, content: bytes) -> None:
    """Write a file in one step: whoever reads sees the old one or the new one, whole. One writes at a time."""
    aside = target.with_name(f".{target.name}.aside")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_aside(aside, iter([content]))
        aside.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        raise StorageError(
            f"{target} can't be written: {error.strerror or error}. It is as it was.",
            remedy="See that the folder is writable and the disk not full, then do it again.",
        ) from error
