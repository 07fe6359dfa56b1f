"""A lost sign-in keeps the text: of every form of every page, for its person alone, and nothing is done by itself."""

import re
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from controlled_clock import ControlledClock
from form_reading import FormReader, PageForm
from sqlalchemy import func, select
from web_site import MARKUP, WEB, Browser

from erp_bridge_core.app import Application
from erp_bridge_core.store.tables import audit_entries
from erp_bridge_core.web import kept
from erp_bridge_core.web.forms import Field

LINES = "/projects/24-001/budget/lines/new"
LINE = {"cost_code": "01-100", "category": "L", "description": f"two & {MARKUP}", "amount": "12.50"}
#: Pages with forms that no link of a page leads to, or that stand below one that does.
FURTHER = ("/profile", "/company", "/connections/new", "/items/1/reject?line=1", "/projects/24-001/settings")


def pages_of(browser: Browser) -> dict[str, str]:
    """Every page that a person reaches by links, with its text."""
    found: dict[str, str] = {}
    waiting = ["/", *FURTHER]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        answer = browser.get(path)
        if answer.status_code != 200 or "text/html" not in answer.headers["content-type"]:
            continue
        found[path] = answer.text
        links = (urljoin(path, link) for link in FormReader(answer.text).links)
        waiting += [link for link in links if link.startswith("/") and not link.startswith(("/sign-in", "/help"))]
    return found


def forms_of(browser: Browser) -> dict[str, tuple[str, PageForm]]:
    """Every form of those pages that something is typed into, by where it is sent; with its page."""
    found: dict[str, tuple[str, PageForm]] = {}
    for page, text in pages_of(browser).items():
        for form in FormReader(text).forms:
            if form.method == "post" and form.typed:
                found.setdefault(form.action, (page, form))
    return found


def filled(form: PageForm) -> dict[str, list[str]]:
    """What a person types: something of his own into each field."""
    typed = {}
    for number, (name, kind) in enumerate(form.kinds.items()):
        text = f'{number} "it\'s" & {MARKUP}'
        if kind in {"select", "checkbox"}:
            typed[name] = form.choices.get(name, [])[-1:]
        else:
            typed[name] = ["2026-05-04" if kind == "date" else text[: form.longest[name]].strip()]
        if kind == "textarea":
            typed[name] = [f"\nfirst\n{text}"[: form.longest[name]]]
    return typed


def found_again(page: str, action: str, names: set[str]) -> PageForm:
    """The form of a page that is sent there, and has those fields."""
    return next(form for form in FormReader(page).forms if form.action == action and names <= form.typed.keys())


def signed_in_again(browser: Browser, sent: Any, login: str) -> str:
    """The page that a sign-in leads to, after a form was sent without one."""
    assert sent.status_code == 303
    assert "What you typed is kept for you" in browser.get(sent.headers["location"]).text
    then = browser.client.get(sent.headers["location"]).text
    (wanted,) = re.findall(r'name="next" value="([^"]*)"', then)
    done = browser.sign_in(login, then=wanted.replace("&amp;", "&"))
    return browser.get(done.headers["location"]).text


def acts(application: Application) -> int:
    """How many acts are on record, sign-ins left aside."""
    with application.store.read() as connection:
        query = select(func.count()).select_from(audit_entries).where(audit_entries.c.verb != "sign-in")
        return int(connection.execute(query).scalar_one())


