"""Which rules hold for the rows of which resource."""

from collections.abc import Iterable, Mapping
from sqlite3 import Row
from typing import Final, Protocol

from erp_bridge_cmic.simulator.attributes import Stored
from erp_bridge_cmic.simulator.context import Context
from erp_bridge_cmic.simulator.problems import Problem
from erp_bridge_cmic.simulator.rules_jobs import PhaseRules, RowRules
from erp_bridge_cmic.simulator.rules_lines import LineRules
from erp_bridge_cmic.simulator.rules_pci import HeaderRules, TypeRules

Values = dict[str, Stored]


class Rules(Protocol):
    """The rules of one resource. They may complete the values, and keep journals, but yield every problem they see."""

    def create(self, context: Context, values: Values) -> Iterable[Problem]:
        """What is wrong with a new row."""

    def update(self, context: Context, row: Row, values: Values) -> Iterable[Problem]:
        """What is wrong with changing a row; `values` hold what differs from it."""

    def remove(self, context: Context, row: Row) -> Iterable[Problem]:
        """What is wrong with removing a row."""


RULES: Final[Mapping[str, Rules]] = {
    "jcjobcostcodes": PhaseRules(),
    "jcjobcategory": RowRules(),
    "cmtype": TypeRules(),
    "cmmast": HeaderRules(),
    "cmdetail": LineRules(),
}
