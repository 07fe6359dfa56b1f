"""What an ERP administrator would have set up: the job, its codes as they fit the ERP, and the maps to them."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from attrs import frozen

from erp_bridge_core.contract.budget import LineKey
from erp_bridge_core.contract.profile import Capability, ErpProfile
from erp_bridge_core.contract.simulator import JobSetup
from erp_bridge_core.demo.budgets import DemoBudget

#: Our words for cost types and the code and kind an ERP would have for them.
KNOWN: Final[Mapping[str, tuple[str, str]]] = {
    "labor": ("L", "labor"),
    "material": ("M", "material"),
    "subcontract": ("S", "subcontract"),
    "equipment": ("E", "equipment"),
    "overhead": ("OH", "overhead"),
    "other": ("O", "other"),
}
#: A job's code as it is counted in some ERPs without its delimiters: a longer one gets a code of its own.
SURE_JOB_LENGTH: Final = 10
#: Cost codes that every ERP can show in its own form; others get codes of letters and digits alone.
SECTIONED: Final = re.compile(r"[0-9]+(-[0-9]+)*")
KINDS: Final = dict(KNOWN.values())


@frozen(kw_only=True)
class Codes:
    """Our values and the ERP's codes for them, per kind of map."""

    job: str
    maps: Mapping[str, Mapping[str, str]]

    def theirs(self, key: LineKey) -> LineKey:
        """A key in the ERP's codes."""
        return LineKey(
            self.maps["sub_job"].get(key.sub_job, key.sub_job),
            self.maps["cost_code"].get(key.cost_code, key.cost_code),
            self.maps["category"].get(key.category, key.category),
        )

    def entries(self) -> Iterable[tuple[str, str, str]]:
        """What goes into the maps: every value of a kind in which some value differs (kind, ours, theirs)."""
        for kind, pairs in self.maps.items():
            if any(ours != theirs for ours, theirs in pairs.items()):
                yield from ((kind, ours, theirs) for ours, theirs in pairs.items() if ours)


def choose_codes(budget: DemoBudget, profile: ErpProfile, taken_jobs: set[str]) -> Codes:
    """Codes for a budget that fit the ERP's limits: our own wherever they fit."""
    values: dict[str, set[str]] = {"sub_job": set(), "cost_code": set(), "category": set(), "unit": set()}
    for line in budget.lines:
        values["sub_job"].add(line.key.sub_job)
        values["cost_code"].add(line.key.cost_code)
        values["category"].add(line.key.category)
        values["unit"].add(line.unit)
    maps = {
        kind: _fit(kind, sorted(found - {""}), profile, preferred=budget.preferred.get(kind, {}))
        for kind, found in values.items()
    }
    job = _fit("job", [budget.job or "1"], profile, taken=taken_jobs)[budget.job or "1"]
    if profile.supports(Capability.SUB_JOBS_ARE_JOBS) and maps["sub_job"]:
        job, maps["sub_job"] = _as_jobs(job, maps["sub_job"], profile)
    return Codes(job=job, maps=maps)


def _as_jobs(job: str, sub_jobs: Mapping[str, str], profile: ErpProfile) -> tuple[str, dict[str, str]]:
    """Codes for a job and for sub jobs that are jobs of their own: the sub job's begins with the job's."""
    limit = profile.limit("job")
    length = limit.max_length if limit is not None and limit.max_length is not None else 10
    longest = max(len(code) for code in sub_jobs.values())
    stem = "".join(each for each in job if each.isalnum())[: max(1, length - 1 - longest)]
    used: set[str] = set()
    codes = {}
    for ours, theirs in sub_jobs.items():
        codes[ours] = _free(f"{stem}-{theirs}"[:length], used, length)
        used.add(codes[ours])
    return stem, codes


def _fit(
    kind: str,
    values: Iterable[str],
    profile: ErpProfile,
    *,
    taken: set[str] | None = None,
    preferred: Mapping[str, str] | None = None,
) -> dict[str, str]:
    limit = profile.limit(kind)
    length = limit.max_length if limit is not None and limit.max_length is not None else 64
    forbidden = frozenset(limit.forbidden) if limit is not None else frozenset()
    used = set(taken or ())
    codes: dict[str, str] = {}
    for value in values:
        known = KNOWN.get(value.lower(), (value,))[0] if kind == "category" else value
        known = (preferred or {}).get(value, known)
        wanted = "".join(each for each in known if each not in forbidden)
        if kind == "cost_code" and not SECTIONED.fullmatch(wanted):
            wanted = "".join(each for each in wanted if each.isalnum())
        if kind == "job" and len(wanted) > min(length, SURE_JOB_LENGTH):
            wanted = "JOB"
        codes[value] = _free(wanted[:length].strip() or "X", used, length)
        used.add(codes[value])
    return codes


def _free(wanted: str, used: set[str], length: int) -> str:
    if wanted not in used:
        return wanted
    for number in range(1, 10**6):
        suffix = str(number)
        candidate = wanted[: length - len(suffix)] + suffix
        if candidate not in used:
            return candidate
    raise AssertionError("a million values that shorten to one code")


def job_setup(budget: DemoBudget, codes: Codes, profile: ErpProfile) -> JobSetup:
    """What the ERP administrator creates for a budget."""
    keys = sorted({codes.theirs(line.key) for line in budget.lines})
    names = {
        (codes.maps["cost_code"].get(line.key.cost_code, line.key.cost_code)): line.description for line in budget.lines
    }
    sub_jobs = profile.supports(Capability.SUB_JOBS)
    return JobSetup(
        job=codes.job,
        name=budget.name,
        sub_jobs=tuple((codes.maps["sub_job"].get(code, code), name) for code, name in budget.sub_jobs)
        if sub_jobs
        else (),
        cost_codes=tuple(
            (sub_job, code, names.get(code, code))
            for sub_job, code in sorted({(key.sub_job, key.cost_code) for key in keys})
        ),
        units=tuple(sorted(set(codes.maps["unit"].values()))),
        categories=tuple(
            (theirs, ours.title(), KINDS.get(theirs, "other"))
            for ours, theirs in sorted(codes.maps["category"].items())
        ),
    )


def secrets_into(home: Path, secrets: Mapping[str, str]) -> None:
    """Write the simulator's secrets where `file:` references find them, readable by us alone."""
    folder = home / "secrets"
    folder.mkdir(mode=0o700, exist_ok=True)
    for name, value in secrets.items():
        path = folder / name
        path.touch(mode=0o600)
        path.write_text(value, encoding="utf-8")