@pytest.mark.parametrize("login", ["ada", "abe", "mia"])
def test_every_form_keeps_what_was_typed(
    browser: Browser, application: Application, clock: ControlledClock, login: str
) -> None:
    """The session has ended, the form is sent, the person signs in and finds it as it was: unsent, nothing done."""
    browser.sign_in(login)
    if login == "mia":
        browser.send("/projects/24-001/budget/retrieve", {}, page="/projects/24-001/budget")
    forms, before, wrong = forms_of(browser), acts(application), []
    for action, (_, form) in forms.items():
        typed = filled(form)
        clock.advance(minutes=WEB.session_minutes + 1)
        sent = browser.client.post(action, data={**form.hidden, **typed}, follow_redirects=False)
        page = signed_in_again(browser, sent, login)
        again = found_again(page, action, set(typed))
        if typed != again.typed:
            wrong.append(f"{action}: {typed} became {again.typed}")
        own = {"csrf_token", "origin"}
        if any(again.hidden[name] != form.hidden[name] for name in form.hidden.keys() - own):
            wrong.append(f"{action}: another state")

    assert [] == wrong
    assert before == acts(application)
    assert {"ada": 20, "abe": 10, "mia": 10}[login] <= len(forms), sorted(forms)


#: Acts that ask for a recent sign-in: who does it, the page, where its form is sent, and what is typed.
RECENT = [
    ("ada", "/people/new", "/people/new", {"login": "pat", "name": "Pat", "email": ""}),
    ("ada", "/people/abe/settings", "/people/abe/account", {"name": "Abe Other", "email": "abe@builders.test"}),
    ("ada", "/people/mia/settings", "/people/mia/membership", {"integrations": "admin", "administrator": "yes"}),
    ("ada", "/people/mia/settings", "/people/mia/project", {"project": "24-001", "level": "admin", "may_send": "yes"}),
    ("ada", "/people/mia/settings", "/people/mia/privilege", {"where": "project:24-001"}),
    ("ada", "/projects/24-001/settings", "/projects/24-001/grants", {"login": "abe", "level": "admin"}),
    ("ada", "/company/policy", "/company/policy", {"daily_summary_hour": "9", "duplicates": "sum"}),
    ("ada", "/connections/new?erp=memory", "/connections/new", {"name": "new"}),
    ("abe", "/tokens", "/tokens", {"name": "nightly", "verb_read": "yes", "projects": "24-001", "days": "30"}),
    ("abe", "/profile", "/profile", {"name": "Abe New", "email": ""}),
    ("abe", "/items/1/accept", "/items/1/accept", {"description": "as agreed", "confirm_import_closes": "yes"}),
]  # fmt: skip


@pytest.mark.parametrize(("login", "page", "action", "given"), RECENT, ids=[each[2] for each in RECENT])
def test_a_sign_in_that_is_not_recent_keeps_what_was_typed(
    browser: Browser, clock: ControlledClock, *, login: str, page: str, action: str, given: dict[str, str]
) -> None:
    """The answer leads to a sign-in and back to the form with all of it in; sent again, it is done."""
    browser.sign_in(login)
    form = found_again(browser.get(page).text, action, set(given))
    typed = {**form.typed, **{name: [text] for name, text in given.items()}}
    clock.advance(minutes=16)

    refused = browser.client.post(action, data={**form.hidden, **typed}, follow_redirects=False)
    assert 403 == refused.status_code
    (link,) = re.findall(r'href="(/sign-in\?[^"]*)"', refused.text)
    (wanted,) = re.findall(r'name="next" value="([^"]*)"', browser.get(link.replace("&amp;", "&")).text)
    done = browser.sign_in(login, then=wanted.replace("&amp;", "&"))
    again = found_again(browser.get(done.headers["location"]).text, action, set(given))

    assert typed == again.typed
    sent = browser.client.post(action, data={**again.hidden, **again.typed}, follow_redirects=False)
    assert sent.status_code in {200, 303}
    assert "next=" not in sent.headers.get("location", "")


def lost(browser: Browser, clock: ControlledClock, fields: dict[str, str], *, page: str = LINES) -> Any:
    """A form that was sent after the session had ended; what it was answered."""
    (form,) = [each for each in FormReader(browser.get(page).text).forms if each.action == page]
    clock.advance(minutes=WEB.session_minutes + 1)
    return browser.client.post(page, data={**form.hidden, **fields}, follow_redirects=False)


def way(sent: Any) -> str:
    """Where the sign-in leads that an answer leads to."""
    query: str = urlsplit(sent.headers["location"]).query
    return unquote(query.removeprefix("next="))


