"""What a certificate is worth for the adapter that is installed here, today: plain rules, told in sentences."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final, Protocol

from attrs import frozen

from erp_bridge_core.certificates.values import Certificate, Evidence, Gap, Kind, Result, RuleResult
from erp_bridge_core.contract.profile import API_VERSION
from erp_bridge_core.contract.source import SourceProfile

_AGAINST: Final = {
    Evidence.SIMULATOR: "its simulator",
    Evidence.RECORDED: "recordings of an ERP",
    Evidence.LIVE: "a live test company",
}
#: Rules that a sentence names before it says how many more there are.
_NAMED: Final = 5


class Certified(Protocol):
    """What is asked of an adapter, or of a budget source: the registry's have it."""

    @property
    def name(self) -> str:
        """The short name of the ERP or of the source."""

    @property
    def distribution(self) -> str:
        """The name of the installed distribution."""

    @property
    def version(self) -> str:
        """Its version."""

    @property
    def wheel_hash(self) -> str:
        """The hash over its files."""

    @property
    def certificate_file(self) -> Path | None:
        """The certificate that it ships."""


class Worth(StrEnum):
    """What a certificate is worth. All but `VALID` is warned of; nothing is ever blocked for it."""

    NONE = "none"
    STALE = "stale"
    FAILED = "failed"
    EXPIRED_GAP = "expired_gap"
    GAPS = "gaps"
    VALID = "valid"


@frozen(kw_only=True)
class Standing:
    """How an adapter stands: in a word, in a sentence, with what to do and with what else is worth knowing.

    `gaps` are the open ones or, where any is past its day, those alone.
    """

    worth: Worth
    sentence: str
    remedy: str = ""
    notes: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()

    @property
    def warning(self) -> str:
        """What people are warned of, with the remedy; blank where there is nothing to warn of."""
        return "" if self.worth is Worth.VALID else f"{self.sentence} {self.remedy}"


def standing_of(adapter: Certified, certificate: Certificate | None, today: date) -> Standing:
    """How the installed adapter stands by a certificate, the worst first; None: there is none."""
    if certificate is None:
        return no_certificate(adapter, "nobody has shown that it keeps the rules")
    if others := tuple(_others(adapter, certificate)):
        sentence = f"The certificate of {adapter.name} is not of the adapter that is installed: {'; '.join(others)}."
        return Standing(worth=Worth.STALE, sentence=sentence, remedy=_anew(adapter))
    notes = tuple(_notes(certificate))
    broken = certificate.of_result(Result.FAILED, Result.NOT_RUN)
    if broken:
        return Standing(
            worth=Worth.FAILED,
            sentence=f"{adapter.name} was not shown to keep all rules: {_broken(broken)}.",
            remedy=f"Use a version of the plugin that keeps them. {_anew(adapter)}",
            notes=notes,
        )
    if expired := tuple(gap for gap in certificate.gaps if gap.is_expired(today)):
        sentence = f"{adapter.name} has gaps that should be closed by now: {_listed(map(_gap, expired))}."
        remedy = f"Use a version of the plugin without them. {_anew(adapter)}"
        return Standing(worth=Worth.EXPIRED_GAP, sentence=sentence, remedy=remedy, notes=notes, gaps=expired)
    if certificate.gaps:
        sentence = f"{adapter.name} has known gaps: {_listed(map(_gap, certificate.gaps))}."
        remedy = f"See what they mean for your work: `erp-bridge plugins {adapter.name}`."
        return Standing(worth=Worth.GAPS, sentence=sentence, remedy=remedy, notes=notes, gaps=certificate.gaps)
    return Standing(worth=Worth.VALID, sentence=_praise(adapter, certificate), notes=notes)


def no_certificate(adapter: Certified, why: str) -> Standing:
    """The standing of an adapter without a certificate that can be read."""
    what = "adapter" if kind_of(adapter) is Kind.ERP else "budget source"
    sentence = f"The {what} {adapter.name} ({adapter.distribution} {adapter.version}) has no certificate: {why}."
    return Standing(worth=Worth.NONE, sentence=sentence, remedy=_anew(adapter))


def kind_of(plugin: Certified) -> Kind:
    """Whether it is an ERP's adapter or a budget source, as its profile shows."""
    return Kind.SOURCE if isinstance(getattr(plugin, "profile", None), SourceProfile) else Kind.ERP


def command_for(plugin: Certified) -> str:
    """The command that makes a new certificate of a plugin, to be registered then."""
    name = plugin.name
    return f"pytest --pyargs erp_bridge_core.conformance --{kind_of(plugin)} {name} --certificate {name}.json"


@cache
def core_version() -> str:
    """The version of this program, read from its installation once."""
    try:
        return version("erp-bridge-core")
    except PackageNotFoundError:  # run from a folder that nobody installed
        return "unknown"


def _anew(adapter: Certified) -> str:
    register = f"erp-bridge plugins --certificate {adapter.name}.json"
    return f"To make one: `{command_for(adapter)}`, then `{register}`."


def _others(adapter: Certified, certificate: Certificate) -> Iterator[str]:
    versions = certificate.versions
    if certificate.kind is not kind_of(adapter):
        yield f"it is of {'an ERP adapter' if certificate.kind is Kind.ERP else 'a budget source'}"
    if certificate.plugin != adapter.name:
        yield f"it is of the plugin {certificate.plugin}"
    if versions.distribution != adapter.distribution:
        yield f"it is of the distribution {versions.distribution}, {adapter.distribution} is installed"
    if versions.plugin != adapter.version:
        yield f"it is of version {versions.plugin}, {adapter.version} is installed"
    elif versions.wheel_hash != adapter.wheel_hash:
        yield "the plugin's files have changed since"
    if versions.contract != API_VERSION:
        yield f"it is of contract version {versions.contract}, this is {API_VERSION}"


def _notes(certificate: Certificate) -> Iterator[str]:
    made, here = certificate.versions.core, core_version()
    if made.split(".")[:2] != here.split(".")[:2]:
        yield f"The certificate was made with ERP Bridge {made}; this is {here}."
    if not certificate.thorough:
        yield "A sample of the cases was tried, not all of them."


def _broken(rules: tuple[RuleResult, ...]) -> str:
    failed = [rule.id for rule in rules if rule.result is Result.FAILED]
    left = [rule.id for rule in rules if rule.result is Result.NOT_RUN]
    parts = ((failed, "failed"), (left, "not run"))
    return "; ".join(f"{len(ids)} {what} ({_listed(ids)})" for ids, what in parts if ids)


def _gap(gap: Gap) -> str:
    return f"{gap.rule} until {gap.expires}"


def _listed(names: "Iterator[str] | list[str]") -> str:
    named = list(names)
    more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
    return ", ".join(named[:_NAMED]) + more


def _praise(adapter: Certified, certificate: Certificate) -> str:
    passed = len(certificate.of_result(Result.PASSED))
    rules = "1 rule" if passed == 1 else f"{passed} rules"
    return (
        f"{adapter.name} {adapter.version} kept {rules}, tried against {_AGAINST[certificate.evidence]} on"
        f" {certificate.made_at.date()}."
    )
