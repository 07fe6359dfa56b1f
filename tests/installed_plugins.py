"""Distributions with one plugin each, laid out as an installer would, for tests of how plugins are found."""

import itertools
import json
from pathlib import Path
from textwrap import dedent

import pytest
from attrs import frozen

_NUMBERS = itertools.count()


@frozen
class Installer:
    """Installs distributions below a folder for as long as a test runs; each module has a name of its own."""

    folder: Path
    patch: pytest.MonkeyPatch

    def __call__(
        self, name: str, more: str = "", *, plugin: str = "", source: str, group: str = "erps", editable: bool = False
    ) -> Path:
        """Install one; `source` is the plugin's code, `more` goes after it, `plugin` is the entry point's name."""
        plugin = plugin or name.removeprefix("bridge-")
        site = self.folder / f"site-{name}"
        info = site / f"{name.replace('-', '_')}-1.2.dist-info"
        info.mkdir(parents=True)
        module = f"plugin_{next(_NUMBERS)}"
        (site / module).mkdir()
        (site / module / "__init__.py").write_text(source.format(plugin=plugin, name=name) + dedent(more))
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n")
        (info / "entry_points.txt").write_text(f"[erp_bridge.{group}]\n{plugin} = {module}\n")
        files = "bridge.pth" if editable else f"{module}/__init__.py"
        (info / "RECORD").write_text(f"{files},,\n{info.name}/METADATA,,\n")
        if editable:
            (site / "bridge.pth").write_text(str(site))
            (info / "direct_url.json").write_text(json.dumps({"url": "file:///x", "dir_info": {"editable": True}}))
        self.patch.syspath_prepend(str(site))
        return site / module / "__init__.py"
