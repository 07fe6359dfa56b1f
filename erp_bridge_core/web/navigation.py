"""The pages that a person is led to: those that his rights open. A new page adds its entry here."""

from collections.abc import Callable
from typing import Final

from attrs import frozen

from erp_bridge_core.people.rules import Rights, may_administer, may_look_at_company, may_look_at_items


@frozen
class Entry:
    """One entry of the navigation; `is_open` tells by a person's rights whether it is shown."""

    title: str
    path: str
    is_open: Callable[[Rights], bool] = lambda _: True

    def is_here(self, path: str) -> bool:
        """Whether the page of that path belongs to this entry."""
        return path == self.path or (self.path != "/" and path.startswith(f"{self.path}/"))


ENTRIES: Final = (
    Entry("Home", "/"),
    Entry("Projects", "/projects"),
    Entry("ERP Integrations", "/items", lambda rights: not may_look_at_items(rights)),
    Entry("Requests", "/requests", lambda rights: not may_look_at_company(rights)),
    Entry("Problems", "/problems", lambda rights: not may_look_at_items(rights)),
    Entry("Job costs", "/reports/job-costs", lambda rights: not may_look_at_items(rights)),
    Entry("People", "/people", lambda rights: not may_administer(rights)),
    Entry("Audit", "/audit", lambda rights: not may_look_at_items(rights)),
    Entry("Connections", "/connections", lambda rights: not may_look_at_items(rights)),
    Entry("Plugins", "/plugins", lambda rights: not may_look_at_items(rights)),
    Entry("Worker", "/worker", lambda rights: not may_look_at_items(rights)),
    Entry("Mail", "/mail", lambda rights: not may_administer(rights)),
    Entry("Webhooks", "/webhooks", lambda rights: not may_administer(rights)),
)


def entries(rights: Rights) -> tuple[Entry, ...]:
    """The entries that these rights open."""
    return tuple(entry for entry in ENTRIES if entry.is_open(rights))
