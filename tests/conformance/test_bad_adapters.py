"""Bad input to the suite: whatever an adapter does, it is told under a rule, with evidence, and the suite goes on."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

HEAD = """
import os, sys, threading, time
from attrs import evolve
from erp_bridge_core.contract import hookimpl
from planted.variants import KeyedAdapter

class Bad(KeyedAdapter):
"""
FOOT = """
bad = Bad("tin_bad")
"""
PATIENCE = 20


def run_suite(folder: Path, source: str, *options: str, spec: str = "bad_adapter:bad") -> tuple[int, str]:
    """Run the suite on an adapter with this body in its class; exit status and output."""
    (folder / "bad_adapter.py").write_text(source, encoding="utf-8")
    path = os.pathsep.join([str(folder), str(Path(__file__).parent)])
    command = [
        sys.executable, "-m", "pytest", "--pyargs", "erp_bridge_core.conformance", "--erp", spec, "--sample", "-q",
        "-p", "no:cacheprovider", "--preflight-seconds", str(PATIENCE), *options,
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=240, check=False
    )
    return done.returncode, done.stdout + done.stderr


def body(text: str) -> str:
    """A module whose adapter has this body."""
    return HEAD + textwrap.indent(textwrap.dedent(text), "    ") + FOOT


GROUNDED = {
    "half_written": ("def erp_profile(self): return 7", "CON-01", "does not tell its profile"),
    "unmarked_hook": ("def read_job(self, job, erp): return None", "CON-01", "read_job"),
    "other_version": (
        "@hookimpl\ndef erp_profile(self): return evolve(super().erp_profile(), api_version=99)",
        "CON-01",
        "made for version 99",
    ),
    "odd_exception": ("def header(self, client, job): raise ZeroDivisionError('odd')", "CON-01", "ZeroDivisionError"),
    "lies_about_types": ("@hookimpl\ndef read_job(self, job, erp): return 'a job'", "CON-01", "JobReading"),
    "exits_on_import_of_hook": ("def header(self, client, job): sys.exit(4)", "CON-02", "ended the process"),
    "exits_while_exporting": ("def bring(self, *given): os._exit(5)", "CON-02", "status 5"),
}
PRINTS = """
def header(self, client, job):
    print('hello')
    return super().header(client, job)
"""
LEAKS = """
def header(self, client, job):
    threading.Thread(target=threading.Event().wait, args=(5,), daemon=True, name='leaked').start()
    return super().header(client, job)
"""
RULED = {"prints": (PRINTS, "CON-07", "hello"), "leaks_a_thread": (LEAKS, "CON-07", "leaked")}


def test_an_adapter_that_is_missing_is_told(tmp_path: Path) -> None:
    """There is nothing to import: the first rule says so, and no other is run."""
    status, said = run_suite(tmp_path, "", spec="nothing_there:bad")
    assert 1 == status
    assert "CON-01" in said
    assert "Importing nothing_there:bad failed" in said


@pytest.mark.parametrize("name", sorted(GROUNDED))
def test_an_adapter_that_does_not_come_through_the_preflight_is_told(name: str, tmp_path: Path) -> None:
    """It fails one of the first rules with what was seen; all others are told as not run."""
    text, rule, evidence = GROUNDED[name]
    status, said = run_suite(tmp_path, body(text))
    assert 1 == status
    assert f"\n{rule} " in said
    assert evidence in said
    assert "Likely causes:" in said
    assert "1 failed" in said


def test_an_adapter_that_hangs_is_told_and_ended(tmp_path: Path) -> None:
    """It never comes back from reading; the suite does."""
    text = "def header(self, client, job):\n    while True: time.sleep(60)"
    status, said = run_suite(tmp_path, body(text), "--preflight-seconds", "6")
    assert 1 == status
    assert "did not come back within 6 seconds" in said
    assert "\nCON-02 " in said


@pytest.mark.parametrize("name", sorted(RULED))
def test_a_careless_adapter_is_told_by_the_rule_it_breaks(name: str, tmp_path: Path) -> None:
    """It works, and is not let off."""
    text, rule, evidence = RULED[name]
    status, said = run_suite(tmp_path, body(text), "--case", rule)
    assert 1 == status
    assert f"\n{rule} " in said
    assert evidence in said


def test_an_adapter_that_hangs_later_is_asked_no_more(tmp_path: Path) -> None:
    """A hook that only people call never comes back: one rule waits for it, the others are not run."""
    text = "@hookimpl\ndef check_connection(self, erp):\n    while True: erp.clock.sleep(1)"
    status, said = run_suite(tmp_path, body(text))
    assert 1 == status
    assert "check_connection did not come back within 20 seconds" in said
    assert "1 failed" in said
    assert "not run" in said
