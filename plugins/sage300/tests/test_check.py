from pathlib import Path

from attrs import evolve
from hh2_service import Service
from test_export import planned
from test_odbc import source
from test_reading import printed

from erp_bridge_core.contract import Erp
from erp_bridge_sage300.check import check_connection
from erp_bridge_sage300.settings import Sage300Settings

SageErp = Erp[Sage300Settings]


def checked(erp: SageErp) -> dict[str, bool]:
    """What was looked at, and whether it is well."""
    return {one.name: one.ok for one in check_connection(erp)}


def test_a_good_connection_tells_each_good_thing(hh2_erp: SageErp, service: Service, tmp_path: Path) -> None:
    """Share, rejection file, both reports and hh2; nothing is made by looking."""
    printed(tmp_path)

    assert {"share": True, "rejection file": True, "job cost report": True, "list of Extras": True, "hh2": True} == (
        checked(hh2_erp)
    )
    assert ["reports"] == [one.name for one in tmp_path.iterdir()]


def test_each_bad_thing_has_a_remedy(hh2_erp: SageErp, service: Service) -> None:
    """A refused log-in and missing reports do not hide one another."""
    service.result = 3
    found = {one.name: one for one in check_connection(hh2_erp)}

    assert {"hh2": False, "job cost report": False} == {name: found[name].ok for name in ("hh2", "job cost report")}
    assert "unlocked" in found["hh2"].remedy


def test_without_a_masters_route_it_is_said(erp: SageErp) -> None:
    """Reports alone do not say what Sage takes."""
    assert not checked(erp)["masters"]


def test_an_exchanged_share_is_told(erp: SageErp, tmp_path: Path) -> None:
    """Whoever checks the connection sees that the tombstones are gone."""
    planned(erp)
    (tmp_path / "tombstones/erp-bridge-share.json").unlink()

    assert not checked(erp)["share"]


def test_a_rejection_file_for_all_imports_is_told(erp: SageErp, tmp_path: Path) -> None:
    """One that each import overwrites is a weakness that whoever connects should know; the default is not."""
    planned(erp)
    sharing = evolve(erp, settings=Sage300Settings(company="Hoosier", reject_file="rejected/all.jce"))
    told = [{one.name: one.message for one in check_connection(each)}["rejection file"] for each in (erp, sharing)]

    assert [False, True] == ["each overwrites it" in message for message in told]


def test_odbc_is_looked_at_where_it_is_set_up(tmp_path: Path) -> None:
    """The data source answers a query of its standard categories."""
    assert checked(source(tmp_path))["ODBC"]
