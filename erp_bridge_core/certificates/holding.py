"""Where certificates come from: shipped by the plugin, or registered in the installation's home."""

import re
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Final

from attrs import frozen

from erp_bridge_core.certificates.reading import read_certificate
from erp_bridge_core.certificates.standing import Certified, Standing, Worth, kind_of, no_certificate, standing_of
from erp_bridge_core.certificates.values import Certificate, Kind
from erp_bridge_core.contract.errors import BadInput

#: The folder of the home that holds registered certificates, one a plugin.
FOLDER: Final = "certificates"
#: The folder in it that holds those of budget sources.
SOURCES: Final = "sources"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class Source(StrEnum):
    """Who gave a certificate: the plugin with its distribution, or an administrator of this installation."""

    SHIPPED = "shipped"
    REGISTERED = "registered"


@frozen(kw_only=True)
class Assessment:
    """How an adapter stands, by which certificate. Both are None where there is none that can be read."""

    standing: Standing
    certificate: Certificate | None = None
    source: Source | None = None


def registered_file(home: Path, name: str, kind: Kind = Kind.ERP) -> Path:
    """Where the registered certificate of a plugin lies; raises `BadInput` for a name that can't be a file's.

    Those of budget sources lie in a folder of their own, since a source and an ERP may have one name.
    """
    if not _NAME.fullmatch(name):
        raise BadInput(f"A certificate of {name!r} can't be kept: that is no plain name.")
    folder = home / FOLDER if kind is Kind.ERP else home / FOLDER / SOURCES
    return folder / f"{name}.json"


def assess(adapter: Certified, home: Path | None, today: date) -> Assessment:
    """How an adapter stands today; `home` None: there is no installation that could hold a registered certificate.

    Of a shipped and a registered certificate one that fits what is installed counts, of two that fit the newer.
    """
    found: list[Assessment] = []
    faults: list[str] = []
    for source, path in _places(adapter, home):
        try:
            certificate = read_certificate(path)
        except BadInput as error:
            faults.append(f"the {source} one can't be used: {_whole(error)}")
        else:
            standing = standing_of(adapter, certificate, today)
            found.append(Assessment(standing=standing, certificate=certificate, source=source))
    if found:
        return max(found, key=_precedence)
    if faults:
        return Assessment(standing=no_certificate(adapter, "; ".join(faults)))
    return Assessment(standing=standing_of(adapter, None, today))


def _places(adapter: Certified, home: Path | None) -> list[tuple[Source, Path]]:
    places = []
    if home is not None and _NAME.fullmatch(adapter.name):
        registered = registered_file(home, adapter.name, kind_of(adapter))
        if registered.exists():
            places.append((Source.REGISTERED, registered))
    if adapter.certificate_file is not None:
        places.append((Source.SHIPPED, adapter.certificate_file))
    return places


def _precedence(assessment: Assessment) -> tuple[bool, float]:
    made = assessment.certificate.made_at.timestamp() if assessment.certificate else 0.0
    return assessment.standing.worth is not Worth.STALE, made


def _whole(error: BadInput) -> str:
    return "; ".join([error.message.rstrip("."), *map(str, error.faults[:3])])
