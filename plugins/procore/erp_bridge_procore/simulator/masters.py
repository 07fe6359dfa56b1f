"""Setting a simulated company up: people, apps, projects with their codes, and a budget view."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from attrs import frozen

from erp_bridge_core.contract import JobSetup
from erp_bridge_core.contract.errors import BadInput, Fault
from erp_bridge_procore.simulator import oauth
from erp_bridge_procore.simulator.codes import add_wbs
from erp_bridge_procore.simulator.company import COMPANY, OTHER_COMPANY
from erp_bridge_procore.simulator.context import Context, Row
from erp_bridge_procore.simulator.views import COLUMNS

SERVICE: Final = "erp-bridge@service.example"
MANAGER: Final = "project.manager@example.com"
APPROVER: Final = "accounting@example.com"
#: name, login, permission on the budget, permission on the ERP tool, may send, may push to accounting
_PEOPLE: Final = (
    ("ERP Bridge", SERVICE, "admin", "admin", 1, 1),
    ("Project Manager", MANAGER, "admin", "none", 1, 0),
    ("Accounting Approver", APPROVER, "read_only", "standard", 0, 1),
)
#: Procore's base types have no labor (facts 3.2).
_BASE_TYPES: Final = {
    "material": "materials", "equipment": "equipment", "subcontract": "commitment", "labor": "other",
    "overhead": "other", "other": "other",
}  # fmt: skip
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 -]{0,29}", re.ASCII)


def set_up(context: Context, jobs: Sequence[JobSetup]) -> None:
    """Make what is missing: the company, its people and apps, a view, and a project for each job.

    Everything is synced with an ERP that has the same codes: an origin id is the code itself, `job|code` for a
    project's cost codes. Raises BadInput for codes that Procore can't hold, all at once.
    """
    faults = list(_faults(jobs))
    if faults:
        raise BadInput("Procore can't hold some of the codes.", faults=faults)
    context.run("INSERT OR IGNORE INTO company VALUES (?, 'Simulated contractor', 1)", COMPANY)
    context.run("INSERT OR IGNORE INTO company VALUES (?, 'A company that is not connected', 0)", OTHER_COMPANY)
    for name, login, budget, erp, send, push in _PEOPLE:
        if context.one("SELECT 1 FROM person WHERE login = ?", login) is None:
            context.add("person", name=name, login=login, budget=budget, erp=erp, send=send, push=push)
    oauth.make_apps(context, person_of(context, SERVICE), person_of(context, MANAGER))
    if context.one("SELECT 1 FROM view") is None:
        view = context.add(
            "view", company=COMPANY, name="Procore Standard Budget", role="standard", created=context.moment
        )
        set_columns(context, view, [key for key, _ in COLUMNS])
    for job in jobs:
        _set_up_project(context, job)


def person_of(context: Context, login: str) -> int:
    """The number of a person; raises BadInput for a log-in that nobody has."""
    row = context.one("SELECT id FROM person WHERE login = ?", login)
    if row is None:
        raise BadInput(f"Nobody signs in as {login}.", remedy="List the people and give one of their log-ins.")
    return int(row["id"])


def set_columns(context: Context, view: int, keys: Iterable[str]) -> None:
    """Give a view these columns, by their keys; raises BadInput for one that there is not."""
    known = dict(COLUMNS)
    wanted = list(keys)
    if unknown := [key for key in wanted if key not in known]:
        raise BadInput(f"There is no column {unknown[0]!r}.", remedy=f"Give some of {', '.join(known)}.")
    context.run("DELETE FROM view_column WHERE view = ?", view)
    for key in wanted:
        context.run("INSERT INTO view_column VALUES (?, ?, ?)", view, key, known[key])


def _set_up_project(context: Context, job: JobSetup) -> None:
    project = _project(context, job)
    subs = {"": None} | {code: _sub_job(context, project, job.job, code, name) for code, name in job.sub_jobs}
    kinds = [_cost_type(context, *each) for each in job.categories]
    for sub_job, code, name in job.cost_codes:
        subs.setdefault(sub_job, _sub_job(context, project, job.job, sub_job, sub_job) if sub_job else None)
        owner = _Owner(project=project, job=job.job, sub_job=subs[sub_job])
        held = _cost_code(context, owner, code, name)
        for kind in kinds:
            if context.one("SELECT 1 FROM wbs WHERE cost_code = ? AND cost_type = ?", held["id"], kind["id"]) is None:
                add_wbs(context, project, subs[sub_job], held, kind)


def _project(context: Context, job: JobSetup) -> int:
    found = context.one("SELECT id FROM project WHERE number = ?", job.job)
    if found is not None:
        return int(found["id"])
    number = context.add(
        "project", company=COMPANY, name=job.name, number=job.job, origin_id=job.job, created=context.moment,
        updated=context.moment,
    )  # fmt: skip
    context.add("budget", project=number)
    return number


def _sub_job(context: Context, project: int, job: str, code: str, name: str) -> Row:
    find = "SELECT * FROM sub_job WHERE project = ? AND code = ?"
    if context.one(find, project, code) is None:
        context.add("sub_job", project=project, code=code, name=name, origin_id=f"{job}|{code}")
    row = context.one(find, project, code)
    assert row is not None
    return row


def _cost_type(context: Context, code: str, name: str, kind: str) -> Row:
    find = "SELECT * FROM cost_type WHERE company = ? AND code = ?"
    if context.one(find, COMPANY, code) is None:
        context.add(
            "cost_type", company=COMPANY, code=code, name=name, base_type=_BASE_TYPES.get(kind, "other"), origin_id=code
        )
    row = context.one(find, COMPANY, code)
    assert row is not None
    return row


@frozen(kw_only=True)
class _Owner:
    """What a cost code belongs to: a project, known to the ERP as `job`, or one of its sub jobs."""

    project: int
    job: str
    sub_job: Row | None


def _cost_code(context: Context, owner: _Owner, code: str, name: str) -> Row:
    """The cost code, below its division where it has one: 02-300 is `300` below `02`."""
    division, dash, rest = code.partition("-")
    sub_job = [owner.sub_job["code"]] if owner.sub_job else []
    parent = _segment(context, owner, code=division, full_code=division, name=division)["id"] if dash else None
    return _segment(
        context,
        owner,
        code=rest if dash else code,
        full_code=code,
        name=name,
        parent=parent,
        origin_id="|".join([owner.job, *sub_job, code]),
    )


def _segment(context: Context, owner: _Owner, **values: str | int | None) -> Row:
    sub_job = owner.sub_job["id"] if owner.sub_job else None
    find = "SELECT * FROM cost_code WHERE project = ? AND sub_job IS ? AND full_code = ?"
    if context.one(find, owner.project, sub_job, values["full_code"]) is None:
        context.add("cost_code", project=owner.project, sub_job=sub_job, **values)
    row = context.one(find, owner.project, sub_job, values["full_code"])
    assert row is not None
    return row


def _faults(jobs: Sequence[JobSetup]) -> Iterable[Fault]:
    for place, job in enumerate(jobs):
        codes = [("sub_jobs", code) for code, _ in job.sub_jobs]
        codes += [("cost_codes", code) for _, code, _ in job.cost_codes]
        codes += [("categories", code) for code, _, _ in job.categories]
        for kind, code in codes:
            if not _CODE.fullmatch(code):
                yield Fault(f"jobs[{place}].{kind}", "can't be a code", value=code, expected="letters, digits, dashes")
