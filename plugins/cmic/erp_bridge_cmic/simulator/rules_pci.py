"""Rules of Change Management: PCI types, and the headers of potential change items."""

import re
from collections.abc import Iterator
from sqlite3 import Row
from typing import Final

from erp_bridge_cmic.simulator.attributes import Stored
from erp_bridge_cmic.simulator.context import Context
from erp_bridge_cmic.simulator.lookups import job_problems, seen_job
from erp_bridge_cmic.simulator.numbers import next_number
from erp_bridge_cmic.simulator.problems import Problem

Values = dict[str, Stored]
_MASK: Final = re.compile(r"[A-Z0-9-]*\*{1,11}", re.ASCII)


class TypeRules:
    """PCI types are a site's own codes, each bound to a class."""

    def create(self, context: Context, values: Values) -> Iterator[Problem]:
        """The company exists and the mask can number."""
        if not context.one("SELECT 1 FROM company WHERE comp = ?", values["comp"]):
            yield Problem(f"Company {values['comp']} does not exist.", "CmtCompCode")
        if not _MASK.fullmatch(str(values["mask"])):
            yield Problem(f"The mask {values['mask']} has no digits (*) at its end.", "CmtChgOrdNumberMask")

    def update(self, context: Context, row: Row, values: Values) -> Iterator[Problem]:  # noqa: ARG002 - never offered
        """Types are not changed by REST."""
        yield Problem("A PCI type can't be changed.")

    def remove(self, context: Context, row: Row) -> Iterator[Problem]:  # noqa: ARG002 - never offered
        """Types are not removed by REST."""
        yield Problem("A PCI type can't be removed.")


class HeaderRules:
    """PCI headers."""

    def create(self, context: Context, values: Values) -> Iterator[Problem]:
        """Job, type and statuses exist; the number is typed only where the type permits it, else the mask's next."""
        yield from job_problems(context, values["comp"], values["job"], "CmmJobCode")
        yield from _pci_entry_problems(context, values["comp"], values["job"])
        yield from _status_problems(context, values["comp"], values)
        kind = context.one("SELECT * FROM pci_type WHERE comp = ? AND type = ?", values["comp"], values["type"])
        if kind is None:
            yield Problem(f"PCI Type {values['type']} does not exist in company {values['comp']}.", "CmmTypeCode")
        elif not values.get("number"):
            yield from _number(context, values, kind["mask"])
        elif kind["own_numbers"] != "Y":
            yield Problem(f"PCI Type {values['type']} does not allow the number to be typed.", "CmmCode")

    def update(self, context: Context, row: Row, values: Values) -> Iterator[Problem]:
        """What is posted stays as it is."""
        yield from job_problems(context, row["comp"], row["job"], "CmmJobCode")
        yield from _status_problems(context, row["comp"], values)
        if row["posted"]:
            yield Problem(f"PCI {row['number']} of job {row['job']} is posted; it can't be changed.", "CmmCode")

    def remove(self, context: Context, row: Row) -> Iterator[Problem]:  # noqa: ARG002 - never offered
        """Headers are not removed by REST."""
        yield Problem("A PCI can't be removed.")


def _pci_entry_problems(context: Context, comp: Stored, job: Stored) -> Iterator[Problem]:
    row = seen_job(context, comp, job)
    if row is not None and row["transactions"] == "N" and row["pci"] == "N":
        yield Problem(f"Job {job} allows neither transactions nor PCI entry.", "CmmJobCode")


def _status_problems(context: Context, comp: Stored, values: Values) -> Iterator[Problem]:
    for column, attribute in (("status", "CmmPrepostStatCode"), ("second_status", "CmmStatusCode")):
        status = values.get(column)
        if status and not context.one("SELECT 1 FROM pci_status WHERE comp = ? AND status = ?", comp, status):
            yield Problem(f"PCI Status {status} does not exist in company {comp}.", attribute)


def _number(context: Context, values: Values, mask: str) -> Iterator[Problem]:
    number = next_number(context, str(values["comp"]), str(values["job"]), mask)
    if number is None:
        yield Problem(f"The mask {mask} has no number left for job {values['job']}.", "CmmCode")
    values["number"] = number
