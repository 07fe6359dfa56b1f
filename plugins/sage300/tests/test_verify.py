from decimal import Decimal
from pathlib import Path

import pytest
from hh2_service import CODES, Service, category
from sage_doubles import make_receipt
from test_odbc import source
from test_report import HEADER

from erp_bridge_core.contract import Erp, LineKey, Observation, RouteSight, Seen
from erp_bridge_sage300.report import remember_report
from erp_bridge_sage300.settings import Sage300Settings
from erp_bridge_sage300.verify import verify_posted

SageErp = Erp[Sage300Settings]
JOB_LAB = LineKey("", "105-06845", "LAB")
EXTRA_LAB = LineKey("20", "105-06845", "LAB")
JOB_MAT = LineKey("", "202-00010", "MAT")
REPORT = (
    f"{HEADER}\n"
    "Hoosier,40891,,105-06845,LAB,10300.00,250.25,10550.25\n"
    "Hoosier,40891,20,105-06845,LAB,500.00,0.00,500.00\n"
    "Hoosier,40891,,999-00001,LAB,1.00,0.00,1.00\n"
)


def seen(erp: SageErp, *keys: LineKey) -> tuple[dict[str, RouteSight], dict[tuple[str, LineKey], Observation]]:
    """What verification sees, by route and key."""
    found: list[Seen] = list(verify_posted(make_receipt(keys), erp))
    sights = {one.route: one for one in found if isinstance(one, RouteSight)}
    return sights, {(one.route, one.key): one for one in found if isinstance(one, Observation)}


def printed(root: Path, text: str = REPORT) -> None:
    """Put a report into the share."""
    (root / "reports").mkdir(exist_ok=True)
    (root / "reports/job-cost.csv").write_text(text)


@pytest.mark.rule("V2")
def test_the_report_tells_originals_changes_and_extras_apart(erp: SageErp, tmp_path: Path) -> None:
    """It is the proof; a key of the job that is none of ours is told too."""
    printed(tmp_path)

    sights, observed = seen(erp, JOB_LAB, EXTRA_LAB)

    assert (
        True,
        None,
        (Decimal("10300.00"), Decimal("250.25")),
        (Decimal("500.00"), Decimal("0.00")),
        True,
    ) == (
        sights["report"].proof,
        sights["report"].stale,
        (observed["report", JOB_LAB].original, observed["report", JOB_LAB].changes),
        (observed["report", EXTRA_LAB].original, observed["report", EXTRA_LAB].changes),
        ("report", LineKey("", "999-00001", "LAB")) in observed,
    )


@pytest.mark.rule("V2")
def test_a_key_that_a_whole_report_lacks_holds_nothing(erp: SageErp, tmp_path: Path) -> None:
    """Nothing stands there, and the evidence says that there is no row."""
    printed(tmp_path)
    _, observed = seen(erp, JOB_MAT)

    assert (Decimal("0.00"), "none") == (
        observed["report", JOB_MAT].original,
        observed["report", JOB_MAT].evidence["row"],
    )


def test_a_report_from_before_the_import_is_stale(erp: SageErp, tmp_path: Path) -> None:
    """An unchanged report says nothing about what was posted; one printed anew does."""
    printed(tmp_path)
    remember_report(erp, item="item-1", version=1)
    before = seen(erp, JOB_LAB)[0]["report"].stale
    printed(tmp_path, REPORT.replace("250.25", "0.00"))

    assert (True, None) == (bool(before), seen(erp, JOB_LAB)[0]["report"].stale)


def test_doubled_rows_cannot_be_told(erp: SageErp, tmp_path: Path) -> None:
    """Neither of two rows for one key is believed."""
    printed(tmp_path, REPORT + REPORT.split("\n")[1] + "\n")
    _, observed = seen(erp, JOB_LAB)

    assert (True, None) == (bool(observed["report", JOB_LAB].cannot_tell), observed["report", JOB_LAB].original)


def test_a_bare_code_in_the_report_is_our_key(erp: SageErp, tmp_path: Path) -> None:
    """Without sections, ours is found by its bare form."""
    printed(tmp_path, REPORT.replace("105-06845", "10506845"))
    _, observed = seen(erp, JOB_LAB, EXTRA_LAB)

    assert Decimal("10300.00") == observed["report", JOB_LAB].original


