"""What a storm is asked for."""

from typing import Final, Literal

from attrs import frozen

#: Sends of one project: the first with its original budget, each later one with budget changes.
ROUNDS: Final = 3

Database = Literal["sqlite", "postgresql"]


@frozen(kw_only=True)
class Options:
    """`exports` are sent over all ERPs and companies; `kills` are SIGKILLs, and stops of the database, among them.

    `workers` beside one server. `erps`: those alone; none: every installed one that has a simulator. `minutes` end a
    storm that does not come to an end. Without `ledger` the workers forget what they sent, which must be found out.
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
    ledger: bool = True
