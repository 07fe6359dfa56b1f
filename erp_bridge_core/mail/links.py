"""Where a mail's links lead: the one place that knows the paths of pages. A link only opens something (M3)."""

import shlex
from typing import Final
from urllib.parse import quote, urlencode

from attrs import frozen

BUDGET: Final = "/projects/{project}/budget"
ITEM: Final = "/items/{item}"
ITEMS: Final = "/items"
PROBLEMS: Final = "/problems"
PROFILE: Final = "/profile"
REQUEST: Final = "/requests/{request}"


@frozen(kw_only=True)
class Link:
    """What a reader opens: an address where pages are served, and the command that shows the same (X2)."""

    label: str
    url: str
    command: str


@frozen(kw_only=True)
class Links:
    """Links into one company. `base_url` is `[web] base_url` of the configuration; blank: there are no pages.

    Every address carries `company`, since a reader may be signed in to another one.
    """

    base_url: str
    company: str

    def budget(self, project: str) -> Link:
        """`/projects/NUMBER/budget?mode=edit`: the budget in edit mode."""
        path = BUDGET.format(project=quote(project, safe=""))
        return self._link("Open the budget", path, "budget", "show", project, mode="edit")

    def item(self, item_id: int) -> Link:
        """`/items/ID`: one item."""
        return self._link(f"Open item {item_id}", ITEM.format(item=item_id), "review", "show", str(item_id))

    def waiting(self) -> Link:
        """`/items?filter=ready`: what waits for an answer."""
        return self._link("Open what waits", ITEMS, "review", "list", "--filter", "ready", filter="ready")

    def problems(self) -> Link:
        """`/problems`: what failed, is unknown or does not agree."""
        return self._link("Open the problems", PROBLEMS, "review", "list")

    def request(self, number: int) -> Link:
        """`/requests/NUMBER`: one request of a source."""
        return self._link(f"Open request {number}", REQUEST.format(request=number), "request", "show", str(number))

    def profile(self, login: str) -> Link:
        """`/profile`: one's own account, with the identities that sign in as oneself."""
        return self._link("Open your profile", PROFILE, "person", "identities", login)

    def _link(self, label: str, path: str, *words: str, **query: str) -> Link:
        asked = urlencode({**query, "company": self.company})
        url = f"{self.base_url.rstrip('/')}{path}?{asked}" if self.base_url else ""
        command = shlex.join(["erp-bridge", "--company", self.company, *words])
        return Link(label=label, url=url, command=command)
