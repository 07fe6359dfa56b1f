"""What a source's users send there waits for the approver here, and they read there what came of it."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

import pytest
import story_people as people
from attrs import define, field
from browsing import Watched
from playwright.sync_api import Page, expect
from story_home import ASKED, UNMAPPED, StoryHome, StorySource
from test_every_page import faults_of

from erp_bridge_core.contract import LineKey
from erp_bridge_core.demo.books import Intent

REASON: Final = "The owner has not signed this change."
#: By how much the first line is moved by each change.
SIGNED, UNSIGNED = "1970.64", "305.29"


@define(kw_only=True)
class Asked:
    """One project of the source, and the people on both sides."""

    home: StoryHome
    opened: Callable[..., Watched]
    sender: Page = field(init=False)
    approver: Page = field(init=False)
    accountant: Page = field(init=False)
    intent: Intent = field(factory=Intent, init=False)

    def __attrs_post_init__(self) -> None:
        """Everybody comes to work."""
        self.sender = self.opened(base=self.source.desk.removesuffix("/desk")).page
        self.approver = self.opened().sign_in("approver")
        self.accountant = self.opened(base=self.source.erp.desk.removesuffix("/desk")).page

    @property
    def source(self) -> StorySource:
        """The source."""
        return self.home.source

    @property
    def number(self) -> str:
        """Our project."""
        return f"{ASKED} asked"

    @property
    def job(self) -> str:
        """The job, by its code in the ERP and at the source."""
        return self.source.erp.jobs[ASKED].codes.job

    # -- at the source ------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """The budget, line by line."""
        planned = self.source.erp.jobs[ASKED]
        for line in planned.budget.lines:
            key = planned.codes.theirs(line.key)
            code = code_of(key)
            people.at_desk(self.sender, "set-line", project=self.job, code=code, amount=f"{line.amount}")
            self.intent.add_original(key, line.amount)
        people.at_desk(self.sender, "lock", project=self.job)

    def change(self, amount: str, *, signed: bool) -> None:
        """A budget change on the first line is approved there."""
        planned = self.source.erp.jobs[ASKED]
        key = planned.codes.theirs(next(iter(planned.budget.lines)).key)
        code = code_of(key)
        people.at_desk(self.sender, "add-change", project=self.job, code=code, amount=amount, status="approved")
        if signed:
            self.intent.add_change(key, Decimal(amount))

    def send(self) -> str:
        """It is sent and exported there: the number of the request."""
        people.at_desk(self.sender, "send", project=self.job)
        told = people.at_desk(self.sender, "export", project=self.job)
        found = re.search(r"Request (\d+)", told)
        assert found, told
        return found[1]

    def costs_come_back(self) -> None:
        """The job costs are there again: until then nothing more is sent."""
        people.at_desk(self.sender, "post-in-erp", project=self.job)

    def reads(self, request: str, status: str) -> str:
        """Wait until a request has a status on the desk; the messages there."""
        row = self.sender.locator("h2:text-is('ERP requests') + table tbody tr").filter(has_text=request)

        def shown() -> Mapping[str, str]:
            self.sender.goto("/desk")
            names = self.sender.locator("h2:text-is('ERP requests') + table thead th").all_inner_texts()
            return dict(zip(names, row.locator("td").all_inner_texts(), strict=True))

        return until(lambda: shown().get("Status") == status and shown()["Messages"], self.sender, status)

    # -- here ---------------------------------------------------------------------------------------------------------

    def linked(self) -> None:
        """What was sent waits unlinked; the administrator links a project with the ERP's job, and with the source's."""
        page = self.opened().sign_in("administrator")
        row = page.get_by_role("row").filter(has_text="linked with none")

        def waits() -> bool:
            page.goto("/requests")
            return bool(row.count())

        until(waits, page, "a request")
        faults = faults_of(page)
        row.get_by_role("link").first.click()
        expect(page.locator("#reasons ~ ul")).to_contain_text("is linked with no project here")
        faults += faults_of(page)
        people.make_project(page, self.number, connection=UNMAPPED, job=self.job)
        people.open_budget(page, self.number, "Project")
        page.get_by_role("button", name="Sync the ERP's data").click()
        expect(page.get_by_role("status")).to_contain_text("The ERP was read")
        people.open_budget(page, self.number, "From its source")
        page.get_by_label("Connection").select_option(self.source.site.connection)
        page.get_by_role("button", name="Show its projects").click()
        faults += faults_of(page)
        page.get_by_role("button", name="Link it").click()
        expect(page.get_by_role("status")).to_contain_text("comes from")
        page.goto("/requests")
        page.get_by_role("button", name="Look for requests now").click()
        assert [] == [*faults, *faults_of(page)]

    def open_item(self) -> None:
        """Wait until what was asked waits here, and open it."""
        row = self.approver.get_by_role("row").filter(has_text=self.number)

        def waits() -> bool:
            self.approver.goto("/items?filter=ready")
            return bool(row.count())

        until(waits, self.approver, "an item")
        row.get_by_role("link").first.click()

    def delivered(self) -> None:
        """Accepted, exported, posted and read back."""
        found = re.search(r"/items/(\d+)", self.approver.url)
        assert found, self.approver.url
        people.accept_and_export(self.approver, {})
        sheets = people.take(self.approver, found[1])
        people.verify(self.approver, found[1])
        people.DESKS[self.source.erp.site.adapter.name].posts(self.accountant, self.job, sheets)
        assert people.verify(self.approver, found[1]) in {"posted", "synced"}

    def books_agree(self) -> None:
        """The source holds as synced what was accepted; the ERP's own books hold just that."""
        erp, site = self.source.erp.site, self.source.site
        held = self.intent.compare(erp.simulator.ledger(erp.simulated, self.job))
        told = site.simulator.books(site.simulated, self.job)
        synced = sum((*told.synced_original.values(), *told.synced_changes.values()), Decimal(0))
        assert (0, 0, held.in_erp) == (held.missing, held.duplicated, synced)


def code_of(key: LineKey) -> str:
    """A key as the desk names it."""
    return ".".join(part for part in (key.sub_job, key.cost_code, key.category) if part)


def until(holds: Callable[[], object], page: Page, what: str) -> str:
    """Ask again until something holds; what it then says."""
    for _ in range(people.PATIENCE // 250):
        found = holds()
        if found:
            return str(found)
        page.wait_for_timeout(250)
    pytest.fail(f"{what} never came; {page.url} shows: {page.locator('body').inner_text()[:2000]}")


def test_what_is_sent_at_the_source_is_answered_there(story_home: StoryHome, in_story: Callable[..., Watched]) -> None:
    """Sent there, accepted here, posted and read back: success there; a change that is rejected: its reason there."""
    asked = Asked(home=story_home, opened=in_story)
    asked.enter()
    request = asked.send()
    asked.linked()
    asked.open_item()
    assert [] == faults_of(asked.approver)
    asked.delivered()
    assert asked.reads(request, "success")
    asked.books_agree()

    asked.costs_come_back()
    asked.change(SIGNED, signed=True)
    request = asked.send()
    asked.open_item()
    asked.delivered()
    assert asked.reads(request, "success")
    asked.books_agree()

    asked.costs_come_back()
    asked.change(UNSIGNED, signed=False)
    request = asked.send()
    asked.open_item()
    people.reject(asked.approver, reason=REASON, remark="Not signed.")
    assert REASON in asked.reads(request, "failed")
    asked.books_agree()
