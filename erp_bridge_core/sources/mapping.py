"""Which column is which field: given by a person, remembered, or guessed from the header where only one fits (B8)."""

import re
from collections.abc import Iterable, Mapping
from typing import Final, Self

from attrs import Factory, field, frozen

from erp_bridge_core.contract.errors import Fault, UsageError

#: The fields of a budget line (B1), and the job it belongs to.
FIELDS: Final = (
    "job", "sub_job", "cost_code", "category", "description", "quantity", "unit", "unit_cost", "amount",
)  # fmt: skip


def _check_fields(_: object, _attribute: object, names: Mapping[str, str]) -> None:
    unknown = sorted(set(names) - set(FIELDS))
    if unknown:
        raise ValueError(f"unknown field {', '.join(unknown)}; the fields are {', '.join(FIELDS)}")


@frozen(kw_only=True)
class ColumnMapping:
    """What a person said of a file's columns; plain data, so that a connection or project can remember it.

    `columns` is field -> header; an empty header means that the field is not read, even where it could be guessed.
    `where` is header -> value: rows without just that value are left out; several must all hold. `defaults` is
    field -> text for rows whose cell is blank or that have no such column.
    """

    columns: Mapping[str, str] = field(default=Factory(dict), validator=_check_fields)
    where: Mapping[str, str] = Factory(dict)
    defaults: Mapping[str, str] = field(default=Factory(dict), validator=_check_fields)

    @classmethod
    def parse(cls, *, columns: Iterable[str] = (), where: Iterable[str] = (), defaults: Iterable[str] = ()) -> Self:
        """Build it from `FIELD=HEADER`, `HEADER=VALUE` and `FIELD=VALUE` texts; a `UsageError` has every fault."""
        faults: list[Fault] = []
        mapping = {
            "columns": _pairs("column", "FIELD=HEADER", columns, faults),
            "where": _pairs("where", "HEADER=VALUE", where, faults),
            "defaults": _pairs("default", "FIELD=VALUE", defaults, faults),
        }
        for option in ("columns", "defaults"):
            unknown = sorted(set(mapping[option]) - set(FIELDS))
            faults.extend(_unknown(option.removesuffix("s"), name) for name in unknown)
        if faults:
            raise UsageError("The column mapping is not right.", remedy=_REMEDY, faults=faults)
        return cls(**mapping)


_REMEDY: Final = "Write --column FIELD=HEADER, --where HEADER=VALUE, --default FIELD=VALUE."

#: Names that headers go by, letters and digits alone. A name stands under one field only.
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "job": ("job", "jobno", "jobnumber", "jobcode", "jobid", "project", "projectno", "projectnumber", "projectid"),
    "sub_job": ("subjob", "subjobno", "subjobcode", "extra", "extrano", "extracode"),
    "cost_code": ("costcode", "costcodeno", "costcodenumber", "payitem", "phasecode", "code"),
    "category": ("category", "categorycode", "costtype", "costtypecode", "costcategory"),
    "description": ("description", "linedescription", "costcodedescription", "itemdescription", "payitemdescription"),
    "quantity": ("quantity", "qty", "estimatedquantity", "budgetquantity"),
    "unit": ("unit", "units", "uom", "um", "unitofmeasure"),
    "unit_cost": ("unitcost", "unitprice", "rate", "costperunit"),
    "amount": (
        "amount", "extension", "budget", "budgetamount", "originalbudget", "extendedcost", "extendedamount",
        "totalcost", "totalamount", "total", "estimate", "estimatedcost",
    ),
}  # fmt: skip


@frozen(kw_only=True)
class ResolvedColumns:
    """A mapping laid on one file's header: field -> column number (from 0), and which of them were guessed."""

    places: Mapping[str, int]
    where: Mapping[int, str]
    defaults: Mapping[str, str]
    guessed: tuple[str, ...]


