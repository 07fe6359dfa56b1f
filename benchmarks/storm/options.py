"""What a storm is asked for."""

from collections.abc import Mapping
from typing import Any, Final, Literal

from attrs import Factory, frozen

#: Sends of one project: the first with its original budget, each later one with budget changes.
ROUNDS: Final = 3

Database = Literal["sqlite", "postgresql"]


@frozen(kw_only=True)
class Options:
    """`exports` are sent over all ERPs and companies; `kills` are SIGKILLs, and stops of the database, among them.

    `workers` beside one server. `erps`: those alone; none: every installed one that has a simulator. Of `asked_every`
    projects one is asked for at a budget source that has a simulator; 0: none. `source_settings` go over those that the
    simulator tells. `minutes` end a storm that does not come to an end. Without `ledger` the workers forget what they
    sent and told, which must be found out.
    """

    seed: int
    exports: int = 300
    kills: int = 100
    database: Database = "sqlite"
    engine: Literal["inline", "dbos"] = "inline"
    workers: int = 3
    companies: int = 2
    minutes: float = 20.0
    erps: tuple[str, ...] = ()
    asked_every: int = 3
    source_settings: Mapping[str, Any] = Factory(dict)
    ledger: bool = True
