"""One look at the office, as a process of its own that ends itself where it is told to.

Its arguments are the home, and the moment at which it is killed: before which commit of the look, counted from 1.
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from desk import COMPANY, books, open_application, plugin_of


def main() -> None:
    """Look, and die on the way."""
    home, number = Path(sys.argv[1]), int(sys.argv[2])
    with open_application(home, plugin_of(home), books()) as application:
        store: Any = application.store
        begin, commits = store.begin, 0

        @contextmanager
        def dying(**options: Any) -> Iterator[Any]:
            nonlocal commits
            with begin(**options) as connection:
                yield connection
                commits += 1
                if commits == number:
                    os.kill(os.getpid(), signal.SIGKILL)

        store.begin = dying
        application.requests.poll(application.companies.system(COMPANY))


main()