def test_the_text_is_in_no_address(open_mia: Browser, clock: ControlledClock) -> None:
    """Only a key that nobody can guess travels; the page that is led to is the form's."""
    sent = lost(open_mia, clock, LINE)

    assert re.fullmatch(rf"{LINES}\?kept=[\w-]{{22}}", way(sent))
    open_mia.sign_in("mia", then=way(sent))
    assert "two &amp; &lt;script&gt;" in open_mia.get(way(sent)).text
    assert MARKUP not in open_mia.get(way(sent)).text


@pytest.mark.parametrize(("login", "company"), [("ada", "hoosier"), ("abe", "hoosier"), ("sue", "second")])
def test_nobody_else_is_shown_it(open_mia: Browser, clock: ControlledClock, login: str, company: str) -> None:
    """Whoever signs in at that browser instead, of this company or another, reads nothing of it."""
    sent = lost(open_mia, clock, LINE)
    open_mia.sign_in(login, company=company, then=way(sent))

    assert "two &amp;" not in open_mia.get(way(sent)).text
    open_mia.sign_in("mia")
    assert "two &amp;" in open_mia.get(way(sent)).text


def test_it_is_of_its_company_alone(browser: Browser, clock: ControlledClock) -> None:
    """The same person in another company does not find it there."""
    browser.sign_in("ada")
    sent = lost(browser, clock, {"login": "pat", "name": "Pat Kept", "email": ""}, page="/people/new")
    browser.sign_in("ada", company="second")
    assert "Pat Kept" not in browser.get(way(sent)).text
    assert "not kept any more, or is somebody else" in browser.get(way(sent)).text
    browser.sign_in("ada")
    assert "Pat Kept" in browser.get(way(sent)).text


def test_no_password_is_kept(abe: Browser, clock: ControlledClock) -> None:
    """Neither on the page nor in memory."""
    typed = {"password": "quiet words of abe", "password_repeated": "quiet words of abe"}
    sent = lost(abe, clock, typed, page="/password")
    abe.sign_in("abe", then=way(sent))

    assert "quiet words" not in abe.get(way(sent)).text
    assert "quiet words" not in str([each.fields for each in abe.client.app.state["kept"]._forms.values()])


def test_a_secret_is_named_as_one() -> None:
    """What is kept is told by names: a field that is typed unseen must have such a name."""
    with pytest.raises(ValueError, match="holds none of password, secret"):
        Field(name="key", label="Key", kind="password")


def test_too_much_is_told_and_not_kept(open_mia: Browser, clock: ControlledClock) -> None:
    """The browser may still have it."""
    sent = lost(open_mia, clock, {**LINE, "description": "x" * (kept.LONGEST + 1)})
    open_mia.sign_in("mia", then=way(sent))

    assert "too long to be kept" in open_mia.get(way(sent)).text


def test_a_button_is_not_pressed_by_itself(mia: Browser, clock: ControlledClock) -> None:
    """The person comes back to its page, where nothing was done."""
    page = "/projects/24-001/budget"
    form = next(each for each in FormReader(mia.get(page).text).forms if each.action == f"{page}/retrieve")
    clock.advance(minutes=WEB.session_minutes + 1)
    sent = mia.client.post(form.action, data=form.hidden, follow_redirects=False)

    shown = signed_in_again(mia, sent, "mia")
    assert "Nothing was done so far." in shown
    assert f'action="{page}/retrieve"' in shown
    assert "no place on this page" not in shown


def test_a_file_is_told_to_be_chosen_again(open_mia: Browser, clock: ControlledClock) -> None:
    """It is not kept; the page is the one where it was chosen."""
    page = "/projects/24-001/budget/import"
    (form,) = [each for each in FormReader(open_mia.get(page).text).forms if each.has_file]
    clock.advance(minutes=WEB.session_minutes + 1)
    file = {"file": ("budget.csv", b"a,b\n", "text/csv")}
    sent = open_mia.client.post(page, data=form.hidden, files=file, follow_redirects=False)
    open_mia.sign_in("mia", then=way(sent))

    assert "A file is not kept: choose it again" in open_mia.get(way(sent)).text


