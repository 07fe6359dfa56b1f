"""Class `keyed`: rows under a reference of ours, which the books take once."""

from collections.abc import Sequence

from erp_bridge_core.contract import Accepted, Effect, Sighting
from planted.client import Row
from planted.operations import Writing


class EnterRows(Writing):
    """`POST entries`: several rows in one request under one reference."""

    def reference(self, effect: Effect) -> str:
        """What the books keep the rows under."""
        return self.client.reference(self.batch.job, effect.reference)

    def build(self, effect: Effect) -> Row:
        """The rows under our reference."""
        return {"reference": self.reference(effect), **super().build(effect)}

    def post(self, effect: Effect, body: Row) -> Accepted:
        """Enter them; the answer tells of each row."""
        told = self.client.write("POST", f"{self.client.job_url(self.batch.job)}/entries", body)
        return self.accepted(effect, told, body["reference"])

    def compare(self, effect: Effect, seen: Sequence[Row]) -> Sighting:
        """The rows under our reference, in the order in which they were entered."""
        reference = self.reference(effect)
        found = [row for row in seen if row["reference"] == reference]
        return self.same_rows(effect, found, reference, {"rows": len(seen), "control": "the job's newest row"})
