"""The budgets a demo carries: a contract of the letting, split as a contractor would; or any file, job by job."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from decimal import ROUND_DOWN, Decimal
from importlib import resources
from pathlib import Path
from typing import Final

from attrs import Factory, evolve, frozen

from erp_bridge_core.contract.budget import LineKey, Stream
from erp_bridge_core.contract.errors import NotFound
from erp_bridge_core.demo.options import DemoOptions
from erp_bridge_core.sources import ColumnMapping, ImportedBudget, read_budget
from erp_bridge_core.sources.writing import write_table

CENT: Final = Decimal("0.01")
#: Pay items of at least this amount are split over labor, material and subcontract.
SPLIT_FROM: Final = Decimal(20_000)
SHARES: Final = (("Labor", Decimal("0.35")), ("Material", Decimal("0.45")))
REST: Final = "Subcontract"
#: Sub jobs of the default contract, by the first digit of the pay item: Indiana's 7xx are structures, 8xx traffic.
SUB_JOBS: Final = {"7": ("STR", "Structure"), "8": ("TRF", "Traffic control")}
#: Units as an ERP's masters have them.
ERP_UNITS: Final = {
    "$": "DOL", "C.Y.": "CY", "EACH": "EA", "L.F.": "LF", "L.S.": "LS", "LBS": "LB", "MOS": "MO", "S.F.": "SF",
    "SYS": "SY", "ACRE": "AC", "DAY": "DAY", "GAL": "GAL", "HRS": "HR", "SET": "SET", "TON": "TON",
}  # fmt: skip
_ABBREVIATIONS: Final = frozenset({"HMA", "IDIQ", "ITS"})
#: This pay item stands on the job itself and on a sub job: half of it each, to the cent.
SHARED_ITEM: Final = "110-01001"


@frozen(kw_only=True)
class DemoLine:
    """A line as the demo's file has it."""

    key: LineKey
    description: str
    unit: str
    amount: Decimal


@frozen(kw_only=True)
class DemoBudget:
    """One job's budget in a file that the product imports itself.

    `preferred` holds codes that the ERP would have for values of ours, per kind of map.
    """

    job: str
    name: str
    path: Path
    mapping: ColumnMapping
    duplicates: str
    sub_jobs: tuple[tuple[str, str], ...]
    lines: Stream[DemoLine]
    preferred: Mapping[str, Mapping[str, str]] = Factory(dict)


@contextmanager
def demo_budgets(options: DemoOptions, folder: Path) -> Iterator[tuple[DemoBudget, ...]]:
    """Every budget of the demo, while its file is open; raises BadInput with all faults of a file."""
    if options.budget is None:
        yield (_made(_rows("contract.csv"), folder, SUB_JOBS),)
        return
    mapping = ColumnMapping.parse(columns=options.columns, where=options.where, defaults=options.defaults)
    with read_budget(options.budget, mapping=mapping, duplicates=options.duplicates) as imported:
        jobs = [summary.job for summary in imported.jobs() if options.job in {None, summary.job}]
        if not jobs:
            known = ", ".join(summary.job for summary in imported.jobs())
            raise NotFound(f"{options.budget.name} holds no job {options.job!r}.", remedy=f"It holds {known}.")
        yield tuple(_from_file(options, mapping, imported, job) for job in jobs)


def without_sub_jobs(budget: DemoBudget) -> DemoBudget:
    """The same totals for an ERP that takes no sub jobs: lines of one cost code and category become one."""
    return evolve(
        budget,
        mapping=evolve(budget.mapping, columns={**budget.mapping.columns, "sub_job": ""}),
        duplicates="sum",
        sub_jobs=(),
        lines=Stream(lambda: _summed(budget.lines)),
    )


def _summed(lines: Iterable[DemoLine]) -> Iterator[DemoLine]:
    sums: dict[LineKey, DemoLine] = {}
    for line in lines:
        key = LineKey("", line.key.cost_code, line.key.category)
        known = sums.get(key)
        sums[key] = evolve(line, key=key, amount=line.amount + (known.amount if known else Decimal(0)))
    yield from sums.values()


