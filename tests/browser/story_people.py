"""What the people of the story do in their browsers: the administrator, the manager, the approver, the accountant."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from attrs import frozen
from playwright.sync_api import Locator, Page, expect
from story_home import COLUMNS

#: Milliseconds that an export or a reading may take on a busy machine.
PATIENCE: Final = 60_000


@frozen(kw_only=True)
class Sheet:
    """A hand-over as its sheet on the page tells it: its facts by their names, and what to do."""

    facts: Mapping[str, str]
    instructions: str


def facts_of(part: Page | Locator) -> dict[str, str]:
    """The facts of a page or of a part of it, by their names."""
    names, values = part.locator("dl.facts dt").all_inner_texts(), part.locator("dl.facts dd").all_inner_texts()
    return dict(zip(names, values, strict=True))


def entry(page: Page, label: str) -> Locator:
    """The field of a form with just this label, be it optional or not."""
    return page.get_by_label(re.compile(rf"^\s*{re.escape(label)}(\s+optional)?\s*$"))


def cells(row: Locator) -> dict[str, str]:
    """A row of a table by its columns' names."""
    expect(row).to_be_visible()
    told = row.locator("[data-title]").evaluate_all("all => all.map(each => [each.dataset.title, each.innerText])")
    return {name: text.strip() for name, text in told}


def download(page: Page, link: str, folder: Path) -> Path:
    """Keep what a link of the page gives."""
    with page.expect_download() as given:
        page.get_by_role("link", name=link).click()
    file = folder / given.value.suggested_filename
    given.value.save_as(file)
    return file


# -- the administrator ------------------------------------------------------------------------------------------------


def make_project(page: Page, number: str, *, connection: str, job: str) -> None:
    """Make a project, link it to a job, and let the manager build and send its budget."""
    page.goto("/projects")
    page.get_by_role("link", name="New project").click()
    page.get_by_label("Number").fill(number)
    page.get_by_label("Name").fill(f"Contract {number}")
    page.get_by_role("button", name="Create it").click()
    page.get_by_label("Connection").select_option(connection)
    page.get_by_label("Job").fill(job)
    page.get_by_role("button", name="Link it").click()
    expect(page.get_by_role("status")).to_contain_text(f"is linked to {job}")
    page.get_by_label("Person").select_option("manager")
    # Sending again after a reject is for admins on the budget.
    page.get_by_label("Level on this budget").select_option("admin")
    page.get_by_role("button", name="Grant it").click()
    expect(page.get_by_role("status")).to_contain_text("manager has admin")


# -- the manager ------------------------------------------------------------------------------------------------------


def open_budget(page: Page, number: str, tab: str = "Lines") -> None:
    """Open a project's budget from the list."""
    page.goto("/projects")
    page.get_by_role("link", name=number, exact=True).click()
    tabs = page.get_by_role("navigation", name="Budget")
    tabs.get_by_role("link", name=tab).click()
    expect(tabs.locator("[aria-current=page]")).to_have_text(tab)


def add_sub_jobs(page: Page, number: str, sub_jobs: Sequence[tuple[str, str]]) -> None:
    """Say what the budget is divided by."""
    for code, name in sub_jobs:
        open_budget(page, number, "Sub jobs")
        page.get_by_role("textbox", name="Code").fill(code)
        page.get_by_role("textbox", name="Name").fill(name)
        page.get_by_role("button", name="Keep it").click()
        expect(page.get_by_role("rowheader", name=code)).to_be_visible()


def try_file(page: Page, number: str, file: Path) -> None:
    """Bring a file, say which of its columns is which, and have it checked."""
    open_budget(page, number, "Import")
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Look at it", exact=True).click()
    for label, header in COLUMNS.items():
        entry(page, label).select_option(header)
    page.get_by_role("button", name="Check it").click()


def send(page: Page, number: str, *, label: str) -> int:
    """Look at what would go, acknowledge every warning, and send it by the button of that name; how many there were."""
    open_budget(page, number, label)
    warnings = page.locator("[name=acknowledge]").all()
    for box in warnings:
        box.check()
    page.get_by_role("button", name=label).click()
    expect(page.get_by_role("status")).to_contain_text("waits for an approver")
    return len(warnings)


