"""What a served demo keeps from one run to the next: its password and ports; and its connections, led to new ports."""

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from attrs import asdict, frozen

from erp_bridge_core.configuration.configuration import Configuration, ConnectionConfig
from erp_bridge_core.contract.simulator import Served, Simulator
from erp_bridge_core.contract.source_simulator import SourceSimulator
from erp_bridge_core.demo.people import Cast
from erp_bridge_core.installation import CODE_ALPHABET

if TYPE_CHECKING:
    from erp_bridge_core.app import Application

_FILE: Final = "served.json"
_PART: Final = 4


@frozen(kw_only=True)
class Kept:
    """The password of all people of the demo, and the port of each simulator, by its ERP."""

    password: str
    ports: Mapping[str, int]

    @classmethod
    def read(cls, home: Path) -> Self | None:
        """What a finished demo left in a home; None where there is none, or only a part of one."""
        try:
            return cls(**json.loads((home / "demo" / _FILE).read_text(encoding="utf-8")))
        except (FileNotFoundError, NotADirectoryError):
            return None

    def write(self, home: Path) -> None:
        """Keep it, for the user who runs the demo alone; written last, it says that the demo is whole."""
        path = home / "demo" / _FILE
        aside = path.with_suffix(".part")
        aside.touch(mode=0o600)
        aside.write_text(json.dumps(asdict(self)), encoding="utf-8")
        aside.replace(path)


def new_password() -> str:
    """A password that is easy to type."""
    parts = ("".join(secrets.choice(CODE_ALPHABET) for _ in range(_PART)).lower() for _ in range(3))
    return "-".join(parts)


def lead_to(application: "Application", cast: Cast, name: str, served: Served) -> None:
    """Let a connection lead to where its simulator is now; a new host clears secrets, so that these come last."""
    wanted = {**_places(served), **served.settings}
    for setting, value in sorted(wanted.items(), key=lambda pair: _is_reference(pair[1])):
        known = Configuration.read(application.home).connection(name)
        if _value(known, setting) != value:
            application.connections.set(cast.administrator, name, setting, value)


@contextmanager
def serving_again(simulator: Simulator | SourceSimulator, folder: Path, port: int) -> Iterator[Served]:
    """A simulator at its former port, or at a free one where that is taken."""
    with ExitStack() as stack:
        try:
            served = stack.enter_context(simulator.serve(folder, port=port))
        except OSError:
            served = stack.enter_context(simulator.serve(folder))
        yield served


def _places(served: Served) -> dict[str, Any]:
    return {"http.hosts": list(served.hosts), "files.root": served.files_root}


def _value(config: ConnectionConfig, setting: str) -> Any:
    if setting == "http.hosts":
        return list(config.http.hosts)
    return config.files.root if setting == "files.root" else config.settings.get(setting)


def _is_reference(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("file:")
