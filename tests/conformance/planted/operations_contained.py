"""Class `contained`: rows without a key go into a container of ours, which people can't post before it is sealed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import define, field

from erp_bridge_core.contract import (
    Absent,
    Accepted,
    Before,
    CannotTell,
    Different,
    Effect,
    Found,
    PlannedEffect,
    Several,
    Sighting,
    reading,
)
from erp_bridge_core.contract.errors import ErpRefused, LedgerConflict
from planted.client import Client, Row
from planted.operations import Writing, content, digest


@define
class Building:
    """What this process knows of the containers under way: which are ours, and which were refused."""

    ours: set[str] = field(factory=set)
    refused: dict[str, ErpRefused] = field(factory=dict)


@define
class OpenContainer(Writing):
    """`POST containers`: a job holds a number once; the mark says whose it is."""

    building: Building = field(factory=Building)

    def build(self, effect: Effect) -> Row:
        """Its number and mark."""
        return {"number": effect.request["number"], "mark": effect.request["mark"]}

    def post(self, effect: Effect, body: Row) -> Accepted:
        """Open it; a refusal is remembered, since its rows must not be sent then."""
        try:
            self.client.write("POST", f"{self.client.job_url(self.batch.job)}/containers", body)
        except ErpRefused as refusal:
            self.building.refused[body["number"]] = refusal
            raise
        self.building.ours.add(body["number"])
        return Accepted(reference=body["number"])

    def read_back(self) -> Any:
        """Every container of the job."""
        return self.client.rows(self.batch.job, "containers")

    def compare(self, effect: Effect, seen: Sequence[Row]) -> Sighting:
        """Whether the number is there, with our mark."""
        number = effect.request["number"]
        found = next((each for each in seen if each["number"] == number), None)
        if found is None:
            return Absent(proof={"containers": len(seen), "control": "the job's own count"})
        if found["mark"] != effect.request["mark"]:
            return Different(evidence={"number": number, "mark": found["mark"]})
        self.building.ours.add(number)
        self.building.refused.pop(number, None)
        return Found(reference=number)


@define
class FillContainer(Writing):
    """`POST containers/N/rows`: several rows in one request, without any key."""

    building: Building = field(factory=Building)

    def post(self, effect: Effect, body: Row) -> Accepted:
        """Put the rows in; where the container was refused, or is another's, nothing is sent."""
        number = effect.request["number"]
        former = self.building.refused.get(number)
        if former is not None:
            raise ErpRefused(former.words, meaning=former.meaning, remedy=former.remedy, erp_code=former.erp_code)
        self.check_container(effect)
        told = self.client.write("POST", f"{self.client.job_url(self.batch.job)}/containers/{number}/rows", body)
        return self.accepted(effect, told, number)

    def check_container(self, effect: Effect) -> None:
        """Rows go into a container of ours alone: one that we opened just now, or that shows our mark."""
        if effect.request["number"] in self.building.ours:
            return
        with reading():
            marks = {each["number"]: each["mark"] for each in self.client.rows(self.batch.job, "containers")}
        if marks.get(effect.request["number"]) != effect.request["mark"]:
            raise LedgerConflict(
                f"Container {effect.request['number']} is not ours; nothing was put into it.",
                remedy="Look who opened it in Tin Books.",
            )

    def compare(self, effect: Effect, seen: Sequence[Row]) -> Sighting:
        """Whether each of our rows stands in the container, once."""
        held = content_of(seen, effect.request["number"])
        counts = [held[content(row)] for row in self.rows(list(effect.lines))]
        if any(count > 1 for count in counts):
            return Several(count=max(counts), evidence={"rows": sum(counts), "ours": len(counts)})
        if all(counts):
            return Found(reference=effect.request["number"])
        if any(counts):
            return Different(evidence={"rows": sum(counts), "ours": len(counts)})
        return Absent(proof={"container": effect.request["number"], "rows": len(seen)})


@define
class SealContainer(Writing):
    """`PUT containers/N/seal`: again changes nothing."""

    def post(self, effect: Effect, body: Row) -> Accepted:
        """Seal it, once a second read shows just what the first one, at planning, showed."""
        number = effect.request["number"]
        with reading():
            held = content_of(self.client.rows(self.batch.job, "entries"), number)
        if digest(sorted(map(repr, held.elements()))) != effect.request["content"]:
            raise LedgerConflict(
                f"Container {number} does not hold exactly the rows that were exported; it was not sealed.",
                remedy="Compare it with `erp-bridge export status`; correct it in Tin Books, then retry.",
            )
        self.client.write("PUT", f"{self.client.job_url(self.batch.job)}/containers/{number}/seal", body)
        return Accepted(reference=number)

    def read_back(self) -> Any:
        """Every container of the job."""
        return self.client.rows(self.batch.job, "containers")

    def compare(self, effect: Effect, seen: Sequence[Row]) -> Sighting:
        """Whether it is sealed."""
        found = next((each for each in seen if each["number"] == effect.request["number"]), None)
        if found is None:
            return CannotTell(why=f"Container {effect.request['number']} is not to be seen.")
        return Found(reference=found["number"]) if found["sealed"] else Before()


def content_of(rows: Sequence[Row], number: str) -> Counter[tuple[Any, ...]]:
    """The rows in a container, counted."""
    return Counter(content(row) for row in rows if row["container"] == number and row["state"] != "removed")


# -- what is sealed ---------------------------------------------------------------------------------------------------


def newest_of_ours(client: Client, job: str, mark: str) -> Mapping[str, Any] | None:
    """The container of the latest generation under a mark of ours; the earlier ones were abandoned, or are sealed."""
    ours = [row for row in client.rows(job, "containers") if row["mark"].rpartition(" ")[0] == mark]
    return max(ours, key=lambda row: int(row["mark"].rpartition(" ")[2]), default=None)


def plan_seal(writing: Writing, container: Mapping[str, Any]) -> PlannedEffect | None:
    """The sealing of a container that holds rows of this batch alone, each once; None for an empty one."""
    number, held = container["number"], content_of(writing.read_back(), container["number"])
    meant = Counter(content(writing.row(line)) for line in writing.batch.lines)
    if held - meant:
        raise LedgerConflict(
            f"Container {number} holds rows that are not of this export; it is not sealed.",
            remedy="Look who entered them in Tin Books.",
        )
    request = {"number": number, "content": digest(sorted(map(repr, held.elements())))}
    if not held:
        return None
    return PlannedEffect(operation="seal_container", lines=(), payload_hash=digest(request), request=request)
