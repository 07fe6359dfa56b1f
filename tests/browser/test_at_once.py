"""Several people at one item, each in a browser of his own: one export, and everybody sees what is his to see."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from attrs import frozen
from browsing import Watched
from playwright.sync_api import Page, expect
from story_home import CONTESTED, StoryErp, StoryHome
from story_people import PATIENCE

from erp_bridge_core.budgets.entries import LineEntry
from erp_bridge_core.contract import SafetyClass
from erp_bridge_core.demo.books import Intent
from erp_bridge_core.demo.walking import Walk

#: Pages for administrators of the company.
ADMINISTERED = ("People", "Mail")
#: Presses a button when the page is back at its own work, so that nobody waits for what comes of it.
PRESS = "each => { setTimeout(() => each.click(), 0); }"


@frozen(kw_only=True)
class Contested:
    """An item that was sent, and its ERP."""

    home: StoryHome
    erp: StoryErp
    walk: Walk
    item: int

    @classmethod
    def sent(cls, home: StoryHome, erp: StoryErp) -> "Contested":
        """The manager has built and sent the budget of the job that belongs to nobody's story."""
        walk = Walk(site=erp.site, planned=erp.jobs[CONTESTED], told=False)
        walk.set_up()
        for line in walk.budget.lines:
            entry = LineEntry(
                sub_job=line.key.sub_job, cost_code=line.key.cost_code, category=line.key.category,
                description=line.description, amount=line.amount,
            )  # fmt: skip
            home.application.budgets.add_line(home.cast.manager, walk.number, entry)
        return cls(home=home, erp=erp, walk=walk, item=walk.send("send").id)

    @property
    def duplicated(self) -> tuple[int, Decimal]:
        """Lines that the ERP's books hold too often, and what they hold altogether."""
        intent = Intent()
        for line in self.walk.budget.lines:
            intent.add_original(self.walk.codes.theirs(line.key), line.amount)
        held = intent.compare(self.erp.site.simulator.ledger(self.erp.site.simulated, self.walk.codes.job))
        return held.duplicated, held.in_erp

    @property
    def amount(self) -> Decimal:
        """What was sent."""
        return sum((line.amount for line in self.walk.budget.lines), Decimal(0))


def is_by_hand(erp: StoryErp) -> bool:
    """Whether an export goes there by a person's hands."""
    return any(each.safety is SafetyClass.HUMAN for each in erp.site.adapter.profile.operations)


def press_together(pages: list[Page], button: str) -> None:
    """Two people press the same button at the same moment."""
    handles = [page.get_by_role("button", name=button, exact=True) for page in pages]
    for each in handles:
        expect(each).to_be_enabled()
    for each in handles:
        each.evaluate(PRESS)


@pytest.mark.rule("A6", "E1")
@pytest.mark.parametrize(("place", "button"), [(0, "Accept and export"), (1, "Export")])
def test_two_approvers_at_once_make_one_export(
    story_home: StoryHome, in_story: Callable[..., Watched], place: int, button: str
) -> None:
    """One of them watches the export; the other is told who was first. The ERP has every line once."""
    alone = [erp for erp in story_home.erps.values() if not is_by_hand(erp)]
    contested = Contested.sent(story_home, alone[place])
    pages = [in_story().sign_in(login) for login in ("approver", "controller")]
    if button == "Export":
        contested.walk.accept(story_home.application.reviews.show(story_home.cast.approver, contested.item).item)
    for page in pages:
        page.goto(f"/items/{contested.item}" + ("/accept" if button.startswith("Accept") else ""))
        for box in page.get_by_role("checkbox", name="closes for good").all():
            box.check()
    press_together(pages, button)

    for page in pages:
        expect(page.locator("#progress strong, [role=alert]").first).to_be_visible(timeout=PATIENCE)
    (first,) = [page for page in pages if not page.get_by_role("alert").count()]
    (second,) = [page for page in pages if page is not first]
    expect(second.get_by_role("alert")).to_contain_text(f"Item {contested.item} is")
    expect(second.get_by_text("What was done with it last")).to_be_visible()
    expect(first.locator("#progress strong")).to_have_text("complete", timeout=PATIENCE)
    first.goto(f"/items/{contested.item}/history")
    expect(first.get_by_role("cell", name="started the export")).to_have_count(1)
    assert (0, contested.amount) == contested.duplicated


@pytest.mark.rule("P1", "P3", "B4")
def test_everybody_sees_what_is_his_to_see(story_home: StoryHome, in_story: Callable[..., Watched]) -> None:
    """Who may only look, and who administers, see the item; neither may act on it, and each is told every reason."""
    contested = Contested.sent(story_home, next(filter(is_by_hand, story_home.erps.values())))
    viewer, administrator = (in_story().sign_in(login) for login in ("viewer", "administrator"))
    reasons = ("standard or more on ERP Integrations", "privilege to push budgets to accounting")
    for page, told in ((viewer, reasons), (administrator, reasons[1:])):
        page.goto("/items?filter=ready")
        page.get_by_role("row").filter(has_text=contested.walk.number).get_by_role("link").first.click()
        expect(page.get_by_text("Not possible now, and why")).to_be_visible()
        page.locator("details").evaluate_all("all => all.forEach(each => { each.open = true; })")
        for act in ("Accept …", "Reject …"):
            expect(page.get_by_role("link", name=act)).to_have_attribute("aria-disabled", "true")
        expect(page.locator("#why-accept li")).to_have_count(len(told))
        expect(page.locator("#why-accept li")).to_contain_text(told)

    viewer.goto(f"/projects/{contested.walk.number}/budget")
    expect(viewer.locator("#why-add")).to_contain_text("standard")
    assert 0 == viewer.get_by_role("link", name="Edit").count()
    answer = viewer.goto("/people")
    assert answer is not None
    assert 403 == answer.status
    assert [] == [name for name in ADMINISTERED if viewer.get_by_role("link", name=name, exact=True).count()]
    assert [] == [name for name in ADMINISTERED if not administrator.get_by_role("link", name=name, exact=True).count()]
