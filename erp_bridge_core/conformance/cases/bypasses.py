"""What an adapter does beside its `erp` object: seen while its hooks run, and read in its source."""

import ast
import builtins
import importlib.util
import inspect
import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import FrameType
from typing import Any, Final

from attrs import define, field

_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND
#: What Python itself announces, and what it means for who does it; `open` counts only for writing.
_EVENTS: Final = {
    "socket.connect": "connects to the network",
    "socket.getaddrinfo": "looks a host up",
    "open": "writes a file",
    "os.mkdir": "makes a folder",
    "os.rename": "moves a file",
    "os.remove": "removes a file",
    "subprocess.Popen": "starts a process",
    "os.system": "starts a process",
    "os.posix_spawn": "starts a process",
    "os.fork": "starts a process",
}
#: What no Python announces; each is seen as it is called.
_CLOCKS: Final[dict[Any, str]] = {
    time.sleep: "waits by the real clock",
    **dict.fromkeys((time.time, time.time_ns, time.monotonic, time.perf_counter), "reads the real clock"),
}
_DATES: Final = frozenset({"now", "today", "utcnow"})
#: Code that the adapter may call: what it does is the product's affair, or Python's own.
_TRUSTED: Final = ("erp_bridge_core.", "importlib.", "logging", "_pytest.", "pluggy.")