def mend_amount(page: Page, key: str, amount: str) -> None:
    """Give a line of the budget that is open another amount."""
    page.get_by_role("link", name=f"Edit {key}").click()
    entry(page, "Amount").fill(amount)
    page.get_by_role("button", name="Save it").click()


def approve_change(page: Page, number: str, change: str, moves: Sequence[Mapping[str, str]]) -> None:
    """Draft a budget change, submit it for review, and approve it; `moves` are its lines by their columns."""
    open_budget(page, number, "Budget changes")
    page.get_by_role("link", name="New change").click()
    entry(page, "Number").fill(change)
    entry(page, "Description").fill("Owner's change")
    for place, move in enumerate(moves, 1):
        for column, value in move.items():
            page.get_by_label(f"{column} of line {place}", exact=True).fill(value)
    page.get_by_role("button", name="Draft it").click()
    for move_on in ("Submit for review", "Approve"):
        page.get_by_role("button", name=move_on).click()
    expect(page.get_by_text("approved", exact=True).first).to_be_visible()


# -- the approver -----------------------------------------------------------------------------------------------------


def open_item(page: Page, number: str) -> None:
    """Open what waits of a project, from the list."""
    page.goto("/items?filter=ready")
    page.get_by_role("row").filter(has_text=number).get_by_role("link").first.click()


def reject(page: Page, *, reason: str, remark: str) -> None:
    """Reject the item that is open, with a remark on its first line."""
    page.get_by_role("link", name="Lines", exact=True).click()
    page.get_by_label("Remark on line 1", exact=True).check()
    page.get_by_role("button", name="Reject with remarks").click()
    entry(page, "Reason").fill(reason)
    page.get_by_label(re.compile("line 1", re.IGNORECASE)).fill(remark)
    page.get_by_role("button", name="Reject", exact=True).click()


def fill_in(page: Page, values: Mapping[str, str]) -> Mapping[str, str]:
    """Enter values into those fields of the form that the ERP asks for; what the form then holds, by its labels."""
    held = {}
    for group in page.locator("details:not([open]) > summary").all():
        group.click()
    for box in page.locator("form .field", has=page.locator("label")).all():
        label = box.locator("label").inner_text().removesuffix("optional").strip()
        field = box.locator("input, select, textarea")
        if label in values and field.evaluate("each => each.tagName") == "SELECT":
            field.select_option(values[label])
        elif label in values:
            field.fill(values[label])
        held[label] = field.input_value()
    return held


def accept_and_export(page: Page, values: Mapping[str, str]) -> Mapping[str, str]:
    """Accept the item that is open, and watch its export, which renews itself; what the form held, by its labels."""
    page.get_by_role("link", name="Accept …").click()
    expect(page.get_by_role("button", name="Accept and export")).to_be_visible()
    held = fill_in(page, values)
    closes = page.get_by_role("checkbox", name="closes for good")
    if closes.count():
        closes.check()
    page.get_by_role("button", name="Accept and export").click()
    page.wait_for_url("**/export")
    page.evaluate("window.stayed = true")
    expect(page.locator("#progress strong")).to_have_text(re.compile("^(complete|offered)$"), timeout=PATIENCE)
    assert page.evaluate("window.stayed"), "it was loaded anew"
    return held


def take(page: Page, item: str) -> Sequence[Sheet]:
    """Take over what lies ready for a person; nothing where this ERP has none."""
    page.goto(f"/items/{item}/export")
    if not page.locator("#handed").count():
        return ()
    page.get_by_role("button", name="Take", exact=True).click()
    # A button that was just pressed is disabled too: the page that follows says that it was done.
    expect(page.get_by_role("status")).to_contain_text("The hand-over is yours")
    expect(page.get_by_role("button", name="Take", exact=True)).to_be_disabled()
    sheets = [
        Sheet(facts=facts_of(each), instructions=each.locator("ol").inner_text())
        for each in page.locator("#handed ~ article").all()
    ]
    assert {"yes"} == {sheet.facts["Taken"] for sheet in sheets}
    return sheets


