"""The adapter against the simulator, over files and loopback HTTP alone."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from attrs import evolve
from sage_doubles import LINES, EasyAttempt, KeptEffects, line, make_batch, make_erp, make_receipt

from erp_bridge_core.contract import Erp, FieldValues, Found, HandOver, JobSetup, LineKey, Observation, Secret
from erp_bridge_sage300 import plugin
from erp_bridge_sage300.settings import Sage300Settings
from erp_bridge_sage300.simulator import SageSimulator

SageErp = Erp[Sage300Settings]
SETUP = JobSetup(
    job="40891",
    name="Bridge",
    sub_jobs=(("20", "Ramp"),),
    cost_codes=(("", "105-06845", "Engineering"), ("", "202-00010", "Clearing"), ("20", "105-06845", "Engineering")),
    categories=(("LAB", "Labor", "labor"), ("MAT", "Material", "material")),
)


@pytest.fixture
def company(tmp_path: Path) -> Iterator[SageErp]:
    """A connection to a simulated company, as its own settings say."""
    simulator = SageSimulator()
    simulator.setup(tmp_path, [SETUP])
    with simulator.serve(tmp_path) as served:
        secrets = {name: Secret(value) for name, value in served.secrets.items()}
        erp = make_erp(Path(served.files_root), **{**served.settings, **secrets})
        with erp.http:
            yield evolve(erp, job="40891")


def handed_over(erp: SageErp, effects: KeptEffects) -> list[HandOver]:
    """Send and take every planned file."""
    sheets = []
    for effect in (one for made in effects.planned.values() for one in made):
        operation = effects.operations[effect.operation]
        operation.send(effect, EasyAttempt())
        sheets.append(operation.take(effect, EasyAttempt()))
    return sheets


def test_every_line_arrives_once_and_is_seen(company: SageErp, tmp_path: Path) -> None:
    """Both files imported as the sheets say, posted, and read back equal to the simulator's own books."""
    effects = KeptEffects(lines=tuple(one.number for one in LINES))
    plugin.export(make_batch(), FieldValues(), company, effects)
    sheets = handed_over(company, effects)
    list(SageSimulator().post(tmp_path, "40891", sheets))

    books = {one.key: (one.original, one.changes) for one in SageSimulator().ledger(tmp_path, "40891")}
    told = [one for one in plugin.verify_posted(make_receipt(), company) if isinstance(one, Observation)]

    assert books == {one.key: (one.original, one.changes) for one in told if one.route == "report"}
    assert (Decimal("10300.00"), Decimal("250.25")) == books[LineKey("", "105-06845", "LAB")]
    assert [LineKey("", "202-00010", "MAT")] == [
        one.key for one in told if one.route == "hh2" and one.cannot_tell is None
    ]


@pytest.mark.rule("E3")
def test_a_record_that_sage_rejects_is_found_and_corrected_once(company: SageErp, tmp_path: Path) -> None:
    """Only the refused line goes again; nothing is doubled."""
    lines = [line(1, "105-06845", "10.00"), line(2, "777-00001", "20.00")]
    effects = KeptEffects(lines=(1, 2))
    plugin.export(make_batch(lines), FieldValues(), company, effects)
    list(SageSimulator().post(tmp_path, "40891", handed_over(company, effects)))
    seen = next(effects.operations["original_file"].find(effects.planned["original"]))
    assert isinstance(seen, Found)
    assert [2] == [one.line for one in seen.refused]

    SageSimulator().desk()["add-code"].run(tmp_path, cost_code="777-00001", name="Extra work", job="40891")
    retry = KeptEffects(lines=(2,), generation=2)
    plugin.export(make_batch(lines), FieldValues(), company, retry)
    list(SageSimulator().post(tmp_path, "40891", handed_over(company, retry)))

    assert [(Decimal("10.00"), 1), (Decimal("20.00"), 1)] == [
        (one.original, one.original_entries) for one in SageSimulator().ledger(tmp_path, "40891")
    ]


def test_a_job_is_read_with_its_extras_and_standard_lists(company: SageErp) -> None:
    """What an administrator set up is what validation knows."""
    reading = plugin.read_job("40891", company)

    assert (["20"], {"LAB", "MAT"}, {"105-06845", "202-00010"}) == (
        [one.code for one in reading.sub_jobs],
        {one.code for one in reading.categories if one.standard},
        {one.code for one in reading.cost_codes if one.standard},
    )
    assert all(one.ok for one in plugin.check_connection(company))
