"""A second installation and a second job beside the ones that every case begins with."""

import shutil
import sqlite3
from contextlib import closing
from typing import Final

from attrs import evolve

from erp_bridge_core.audit.mark import HighWaterMark
from erp_bridge_core.conformance.world.bench import Bench, Snapshot
from erp_bridge_core.conformance.world.site import CONNECTION, Site
from erp_bridge_core.conformance.world.workload import NAME, Expected
from erp_bridge_core.demo.erp_side import Codes

SECOND: Final = "B-40892"
_CODE: Final = "2NDHQ7"


def second_installation(bench: Bench, erp: Snapshot) -> Snapshot:
    """An installation of another code beside one that has written to the ERP already."""
    beside = without_a_past(bench, erp)
    path = beside.path.with_name(f"{beside.path.name}, of code {_CODE}")
    if not path.exists():
        shutil.copytree(beside.path, path)
        with closing(sqlite3.connect(path / "home" / "erp-bridge.db")) as database, database:
            database.execute("UPDATE installation SET code = ?", (_CODE,))
        mark = HighWaterMark(path / "home" / "high-water.jsonl")
        mark.replace(evolve(mark.read(), installation=_CODE))
    return evolve(beside, path=path)


def without_a_past(bench: Bench, erp: Snapshot) -> Snapshot:
    """The installation as it was before it sent anything, linked to an ERP that holds figures all the same."""
    fresh = bench.linked(erp.workload)
    path = bench.folder / "snapshots" / f"no past beside {erp.path.name}"
    if not path.exists():
        shutil.copytree(fresh.path / "home", path / "home")
        shutil.copytree(erp.path / "erp", path / "erp")
    return evolve(fresh, path=path, passed=erp.passed)


def second_project(site: Site, codes: Codes) -> Site:
    """The same installation seen from another project, which is linked to another job."""
    application, administrator = site.application, site.person("administrator")
    application.projects.create(administrator, SECOND, name=NAME)
    application.projects.link(administrator, SECOND, CONNECTION, job=codes.job)
    application.people.grant_project(administrator, "manager", SECOND, level="standard", may_send=True)
    application.projects.sync(site.person("manager"), SECOND)
    return evolve(site, project=SECOND, codes=codes, expected=Expected())
