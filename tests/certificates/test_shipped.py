"""A plugin may ship its certificate: it is found without importing anything, and is no part of what it certifies."""

import json
from importlib.metadata import Distribution
from pathlib import Path

import pytest

from erp_bridge_core.registry.fingerprint import CERTIFICATE_FILE, certificate_file, fingerprint

NOT_IMPORTED = "raise AssertionError('imported')"


@pytest.fixture(params=["installed", "editable"])
def package(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The top package of a distribution, installed in either way."""
    name = f"shipped_{request.param}"
    package, info = tmp_path / name, tmp_path / f"{name}-1.2.dist-info"
    info.mkdir()
    (package / "more").mkdir(parents=True)
    (package / "__init__.py").write_text(NOT_IMPORTED)
    (package / "more" / CERTIFICATE_FILE).write_text("{}")
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text(f"[erp_bridge.erps]\nacme = {name}.plugin\n")
    files = ["__init__.py", CERTIFICATE_FILE, f"more/{CERTIFICATE_FILE}"]
    (info / "RECORD").write_text("".join(f"{name}/{file},,\n" for file in files))
    if request.param == "editable":
        (info / "direct_url.json").write_text(json.dumps({"url": "file:///x", "dir_info": {"editable": True}}))
    (package / CERTIFICATE_FILE).write_text("{}")
    monkeypatch.syspath_prepend(str(tmp_path))
    return package


def distribution(package: Path) -> Distribution:
    """The distribution of that package, as it lies there now."""
    return Distribution.at(package.parent / f"{package.name}-1.2.dist-info")


def test_a_shipped_certificate_is_found(package: Path) -> None:
    """It lies in the top package; one that is listed but not there is none."""
    assert package / CERTIFICATE_FILE == certificate_file(distribution(package))
    (package / CERTIFICATE_FILE).unlink()
    assert certificate_file(distribution(package)) is None


def test_a_shipped_certificate_is_no_part_of_the_hash(package: Path) -> None:
    """It names the hash, so it may not change it; a file of that name anywhere else counts as every file does."""
    before = fingerprint(distribution(package))
    (package / CERTIFICATE_FILE).write_text('{"plugin": "acme"}')
    assert before == fingerprint(distribution(package))
    (package / CERTIFICATE_FILE).unlink()
    assert before == fingerprint(distribution(package))
    (package / "more" / CERTIFICATE_FILE).write_text("[]")
    assert before != fingerprint(distribution(package))
