"""The tutorial, carried out word for word by a vendor who has Python, pip and the core's wheel, and nothing of ours."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from attrs import define
from documents import ROOT
from tutorial import Step, not_printed, steps

SUITE = "pytest --pyargs erp_bridge_core.conformance"
#: Variables of the machine that a vendor does not have.
_OURS = ("PYTHON", "VIRTUAL_ENV", "PYTEST", "ERP_BRIDGE", "COV", "TOX")


@define
class Vendor:
    """Somebody at a terminal in an empty folder; `wheel` is what installing ERP Bridge gets."""

    folder: Path
    wheel: Path
    printed: str = ""

    def type(self, command: str) -> int:
        """Type a line; the exit status. What is printed is kept."""
        ran = subprocess.run(
            ["bash", "-c", f"if [ -d venv ]; then . venv/bin/activate; fi; {command}"], cwd=self.folder,
            env=self._environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        self.printed += ran.stdout
        return ran.returncode

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
        constraint = self.folder.parent / "constraint.txt"
        constraint.write_text(f"erp-bridge-core @ {self.wheel.as_uri()}\n", encoding="utf-8")
        path = f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}"
        return {**kept, "PATH": path, "COLUMNS": "200", "PIP_CONSTRAINT": str(constraint)}

    def follow(self, step: Step) -> None:
        """Do what one block of the page says, and see what it shows."""
        if step.act in {"run", "fails"}:
            self.printed = ""
            statuses = [self.type(_sampled(command)) for command in step.commands]
            good = not any(statuses) if step.act == "run" else statuses[-1] and not any(statuses[:-1])
            assert good, f"{step.body}\n{statuses}\n{self.printed}"
        elif step.act in {"file", "then"}:
            step.write(self.folder)
        elif step.act == "prints":
            assert [] == not_printed(step.body, self.printed), self.printed

    def document(self, command: str) -> Any:
        """The document that a command writes."""
        self.printed = ""
        assert 0 == self.type(f"{command} --json"), self.printed
        return json.loads(self.printed)


def _sampled(command: str) -> str:
    """The page runs all of the suite at its end; a test has to be content with a sample."""
    return f"{command} --sample" if command.startswith(SUITE) and "--sample" not in command else command


@pytest.fixture(scope="module")
def vendor(tmp_path_factory: pytest.TempPathFactory) -> Vendor:
    """A vendor who has followed the page to its end."""
    built = tmp_path_factory.mktemp("built")
    build = ["uv", "build", "--quiet", "--wheel", "--out-dir", str(built), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = built.glob("erp_bridge_core-*.whl")
    made = Vendor(tmp_path_factory.mktemp("afternoon") / "work", wheel)
    made.folder.mkdir()
    for step in steps():
        made.follow(step)
    return made


def test_the_page_ends_with_a_certificate_without_failures_or_gaps(vendor: Vendor) -> None:
    """Every rule that applies was kept, by an adapter made of what the page shows."""
    certificate = json.loads(
        (vendor.folder / "erp-bridge-acme" / "erp_bridge_acme" / "conformance-certificate.json").read_text("utf-8")
    )

    assert {"passed", "not_applicable"} == {name for name, count in certificate["summary"].items() if count}
    assert ("acme", "simulator", []) == (certificate["plugin"], certificate["evidence"], certificate["gaps"])


def test_what_was_registered_is_valid(vendor: Vendor) -> None:
    """The installation of the page's demo believes it, and would say so to people."""
    told = vendor.document("erp-bridge plugins acme --home demo-2")

    assert "valid" == told["certificate"]["standing"]["worth"]
    assert [] == [sentence for sentence in told["things_to_know"] if "certificate" in sentence]
    kept = vendor.folder / "demo-2" / "certificates" / "acme.json"
    assert "acme" == json.loads(kept.read_text(encoding="utf-8"))["plugin"]


def test_the_wheel_ships_the_certificate_that_was_made_of_the_folder(vendor: Vendor) -> None:
    """Installed from its wheel, without an installation, the plugin is the one that was certified."""
    (wheel,) = (vendor.folder / "dist").glob("erp_bridge_acme-*.whl")
    assert "erp_bridge_acme/conformance-certificate.json" in zipfile.ZipFile(wheel).namelist()
    assert 0 == vendor.type(f"pip install --force-reinstall --no-deps {wheel}"), vendor.printed
    told = vendor.document("erp-bridge plugins acme --home nowhere")

    assert ("shipped", "valid") == (told["certificate"]["source"], told["certificate"]["standing"]["worth"])


def test_the_core_came_from_its_wheel(vendor: Vendor) -> None:
    """Nothing was imported from the tree."""
    vendor.printed = ""
    assert 0 == vendor.type('python -c "import erp_bridge_core; print(erp_bridge_core.__file__)"')

    assert vendor.printed.startswith(str(vendor.folder / "venv"))
