"""A manager who takes a budget in from an office in memory."""

from attrs import frozen
from budget_services import JOB, NUMBER, Services
from memory_office import MemoryOffice
from memory_source import MemorySource

from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.contract import LineKey
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.pulling.service import Pulling
from erp_bridge_core.pulling.views import Choices, Look, Taken

LABOR = LineKey("", "03-100", "L")


@frozen(kw_only=True)
class Desk:
    """A manager who takes the office's budget of P-1 in, with all that he uses."""

    manager: Actor
    plugin: MemorySource
    services: Services
    pulling: Pulling
    audit: AuditTrail

    @property
    def office(self) -> MemoryOffice:
        """The office, and what people do there."""
        return self.plugin.office

    def line(self, amount: str, key: LineKey = LABOR) -> None:
        """Somebody at the office enters, or edits, a line."""
        self.office.set_line(JOB, key, amount)

    def look(self) -> Look:
        """What would come now."""
        return self.pulling.look(self.manager, NUMBER)

    def take(self, *, theirs: tuple[str, ...] = (), ours: tuple[str, ...] = ()) -> Taken:
        """Look, and take it in as it was looked at."""
        choices = Choices(theirs=frozenset(theirs), ours=frozenset(ours))
        return self.pulling.take(self.manager, NUMBER, look=self.look().hash, choices=choices)

    def lines(self) -> dict[str, str]:
        """The original of each key here."""
        found = self.services.budgets.show(self.manager, NUMBER).lines
        return {str(line.key): str(line.original) for line in found}

    def changes(self) -> dict[str, tuple[str, str]]:
        """Status and amount of each change here."""
        found = self.services.changes.list(self.manager, NUMBER)
        return {change.number: (change.status.value, str(change.amount)) for change in found}
