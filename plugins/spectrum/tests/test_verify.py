"""Reading back: Estimated Cost per key and in total, and the original only where SQL reads it."""

from decimal import Decimal
from unittest.mock import patch

import pytest
from data_exchange import Server, phase_row
from spectrum_doubles import SpectrumErp, make_erp, make_receipt

from erp_bridge_core.contract import LineKey, Observation, RouteSight, Secret
from erp_bridge_core.contract.errors import ReadFailed
from erp_bridge_spectrum import plugin

ROWS = [phase_row("10506845", "L", "10.00", Status_Code="C"), phase_row("77700001", "L", "5.00")]


@pytest.mark.rule("V3")
def test_every_key_and_every_other_row_is_seen(server: Server, erp: SpectrumErp) -> None:
    """Ours in our form, ours that are missing at nought, others as they are; the total stands with the route."""
    server.phases = ROWS
    sight, *seen = plugin.verify_posted(make_receipt(), erp)

    assert isinstance(sight, RouteSight)
    assert (False, False, True, True) == (
        sight.sees_original, sight.sees_changes, sight.proof, sight.synced_back,
    )  # fmt: skip
    assert "15.00" == sight.evidence["estimated_cost"]
    assert {
        LineKey("", "105-06845", "L"): Decimal("10.00"),
        LineKey("", "777-00001", "L"): Decimal("5.00"),
        LineKey("", "202-00010", "M"): Decimal("0.00"),
    } == {one.key: one.total for one in seen if isinstance(one, Observation)}
    assert {None} == {one.original for one in seen if isinstance(one, Observation)}


@pytest.mark.rule("V2")
def test_a_failed_read_is_told_and_nothing_is_seen(server: Server, erp: SpectrumErp) -> None:
    """One sight that says why, and no observation."""
    server.answers["GetPhase"] = ["<html>"]
    (sight,) = plugin.verify_posted(make_receipt(), erp)

    assert isinstance(sight, RouteSight)
    assert sight.failed


def test_sql_confirms_the_original(server: Server) -> None:
    """A route of its own, with what the estimated cost is beyond it; when it fails it says so."""
    server.phases = ROWS
    erp = make_erp(sql_connection=Secret("DSN=x"))
    originals = {("10506845", "L"): Decimal("9.00")}
    with patch("erp_bridge_spectrum.verify.read_originals", return_value=originals):
        seen = list(plugin.verify_posted(make_receipt(), erp))
    with patch("erp_bridge_spectrum.verify.read_originals", side_effect=ReadFailed("no")):
        failed = [one for one in plugin.verify_posted(make_receipt(), erp) if isinstance(one, RouteSight)]

    assert {
        LineKey("", "105-06845", "L"): (Decimal("9.00"), Decimal("1.00")),
        LineKey("", "777-00001", "L"): (Decimal("0.00"), Decimal("5.00")),
        LineKey("", "202-00010", "M"): (Decimal("0.00"), Decimal("0.00")),
    } == {one.key: (one.original, one.changes) for one in seen if isinstance(one, Observation) and one.route == "sql"}
    assert [None, "no"] == [one.failed for one in failed]
