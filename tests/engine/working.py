"""A worker, or a server with one, as a process of its own, over books in a folder.

Its arguments are the home, and `worker` or `serve`. It says that it is ready by a line on standard output.
"""

import signal
import sys
from pathlib import Path
from threading import Event

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from shared_books import open_site

from erp_bridge_core.cli.serve import stop
from erp_bridge_core.engine.worker import EngineWorker
from erp_bridge_core.web.running import run_server


def say(text: str) -> None:
    """One line, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> None:
    """Work until a signal ends it."""
    home, kind = sys.argv[1:]
    with open_site(Path(home)) as application:
        if kind == "serve":
            signal.signal(signal.SIGTERM, stop)
            try:
                run_server(application, host="127.0.0.1", port=0, behind_tls=False, said=say, worker="serve")
            except KeyboardInterrupt:
                return
        told = Event()
        signal.signal(signal.SIGTERM, lambda *_: told.set())
        with EngineWorker(application).at_work():
            say("ready")
            told.wait()


main()