def test_a_file_that_was_brought_is_still_there(open_mia: Browser, clock: ControlledClock) -> None:
    """Its columns are chosen anew after the sign-in, as they were."""
    page = "/projects/24-001/budget/import"
    content = b"Code,Cat,Sum\n01-100,L,5\n"
    token = {"csrf_token": open_mia.token(page)}
    brought = open_mia.client.post(page, data=token, files={"file": ("b.csv", content)}, follow_redirects=False)
    columns = brought.headers["location"]
    form = next(each for each in FormReader(open_mia.get(columns).text).forms if each.action == columns)
    typed = {**form.typed, "mode": [form.choices["mode"][-1]]}
    clock.advance(minutes=WEB.session_minutes + 1)
    sent = open_mia.client.post(columns, data={**form.hidden, **typed, "then": "check"}, follow_redirects=False)

    assert typed == found_again(signed_in_again(open_mia, sent, "mia"), columns, {"mode"}).typed


def test_a_change_has_room_for_every_row(open_mia: Browser, clock: ControlledClock) -> None:
    """However often more room was asked for."""
    page = "/projects/24-001/budget/changes/new"
    more = open_mia.send(page, {"then": "more", **{f"cost_code_{row}": "01-100" for row in range(9)}})
    form = found_again(more.text, page, {"cost_code_13"})
    typed = {name: [f"{name}"[:30]] if form.kinds[name] == "text" else text for name, text in form.typed.items()}
    clock.advance(minutes=WEB.session_minutes + 1)
    sent = open_mia.client.post(page, data={**form.hidden, **typed}, follow_redirects=False)

    assert typed == found_again(signed_in_again(open_mia, sent, "mia"), page, {"cost_code_13"}).typed


def test_a_form_that_was_refused_before_leads_to_its_page(browser: Browser, clock: ControlledClock) -> None:
    """What is shown after a refusal has the address of an act, which can't be opened."""
    browser.sign_in("ada")
    refused = browser.send(
        "/people/abe/account", {"name": "", "email": "abe@x.test", "origin": origin(browser, "/people/abe/settings")},
        page="/people/abe/settings",
    )  # fmt: skip
    form = found_again(refused.text, "/people/abe/account", {"email"})
    clock.advance(minutes=WEB.session_minutes + 1)
    sent = browser.client.post("/people/abe/account", data={**form.hidden, **form.typed}, follow_redirects=False)

    assert way(sent).startswith("/people/abe/settings?kept=")
    assert "abe@x.test" in signed_in_again(browser, sent, "ada")


def origin(browser: Browser, page: str) -> str:
    """What the forms of a page say of theirs."""
    return next(form.hidden["origin"] for form in FormReader(browser.get(page).text).forms if form.method == "post")


@pytest.mark.parametrize("field", ["", "x", "0 1 hoosier /", "é 1 hoosier /"])
def test_a_form_that_is_none_of_ours_is_not_kept(open_mia: Browser, clock: ControlledClock, field: str) -> None:
    """Without the seal of this server nothing is, and the sign-in leads home."""
    clock.advance(minutes=WEB.session_minutes + 1)
    sent = open_mia.send_bare(LINES, {**LINE, "origin": field})

    assert (303, "/sign-in?next=/") == (sent.status_code, sent.headers["location"])


def test_another_site_has_nothing_kept(open_mia: Browser, clock: ControlledClock) -> None:
    """Not even with a form's own seal."""
    sealed = origin(open_mia, LINES)
    clock.advance(minutes=WEB.session_minutes + 1)
    sent = open_mia.send_bare(LINES, {**LINE, "origin": sealed}, Origin="https://evil.test")

    assert "/sign-in?next=/" == sent.headers["location"]


