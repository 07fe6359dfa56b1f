"""The files that pages load: kept by browsers for as long as their content is the same, and no longer."""

import re
from hashlib import sha256
from pathlib import Path

import pytest
from web_site import Browser

from erp_bridge_core.web import static_files


def test_a_page_names_its_files_by_their_content(browser: Browser) -> None:
    """Each is answered under that address, with leave to keep it for a year."""
    paths = re.findall(r'(?:href|src)="(/static/[^"]+)"', browser.get("/sign-in").text)

    assert 3 == len(paths)
    for path in paths:
        answer = browser.get(path)
        assert 200 == answer.status_code
        assert sha256(answer.content).hexdigest().startswith(path.partition("?v=")[2])
        assert {"public", "immutable", "max-age=31536000"} == set(answer.headers["cache-control"].split(", "))


def test_another_content_has_another_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an upgrade no page is shown in its former dress."""
    monkeypatch.setattr(static_files, "FOLDER", tmp_path)
    addresses = set()
    for content in ("one", "two"):
        (tmp_path / "sheet.css").write_text(content)
        static_files.static_path.cache_clear()
        addresses.add(static_files.static_path("sheet.css"))
    static_files.static_path.cache_clear()

    assert 2 == len(addresses)
