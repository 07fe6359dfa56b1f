"""What the walk needs besides the commands themselves: the ERP's side of the letting, and a comparison at the end.

Only the standard library is used, and nothing of ERP Bridge: what is compared here is what the commands printed.
"""

import argparse
import csv
import json
import sys
from collections.abc import Iterator
from decimal import ROUND_DOWN, Decimal
from pathlib import Path
from typing import Any

CATEGORY = ("Subcontract", "S")
#: Units as the ERP's masters have them; all others are the same on both sides.
UNITS = {"$": "DOL", "C.Y.": "CY", "L.F.": "LF", "L.S.": "LS", "M.G.": "MG", "S.F.": "SF", "SYS": "SY"}
CENT = Decimal("0.01")

Row = dict[str, str]
Figures = tuple[Decimal, Decimal]


def contracts(file: Path, most: int) -> dict[str, list[Row]]:
    """The rows of the first contracts of a letting, by project; 0 takes all of them."""
    found: dict[str, list[Row]] = {}
    with file.open(encoding="utf-8", newline="") as opened:
        for row in csv.DictReader(opened):
            found.setdefault(row["ProjectID"], []).append(row)
    return dict(list(found.items())[: most or None])


def write_masters(found: dict[str, list[Row]], folder: Path) -> None:
    """Write what an ERP administrator would set up (`jobs.json`), and the maps to it (`maps.csv`)."""
    jobs = [
        {
            "job": job,
            "name": rows[0]["Job Desc"][:30],
            "cost_codes": [["", code, name] for code, name in _cost_codes(rows).items()],
            "categories": [[CATEGORY[1], CATEGORY[0], "subcontract"]],
        }
        for job, rows in found.items()
    ]
    (folder / "jobs.json").write_text(json.dumps(jobs), encoding="utf-8")
    units = sorted({row["Unit"] for rows in found.values() for row in rows})
    entries = [("category", *CATEGORY), *(("unit", unit, UNITS.get(unit, unit)) for unit in units)]
    with (folder / "maps.csv").open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows([("kind", "ours", "theirs"), *entries])


def changes(budget: Any) -> Iterator[tuple[str, ...]]:
    """Budget changes from a budget's largest lines: added scope on one, a transfer between two others.

    Each is number, description, then cost code, category and amount of every line.
    """
    lines = sorted(budget["budget"]["lines"], key=lambda line: (-Decimal(line["original"]), line["key"]["cost_code"]))
    first, second, third = lines[:3]
    yield "BC-001", "Added scope", *_move(first, _part(first, "0.08"))
    moved = _part(second, "0.05")
    yield "BC-002", "Transfer", *_move(second, -moved), *_move(third, moved)


def differences(file: Path, reports: Any, ledgers: list[Any]) -> Iterator[str]:
    """Every difference between the report, the ERP's own books and the letting itself, in words."""
    found = contracts(file, 0)
    reported = {job["job"]: job for job in reports["report"]["jobs"]}
    for ledger in ledgers:
        job = ledger["job"]
        if job not in reported:
            yield f"{job}: the job costs report does not have it"
            continue
        report, books = _reported(reported[job]), _books(ledger)
        for key in sorted({*report, *books}):
            if report.get(key) != books.get(key):
                yield f"{job} {key}: the report has {report.get(key)}, the books have {books.get(key)}"
        bid = sum((Decimal(row["Extension"]) for row in found[job]), Decimal(0))
        booked = sum((original for original, _ in books.values()), Decimal(0))
        if bid != booked:
            yield f"{job}: the letting has {bid}, the books have {booked} of original estimates"
        yield from (f"{job}: {entry['key']} was booked more than once" for entry in ledger["entries"] if _twice(entry))


def main() -> int:
    """Do one of the walk's small steps; leaves with 1 when the comparison finds a difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("step", choices=("masters", "projects", "changes", "warnings", "sheets", "compare"))
    parser.add_argument("file", type=Path, nargs="?", default=Path())
    parser.add_argument("folder", type=Path, nargs="?", default=Path())
    parser.add_argument("--most", type=int, default=0)
    given = parser.parse_args()
    if given.step == "compare":
        return _compare(given.file, given.folder)
    if given.step == "masters":
        write_masters(contracts(given.file, given.most), given.folder)
    for row in _rows(given):
        print("\t".join(row))
    return 0


def _rows(given: argparse.Namespace) -> Iterator[tuple[str, ...]]:
    """What the step prints, tab-separated, for the shell to read."""
    if given.step == "projects":
        for job, rows in contracts(given.file, given.most).items():
            yield job, rows[0]["Job Desc"].title()
    elif given.step == "changes":
        yield from changes(json.load(sys.stdin))
    elif given.step == "warnings":
        yield from ((rule,) for rule in sorted({finding["rule"] for finding in json.load(sys.stdin)["findings"]}))
    elif given.step == "sheets":
        for sheet in json.load(sys.stdin)["hand_overs"]:
            path = Path(sheet["location"]).relative_to(given.file.resolve())
            yield str(path), "yes" if sheet["facts"]["tick"] == "ticked" else "no"


def _compare(file: Path, folder: Path) -> int:
    reports = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    ledgers = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("ledger-*.json"))]
    found = list(differences(file, reports, ledgers))
    for difference in found:
        print(difference, file=sys.stderr)
    lines = sum(len(ledger["entries"]) for ledger in ledgers)
    total = sum((sum(figures) for ledger in ledgers for figures in _books(ledger).values()), Decimal(0))
    if not found:
        print(f"{len(ledgers)} contracts, {lines:,} lines, {total:,.2f}: the report and the ERP's own books are equal.")
    return 1 if found or not ledgers else 0


def _cost_codes(rows: list[Row]) -> dict[str, str]:
    return {row["Pay Item"]: row["Description"][:30] for row in rows}


def _move(line: Any, amount: Decimal) -> tuple[str, str, str]:
    return line["key"]["cost_code"], line["key"]["category"], str(amount)


def _part(line: Any, share: str) -> Decimal:
    return max(CENT, (Decimal(line["original"]) * Decimal(share)).quantize(CENT, ROUND_DOWN))


def _reported(report: Any) -> dict[str, Figures]:
    return {
        _key(cost["key"]): (Decimal(cost["erp_original"]), Decimal(cost["erp_changes"])) for cost in report["costs"]
    }


def _books(ledger: Any) -> dict[str, Figures]:
    return {_key(entry["key"]): (Decimal(entry["original"]), Decimal(entry["changes"])) for entry in ledger["entries"]}


def _twice(entry: Any) -> bool:
    return bool(entry["original_entries"] > 1)


def _key(key: Any) -> str:
    return f"{key['sub_job']}/{key['cost_code']}/{key['category']}"


if __name__ == "__main__":
    sys.exit(main())
