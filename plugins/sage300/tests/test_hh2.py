from decimal import Decimal

import pytest
from hh2_service import JOB, Service, category

from erp_bridge_core.contract import Erp
from erp_bridge_core.contract.errors import ReadFailed, SignInFailed
from erp_bridge_sage300.hh2 import Hh2
from erp_bridge_sage300.settings import Sage300Settings

SageErp = Erp[Sage300Settings]


def test_pages_are_read_from_zero_until_an_empty_one(hh2_erp: SageErp, service: Service) -> None:
    """Three cost codes in pages of two: pages 0, 1 and the empty 2, after one log-in."""
    codes = [row.code for row in Hh2(hh2_erp).cost_codes()]

    assert (["105-06845", "300-000", "999-00001"], 1, ["/jobs/costcodes?page=0", "/jobs/costcodes?page=1"]) == (
        codes,
        service.sign_ins,
        service.queries[:2],
    )


def test_the_version_cursor_asks_for_what_changed_since(hh2_erp: SageErp, service: Service) -> None:
    """A cursor goes along with every page."""
    list(Hh2(hh2_erp).jobs(since=7))

    assert ["/jobs?page=0&version=7", "/jobs?page=1&version=7"] == service.queries


def test_amounts_are_exact(hh2_erp: SageErp, service: Service) -> None:
    """A JSON number never goes through a float."""
    service.rows["/jobs/categories"] = [category("c1", "LAB", "99999999.99", "0.10")]

    row = next(Hh2(hh2_erp).categories())

    assert (Decimal("99999999.99"), Decimal("0.10")) == (row.original_estimate, row.approved_estimate_changes)


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (1, "user name or password"),
        (2, "API client's key"),
        (3, "user is locked"),
        (4, "API client is locked"),
        (9, "not known"),
        ("5", "no result code"),
        (None, "no result code"),
    ],
)
def test_a_refused_log_in_is_told_and_not_tried_again(
    hh2_erp: SageErp, service: Service, result: object, said: str
) -> None:
    """Each result code has its meaning, and hh2 sees one attempt, since it locks users."""
    service.result = result
    client = Hh2(hh2_erp)

    with pytest.raises(SignInFailed, match=said):
        list(client.jobs())
    with pytest.raises(SignInFailed, match=said):
        list(client.cost_codes())

    assert 1 == service.sign_ins


def test_a_refusal_is_remembered_until_a_person_tries_again(hh2_erp: SageErp, service: Service) -> None:
    """Later reads send no log-in at all; whoever checks the connection does, and clears it where it is accepted."""
    service.result = 1
    with pytest.raises(SignInFailed):
        list(Hh2(hh2_erp).jobs())
    service.result = 5
    with pytest.raises(SignInFailed, match="not tried again by itself"):
        list(Hh2(hh2_erp).jobs())
    assert 1 == service.sign_ins

    Hh2(hh2_erp, by_person=True).sign_in()
    assert list(Hh2(hh2_erp).jobs())
    assert 3 == service.sign_ins


@pytest.mark.rule("X4")
def test_an_error_of_the_log_in_holds_no_secret(hh2_erp: SageErp, service: Service) -> None:
    """What was sent is not repeated."""
    service.result = 1

    with pytest.raises(SignInFailed) as told:
        Hh2(hh2_erp).sign_in()

    assert "the hh2" not in str(told.value.to_json())


def test_an_expired_session_is_opened_once_more(hh2_erp: SageErp, service: Service) -> None:
    """A session that ran out between pages costs one log-in and no row."""
    service.expire_after = 1

    assert (3, 2) == (len(list(Hh2(hh2_erp).cost_codes())), service.sign_ins)


def test_a_session_refused_twice_is_told(hh2_erp: SageErp, service: Service) -> None:
    """There is no loop of log-ins."""
    service.statuses = [401, 401]

    with pytest.raises(SignInFailed, match="refuses the session just opened"):
        list(Hh2(hh2_erp).jobs())


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (400, "parameters"),
        (404, "nothing at that address"),
        (406, "lacks the privilege"),
        (500, "failed"),
        (302, "no answer"),
    ],
)
def test_http_codes_are_told_in_words(hh2_erp: SageErp, service: Service, status: int, said: str) -> None:
    """hh2's own codes have their meaning, others are told as they are."""
    service.statuses = [status]

    with pytest.raises(ReadFailed, match=said):
        list(Hh2(hh2_erp).jobs())


def test_a_failure_between_pages_is_no_early_end(hh2_erp: SageErp, service: Service) -> None:
    """A read that was cut short raises instead of ending."""
    rows = Hh2(hh2_erp).cost_codes()
    next(rows)
    service.statuses = [500]

    with pytest.raises(ReadFailed):
        list(rows)


def test_a_page_that_comes_again_is_a_failed_read(hh2_erp: SageErp, service: Service) -> None:
    """A service that ignores the page number would never end."""
    service.repeat = True

    with pytest.raises(ReadFailed, match="the same as the one before"):
        list(Hh2(hh2_erp).cost_codes())


def test_pages_without_end_are_a_failed_read(hh2_erp: SageErp, service: Service) -> None:
    """There is a cap, which is a setting."""
    object.__setattr__(hh2_erp.settings, "hh2_page_cap", 1)

    with pytest.raises(ReadFailed, match="has no end after 1 pages"):
        list(Hh2(hh2_erp).cost_codes())


def test_a_row_of_another_shape_names_its_faults(hh2_erp: SageErp, service: Service) -> None:
    """Every wrong field of a row is told."""
    service.rows["/jobs"] = [{**JOB, "Id": 5, "Status": "open"}]

    with pytest.raises(ReadFailed, match=r"(?s)id.*status"):
        list(Hh2(hh2_erp).jobs())


def test_a_company_name_alone_is_an_address() -> None:
    """`acme`, `acme.hh2.com` and the full address mean the same."""
    from sage_doubles import make_erp  # noqa: F401

    from erp_bridge_core.contract import Secret

    secrets = {name: Secret("x") for name in ("hh2_api_key", "hh2_api_secret", "hh2_username", "hh2_password")}
    given = ("acme", "acme.hh2.com", "https://acme.hh2.com/")

    assert {"https://acme.hh2.com"} == {Sage300Settings(company="c", hh2_url=one, **secrets).hh2_base for one in given}
