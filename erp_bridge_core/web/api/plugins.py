"""`/plugins`: the ERPs and budget sources that are installed, what is known of each, and how each is certified."""

from collections.abc import Mapping
from datetime import date, datetime
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import msgspec
from attrs import frozen
from litestar.params import FromPath, JSONBody

from erp_bridge_core.certificates.service import UsablePlugin
from erp_bridge_core.registry.things import things
from erp_bridge_core.web.api.models import Body, made
from erp_bridge_core.web.api.operations import Operations
from erp_bridge_core.web.given import GivenActor, GivenApplication

_on = Operations("plugins")


@frozen(kw_only=True)
class PluginModel:
    """An ERP, or a budget source, that can be used.

    `worth` is its certificate's: none, stale, failed, expired_gap, gaps or valid.
    """

    name: str
    title: str
    distribution: str
    version: str
    wheel_hash: str
    worth: str
    warning: str


@frozen(kw_only=True)
class OperationModel:
    """One kind of write, and why none of them happens twice."""

    name: str
    title: str
    safety: str
    because: str


@frozen(kw_only=True)
class BrokenPluginModel:
    """A plugin that can't be used, and why; `source` or `policy` stands before the name of one."""

    name: str
    distributions: list[str]
    error: Mapping[str, Any]


@frozen(kw_only=True)
class Plugins:
    """All plugins, `plugins` those of ERPs; `not_enabled` maps a plugin to the distribution that was left alone."""

    plugins: list[PluginModel]
    sources: list[PluginModel]
    broken: list[BrokenPluginModel]
    not_enabled: Mapping[str, str]


@frozen(kw_only=True)
class RuleModel:
    """One rule of a certificate with its result."""

    id: str
    title: str
    result: str
    evidence: str | None
    cases: int
    why: str


@frozen(kw_only=True)
class GapModel:
    """A known gap, and until when it is excused."""

    rule: str
    reason: str
    link: str
    expires: date


@frozen(kw_only=True)
class CertificateModel:
    """What the conformance suite found out about a plugin, of an ERP or a source as `kind` says."""

    plugin: str
    kind: str
    made_at: datetime
    evidence: str
    thorough: bool
    rules: list[RuleModel]
    gaps: list[GapModel]


@frozen(kw_only=True)
class PluginDetails:
    """One ERP or budget source: what to know about it, its writes, and its certificate, null where there is none."""

    plugin: PluginModel
    things_to_know: list[str]
    capabilities: list[str]
    operations: list[OperationModel]
    standing: str
    certificate: CertificateModel | None


class NewCertificate(Body):
    """A certificate to register, as the conformance suite wrote it."""

    certificate: dict[str, Any]


@_on.read("/plugins", "Installed plugins")
def list_plugins(application: GivenApplication, actor: GivenActor) -> Plugins:
    """List the plugins with whatever is wrong with them; for who may look at items."""
    found = application.certificates.plugins(actor)
    return Plugins(
        plugins=[_plugin(each) for each in found.usable],
        sources=[_plugin(each) for each in found.sources],
        broken=[
            BrokenPluginModel(name=name, distributions=list(each.distributions), error=each.error.to_json())
            for name, each in found.broken.items()
        ],
        not_enabled=found.not_enabled,
    )


@_on.read("/plugins/{name:str}", "One plugin")
def show_plugin(application: GivenApplication, actor: GivenActor, name: FromPath[str]) -> PluginDetails:
    """Show what to know of an ERP or source: what it can do, its writes, its certificate; for who may look at items."""
    found = application.certificates.plugin(actor, name)
    profile, standing, kept = found.adapter.profile, found.assessment.standing, found.assessment.certificate
    return PluginDetails(
        plugin=_plugin(found),
        things_to_know=list(things(profile, standing.warning)),
        capabilities=sorted(each.value for each in profile.capabilities),
        operations=[made(OperationModel, each) for each in profile.operations],
        standing=standing.sentence,
        certificate=None if kept is None else made(CertificateModel, kept),
    )


@_on.act("/plugins/certificates", "Register a certificate", status_code=HTTPStatus.CREATED)
def register_certificate(
    application: GivenApplication, actor: GivenActor, data: JSONBody[NewCertificate]
) -> CertificateModel:
    """Register a certificate of the conformance suite for the plugin that it is of; for administrators."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "certificate.json"
        file.write_bytes(msgspec.json.encode(data.certificate))
        assessment = application.certificates.register(actor, file)
    return made(CertificateModel, assessment.certificate)


def _plugin(found: UsablePlugin) -> PluginModel:
    adapter, standing = found.adapter, found.assessment.standing
    return made(PluginModel, adapter, title=adapter.profile.title, worth=standing.worth.value, warning=standing.warning)


HANDLERS: Final = (list_plugins, show_plugin, register_certificate)