def test_a_form_of_before_the_last_sign_in_is_opened_again(open_mia: Browser) -> None:
    """Signed in meanwhile in another tab, the person is told, and led to the form with what was typed."""
    (form,) = [each for each in FormReader(open_mia.get(LINES).text).forms if each.action == LINES]
    open_mia.sign_in("mia")
    refused = open_mia.client.post(LINES, data={**form.hidden, **LINE}, follow_redirects=False)

    assert 403 == refused.status_code
    (link,) = re.findall(r'href="([^"]*)">Open the form again', refused.text)
    entered = open_mia.client.get(link.replace("&amp;", "&"))
    assert "two &amp; &lt;script&gt;" in entered.text


def test_a_form_of_another_company_is_opened_again_in_it(browser: Browser) -> None:
    """Whoever works in another company meanwhile is led back to the one that the form is of."""
    browser.sign_in("ada")
    (form,) = [each for each in FormReader(browser.get("/people/new").text).forms if each.action == "/people/new"]
    browser.send("/company", {"company": "second"})
    typed = {"login": "pat", "name": "Pat Kept", "email": ""}
    refused = browser.client.post("/people/new", data={**form.hidden, **typed}, follow_redirects=False)
    (link,) = re.findall(r'href="([^"]*)">Open the form again', refused.text)

    page = browser.client.get(link.replace("&amp;", "&")).text
    assert "Pat Kept" in page
    assert "Hoosier Builders" in page


def test_somebody_elses_form_is_not_opened(open_mia: Browser) -> None:
    """A form of before another person signed in is refused, and nothing of it is his."""
    (form,) = [each for each in FormReader(open_mia.get(LINES).text).forms if each.action == LINES]
    open_mia.sign_in("ada")
    refused = open_mia.client.post(LINES, data={**form.hidden, **LINE}, follow_redirects=False)

    assert (403, False) == (refused.status_code, "Open the form again" in refused.text)


def test_what_has_no_place_any_more_is_shown(
    open_mia: Browser, clock: ControlledClock, application: Application
) -> None:
    """A reason for something that somebody else did meanwhile is not lost with its form."""
    page = "/projects/24-001/budget/changes/edit?change=9"
    path = "/projects/24-001/budget/changes/new"
    open_mia.send(
        path,
        {
            "number": "9",
            "date": "2026-03-02",
            "description": "first",
            "cost_code_0": "01-100",
            "category_0": "L",
            "amount_0": "5",
        },
    )
    form = next(each for each in FormReader(open_mia.get(page).text).forms if each.action == page)
    typed = {**form.typed, "description": [f"the second {MARKUP}"], "sub_job_0": ["gone"]}
    clock.advance(minutes=WEB.session_minutes + 1)
    sent = open_mia.client.post(page, data={**form.hidden, **typed}, follow_redirects=False)

    shown = signed_in_again(open_mia, sent, "mia")
    assert "<dt>sub job 0</dt><dd>gone</dd>" in shown
    assert "the second &lt;script&gt;" in shown


def test_it_is_kept_for_a_while(open_mia: Browser, clock: ControlledClock) -> None:
    """Then it is not there any more, which is told."""
    sent = lost(open_mia, clock, LINE)
    clock.advance(minutes=kept.KEPT.total_seconds() / 60 + 1)
    open_mia.sign_in("mia", then=way(sent))

    assert "not kept any more" in open_mia.get(way(sent)).text


def test_so_much_is_kept_of_one_person(open_mia: Browser, clock: ControlledClock) -> None:
    """His oldest makes room for the next; nobody fills the memory."""
    sealed = origin(open_mia, LINES)
    clock.advance(minutes=WEB.session_minutes + 1)
    sent = [
        open_mia.send_bare(LINES, {**LINE, "unit": f"u{number}", "origin": sealed})
        for number in range(kept.MOST_OF_ONE + 1)
    ]
    open_mia.sign_in("mia")

    found = [f'value="u{number}"' in open_mia.get(way(each)).text for number, each in enumerate(sent)]
    assert [False, *[True] * kept.MOST_OF_ONE] == found
