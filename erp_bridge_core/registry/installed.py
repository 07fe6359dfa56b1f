"""What an adapter and a budget source have in common: each comes from one installed distribution."""

from functools import cached_property
from importlib.metadata import Distribution
from pathlib import Path
from typing import Generic, Self, TypeVar

from attrs import evolve, field, frozen

from erp_bridge_core.contract.profile import ErpProfile
from erp_bridge_core.contract.source import SourceProfile
from erp_bridge_core.registry.fingerprint import certificate_file, fingerprint
from erp_bridge_core.registry.hooks import CleanError, Hooks

Profile = TypeVar("Profile", ErpProfile, SourceProfile)


@frozen(kw_only=True, slots=False)
class InstalledPlugin(Generic[Profile]):
    """A plugin that was imported and checked."""

    profile: Profile
    _hooks: Hooks = field(repr=False)
    _distribution: Distribution = field(repr=False)

    def cleaned_by(self, clean: CleanError) -> Self:
        """The same plugin, whose errors hold no secret."""
        return evolve(self, hooks=evolve(self._hooks, clean=clean))

    @property
    def name(self) -> str:
        """Its short name: the ERP's, or the source's."""
        return self.profile.name

    @property
    def distribution(self) -> str:
        """The name of the installed distribution."""
        return self._distribution.name

    @property
    def version(self) -> str:
        """The version of the installed distribution."""
        return self._distribution.version

    @cached_property
    def wheel_hash(self) -> str:
        """SHA-256 over the distribution's files; accept binds to an adapter's."""
        return fingerprint(self._distribution)

    @property
    def certificate_file(self) -> Path | None:
        """The certificate that the distribution ships, if it ships one."""
        return certificate_file(self._distribution)
