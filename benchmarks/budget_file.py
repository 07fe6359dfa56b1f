"""A budget of any size as a CSV file: the same number of lines always gives the same bytes."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

JOB: Final = "26-100"
SUB_JOBS: Final = ("", "NORTH", "SOUTH")
CATEGORIES: Final = ("L", "M", "S")
UNITS: Final = ("LFT", "SYS", "EACH", "TON")
HEADER: Final = ("Job", "Sub Job", "Cost Code", "Category", "Description", "Quantity", "Unit", "Unit Cost", "Amount")
#: A prime spreads amounts and quantities without any pattern that a database could profit from.
_STEP: Final = 7_919


def keys(lines: int, sub_jobs: Sequence[str] = SUB_JOBS) -> Iterator[tuple[str, str, str]]:
    """Distinct keys: each cost code on the job itself and all sub jobs, in each category."""
    for number in range(lines):
        code, rest = divmod(number, len(sub_jobs) * len(CATEGORIES))
        sub_job, category = divmod(rest, len(CATEGORIES))
        yield sub_jobs[sub_job], cost_code(code), CATEGORIES[category]


def cost_code(number: int) -> str:
    """The cost code of that number, as a job of public works has them (`110-00042`)."""
    return f"{100 + number // 1_000:03d}-{number % 1_000:05d}"


def rows(lines: int, sub_jobs: Sequence[str] = SUB_JOBS) -> Iterator[tuple[str, ...]]:
    """The file's rows below the header; the amount is quantity x unit cost to the cent."""
    for number, key in enumerate(keys(lines, sub_jobs)):
        quantity = 1 + number * _STEP % 400
        cents = 5 + number * _STEP % 19_989
        amount = quantity * cents
        yield (
            JOB,
            *key,
            f"PAY ITEM {number:06d}, PLACED",
            str(quantity),
            UNITS[number % len(UNITS)],
            f"{cents // 100}.{cents % 100:02d}",
            f"{amount // 100}.{amount % 100:02d}",
        )


def write_budget(path: Path, lines: int, sub_jobs: Sequence[str] = SUB_JOBS) -> Path:
    """Write the file, row by row."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADER)
        writer.writerows(rows(lines, sub_jobs))
    return path
