"""Which plugins are installed, and which of them the configuration lets run. Nothing is imported here."""

import re
from collections.abc import Collection, Iterator
from importlib.metadata import Distribution, distributions

from attrs import frozen

from erp_bridge_core.contract.errors import BadSettings, Fault, PluginError
from erp_bridge_core.registry.fingerprint import fingerprint
from erp_bridge_core.registry.plugin import KINDS, Candidate

_ENABLED = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(==(?P<version>\S+))?(\s+sha256:(?P<hash>[0-9a-f]{64}))?")


def find_candidates() -> Iterator[Candidate]:
    """Every entry point of our groups; of a distribution found twice, the one that Python would import."""
    seen: set[str] = set()
    for distribution in distributions():
        name = _normal(distribution.name or "")
        if not name or name in seen:
            continue
        seen.add(name)
        yield from _candidates(distribution)


def _candidates(distribution: Distribution) -> Iterator[Candidate]:
    for entry in distribution.entry_points:
        if entry.group in KINDS:
            yield Candidate(group=entry.group, entry=entry, distribution=distribution)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@frozen(kw_only=True)
class Enabled:
    """The distributions that may be imported: `NAME`, `NAME==VERSION`, or `NAME==VERSION sha256:HASH`; None: all.

    A plugin runs with all our rights, so on a server each is named, best with version and hash.
    """

    entries: Collection[str] | None

    def __attrs_post_init__(self) -> None:
        faults = [
            Fault("plugins.enabled", "not a distribution", value=entry, expected="NAME, NAME==VERSION [sha256:HASH]")
            for entry in self.entries or ()
            if not _ENABLED.fullmatch(entry)
        ]
        if faults:
            raise BadSettings("The list of enabled plugins is not right.", remedy="Correct it.", faults=faults)

    def admits(self, candidate: Candidate) -> bool:
        """Whether the distribution is named at all."""
        return self.entries is None or bool(self._entries_for(candidate))

    def check(self, candidate: Candidate) -> None:
        """Raise `PluginError` when the installed version or content is another than was enabled."""
        for match in self._entries_for(candidate):
            version, content = match["version"], match["hash"]
            installed = candidate.distribution.version
            if version and version != installed:
                raise _other(candidate, f"version {version} is enabled, {installed} is installed")
            if content and content != (found := fingerprint(candidate.distribution)):
                raise _other(candidate, f"the hash {content} is enabled, what is installed has {found}")

    def _entries_for(self, candidate: Candidate) -> list[re.Match[str]]:
        wanted = _normal(candidate.distribution.name)
        matches = (_ENABLED.fullmatch(entry) for entry in self.entries or ())
        return [match for match in matches if match and _normal(match["name"]) == wanted]


def _other(candidate: Candidate, why: str) -> PluginError:
    return PluginError(
        f"{candidate.distribution.name} is not the plugin that was enabled: {why}. It was not imported.",
        remedy="Install the enabled version, or enable this one in erp-bridge.toml after looking at it.",
    )
