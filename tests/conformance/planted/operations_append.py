"""Class `append`: rows without any reference; nothing of them can be recognised, so nothing is ever sent again."""

from collections.abc import Iterator, Sequence

from erp_bridge_core.contract import Accepted, CannotTell, Effect, Sighting
from planted.client import Row
from planted.operations import Writing


class AddNotes(Writing):
    """`POST notes`: several rows in one request."""

    def post(self, effect: Effect, body: Row) -> Accepted:
        """Enter them; the answer tells of each row."""
        told = self.client.write("POST", f"{self.client.job_url(self.batch.job)}/notes", body)
        return self.accepted(effect, told)

    def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
        """The rows carry no reference: they could be anybody's."""
        yield from (CannotTell(why="Rows without a reference can't be told from another's.") for _ in effects)
