"""Certificates of an opened installation: registered by an administrator, and heard wherever an adapter is used."""

from collections.abc import Callable
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from attrs import frozen

from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.certificates.holding import Assessment, Source, assess, registered_file
from erp_bridge_core.certificates.reading import read_certificate
from erp_bridge_core.certificates.standing import Worth, command_for, standing_of
from erp_bridge_core.connections.durable import sync_folder, write_aside
from erp_bridge_core.contract.errors import BadInput, StorageError
from erp_bridge_core.contract.profile import Thing
from erp_bridge_core.people.access import require_administrator
from erp_bridge_core.people.actor import Actor


class Adapters(Protocol):
    """Whatever resolves an ERP's name to its one adapter: the registry."""

    def adapter(self, name: str) -> Any:
        """The adapter of that name; raises PluginError when it is missing or broken."""


@frozen(kw_only=True)
class Certificates:
    """The certificates of an installation's adapters."""

    audit: AuditTrail
    registry: Adapters
    home: Path
    now: Callable[[], datetime]

    def assess(self, name: str) -> Assessment:
        """How the adapter of an ERP stands today; raises PluginError where there is none that can be used."""
        return assess(self.registry.adapter(name), self.home, self._today())

    def things(self, name: str) -> tuple[Thing, ...]:
        """What reviewers must know of it (X5): the warning, where there is one."""
        warning = self.assess(name).standing.warning
        return (Thing(text=warning),) if warning else ()

    def register(self, actor: Actor, file: Path) -> Assessment:
        """Keep a certificate in the home, in place of one that was registered before; how the adapter stands now.

        An administrator's act. Raises `BadInput` for a certificate that can't be read or is not of what is installed;
        one that shows failures or gaps is kept, for it says the truth.
        """
        certificate = read_certificate(file)
        adapter = self.registry.adapter(certificate.plugin)
        standing = standing_of(adapter, certificate, self._today())
        if standing.worth is Worth.STALE:
            remedy = f"Make it with what is installed: `{command_for(adapter.name)}`."
            raise BadInput(f"{standing.sentence} Nothing was registered.", remedy=remedy)
        target = registered_file(self.home, certificate.plugin)
        content = certificate.to_json().encode()
        with self.audit.store.begin() as connection:
            require_administrator(connection, actor, self.now())
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

    def _today(self) -> date:
        return self.now().date()


def _put(target: Path, content: bytes) -> None:
    """Write a file in one step: whoever reads sees the old one or the new one, whole. One writes at a time."""
    aside = target.with_name(f".{target.name}.aside")
    try:
        target.parent.mkdir(exist_ok=True)
        write_aside(aside, iter([content]))
        aside.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        raise StorageError(
            f"{target} can't be written: {error.strerror or error}. It is as it was.",
            remedy="See that the folder is writable and the disk not full, then do it again.",
        ) from error
