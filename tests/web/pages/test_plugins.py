"""Plugins on pages: usable, broken and not enabled; things to know; and certificates, in full (X5)."""

from datetime import date
from typing import Any

import pytest
from httpx import Response
from memory_source import MemorySource, office_profile, source_adapter
from web_site import MARKUP, Browser

from erp_bridge_core.app import Application
from erp_bridge_core.certificates.values import Certificate, Claims, Evidence, Gap, Kind, Result, RuleResult, Versions
from erp_bridge_core.contract.errors import PluginError
from erp_bridge_core.contract.profile import API_VERSION
from erp_bridge_core.registry import SourceAdapter
from erp_bridge_core.registry.plugin import BrokenPlugin


def certificate(application: Application, of: SourceAdapter | None = None, **changed: Any) -> str:
    """A certificate of what is installed, with a gap: of the ERP, or of a source."""
    adapter = of or application.registry.adapter("memory")
    versions = Versions(
        core="1.0", plugin=adapter.version, contract=API_VERSION, suite="1.0", python="3.11",
        distribution=adapter.distribution, wheel_hash=adapter.wheel_hash,
    )  # fmt: skip
    rules = (
        RuleResult(id="C-L1", title="Once", result=Result.PASSED, evidence=Evidence.SIMULATOR, cases=3),
        RuleResult(id="C-V2", title="Told", result=Result.GAP, evidence=Evidence.SIMULATOR, cases=1, why=MARKUP),
    )
    gap = Gap(rule="C-V2", reason="Not yet", link="https://gaps.test/1", expires=date(2099, 1, 1))
    given: dict[str, Any] = {
        "plugin": adapter.name, "versions": versions, "made_at": application.clock.now(),
        "evidence": Evidence.SIMULATOR, "seed": 1, "thorough": True,
        "claims": Claims.of(adapter.profile), "rules": rules, "gaps": (gap,), **changed,
    }  # fmt: skip
    return Certificate(**given).to_json()


def bring(browser: Browser, content: str, name: str = "memory.json") -> Response:
    """Send the form with a file."""
    fields = {"csrf_token": browser.token("/plugins")}
    files = {"file": (name, content.encode(), "application/json")}
    return browser.client.post("/plugins/certificates", data=fields, files=files, follow_redirects=False)


@pytest.mark.rule("X5")
def test_plugins_are_listed_with_what_is_wrong(abe: Browser, application: Application) -> None:
    """Those that can't be used say why."""
    error = PluginError(f"It has no profile {MARKUP}.", remedy="Install another version.")
    broken: Any = application.registry.broken
    broken["odd"] = BrokenPlugin(name="odd", group="erps", distributions=("odd-erp 1.0",), error=error)
    away: Any = application.registry.not_enabled
    away["rest"] = "rest-erp 2.0"
    page = abe.get("/plugins").text

    assert 'href="/plugins/memory"' in page
    assert "odd (odd-erp 1.0) can't be used: It has no profile &lt;script&gt;" in page
    assert "rest (rest-erp 2.0) is installed but not enabled" in page
    assert MARKUP not in page


@pytest.fixture
def office(application: Application) -> SourceAdapter:
    """A budget source beside the ERP."""
    sources: Any = application.registry.sources
    sources["office"] = source_adapter(MemorySource(profile=office_profile(title=f"Office {MARKUP}")))
    found: SourceAdapter = sources["office"]
    return found


@pytest.mark.rule("X5")
def test_budget_sources_are_listed_with_what_to_know(abe: Browser, office: SourceAdapter) -> None:
    """On pages and by the API: what each can do, what it writes, how it is certified."""
    listed, page = abe.get("/plugins").text, abe.get("/plugins/office").text
    (told,) = abe.get("/api/v1/plugins").json()["sources"]
    details = abe.get("/api/v1/plugins/office").json()

    assert 'href="/plugins/office"' in listed
    assert "Office &lt;script&gt;" in listed
    assert "Its budgets can be locked from here." in page
    assert ("office", "erp-bridge-office", "none") == (told["name"], told["distribution"], told["worth"])
    assert "The budget source office" in details["standing"]
    assert {"absolute"} == {each["safety"] for each in details["operations"]}


def test_a_certificate_of_a_source_is_kept_beside_those_of_erps(
    browser: Browser, application: Application, office: SourceAdapter
) -> None:
    """One that is of an ERP of the same name is not its."""
    browser.sign_in("ada")
    of_source = certificate(application, office, kind=Kind.SOURCE)

    assert 503 == bring(browser, certificate(application, office)).status_code
    assert "/plugins/office" == bring(browser, of_source).headers["location"]
    assert (application.certificates.home / "certificates" / "sources" / "office.json").is_file()
    assert "The certificate was registered." in browser.get("/plugins/office").text


@pytest.mark.rule("X5")
def test_one_plugin_says_what_to_know(abe: Browser) -> None:
    """What it takes, its writes, and that nobody has shown that it keeps the rules."""
    page = abe.get("/plugins/memory").text

    assert "It takes original budgets" in page
    assert "why none of it happens twice" in page
    assert "nobody has shown that it keeps the rules" in page
    assert 404 == abe.get("/plugins/none").status_code


def test_a_certificate_is_registered_and_shown_in_full(browser: Browser, application: Application) -> None:
    """Every rule with its result, every gap with its last day."""
    browser.sign_in("ada")
    assert "/plugins/memory" == bring(browser, certificate(application)).headers["location"]
    page = browser.get("/plugins/memory").text

    assert "The certificate was registered." in page
    assert "https://gaps.test/1" in page
    assert 'data-title="Remark">&lt;script&gt;' in page
    assert 2 == page.count('data-title="Result"')
    assert "C-V2" in application.certificates.things("memory")[0].text


@pytest.mark.parametrize("content", ["", "{", "[]"])
def test_what_is_no_certificate_is_refused(browser: Browser, content: str) -> None:
    """With what is wrong with it; nothing is kept."""
    browser.sign_in("ada")
    refused = bring(browser, content)

    assert 422 == refused.status_code
    assert 'role="alert"' in refused.text
    assert 422 == browser.send("/plugins/certificates", {}, page="/plugins").status_code


@pytest.mark.rule("P1")
def test_only_an_administrator_registers(abe: Browser, application: Application) -> None:
    """Others see the button with the reason; who may not look at items sees nothing of it."""
    assert 'disabled aria-describedby="why-certificate"' in abe.get("/plugins").text
    assert 403 == bring(abe, certificate(application)).status_code
    abe.send("/sign-out", {}, page="/")
    abe.sign_in("mia")
    for path in ("/plugins", "/plugins/memory"):
        assert 403 == abe.get(path).status_code