def conditions(page: Page, item: str) -> Mapping[str, Mapping[str, str]]:
    """What has to hold in the ERP before the next send, as the page of the item's posting shows it."""
    page.goto(f"/items/{item}/posting")
    rows = [cells(row) for row in page.locator("#conditions ~ div tbody tr").all()]
    return {row["Condition"]: row for row in rows}


def verify(page: Page, item: str) -> str:
    """Have the ERP read back; what it shows."""
    page.goto(f"/items/{item}/posting")
    with page.expect_navigation():
        page.get_by_role("button", name="Verify now").click()
    expect(page.locator("#reading")).not_to_contain_text("at this moment", timeout=PATIENCE)
    return page.locator("#seen ~ p strong").first.inner_text()


# -- the accountant ---------------------------------------------------------------------------------------------------


def at_desk(page: Page, act: str, **inputs: str) -> str:
    """Do an act at the desk of an ERP; what the desk says of it."""
    page.goto("/desk")
    form = page.locator(f"form[action='/desk/{act}']")
    for name, value in inputs.items():
        form.locator(f"[name={name}]").fill(value)
    form.get_by_role("button").click()
    return page.get_by_role("status").inner_text()


def load_and_post(page: Page, job: str, sheets: Sequence[Sheet]) -> None:
    """Sage: import every file as its sheet says, with the tick or without, post, and print what was posted."""
    assert sheets
    for sheet in sheets:
        assert "Import as an Approved Estimate Change" in sheet.instructions
        told = at_desk(
            page, "import", file=sheet.facts["File"], rejects=sheet.facts["Reject file"],
            approved={"ticked": "yes", "clear": "no"}[sheet.facts["Tick"]],
        )  # fmt: skip
        assert f"{sheet.facts['Lines']} records accepted" in told, told
    assert "0 wait unposted" in at_desk(page, "post")
    for act in ("sync", "report"):
        at_desk(page, act)
    assert job in page.locator("table").last.inner_text()


def post_changes(page: Page, job: str, sheets: Sequence[Sheet]) -> None:
    """CMiC: approve and post each potential change item that is not posted."""
    assert () == sheets
    page.goto("/desk")
    for number in unposted(page):
        at_desk(page, "approve", job=job, number=number)
        assert "is posted" in at_desk(page, "post-pci", job=job, number=number)


def unposted(page: Page) -> Sequence[str]:
    """The numbers of the potential change items on CMiC's desk that nobody has posted."""
    table = page.locator("h2:text-is('Potential change items') + table tbody tr")
    rows = [row.locator("td").all_inner_texts() for row in table.all()]
    return [row[1] for row in rows if "POSTED" not in [cell.upper() for cell in row]]


def nothing_to_do(page: Page, job: str, sheets: Sequence[Sheet]) -> None:
    """Spectrum: its estimates count as soon as they are written; the accountant looks at them."""
    assert () == sheets
    assert at_desk(page, "cost-activity", job=job)


@frozen(kw_only=True)
class Desk:
    """What an accountant does at an ERP after an export, and where he sees there what the approver entered.

    `seen` is what reading back shows before he has done it, of an original budget and of a budget change. `shows` is an
    act of his desk, and the field of the approver's form whose value its answer holds.
    """

    posts: Callable[[Page, str, Sequence[Sheet]], None]
    seen: tuple[str, str]
    shows: tuple[str, str]


DESKS: Final[Mapping[str, Desk]] = {
    "cmic": Desk(posts=post_changes, seen=("posted", "unposted"), shows=("pcis", "Budget revision number")),
    "sage300": Desk(
        posts=load_and_post,
        seen=("not visible yet", "not visible yet"),
        shows=("posted", "Description of the entries"),
    ),
    "spectrum": Desk(
        posts=nothing_to_do, seen=("synced", "synced"), shows=("change-requests", "Budget revision number")
    ),
}
