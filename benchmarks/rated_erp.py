"""A simulated ERP that holds callers to its rate, in a process of its own, and counts what it was asked.

Started by `b_rates.py`: answers one JSON document a line to one JSON document a line.
"""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import budget_file
from attrs import Factory, define, frozen

from erp_bridge_core.contract.simulator import JobSetup, Served
from erp_bridge_core.contract.structuring import converter, structure
from erp_bridge_core.simulation import Reply, Request

#: The ERP's units by those of the budget file; CMiC's have two characters.
UNITS: Final = {"LFT": "LF", "SYS": "SY", "EACH": "EA", "TON": "TN"}
_CATEGORIES: Final = (("L", "Labor", "labor"), ("M", "Material", "material"), ("S", "Subcontract", "subcontract"))
_REFUSED: Final = 400


@frozen(kw_only=True)
class Asked:
    """What the ERP was asked in a stretch of time: `seconds` are those that it needed for all its answers together.

    `writing` are the seconds from the first write's arrival to the last one's answer. `refused` counts the answers that
    were none (429, faults); the two last are the most that it saw at the same time and in any one second.
    """

    requests: int
    writes: int
    refused: int
    seconds: float
    writing: float
    at_once: int
    in_a_second: int


@define
class RatedErp:
    """The other end, as the benchmark speaks to it."""

    process: "subprocess.Popen[str]"
    served: Served

    def forget(self) -> None:
        """Count from here on."""
        self._ask("forget")

    def asked(self) -> Asked:
        """What it was asked since."""
        return Asked(**self._ask("asked"))

    def books(self) -> dict[str, str]:
        """How many lines its own books hold, and their amount."""
        answer: dict[str, str] = self._ask("books")
        return answer

    def _ask(self, question: str) -> Any:
        return _exchange(self.process, question)


def _exchange(process: "subprocess.Popen[str]", question: str) -> Any:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(question + "\n")
    process.stdin.flush()
    answer = process.stdout.readline()
    if not answer:
        raise SystemExit("The simulator ended; its message is above.")
    return json.loads(answer)


@contextmanager
def rated_erp(erp: str, folder: Path, lines: int, *, delay: int) -> Iterator[RatedErp]:
    """Set the company up, and serve it until the block ends; each answer takes `delay` milliseconds at least."""
    command = [sys.executable, __file__, erp, str(folder), str(lines), str(delay)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield RatedErp(process, structure(Served, _exchange(process, "serve"), what="simulator"))
        finally:
            process.terminate()


# -- the process itself -----------------------------------------------------------------------------------------------

Answer = Callable[[Request], Reply]


@define
class Counter:
    """Stands before the server's answers and writes down when each began, ended, and what it was."""

    log: list[tuple[float, float, bool, int]] = Factory(list)
    guard: threading.Lock = Factory(threading.Lock)

    def before(self, answer: Answer) -> Answer:
        """The same answers, counted."""

        def counted(request: Request) -> Reply:
            began = time.monotonic()
            reply = answer(request)
            with self.guard:
                self.log.append((began, time.monotonic(), _is_write(request), reply.status))
            return reply

        return counted

    def asked(self) -> dict[str, Any]:
        """All that was counted, as `Asked` has it."""
        begins = sorted(began for began, *_ in self.log)
        ends = sorted(ended for _, ended, *_ in self.log)
        return {
            "requests": len(self.log),
            "writes": sum(write for *_, write, _ in self.log),
            "refused": sum(status >= _REFUSED for *_, status in self.log),
            "seconds": sum(ended - began for began, ended, *_ in self.log),
            "writing": max((ended for _, ended, write, _ in self.log if write), default=0.0)
            - min((began for began, _, write, _ in self.log if write), default=0.0),
            "at_once": max((n - sum(e <= b for e in ends[:n]) for n, b in enumerate(begins, 1)), default=0),
            "in_a_second": max((sum(b <= other < b + 1 for other in begins) for b in begins), default=0),
        }


def _is_write(request: Request) -> bool:
    """CMiC's reads are GETs; Spectrum's are calls whose name says so."""
    return request.method in {"POST", "PATCH"} and "/Get" not in request.path and "token" not in request.path


def serve(erp: str, folder: Path, lines: int, delay: int) -> None:
    """Answer questions until the input ends."""
    counter = Counter()
    module: Any = import_module(f"erp_bridge_{erp}.simulator.simulator")
    plain_serve = module.serve
    module.serve = lambda answer, **options: plain_serve(counter.before(answer), **options)
    simulator = getattr(module, f"{erp.title()}Simulator")()
    simulator.setup(folder, [_job(lines)])
    simulator.desk()["switch"].run(folder, name="latency", value=str(delay))
    with simulator.serve(folder) as served:
        for text in sys.stdin:
            answer: Any = None
            match text.strip():
                case "serve":
                    answer = converter.unstructure(served)
                case "forget":
                    counter.log.clear()
                case "asked":
                    answer = counter.asked()
                case "books":
                    answer = _books(simulator, folder)
            print(json.dumps(answer), flush=True)


def _books(simulator: Any, folder: Path) -> dict[str, str]:
    entries = list(simulator.ledger(folder, budget_file.JOB))
    return {"lines": str(len(entries)), "total": str(sum(entry.original + entry.changes for entry in entries))}


def _job(lines: int) -> JobSetup:
    codes = sorted({code for _, code, _ in budget_file.keys(lines, [""])})
    return JobSetup(
        job=budget_file.JOB,
        name="Benchmark",
        cost_codes=tuple(("", code, f"Pay item {code}") for code in codes),
        categories=_CATEGORIES,
        units=tuple(UNITS.values()),
    )


if __name__ == "__main__":
    serve(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