@define
class _Watch:
    """One thread that is watched, and the packages whose code must go through `erp`."""

    thread: int
    packages: tuple[str, ...]
    private: str = ""
    seen: list[str] = field(factory=list)

    def tell(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Keep an event that the adapter's own code brought about."""
        if event == "open" and not _is_writing(arguments):
            return
        if self.private and arguments and _is_below(self.private, arguments[0]):
            return
        place = self._place(inspect.currentframe())
        if place:
            self.seen.append(f"{_EVENTS[event]} ({event}) in {place}")

    def profile(self, frame: FrameType, event: str, called: Any) -> None:
        """Told of each call by Python: the adapter's own of a clock are kept."""
        if event != "c_call" or not (what := _clock(called)):
            return
        if self._is_own(str(frame.f_globals.get("__name__", ""))):
            self.seen.append(f"{what} ({called.__name__}) in {frame.f_globals['__name__']}:{frame.f_lineno}")

    def _place(self, frame: FrameType | None) -> str:
        """Where in the adapter it was done; blank when it went through the product."""
        while frame is not None:
            module = str(frame.f_globals.get("__name__", ""))
            if module == __name__:
                frame = frame.f_back
                continue
            if self._is_own(module):
                return f"{module}:{frame.f_lineno}"
            if module.startswith(_TRUSTED):
                return ""
            frame = frame.f_back
        return ""

    def _is_own(self, module: str) -> bool:
        """Whether a module is of one of the packages; the product's own source is one of the product's."""
        return any(module == each or module.startswith(f"{each}.") for each in self.packages)


_WATCHES: Final[list[_Watch]] = []
_INSTALLED: Final[list[bool]] = []


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if _WATCHES and event in _EVENTS and threading.get_ident() == _WATCHES[-1].thread:
        _WATCHES[-1].tell(event, arguments)


@contextmanager
def watched(packages: Sequence[str], *, private: str = "") -> Iterator[list[str]]:
    """Keep what code of these packages does in this thread without `erp`. Simulators must not be called meanwhile.

    `private`: a folder in which they may do as they like.
    """
    if not _INSTALLED:
        sys.addaudithook(_hear)
        _INSTALLED.append(True)
    watch = _Watch(thread=threading.get_ident(), packages=tuple(packages), private=private)
    _WATCHES.append(watch)
    former = sys.getprofile()
    sys.setprofile(watch.profile)
    try:
        yield watch.seen
    finally:
        sys.setprofile(former)
        _WATCHES.remove(watch)


def _is_below(folder: str, place: object) -> bool:
    """Whether a path lies there; a file that is opened by its number was opened by a path before."""
    return isinstance(place, int) or str(place).startswith(folder)


def _clock(called: Any) -> str:
    """What a function of Python's own does with the real clock; blank for any other."""
    owner = getattr(called, "__self__", None)
    if isinstance(owner, type) and issubclass(owner, date) and called.__name__ in _DATES:
        return "reads the real clock"
    return _CLOCKS.get(called, "") if owner is time else ""


def _is_writing(arguments: tuple[Any, ...]) -> bool:
    _, mode, flags = (*arguments, None, None, None)[:3]
    if isinstance(mode, str):
        return bool(set("wax+") & set(mode))
    return isinstance(flags, int) and bool(flags & _WRITING)


# -- reading the source ------------------------------------------------------------------------------------------------

_CALLS: Final = {
    **dict.fromkeys(
        (
            "datetime.datetime.now", "datetime.datetime.today", "datetime.datetime.utcnow", "datetime.date.today",
            "time.time", "time.time_ns", "time.monotonic", "time.perf_counter", "time.localtime", "time.gmtime",
        ),
        "reads the real clock: take `erp.clock`",
    ),
    "time.sleep": "waits by the real clock: take `erp.clock.sleep`",
    **dict.fromkeys(
        (
            "requests.get", "requests.post", "requests.put", "requests.patch", "requests.delete", "requests.head",
            "requests.request", "urllib.request.urlopen",
            "urllib.request.Request", "http.client.HTTPConnection", "http.client.HTTPSConnection", "socket.socket",
            "socket.create_connection", "httpx.get", "httpx.post", "httpx.Client", "urllib3.PoolManager",
        ),
        "goes to the network by itself: take `erp.http`",
    ),
    **dict.fromkeys(
        ("open", "io.open", "os.open", "os.rename", "os.replace", "os.remove", "os.link", "shutil.move", "shutil.copy"),
        "reaches files by itself: take `erp.files`",
    ),
    **dict.fromkeys(
        ("subprocess.run", "subprocess.Popen", "subprocess.check_output", "os.system"),
        "starts a process: an adapter runs in ours alone",
    ),
}  # fmt: skip
_METHODS: Final = {"write_text": "open", "write_bytes": "open", "read_text": "open", "read_bytes": "open"}


def in_source(module: str) -> Iterator[str]:
    """What a module, and all of its package that it imports, does beside `erp`: one sentence per place.

    What only the hook of the simulator imports is the simulator's, and not looked at.
    """
    todo, done = [module], set[str]()
    while todo:
        name = todo.pop()
        if name in done or (path := _source(name)) is None:
            continue
        done.add(name)
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = _Names.of(tree)
        yield from (f"{path.name}:{line} {what}" for line, what in names.faults(tree))
        todo += [each for each in _imported(tree, name, path) if each.partition(".")[0] == module.partition(".")[0]]


def _source(module: str) -> Path | None:
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        return None
    if spec is None or not spec.origin or not spec.origin.endswith(".py"):
        return None
    return Path(spec.origin)


def _imported(tree: ast.AST, module: str, path: Path) -> Iterator[str]:
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in _outside_simulator(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package.split(".")[: len(package.split(".")) - node.level + 1]) if node.level else ""
            origin = ".".join(part for part in (base, node.module or "") if part)
            yield origin
            yield from (f"{origin}.{each.name}" for each in node.names)


def _outside_simulator(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.FunctionDef) and node.name in {"erp_simulator", "source_simulator"}:
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _outside_simulator(child)


@define
class _Names:
    """What the names of a module stand for, as far as its imports tell."""

    known: dict[str, str] = field(factory=dict)

    @classmethod
    def of(cls, tree: ast.AST) -> "_Names":
        names = cls()
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for each in node.names:
                    first = each.name.partition(".")[0]
                    names.known[each.asname or first] = each.name if each.asname else first
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.known |= {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}
            elif isinstance(node, ast.FunctionDef):
                names.known.setdefault(node.name, f".{node.name}")
        return names

    def faults(self, tree: ast.AST) -> Iterator[tuple[int, str]]:
        for node in _outside_simulator(tree):
            if isinstance(node, ast.Call) and (what := self._fault(node.func)):
                yield node.lineno, what

    def _fault(self, called: ast.expr) -> str:
        if isinstance(called, ast.Attribute) and called.attr in _METHODS:
            return f"calls {called.attr}: it {_CALLS[_METHODS[called.attr]]}"
        name = self._name(called)
        return f"calls {name}: it {_CALLS[name]}" if name in _CALLS else ""

    def _name(self, called: ast.expr) -> str:
        if isinstance(called, ast.Name):
            return self.known.get(called.id, called.id if hasattr(builtins, called.id) else "")
        if isinstance(called, ast.Attribute) and (before := self._name(called.value)):
            return f"{before}.{called.attr}"
        return ""
