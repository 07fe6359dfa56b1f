"""How a PCI's header and lines are written and looked for: the header `keyed` by its number, the lines `contained`."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from attrs import define, field, frozen

from erp_bridge_cmic.changes import HEADERS, LINES, Header, Line, read_headers, read_lines
from erp_bridge_cmic.client import Cmic, part
from erp_bridge_cmic.jobs import read_job_status
from erp_bridge_cmic.marks import Mark
from erp_bridge_core.contract import (
    Absent,
    Accepted,
    Attempt,
    CannotTell,
    Different,
    Effect,
    Found,
    Several,
    Sighting,
)
from erp_bridge_core.contract.errors import ErpBridgeError, ErpRefused, NotSent, SignInFailed, Throttled

Key = tuple[str, str, str]


@define
class Building:
    """What is known of the PCIs under way in this process: refused headers, and doubt about lines."""

    refused: dict[str, ErpRefused] = field(factory=dict)
    doubted: set[str] = field(factory=set)


@frozen
class CreatePci:
    """A PCI is created under a number of ours: CMiC holds job and number once (`keyed`)."""

    client: Cmic
    building: Building

    def send(self, effect: Effect, attempt: Attempt) -> Accepted:  # noqa: ARG002 - the session watches the attempt
        """Create the header, not yet approved where the site can approve afterwards."""
        settings, wanted = self.client.erp.settings, effect.request
        values = {
            "CmmVUuid": "",
            "CmmCompCode": settings.company,
            "CmmJobCode": wanted["job"],
            "CmmTypeCode": wanted["type"],
            "CmmCode": wanted["number"],
            "CmmName": wanted["name"],
            "CmmRefDate": wanted["date"],
            "CmmPrepostStatCode": wanted["status"],
            "CmmCalcProjAmtMethod": settings.projected_amounts,
        }
        if settings.names.header_second_status:
            values[settings.names.header_second_status] = wanted["status"]
        if settings.names.header_scope:
            values[settings.names.header_scope] = wanted["scope"]
        try:
            self.client.create(HEADERS, values)
        except ErpRefused as refusal:
            self.building.refused[wanted["number"]] = refusal
            raise
        return Accepted(reference=wanted["number"])

    def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
        """Whether a PCI of that number stands there, with the mark of ours."""
        for effect in effects:
            try:
                yield self._sight(effect)
            except ErpBridgeError as error:
                yield CannotTell(why=error.message)

    def _sight(self, effect: Effect) -> Sighting:
        wanted = effect.request
        found = list(read_headers(self.client, [wanted["job"]], number=wanted["number"]))
        if len(found) > 1:
            return Several(count=len(found))
        if not found:
            status = read_job_status(self.client, wanted["job"])
            return Absent(proof={"job": wanted["job"], "status": status, "headers": 0})
        evidence = {"number": found[0].number, "name": found[0].name, "type": found[0].type, "status": found[0].status}
        ours = found[0].mark == Mark.of(wanted["name"]) and found[0].type == wanted["type"]
        if not ours:
            return Different(evidence=evidence)
        self.building.refused.pop(wanted["number"], None)
        return Found(reference=found[0].number, evidence=evidence)


@frozen
class AddLine:
    """Lines go into a PCI of ours that nobody can post before it is sealed: they have no key (`contained`)."""

    client: Cmic
    building: Building

    def send(self, effect: Effect, attempt: Attempt) -> Accepted:  # noqa: ARG002 - the session watches the attempt
        """Add one line, or several in one transaction. A PCI that was refused takes none: nothing is sent then."""
        wanted = effect.request
        refused = self.building.refused.get(wanted["number"])
        if refused is not None:
            raise ErpRefused(
                refused.words, meaning=refused.meaning, remedy=refused.remedy, erp_code=refused.erp_code
            ) from refused
        values = [self._values(wanted, line) for line in wanted["lines"]]
        try:
            if len(values) == 1:
                self.client.create(LINES, values[0])
            else:
                self.client.batch(LINES, [part(LINES, place, row) for place, row in enumerate(values, start=1)])
        except (ErpRefused, NotSent, SignInFailed, Throttled):
            raise
        except ErpBridgeError:
            self.building.doubted.add(wanted["number"])
            raise
        return Accepted(reference=wanted["number"])

    def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
        """Whether each line stands in its PCI, once, with its amount; each PCI is read once."""
        contents: dict[str, Mapping[Key, Sequence[Line]] | str] = {}
        for effect in effects:
            number = effect.request["number"]
            if number not in contents:
                contents[number] = self._content(effect)
            seen = contents[number]
            yield CannotTell(why=seen) if isinstance(seen, str) else _sight(effect, seen)

    def _content(self, effect: Effect) -> Mapping[Key, Sequence[Line]] | str:
        wanted = effect.request
        try:
            if not list(read_headers(self.client, [wanted["job"]], number=wanted["number"])):
                return f"the PCI {wanted['number']} itself is not to be seen"
            by_key: dict[Key, list[Line]] = {}
            for line in read_lines(self.client, [wanted["job"]], number=wanted["number"]):
                by_key.setdefault((line.job, line.phase, line.category), []).append(line)
        except ErpBridgeError as error:
            return error.message
        return by_key

    def _values(self, wanted: Mapping[str, Any], line: Mapping[str, Any]) -> dict[str, Any]:
        names = self.client.erp.settings.names
        values: dict[str, Any] = {
            "CmdVUuid": "",
            "CmdCompCode": self.client.erp.settings.company,
            "CmdMastJobCode": wanted["job"],
            "CmdJobCode": line["job"],
            "CmdChgCode": wanted["number"],
            "CmdPhsCode": line["phase"],
            "CmdCatCode": line["category"],
            names.line_amount: Decimal(line["amount"]),
        }
        if wanted["status"]:
            values["CmdStatusCode"] = wanted["status"]
        if "unit" in line:
            values[names.line_unit] = line["unit"]
        if "quantity" in line:
            values[names.line_quantity] = Decimal(line["quantity"])
        return values


def _sight(effect: Effect, seen: Mapping[Key, Sequence[Line]]) -> Sighting:
    wanted = effect.request["lines"]
    counts = []
    for line in wanted:
        held = seen.get((line["job"], line["phase"], line["category"]), ())
        if len(held) > 1:
            return Several(count=len(held), evidence={"lines": [f"{one.amount:f}" for one in held]})
        if held and held[0].amount != Decimal(line["amount"]):
            return Different(evidence={"amount": f"{held[0].amount:f}", "ours": line["amount"]})
        counts.append(len(held))
    if all(counts):
        return Found(reference=effect.request["number"])
    if any(counts):
        return Different(evidence={"lines": len(wanted), "there": sum(counts)})
    return Absent(proof={"pci": effect.request["number"], "keys": len(seen)})


def header_of(client: Cmic, wanted: Mapping[str, Any]) -> Header | None:
    """The one header of a job and number, None when there is none or more than one."""
    found = list(read_headers(client, [wanted["job"]], number=wanted["number"]))
    return found[0] if len(found) == 1 else None
