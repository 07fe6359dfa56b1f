"""Letter e: a million lines from a CSV file into the ERP and back, with no process above 256 MiB.

Each step is a command in a process of its own, as a person or a schedule would run it; then a server takes as much of
the file as one upload may hold, tells pages of the whole budget and gives its report away. Of every process what counts
is the most memory that it ever held (`VmHWM`). The floor is a command that opens the same installation and does next to
nothing: what Python and the libraries take.

    python benchmarks/bench.py --only e
    python benchmarks/e_million.py [--lines 1000000]
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import budget_file
import requests
from attrs import Factory, define
from erp_bridge_bench.running import bench_erp, installed
from figures import Figure, Options
from product import PROJECT, Product, prepared_product

from erp_bridge_core.web.security import LARGEST_BODY

LINES: Final = 1_000_000
TARGET: Final = 256.0
UPLOADED: Final = "uploaded"
#: What a form around a file takes, generously.
_FORM: Final = 4_096
_OK: Final = 200
#: The item that the first send of a new installation makes.
_ITEM: Final = "1"
#: A command by the name of its step, who runs it, and its arguments.
STEPS: Final = (
    ("floor", "manager", ("project", "show", PROJECT)),
    ("sync", "manager", ("project", "sync", PROJECT)),
    ("import", "manager", ("budget", "import", PROJECT, "{budget}", "--column", "category=Category")),
    ("send", "manager", ("budget", "send", PROJECT, "--acknowledge-all")),
    ("accept", "approver", ("review", "accept", _ITEM, "--confirm-import-closes")),
    ("export", "approver", ("export", "start", _ITEM)),
    ("verify", "approver", ("verify", "run", _ITEM)),
    ("verify again", "approver", ("verify", "run", _ITEM)),
    ("sync again", "manager", ("project", "sync", PROJECT)),
    ("report", "approver", ("report", "job-costs", PROJECT, "--csv", "{folder}/report.csv")),
    ("report, XLSX", "approver", ("report", "job-costs", PROJECT, "--xlsx", "{folder}/report.xlsx")),
)
#: What is asked of the server, after the upload.
PAGES: Final = (
    f"/projects/{PROJECT}/budget/lines?limit=100&offset={{late}}",
    f"/projects/{PROJECT}/budget",
    f"/items/{_ITEM}",
    f"/items/{_ITEM}/lines?limit=100&offset={{late}}",
    f"/projects/{PROJECT}/job-costs?limit=100&offset={{late}}",
    f"/reports/job-costs/csv?project={PROJECT}",
)


#: A command that leaves its own status behind. What `wait` tells would be no less than this process's memory.
_COMMAND: Final = """
import atexit, pathlib, runpy, sys
told = pathlib.Path(sys.argv.pop(1))
atexit.register(lambda: told.write_bytes(pathlib.Path("/proc/self/status").read_bytes()))
runpy.run_module("erp_bridge_core", run_name="__main__", alter_sys=True)
"""


@define
class Peaks:
    """What each process took at most, in MiB, and its seconds."""

    mib: dict[str, float] = Factory(dict)
    seconds: dict[str, float] = Factory(dict)

    def run(self, name: str, arguments: Sequence[str]) -> None:
        """Run one command to its end."""
        started = time.perf_counter()
        with tempfile.NamedTemporaryFile() as told:
            command = [sys.executable, "-c", _COMMAND, told.name, *arguments]
            done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
            if done.returncode:
                raise SystemExit(f"{name} ended with {done.returncode}: {done.stdout.decode()[-2_000:]}")
            self.note(name, _peak(Path(told.name)), time.perf_counter() - started)

    def note(self, name: str, mib: float, seconds: float) -> None:
        """Keep a figure, and tell it."""
        self.mib[name], self.seconds[name] = round(mib, 1), round(seconds, 1)
        print(f"{name:<14} {mib:8.1f} MiB {seconds:8.1f} s", file=sys.stderr, flush=True)


def carry(product: Product, folder: Path, budget: Path, peaks: Peaks) -> None:
    """The whole way by commands."""
    home = str(product.application.home)
    for name, login, arguments in STEPS:
        given = [argument.format(folder=folder, budget=budget) for argument in arguments]
        peaks.run(name, ["--home", home, "--as", login, *given])


@contextmanager
def server(home: Path, peaks: Peaks) -> Iterator[str]:
    """A server in a process of its own; its peak is read before it ends."""
    command = [sys.executable, "-m", "erp_bridge_core", "--home", str(home), "--json", "serve", "--port", "0"]
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        told = process.stdout.readline()
        if not told:
            raise SystemExit("The server did not start.")
        address: str = json.loads(told)["address"]
        try:
            yield address
            peaks.note("server", _peak(Path(f"/proc/{process.pid}/status")), time.perf_counter() - started)
        finally:
            process.terminate()


def _peak(status: Path) -> float:
    """The most memory that a process ever held, in MiB: `/proc/PID/status`, or what it left of it at its end."""
    lines = status.read_text(encoding="utf-8").splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM"))) / 1024


def serve(product: Product, budget: Path, lines: int, peaks: Peaks) -> None:
    """Upload the file into another project, ask for late pages, download the report."""
    token = product.application.people.create_token(
        product.cast.administrator, "million", companies=("bench",), verbs=("read", "edit"), projects=(), days=1
    )
    with server(product.application.home, peaks) as address, requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {token}"
        with as_much_as_is_taken(budget).open("rb") as stream:
            _post(session, f"{address}/api/v1/projects/{UPLOADED}/budget/import", stream)
        for page in PAGES:
            path = page.format(late=lines - 200)
            with session.get(f"{address}/api/v1{path}", stream=True, timeout=600) as answer:
                size = sum(map(len, answer.iter_content(65_536)))
                if answer.status_code != _OK:
                    raise SystemExit(f"{path} answered {answer.status_code}.")
            print(f"  {path}: {size:,} bytes", file=sys.stderr)


def as_much_as_is_taken(budget: Path) -> Path:
    """A file of the budget's first lines, as large as a server takes."""
    first = budget.with_name("first.csv")
    left = LARGEST_BODY - _FORM
    with budget.open("rb") as whole, first.open("wb") as part:
        for line in whole:
            left -= len(line)
            if left < 0:
                break
            part.write(line)
    print(f"  uploaded: {first.stat().st_size:,} of {budget.stat().st_size:,} bytes", file=sys.stderr)
    return first


