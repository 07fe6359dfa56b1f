"""All that is promised about speed, measured by one command, each letter beside its floor.

    python benchmarks/bench.py [--only a,c] [--quick] [--database sqlite|postgresql|both] [--json FILE] [--docs FILE]

Each letter is measured in a process of its own. Writes `build/bench.json` and prints the table of `docs/speed.md`.
Nothing fails for being slow, since time depends on the machine; what can't be measured at all does.
"""

import argparse
import sys
import time
import traceback
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from figures import Figure, Options, to_markdown, with_table, write_json
from machine import describe_machine

#: Each has `figures(options)`.
MODULES: Final = {
    "a": "a_sending",
    "b": "b_rates",
    "c": "c_main_job",
    "d": "d_workers",
    "e": "e_million",
    "f": "f_ledger",
    "g": "g_start",
}
RESULT: Final = Path(__file__).parents[1] / "build" / "bench.json"


def measure(letter: str, options: Options) -> Sequence[Figure]:
    """One letter's figures, measured here."""
    found: Sequence[Figure] = import_module(MODULES[letter]).figures(options)
    return found


def _apart(letter: str, options: Options) -> Sequence[Figure]:
    """Measured in a new process, whose memory nothing else has used before."""
    print(f"{letter} …", end=" ", file=sys.stderr, flush=True)
    started = time.monotonic()
    try:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            return pool.submit(measure, letter, options).result()
    except (Exception, SystemExit):  # noqa: BLE001 - the other letters are measured all the same
        traceback.print_exc()
        return ()
    finally:
        print(f"{time.monotonic() - started:.0f} s", file=sys.stderr)


def _letters(text: str) -> list[str]:
    chosen = [letter.strip() for letter in text.split(",")]
    if unknown := sorted(set(chosen) - set(MODULES)):
        raise argparse.ArgumentTypeError(f"there is no letter {', '.join(unknown)}: {', '.join(MODULES)}")
    return chosen


def main() -> None:
    """Measure what was asked for, print the table, write the file."""
    parser = argparse.ArgumentParser(description="Measure speed and memory, each beside a floor.")
    parser.add_argument("--only", type=_letters, default=list(MODULES), help="letters, such as a,c")
    parser.add_argument("--quick", action="store_true", help="small sizes: to try it, not to measure anything")
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--json", type=Path, default=RESULT, help="the file that is written")
    parser.add_argument("--docs", type=Path, help="a page whose table is replaced too: docs/speed.md")
    given = parser.parse_args()
    options = Options(quick=given.quick, database=given.database)
    started = time.monotonic()
    by_letter = {letter: _apart(letter, options) for letter in given.only}
    found = [figure for figures in by_letter.values() for figure in figures]
    write_json(given.json, found, options=options, seconds=time.monotonic() - started)
    if given.docs is not None:
        given.docs.write_text(with_table(given.docs.read_text(encoding="utf-8"), found), encoding="utf-8")
    print(f"{describe_machine()}\n\n{to_markdown(found)}\n")
    for each in found:
        print(f"{each.letter}. {each.case}: {each.limits}")
    if failed := [letter for letter, figures in by_letter.items() if not figures]:
        raise SystemExit(f"Not measured: {', '.join(failed)}.")


if __name__ == "__main__":
    main()
