"""A crash storm: hundreds of exports while processes are killed and the wire fails; then every ERP's books are counted.

A part of them is asked for at budget sources, whose books are counted too: what each was told became of its requests.

    python benchmarks/crash_storm.py --seed 7 --exports 300 --kills 100 --json storm.json

It ends with status 1 when a line was lost or doubled, when the product says that something arrived that has not, or
when it can't tell where the outcome table says that it must.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from random import SystemRandom

from storm.options import Options
from storm.report import as_json, tell
from storm.storming import storm


def main() -> int:
    """Run it as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, help="what all chance is drawn from; told, so that it can be given again")
    parser.add_argument("--exports", type=int, default=300)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--engine", choices=["inline", "dbos"], default="inline")
    parser.add_argument("--workers", type=int, default=3, help="beside one server")
    parser.add_argument("--companies", type=int, choices=[1, 2, 3, 4], default=2)
    parser.add_argument("--minutes", type=float, default=20.0, help="a storm that does not come to an end fails then")
    parser.add_argument("--erp", action="append", default=[], help="this one alone; may be given several times")
    parser.add_argument(
        "--asked-every", type=int, default=3, metavar="N",
        help="of so many projects one is asked for at a budget source; 0: none",
    )  # fmt: skip
    parser.add_argument("--without-ledger", action="store_true", help="let workers forget: the storm must then fail")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the result there too")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep home, books and logs in this empty folder")
    given = parser.parse_args()
    options = Options(
        seed=SystemRandom().randrange(10**9) if given.seed is None else given.seed, exports=given.exports,
        kills=given.kills, database=given.database, engine=given.engine, workers=given.workers,
        companies=given.companies, minutes=given.minutes, erps=tuple(given.erp),
        asked_every=given.asked_every, ledger=not given.without_ledger,
    )  # fmt: skip
    print(f"Seed {options.seed}: {options.exports} exports, {options.kills} kills, {options.database}.", flush=True)
    with tempfile.TemporaryDirectory(prefix="storm-") as folder:
        root = given.keep or Path(folder)
        root.mkdir(parents=True, exist_ok=True)
        result = storm(options, root)
    print(tell(result))
    if given.json:
        given.json.write_text(json.dumps(as_json(result), indent=2) + "\n", encoding="utf-8")
    return 0 if result.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
