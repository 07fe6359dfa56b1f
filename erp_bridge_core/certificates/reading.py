"""A certificate from a file: all that is wrong with it is told at once, and nothing is guessed."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from erp_bridge_core.certificates.values import CERTIFICATE_VERSION, Certificate, Result
from erp_bridge_core.contract.errors import BadInput, Fault
from erp_bridge_core.contract.structuring import make_converter, structure

#: More than a certificate ever needs.
MOST_BYTES: Final = 4 * 1024 * 1024
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_LINK: Final = re.compile(r"https?://\S+")
_ANEW: Final = "Let the conformance suite write it anew."


def read_certificate(source: bytes | Path) -> Certificate:
    """The certificate in a file, or in its bytes.

    Raises `BadInput` for one that can't be read, is larger than `MOST_BYTES`, is of a newer format, or contradicts
    itself, with a fault per place.
    """
    data = _loaded(_bytes_of(source))
    _require_known(data.pop("certificate_version", None))
    summary = data.pop("summary", None)
    certificate = structure(Certificate, data, what="certificate", using=_converter)
    faults = [*_faults(certificate), *_summary_faults(certificate, summary)]
    if faults:
        raise BadInput("The certificate is not right.", remedy=_ANEW, faults=faults)
    return certificate


def _bytes_of(source: bytes | Path) -> bytes:
    content = source if isinstance(source, bytes) else _bytes_in(source)
    if len(content) > MOST_BYTES:
        raise BadInput(f"The certificate is larger than {MOST_BYTES // 1024 // 1024} MiB.", remedy=_ANEW)
    return content


def _bytes_in(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise BadInput(
            f"The certificate {path} can't be read: {error.strerror or error}.",
            remedy="Give the path of a file that you may read.",
        ) from error


def _loaded(content: bytes) -> dict[str, Any]:
    try:
        data = json.loads(content.decode(), object_pairs_hook=_once)
        json.dumps(data, ensure_ascii=False).encode()  # half a character can't be written again
    except (ValueError, RecursionError) as error:  # no UTF-8, no JSON, a name twice, or nested without end
        raise BadInput(f"The certificate is no JSON: {error}.", remedy=_ANEW) from error
    if not isinstance(data, dict):
        raise BadInput("The certificate is no JSON object.", remedy=_ANEW)
    return data


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    twice = [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]
    if twice:
        raise ValueError(f"it names {twice[0]!r} twice")
    return dict(pairs)


def _require_known(version: object) -> None:
    if type(version) is int and version > CERTIFICATE_VERSION:
        raise BadInput(
            f"The certificate is of format {version}; this program reads format {CERTIFICATE_VERSION}.",
            remedy="Upgrade ERP Bridge, or make the certificate with the suite of this version.",
        )
    if type(version) is not int or version != CERTIFICATE_VERSION:
        fault = Fault(
            "certificate_version",
            "is missing" if version is None else "no format that there ever was",
            value=None if version is None else str(version)[:40],
            expected=str(CERTIFICATE_VERSION),
        )
        raise BadInput("This is no certificate.", remedy=_ANEW, faults=[fault])


def _faults(certificate: Certificate) -> Iterator[Fault]:
    if not certificate.plugin.strip():
        yield Fault("plugin", "is empty")
    if not _HASH.fullmatch(certificate.versions.wheel_hash):
        yield Fault("versions.wheel_hash", "no SHA-256 in hex", value=certificate.versions.wheel_hash[:80])
    yield from _rule_faults(certificate)
    yield from _gap_faults(certificate)


def _rule_faults(certificate: Certificate) -> Iterator[Fault]:
    if not certificate.rules:
        yield Fault("rules", "is empty: nothing was tried")
    for rule in certificate.rules:
        where = f"rules.{rule.id}"
        if not rule.id.strip():
            yield Fault(f"{where}.id", "is empty")
        if rule.cases < 0 or (rule.result is Result.PASSED and rule.cases == 0):
            yield Fault(f"{where}.cases", "no rule passes without a case", value=str(rule.cases))
        if rule.result is Result.PASSED and rule.evidence is None:
            yield Fault(f"{where}.evidence", "no rule passes without evidence")
    yield from _repeated("rules", [rule.id for rule in certificate.rules])


def _gap_faults(certificate: Certificate) -> Iterator[Fault]:
    results = {rule.id: rule.result for rule in certificate.rules}
    for gap in certificate.gaps:
        where = f"gaps.{gap.rule}"
        if results.get(gap.rule) is not Result.GAP:
            yield Fault(where, "no rule that came out as a gap")
        if not gap.reason.strip():
            yield Fault(f"{where}.reason", "is empty")
        if not _LINK.fullmatch(gap.link):
            yield Fault(f"{where}.link", "no address of a page", value=gap.link[:200], expected="https://...")
    declared = {gap.rule for gap in certificate.gaps}
    for rule in certificate.of_result(Result.GAP):
        if rule.id not in declared:
            yield Fault("gaps", "a gap without reason, link and expiry", value=rule.id)
    yield from _repeated("gaps", [gap.rule for gap in certificate.gaps])


def _repeated(where: str, names: list[str]) -> Iterator[Fault]:
    for name, count in Counter(names).items():
        if count > 1:
            yield Fault(where, "is there twice", value=name)


def _summary_faults(certificate: Certificate, summary: object) -> Iterator[Fault]:
    if summary != certificate.summary:
        counted = ", ".join(f"{name} {count}" for name, count in certificate.summary.items())
        yield Fault("summary", "does not count the rules", expected=counted)


def _moment(value: Any, _: Any) -> datetime:
    if not isinstance(value, str):
        raise TypeError(f"expected text, not {type(value).__name__}")
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return moment


_converter = make_converter()
_converter.register_structure_hook(datetime, _moment)
