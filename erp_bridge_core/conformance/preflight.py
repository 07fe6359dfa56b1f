"""The preflight: the adapter's first flight, in a process of its own, so that nothing it does can stop the suite.

An adapter that hangs, ends the process, or breaks on the first budget is found here, named, and kept away from the
process that runs the rules.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from attrs import frozen

from erp_bridge_core.contract.source import SourceCapability

#: How long an adapter's first budget may take all the way, in seconds.
PATIENCE: Final = 60.0
#: The rules that an adapter's first flight answers: it loads and carries a budget, it comes back by itself.
FIRST: Final = ("CON-01", "CON-02")
#: The same of a source.
FIRST_OF_SOURCE: Final = ("SRC-01", "SRC-02")
_STEPS: Final = "steps"


@frozen(kw_only=True)
class Flight:
    """How far the adapter came. `rule` names the one that it fell by, blank when it came all the way."""

    rule: str = ""
    why: str = ""

    @property
    def landed(self) -> bool:
        """Whether the other rules can be run."""
        return not self.rule


def fly(
    spec: str, *, patience: float = PATIENCE, sandbox: Path | None = None, first: tuple[str, str] = FIRST
) -> Flight:
    """Let the plugin be loaded and carry one small budget, in another process, within so many seconds.

    `first` are the rules that this answers, by which it is also known whether it is an adapter or a source.
    """
    with tempfile.TemporaryDirectory(prefix="erp-bridge-preflight-") as folder:
        steps = Path(folder) / _STEPS
        steps.touch()
        command = [sys.executable, "-m", "erp_bridge_core.conformance.preflight", first[0], spec, folder]
        command += [str(sandbox)] if sandbox else []
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        with (Path(folder) / "output").open("w+b") as output:
            process = subprocess.Popen(  # noqa: S603 - our own module, in our own interpreter
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment, start_new_session=True
            )
            try:
                process.wait(patience)
            except subprocess.TimeoutExpired:
                _end(process)
                return Flight(rule=first[1], why=f"it did not come back within {patience:g} seconds {_last(steps)}")
            output.seek(0)
            said = output.read().decode(errors="replace").strip()
        return _judged(process.returncode, steps, said, first)


def _judged(status: int, steps: Path, said: str, first: tuple[str, str]) -> Flight:
    lines = steps.read_text(encoding="utf-8").splitlines()
    last = json.loads(lines[-1]) if lines else {}
    if last.get("done"):
        return Flight()
    if last.get("error"):
        return Flight(rule=first[0], why=f"{last['error']} {_last(steps)}")
    end = said.splitlines()[-1] if said else "it said nothing"
    return Flight(rule=first[1], why=f"it ended the process (status {status}) {_last(steps)}: {end}")


def _last(steps: Path) -> str:
    names = [json.loads(line).get("step") for line in steps.read_text(encoding="utf-8").splitlines()]
    known = [name for name in names if name]
    return f"while {known[-1]}" if known else "while it was imported"


def _end(process: "subprocess.Popen[bytes]") -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (AttributeError, ProcessLookupError):
        process.kill()
    process.wait()


def main() -> None:
    """The other process: arguments are the first rule, the plugin's spec and a folder to work in."""
    first, spec, folder, *sandbox = sys.argv[1:]
    steps = Path(folder) / _STEPS

    def note(**facts: object) -> None:
        with steps.open("a", encoding="utf-8") as file:
            file.write(json.dumps(facts) + "\n")

    from erp_bridge_core.contract.errors import ErpBridgeError

    try:
        if first == FIRST_OF_SOURCE[0]:
            _take_off_as_source(spec, Path(folder), note)
        else:
            _take_off(spec, Path(folder), note, *map(Path, sandbox))
    except ErpBridgeError as error:
        note(error=" ".join([error.message, *map(str, error.faults[:5]), error.remedy]).strip())
    except Exception as error:  # noqa: BLE001 - whatever the adapter raises is evidence
        note(error=f"{type(error).__name__}: {error}")
    else:
        note(done=True)
    # Threads that the adapter left behind must not keep this process.
    sys.stdout.flush()
    os._exit(0)


def _take_off(spec: str, folder: Path, note: Callable[..., None], sandbox: Path | None = None) -> None:
    from erp_bridge_core.conformance.effort import Effort
    from erp_bridge_core.conformance.sandbox import read_sandbox
    from erp_bridge_core.conformance.subject import find_subject
    from erp_bridge_core.conformance.world.bench import Bench

    note(step="it was being loaded")
    subject = find_subject(spec, read_sandbox(sandbox) if sandbox else None)
    note(step="it was asked for its simulator")
    subject.simulator  # noqa: B018 - whether it answers is the question
    with Bench(subject=subject, effort=Effort(), folder=folder / "bench") as bench:
        note(step="a project was linked to its job")
        bench.linked()
        note(step="its first budget was exported, posted and verified")
        with suppress(Exception):  # what goes wrong from here on, short of ending or hanging, is for the rules to tell
            bench.delivered()


def _take_off_as_source(spec: str, folder: Path, note: Callable[..., None]) -> None:
    from erp_bridge_core.conformance.effort import Effort
    from erp_bridge_core.conformance.source_world.bench import SourceBench
    from erp_bridge_core.conformance.source_world.subject import find_source

    note(step="it was being loaded")
    subject = find_source(spec)
    note(step="it was asked for its simulator")
    subject.simulator  # noqa: B018 - whether it answers is the question
    with SourceBench(subject=subject, effort=Effort(), folder=folder / "bench") as bench:
        note(step="its simulator was set up")
        snapshot = bench.budgeted()
        note(step="its first budget was read")
        with bench.site(snapshot) as site:
            site.read()
        note(step="its first request was asked for and read")
        with suppress(Exception):  # what goes wrong from here on, short of ending or hanging, is for the rules to tell
            if subject.adapter.profile.supports(SourceCapability.REQUESTS):
                with bench.site(bench.asked()) as site:
                    site.asked()


if __name__ == "__main__":
    main()