def resolve_columns(mapping: ColumnMapping, header: tuple[str, ...], file: str) -> tuple[ResolvedColumns, list[Fault]]:
    """Find every mapped column; guess the others where exactly one header bears a name of the field.

    The faults name the file, the missing or doubled header, the headers that exist, and the remedy.
    """
    faults: list[Fault] = []
    wanted = {name: title for name, title in mapping.columns.items() if title}
    places = {name: _place(title, header, file, f"for {name}", faults) for name, title in wanted.items()}
    where = {_place(title, header, file, "to filter by", faults): value for title, value in mapping.where.items()}
    found = {name: place for name, place in places.items() if place >= 0}
    guesses, candidates = _guess(mapping, header, taken=set(found.values()))
    found |= guesses
    if not faults:
        faults = _missing(found, mapping, header, file, candidates)
    columns = ResolvedColumns(
        places=found, where=where, defaults=dict(mapping.defaults), guessed=tuple(sorted(guesses, key=FIELDS.index))
    )
    return columns, faults


def _pairs(option: str, form: str, texts: Iterable[str], faults: list[Fault]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not (name.strip() and equals):
            faults.append(Fault(f"--{option}", "has no name and =", value=text, expected=form, rule="B8"))
        elif name.strip() in pairs and pairs[name.strip()] != value.strip():
            faults.append(Fault(f"--{option}", f"gives {name.strip()} twice", value=text, expected="once", rule="B8"))
        else:
            pairs[name.strip()] = value.strip()
    return pairs


def _unknown(option: str, name: str) -> Fault:
    return Fault(f"--{option}", "unknown field", value=name, expected=f"one of {', '.join(FIELDS)}", rule="B8")


def _place(title: str, header: tuple[str, ...], file: str, purpose: str, faults: list[Fault]) -> int:
    """The column of a header, exactly or else but for case and blanks; -1, with a fault, for none or several."""
    tidy = " ".join(title.split())
    found = [place for place, name in enumerate(header) if name == tidy] or [
        place for place, name in enumerate(header) if name.casefold() == tidy.casefold()
    ]
    if len(found) == 1:
        return found[0]
    what = f"the header stands {len(found)} times" if found else "there is no such column"
    remedy = "Rename one of them in the file." if found else "Give the header as the file has it."
    faults.append(
        Fault(
            f'{file} column "{title}"',
            f"{what} ({purpose})",
            value=title,
            expected=f"one of the headers {_list(header)}",
            rule="B8",
            remedy=remedy,
        )
    )
    return -1


def _guess(
    mapping: ColumnMapping, header: tuple[str, ...], *, taken: set[int]
) -> tuple[dict[str, int], dict[str, list[str]]]:
    guesses: dict[str, int] = {}
    candidates: dict[str, list[str]] = {}
    plain = [re.sub(r"[^a-z0-9]", "", name.casefold()) for name in header]
    for name in FIELDS:
        if name in mapping.columns:
            continue
        found = [place for place, title in enumerate(plain) if title in _NAMES[name] and place not in taken]
        if len(found) == 1:
            guesses[name] = found[0]
        elif found:
            candidates[name] = [header[place] for place in found]
    return guesses, candidates


def _missing(
    found: Mapping[str, int],
    mapping: ColumnMapping,
    header: tuple[str, ...],
    file: str,
    candidates: Mapping[str, list[str]],
) -> list[Fault]:
    has = {*found, *mapping.defaults}
    missing = [] if "cost_code" in has else ["cost_code"]
    if "amount" not in has and not {"quantity", "unit_cost"} <= has:
        missing.append("amount")
    # An ambiguous job would silently put every line on one job.
    missing += [name for name in ("job", "sub_job", "category") if name in candidates and name not in has]
    return [_missing_fault(name, header, file, candidates.get(name, [])) for name in missing]


def _missing_fault(name: str, header: tuple[str, ...], file: str, candidates: list[str]) -> Fault:
    what = f"could be {' or '.join(candidates)}" if candidates else "has no column"
    return Fault(
        f"{file} header",
        f"the field {name} {what}",
        expected=f"one of the headers {_list(header)}",
        rule="B8",
        remedy=f"Name its column: --column {name}=HEADER.",
    )


def _list(header: tuple[str, ...]) -> str:
    return ", ".join(name or "(blank)" for name in header)
