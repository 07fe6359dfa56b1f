"""The bench ERP in a process of its own, and its adapter where the product finds it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from attrs import define

from erp_bridge_core.contract.simulator import Served

_BENCHMARKS: Final = str(Path(__file__).parents[1])
_METADATA: Final = "Metadata-Version: 2.1\nName: erp-bridge-bench\nVersion: 0.1\n"
_ENTRIES: Final = """[erp_bridge.erps]
bench = erp_bridge_bench.plugin:ONE
benchmany = erp_bridge_bench.plugin:MANY
benchrated = erp_bridge_bench.plugin:RATED
"""


@contextmanager
def installed(folder: Path) -> Iterator[None]:
    """The adapter is found as an installed one is, by this process and by those that it starts, and by nobody else."""
    about = folder / "erp_bridge_bench-0.1.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(_METADATA, encoding="utf-8")
    (about / "entry_points.txt").write_text(_ENTRIES, encoding="utf-8")
    files = sorted(Path(__file__).parent.glob("*.py"))
    (about / "RECORD").write_text("".join(f"{path},,\n" for path in files), encoding="utf-8")
    places, before = [str(folder), _BENCHMARKS], os.environ.get("PYTHONPATH")
    sys.path[:0] = places
    os.environ["PYTHONPATH"] = os.pathsep.join([*places, *([before] if before else [])])
    try:
        yield
    finally:
        for place in places:
            sys.path.remove(place)
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


@define
class BenchErp:
    """The other end, as a benchmark speaks to it."""

    process: "subprocess.Popen[str]"
    port: int

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def asked(self) -> Mapping[str, Any]:
        """What it was asked since it was forgotten, and what its books hold."""
        answer: Mapping[str, Any] = _exchange(self.process, "asked")
        return answer

    def forget(self) -> None:
        """Count requests from here on."""
        _exchange(self.process, "forget")

    def answer_in(self, milliseconds: float) -> None:
        """Let each answer take so long from here on."""
        _exchange(self.process, f"delay {milliseconds}")

    def clear(self) -> None:
        """Empty the books too."""
        _exchange(self.process, "clear")

    @property
    def served(self) -> Served:
        """What a connection to it needs."""
        return Served(settings={"url": self.url}, secrets={}, hosts=(f"127.0.0.1:{self.port}",))


def _exchange(process: "subprocess.Popen[str]", question: str) -> Any:
    assert process.stdin is not None
    process.stdin.write(f"{question}\n")
    process.stdin.flush()
    return _line(process)


def _line(process: "subprocess.Popen[str]") -> Any:
    assert process.stdout is not None
    answer = process.stdout.readline()
    if not answer:
        raise SystemExit("The bench ERP ended; its message is above.")
    return json.loads(answer)


@contextmanager
def bench_erp(folder: Path, *, keys: int, delay_ms: float = 20.0) -> Iterator[BenchErp]:
    """Serve until the block ends: jobs with so many keys, each answer after so long."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "erp_bridge_bench.books", str(folder), str(keys), str(delay_ms)]
    environment = {**os.environ, "PYTHONPATH": _BENCHMARKS}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            yield BenchErp(process, int(_line(process)))
        finally:
            process.terminate()
