"""The whole story in browsers, on every installed ERP: from an empty project to the ERP's own books, and once more."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from email.message import EmailMessage
from pathlib import Path
from typing import Final

import pytest
import story_people as people
from attrs import define, field
from browsing import Watched
from playwright.sync_api import Page, expect
from story_home import BAD_ROW, ERPS, MISTAKEN, STORY, StoryErp, StoryHome, body_of, rows_for, write_budget

from erp_bridge_core.contract import LineKey
from erp_bridge_core.demo.books import Intent, bare
from erp_bridge_core.sources import open_table

REASON: Final = "The construction engineering is too high."
REMARK: Final = "The estimate has a lump sum of 10,300.00."
#: The budget change of the second round: by how much it moves two keys.
CHANGE: Final = (LineKey("", "203-02070", "Material"), "1970.64"), (LineKey("", "201-52370", "Subcontract"), "-305.29")
#: What the approver enters in the second round, by the labels of the fields that an ERP may ask for.
REVISION: Final[Mapping[str, str]] = {
    "Budget revision type": "scope_change",
    "Budget revision status": "approved",
    "Description of the entries": "Owner's change 1",
    "Change request description": "Owner's change 1",
    "Approved by": "A. Approver",
}


@define(kw_only=True)
class Story:
    """One project's way into one ERP. Each person has a browser of his own."""

    home: StoryHome
    erp: StoryErp
    opened: Callable[..., Watched]
    files: Path
    manager: Page = field(init=False)
    approver: Page = field(init=False)
    accountant: Page = field(init=False)
    intent: Intent = field(factory=Intent, init=False)

    def __attrs_post_init__(self) -> None:
        """Everybody comes to work."""
        self.manager = self.opened().sign_in("manager")
        self.approver = self.opened().sign_in("approver")
        self.accountant = self.opened(base=self.erp.desk.removesuffix("/desk")).page

    @property
    def number(self) -> str:
        """The project's number."""
        return f"{STORY} {self.name}"

    @property
    def name(self) -> str:
        """The ERP's name."""
        return self.erp.site.adapter.name

    @property
    def job(self) -> str:
        """The job's code in the ERP."""
        return self.erp.jobs[STORY].codes.job

    # -- building -----------------------------------------------------------------------------------------------------

    def make_project(self) -> None:
        """The administrator links a new project; the manager reads the ERP, and says what the budget is divided by."""
        administrator = self.opened().sign_in("administrator")
        people.make_project(administrator, self.number, connection=self.erp.site.connection, job=self.job)
        people.open_budget(self.manager, self.number, "Project")
        self.manager.get_by_role("button", name="Sync the ERP's data").click()
        expect(self.manager.get_by_role("status")).to_contain_text("The ERP was read")
        people.add_sub_jobs(self.manager, self.number, self.erp.jobs[STORY].as_made.sub_jobs)

    def import_budget(self) -> None:
        """A file with a bad row is told and taken by nobody; the mended one is looked at, then taken."""
        rows = rows_for(self.erp.site.adapter.profile)
        page, mistaken = self.manager, (MISTAKEN, *rows[1:])
        people.try_file(page, self.number, write_budget(self.files / "bad.csv", (*mistaken, BAD_ROW)))
        fault = people.cells(page.get_by_role("row").filter(has_text=BAD_ROW[7]).first)
        assert (f"row {len(mistaken) + 2}" in fault["Where"], BAD_ROW[7]) == (True, fault["Value"]), fault
        assert BAD_ROW[7] in people.download(page, "Download every bad row", self.files).read_text(encoding="utf-8")
        page.get_by_role("button", name="Remove the file").click()

        people.try_file(page, self.number, write_budget(self.files / "budget.csv", mistaken))
        expect(page.get_by_role("status")).to_contain_text("Nothing was changed yet")
        page.get_by_role("button", name="Import it", exact=True).click()
        expect(page.get_by_role("status")).to_contain_text(f"{len(rows)} lines")
        for row in rows:
            self.intent.add_original(self.erp.jobs[STORY].codes.theirs(LineKey(*row[:3])), Decimal(row[7]))

    # -- sent back, and mended ----------------------------------------------------------------------------------------

    def sent_back_and_mended(self) -> None:
        """Sent, rejected with a reason and a remark, mended by way of the mail, sent again by way of the next mail."""
        assert people.send(self.manager, self.number, label="Send to ERP"), "a sum that is no product warns"
        people.open_item(self.approver, self.number)
        people.reject(self.approver, reason=REASON, remark=REMARK)
        expect(self.approver.locator(".state").first).to_have_text("rejected")

        mail = self.home.mail_to("manager@demo.invalid", self.number, REASON)
        text = body_of(mail)
        assert [] == [each for each in (REMARK, "Accounting Approver") if each not in text], text
        assert "approver@demo.invalid" in mail["Reply-To"]
        self.manager = self.by_link(mail, "manager", "mode=edit")
        people.mend_amount(self.manager, str(LineKey(*MISTAKEN[:3])), "10300.00")
        expect(self.manager.get_by_role("row").filter(has_text=MISTAKEN[1])).to_contain_text("10,300.00")
        people.send(self.manager, self.number, label="Re-send to ERP")
        again = self.home.mail_to("approver@demo.invalid", self.number)
        self.approver = self.by_link(again, "approver", "/items/")

    def by_link(self, mail: EmailMessage, login: str, part: str) -> Page:
        """Follow a mail's link in a browser that knows nobody: the sign-in comes first, then what was asked for."""
        (link,) = {each for each in re.findall(r"https?://\S+", body_of(mail)) if part in each}
        watched = self.opened()
        watched.page.goto(link)
        watched.fill_in_sign_in(login)
        watched.page.wait_for_url(link)
        return watched.page

    @property
    def item(self) -> str:
        """The number of the item that the approver has open."""
        found = re.search(r"/items/(\d+)", self.approver.url)
        assert found, self.approver.url
        return found[1]

    # -- into the ERP, and read back ----------------------------------------------------------------------------------

    def delivered(self, values: Mapping[str, str], *, seen: str) -> Mapping[str, str]:
        """Accepted with values of the ERP's fields, exported, seen waiting, posted, verified; what the form held."""
        item = self.item
        entered = people.accept_and_export(self.approver, values)
        self.locked_until_posted(item)
        sheets = people.take(self.approver, item)
        assert seen == people.verify(self.approver, item)
        people.DESKS[self.name].posts(self.accountant, self.job, sheets)
        assert people.verify(self.approver, item) in {"posted", "synced"}
        conditions = people.conditions(self.approver, item)
        assert {"yes"} == {each["Holds"] for each in conditions.values()}, conditions
        expect(self.approver.locator(".state").first).to_have_text("synced")
        people.open_budget(self.manager, self.number)
        self.manager.get_by_role("button", name="Unlock", exact=True).click()
        expect(self.manager.get_by_role("status")).to_have_text("The budget can be edited.")
        return entered

    def locked_until_posted(self, item: str) -> None:
        """Exported is not posted: the budget is locked, and each condition stands there with what to do."""
        conditions = people.conditions(self.approver, item)
        assert [] == [each for each in conditions.values() if each["Holds"] != "yes" and not each["How to fulfil it"]]
        assert [each for each in conditions.values() if each["Holds"] != "yes"], conditions
        people.open_budget(self.manager, self.number)
        assert "locked" == people.facts_of(self.manager)["Budget"]
        expect(self.manager.locator("#why-send")).to_contain_text(f"item {item}", ignore_case=True)
        expect(self.manager.get_by_role("button", name="Unlock", exact=True)).to_be_disabled()

    # -- the second round ---------------------------------------------------------------------------------------------

    def send_change(self) -> None:
        """A budget change is drafted, approved and sent; the approver opens it."""
        words = self.erp.site.adapter.profile.words
        columns = [each[:1].upper() + each[1:] for each in (words.cost_code, words.category)]
        moves = [
            dict(zip((*columns, "Amount"), (key.cost_code, key.category, amount), strict=True))
            for key, amount in CHANGE
        ]
        people.approve_change(self.manager, self.number, "BC-001", moves)
        for key, amount in CHANGE:
            self.intent.add_change(self.erp.jobs[STORY].codes.theirs(key), Decimal(amount))
        people.send(self.manager, self.number, label="Re-send to ERP")
        people.open_item(self.approver, self.number)

    # -- the report, and the ERP's own books --------------------------------------------------------------------------

    def report_agrees(self) -> None:
        """The Job Costs Report shows what was exported as posted, key by key; so do its files, and the ERP's books."""
        page = self.approver
        page.goto("/reports/job-costs")
        page.get_by_role("link", name=self.number, exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(self.number)
        assert "$0.00" == people.facts_of(page)["Difference"]
        files = [people.download(page, f"All keys as {kind}", self.files) for kind in ("CSV", "XLSX")]
        for file in files:
            assert self.meant == amounts_in(file, "Our total")
            assert self.meant == amounts_in(file, "ERP total")
        compared = self.intent.compare(self.erp.site.simulator.ledger(self.erp.site.simulated, self.job))
        assert (0, 0, sum(self.meant.values())) == (compared.missing, compared.duplicated, compared.in_erp)

    def revision_stands_in_the_erp(self, entered: Mapping[str, str]) -> None:
        """What the approver entered for the revision is what the accountant sees at his desk."""
        act, label = people.DESKS[self.name].shows
        told = people.at_desk(self.accountant, act, job=self.job)
        assert entered[label], entered
        assert entered[label] in told, told

    @property
    def meant(self) -> Mapping[LineKey, Decimal]:
        """What the ERP is to hold by now, per key of its own."""
        originals, changes = self.intent.originals.amounts, self.intent.changes.amounts
        return {key: amount + changes.get(key, 0) for key, amount in originals.items()}


def amounts_in(file: Path, column: str) -> Mapping[LineKey, Decimal]:
    """A column of a report's file per key, read as a spreadsheet would."""
    table = open_table(file)
    rows = [dict(zip(table.header, cells, strict=True)) for _, cells in table.rows()]
    return {bare(LineKey(row["Sub job"], row["Cost code"], row["Category"])): Decimal(row[column]) for row in rows}


@pytest.mark.parametrize("erp", ERPS)
@pytest.mark.rule("B3", "B4", "B8", "A2", "A3", "A5", "E1", "E2", "V1", "V2", "V4", "M2", "M3", "X2", "X4")
def test_a_budget_goes_the_whole_way_and_a_change_after_it(
    story_home: StoryHome, in_story: Callable[..., Watched], erp: str, tmp_path: Path
) -> None:
    """Imported, sent, rejected with mail, mended by its link, accepted, exported, posted, verified; then a change."""
    story = Story(home=story_home, erp=story_home.erps[erp], opened=in_story, files=tmp_path)
    seen = people.DESKS[erp].seen
    story.make_project()
    story.import_budget()
    story.sent_back_and_mended()
    story.delivered({}, seen=seen[0])
    story.report_agrees()
    story.send_change()
    entered = story.delivered(REVISION, seen=seen[1])
    story.report_agrees()
    story.revision_stands_in_the_erp(entered)
    assert [] == story_home.files_with_secrets()