def _from_file(options: DemoOptions, mapping: ColumnMapping, imported: ImportedBudget, job: str) -> DemoBudget:
    assert options.budget is not None
    lines = imported.lines(job)
    codes = sorted({line.key.sub_job for line in lines} - {""})
    return DemoBudget(
        job=job,
        name=job or options.budget.stem,
        path=options.budget,
        mapping=mapping,
        duplicates=options.duplicates,
        sub_jobs=tuple((code, code) for code in codes),
        lines=Stream(
            lambda: (
                DemoLine(key=line.key, description=line.description, unit=line.unit, amount=line.amount)
                for line in lines
            )
        ),
    )


# -- contracts of the letting -----------------------------------------------------------------------------------------


def letting_budgets(folder: Path) -> tuple[DemoBudget, ...]:
    """Ten contracts of the letting as a contractor would split them; that of `contract.csv` has sub jobs."""
    contracts: dict[str, list[dict[str, str]]] = {}
    for row in _rows("contracts.csv"):
        contracts.setdefault(row["ProjectID"], []).append(row)
    told = _rows("contract.csv")[0]["ProjectID"]
    return tuple(_made(rows, folder / number, SUB_JOBS if number == told else {}) for number, rows in contracts.items())


def asked_budget(folder: Path) -> DemoBudget:
    """One more contract of the letting, which a served demo has in a budget source."""
    return _made(_rows("asked.csv"), folder / "asked", {})


def _rows(name: str) -> list[dict[str, str]]:
    source = resources.files("erp_bridge_core.demo") / name
    return list(csv.DictReader(source.read_text(encoding="utf-8").splitlines()))


def _made(rows: list[dict[str, str]], folder: Path, sub_jobs: Mapping[str, tuple[str, str]]) -> DemoBudget:
    """A contract's budget as a file in a folder."""
    number = rows[0]["ProjectID"]
    lines = [line for row in rows for line in _split(row, sub_jobs)]
    path = folder / "budget.csv"
    folder.mkdir(parents=True, exist_ok=True)
    header = ("Job", "Sub Job", "Cost Code", "Category", "Description", "Quantity", "Unit", "Unit Cost", "Amount")
    write_table(path, header, ([number, *line] for line in lines))
    kept = [
        DemoLine(key=LineKey(line[0], line[1], line[2]), description=line[3], unit=line[5], amount=Decimal(line[7]))
        for line in lines
    ]
    return DemoBudget(
        job=number,
        name=_named(rows[0]["Job Desc"]),
        path=path,
        mapping=ColumnMapping(columns={"sub_job": "Sub Job", "category": "Category"}),
        duplicates="refuse",
        sub_jobs=tuple(sub_jobs.values()),
        lines=Stream(lambda: kept),
        preferred={"unit": ERP_UNITS, "cost_code": {line[1]: _erp_cost_code(line[1]) for line in lines}},
    )


def _named(shouted: str) -> str:
    """A contract's name as people write it: the letting has capitals alone."""
    words = [word if word in _ABBREVIATIONS else word.capitalize() for word in shouted.split()]
    return " ".join(word.lower() if word == "And" else word for word in words)


def _erp_cost_code(code: str) -> str:
    """The code as this contractor's ERP has it: pay items with six digits at the end stand there with five."""
    division, _, item = code.partition("-")
    return f"{division}-{item[-5:]}" if item.startswith("0") else code


Cells = tuple[str, str, str, str, str, str, str, str]


def _split(row: dict[str, str], sub_jobs: Mapping[str, tuple[str, str]]) -> Iterator[Cells]:
    """A pay item as budget lines: on its sub job, over cost types where it is large; the parts add up to the cent."""
    code, amount = row["Pay Item"], Decimal(row["Extension"])
    sub_job = sub_jobs.get(code[0], ("", ""))[0]
    if code == SHARED_ITEM and sub_jobs:
        half = (amount / 2).quantize(CENT, ROUND_DOWN)
        yield _line("", row, "Subcontract", half)
        yield _line("STR", row, "Subcontract", amount - half)
    elif amount < SPLIT_FROM:
        whole = (row["Quantity"], row["Unit"], row["Unit Price"])
        yield (sub_job, code, REST, row["Description"], *whole, f"{amount:.2f}")
    else:
        parts = [(category, (amount * share).quantize(CENT, ROUND_DOWN)) for category, share in SHARES]
        parts.append((REST, amount - sum((part for _, part in parts), Decimal(0))))
        for category, part in parts:
            yield _line(sub_job, row, category, part)


def _line(sub_job: str, row: dict[str, str], category: str, amount: Decimal) -> Cells:
    return sub_job, row["Pay Item"], category, row["Description"], "", "", "", f"{amount:.2f}"
