"""The company's policies on a page: read by everybody, set by administrators, never over another's change unseen."""

import re

import pytest
from web_site import Browser

from erp_bridge_core.app import Application

POLICY = {
    "separation_of_duties": "no", "resend_with_grant": "yes", "approve_by_token": "no", "duplicates": "sum",
    "recent_minutes": "30", "daily_summary_hour": "6", "locale": "fr_CA",
}  # fmt: skip


@pytest.fixture
def ada(browser: Browser) -> Browser:
    """The administrator's browser, just signed in."""
    assert 303 == browser.sign_in("ada").status_code
    return browser


def seen(browser: Browser) -> str:
    """What the page's form holds of the policies as they were."""
    found = re.search(r'name="seen" value="([0-9a-f]+)"', browser.get("/company/policy").text)
    assert found
    return found[1]


def test_policies_are_set_and_audited(ada: Browser, application: Application) -> None:
    """The page shows them, the audit trail who changed what."""
    assert 303 == ada.send("/company/policy", {**POLICY, "seen": seen(ada)}).status_code

    policy = application.companies.show(application.companies.system("hoosier")).policy
    assert (False, "sum", 30, "fr_CA") == (
        policy.separation_of_duties, policy.duplicates, policy.recent_minutes, policy.locale,
    )  # fmt: skip
    assert '<option value="sum" selected>' in ada.get("/company/policy").text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("recent_minutes", "0"), ("recent_minutes", "x"), ("daily_summary_hour", "24"), ("locale", "xx_YY"),
        ("duplicates", "ignore"), ("separation_of_duties", "maybe"), ("recent_minutes", ""),
        ("recent_minutes", "\u0665"),
    ],
)  # fmt: skip
def test_what_can_not_be_is_told_beside_its_field(ada: Browser, name: str, value: str) -> None:
    """Nothing is set; the rest of what was typed is kept."""
    refused = ada.send("/company/policy", {**POLICY, "seen": seen(ada), name: value})

    assert (422, True) == (refused.status_code, f'id="error-{name}"' in refused.text)
    assert '<option value="sum" selected>' in refused.text or name == "duplicates"
    assert 'value="15"' in ada.get("/company/policy").text


def test_a_policy_that_was_changed_meanwhile_is_not_overwritten(ada: Browser) -> None:
    """What differs is named; what was chosen is kept, and may be sent again."""
    old = seen(ada)
    ada.send("/company/policy", {**POLICY, "seen": old})

    late = ada.send("/company/policy", {**POLICY, "recent_minutes": "99", "seen": old})

    assert 412 == late.status_code
    assert "What differs from yours is now: Minutes of a recent sign-in: 30." in late.text
    assert 'value="99"' in late.text
    assert 'value="30"' in ada.get("/company/policy").text


@pytest.mark.rule("P1")
def test_others_read_them_and_are_told_why_they_cant_set_them(abe: Browser) -> None:
    """The button stays, disabled, with the reason."""
    page = abe.get("/company/policy").text
    assert 'disabled aria-describedby="why-policy"' in page
    assert "This needs an administrator of the company." in page

    assert 403 == abe.send("/company/policy", {**POLICY, "seen": seen(abe)}).status_code
