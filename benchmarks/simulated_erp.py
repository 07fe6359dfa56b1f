"""The simulated Sage 300 CRE in a process of its own, so that its time and memory are not the product's.

Started by `main_job.py`: answers one JSON document a line to one JSON document a line.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import budget_file
from attrs import define

from erp_bridge_core.contract.budget import LineKey
from erp_bridge_core.contract.effects import HandOver
from erp_bridge_core.contract.simulator import JobSetup, Served
from erp_bridge_core.contract.structuring import converter, structure


@define
class SimulatedErp:
    """The other end, as the benchmark speaks to it."""

    process: "subprocess.Popen[str]"
    served: Served

    def seconds(self) -> float:
        """The processor time it has used so far."""
        return float(self._ask({"do": "seconds"}))

    def post(self, handed: tuple[HandOver, ...]) -> None:
        """Import the files and post them, as an accountant would."""
        self._ask({"do": "post", "handed": [converter.unstructure(each) for each in handed]})

    def books(self) -> dict[str, str]:
        """How many lines its own books hold, and their amount."""
        answer: dict[str, str] = self._ask({"do": "books"})
        return answer

    def _ask(self, question: dict[str, Any]) -> Any:
        return _exchange(self.process, question)


def _exchange(process: "subprocess.Popen[str]", question: dict[str, Any]) -> Any:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(question) + "\n")
    process.stdin.flush()
    answer = process.stdout.readline()
    if not answer:
        raise SystemExit("The simulator ended; its message is above.")
    return json.loads(answer)


@contextmanager
def simulated_erp(folder: Path, lines: int) -> Iterator[SimulatedErp]:
    """Set the company up, and serve it until the block ends."""
    command = [sys.executable, __file__, str(folder), str(lines)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield SimulatedErp(process, structure(Served, _exchange(process, {"do": "serve"}), what="simulator"))
        finally:
            process.terminate()


# -- the process itself -----------------------------------------------------------------------------------------------


def serve(folder: Path, lines: int) -> None:
    """Answer questions until the input ends."""
    from erp_bridge_sage300.simulator import SageSimulator

    simulator = SageSimulator()
    simulator.setup(folder, [_job(lines)])
    with simulator.serve(folder) as served:
        for text in sys.stdin:
            question = json.loads(text)
            answer: Any
            match question["do"]:
                case "serve":
                    answer = converter.unstructure(served)
                case "seconds":
                    answer = time.process_time()
                case "post":
                    handed = structure(tuple[HandOver, ...], question["handed"], what="hand-overs")
                    answer = list(simulator.post(folder, budget_file.JOB, handed))
                case "books":
                    answer = _books(simulator, folder)
            print(json.dumps(answer), flush=True)


def _books(simulator: Any, folder: Path) -> dict[str, str]:
    entries = list(simulator.ledger(folder, budget_file.JOB))
    total = sum(entry.original + entry.changes for entry in entries)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"lines": str(sum(entry.original_entries for entry in entries)), "total": str(total), "peak": str(peak)}


def _job(lines: int) -> JobSetup:
    keys = {LineKey(*key) for key in budget_file.keys(lines)}
    codes = sorted({(key.sub_job, key.cost_code) for key in keys})
    return JobSetup(
        job=budget_file.JOB,
        name="Benchmark",
        sub_jobs=tuple((code, code.title()) for code in budget_file.SUB_JOBS if code),
        cost_codes=tuple((sub_job, code, f"Pay item {code}") for sub_job, code in codes),
        categories=(("L", "Labor", "labor"), ("M", "Material", "material"), ("S", "Subcontract", "subcontract")),
    )


if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]))