def _post(session: requests.Session, address: str, stream: Any) -> None:
    """As curl does: the body is streamed, since a client's memory is not the product's."""
    boundary = "a-million-lines"
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="columns"\r\n\r\n{json.dumps({"category": "Category"})}'
        f'\r\n--{boundary}\r\nContent-Disposition: form-data; name="job"\r\n\r\n{budget_file.JOB}\r\n--{boundary}\r\n'
        'Content-Disposition: form-data; name="file"; filename="budget.csv"\r\nContent-Type: text/csv\r\n\r\n'
    )

    def body() -> Iterator[bytes]:
        yield head.encode()
        yield from iter(lambda: stream.read(65_536), b"")
        yield f"\r\n--{boundary}--\r\n".encode()

    kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    answer = session.post(address, data=body(), headers=kind, timeout=3_600)
    if not answer.ok:
        raise SystemExit(f"The upload was answered with {answer.status_code}: {answer.text[:2_000]}")


def measure(lines: int, folder: Path) -> Figure:
    """Carry so many lines; the figure is of the process that took most."""
    budget = budget_file.write_budget(folder / "budget.csv", lines)
    peaks = Peaks()
    with (
        installed(folder / "installed"),
        bench_erp(folder / "erp", keys=lines, delay_ms=0) as erp,
        prepared_product(folder / "home", erp.served, erp="bench") as product,
    ):
        product.application.projects.create(product.cast.administrator, UPLOADED, name="Uploaded")
        carry(product, folder, budget, peaks)
        serve(product, budget, lines, peaks)
        if (told := erp.asked()["lines"]) != lines:
            raise SystemExit(f"The ERP's books hold {told} lines.")
    floor = peaks.mib.pop("floor")
    most = max(peaks.mib, key=lambda name: peaks.mib[name])
    return Figure(
        letter="e",
        case=f"{lines:,} lines, the largest of {len(peaks.mib)} processes ({most})",
        unit="MiB",
        measured=peaks.mib[most],
        floor=floor,
        ratio=peaks.mib[most],
        target=TARGET,
        compared="measured",
        limits="Pages of 5,000 lines, their values and the database's caches.",
        more={"peak_mib": peaks.mib, "seconds": peaks.seconds},
    )


def figures(options: Options) -> Sequence[Figure]:
    """The letter's figure."""
    with tempfile.TemporaryDirectory() as folder:
        return [measure(options.size(LINES, 2_000), Path(folder))]


def main() -> None:
    """Measure it alone, with another number of lines if wanted."""
    parser = argparse.ArgumentParser(description="The memory that a large budget takes, process by process.")
    parser.add_argument("--lines", type=int, default=LINES)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(given.lines, Path(folder)).to_json(), indent=1))


if __name__ == "__main__":
    main()