def test_a_route_that_fails_says_why_and_the_others_go_on(hh2_erp: SageErp, service: Service) -> None:
    """A missing report and a failing service are two failed sights, no error."""
    service.statuses = [500] * 9

    sights, observed = seen(hh2_erp, JOB_LAB)

    assert ({"report", "hh2"}, True, {}) == (set(sights), all(one.failed for one in sights.values()), observed)


def test_a_report_cut_short_is_not_half_believed(erp: SageErp, tmp_path: Path) -> None:
    """A faulty last row fails the route before anything is yielded."""
    printed(tmp_path, REPORT + "Hoosier,40891,,x,LAB,oops,0.00,0.00\n")
    sights, observed = seen(erp, JOB_LAB)

    assert (True, {}) == ("oops" in (sights["report"].failed or ""), observed)


# -- hh2 ---------------------------------------------------------------------------------------------------------------


def test_hh2_shows_what_was_synced_back_for_keys_of_the_job(hh2_erp: SageErp, service: Service, tmp_path: Path) -> None:
    """A single row of a code that no Extra has is the job's own."""
    printed(tmp_path, "\n".join(row for row in REPORT.split("\n") if ",20," not in row))
    sights, observed = seen(hh2_erp, JOB_LAB)

    assert (False, True, False, Decimal("10300.00"), Decimal("250.25")) == (
        sights["hh2"].proof,
        sights["hh2"].synced_back,
        sights["hh2"].sees_sub_jobs,
        observed["hh2", JOB_LAB].original,
        observed["hh2", JOB_LAB].changes,
    )


@pytest.mark.rule("V2")
def test_hh2_cannot_tell_keys_that_differ_by_extra(hh2_erp: SageErp, service: Service, tmp_path: Path) -> None:
    """Its rows carry no Extra: neither the Extra's key nor the job's is verifiable by this route."""
    printed(tmp_path)
    _, observed = seen(hh2_erp, JOB_LAB, EXTRA_LAB)

    assert [True, True] == [bool(observed["hh2", key].cannot_tell) for key in (JOB_LAB, EXTRA_LAB)]


def test_an_extra_known_from_the_report_blurs_the_jobs_key(hh2_erp: SageErp, service: Service, tmp_path: Path) -> None:
    """Even when only the job's key is ours, hh2's one row might be the Extra's."""
    printed(tmp_path)

    assert seen(hh2_erp, JOB_LAB)[1]["hh2", JOB_LAB].cannot_tell


def test_several_rows_cannot_be_told(hh2_erp: SageErp, service: Service, tmp_path: Path) -> None:
    """Two rows of one code and category are not chosen from."""
    printed(tmp_path, f"{HEADER}\n")
    service.rows["/jobs/categories"] = [category("c1", "LAB", "1.00"), category("c1", "LAB", "2.00")]

    assert seen(hh2_erp, JOB_LAB)[1]["hh2", JOB_LAB].cannot_tell


def test_a_row_that_is_none_of_ours_is_told(hh2_erp: SageErp, service: Service, tmp_path: Path) -> None:
    """What was posted in the wrong place does not go unseen; where Extras are not known, it can't be told."""
    service.rows["/jobs/costcodes"] = [*CODES, {**CODES[0], "Id": "c9", "Code": "777-00001"}]
    service.rows["/jobs/categories"] = [category("c9", "LAB", "3.00")]
    wrong = LineKey("", "777-00001", "LAB")
    blind = seen(hh2_erp, JOB_LAB)[1]["hh2", wrong].cannot_tell
    printed(tmp_path, f"{HEADER}\n")

    assert (True, Decimal("3.00")) == (bool(blind), seen(hh2_erp, JOB_LAB)[1]["hh2", wrong].original)


# -- ODBC --------------------------------------------------------------------------------------------------------------


def test_odbc_confirms_with_extras_told_apart(tmp_path: Path) -> None:
    """Sage's own tables confirm what the report proves."""
    printed(tmp_path)
    sights, observed = seen(source(tmp_path), JOB_LAB, EXTRA_LAB, JOB_MAT)

    assert (False, Decimal("0.10"), Decimal("0.00")) == (
        sights["odbc"].proof,
        observed["odbc", EXTRA_LAB].original,
        observed["odbc", JOB_MAT].original,
    )
