"""The budgets of a storm: small, of a seed, and known line by line, so that books can be counted against them."""

from decimal import Decimal
from random import Random
from typing import Final

from attrs import define, field, frozen

from erp_bridge_core.conformance.world.workload import Change, Line, Workload
from erp_bridge_core.contract.budget import LineKey

_CATEGORIES: Final = ("Labor", "Material", "Subcontract", "Equipment")
_FEWEST: Final = 3
_MOST: Final = 30


@define(kw_only=True)
class Round:
    """One send of a project: what is new in it, and what became of it.

    `item` is its number once it was sent; `posted` says that people at the ERP did their part; `state` is the item's
    last known one. One that is `rejected` is refused by the approver: nothing of it may get anywhere. `request` is a
    source's own id of what was asked for there, `number` ours, `found_by` how it was heard of.
    """

    lines: tuple[Line, ...] = ()
    changes: tuple[Change, ...] = ()
    rejected: bool = False
    item: int | None = None
    accepted: bool = False
    posted: bool = False
    state: str = ""
    request: str = ""
    number: int | None = None
    found_by: str = ""

    @property
    def is_over(self) -> bool:
        """Whether its item is at the end that was meant for it."""
        return self.state == ("rejected" if self.rejected else "synced")


@frozen(kw_only=True)
class Contract:
    """A project's budget over all of its rounds."""

    number: str
    job: str
    rounds: tuple[Round, ...] = field(hash=False)

    @property
    def workload(self) -> Workload:
        """All of it at once, as the ERP's administrator has to know it."""
        lines = tuple(line for each in self.rounds for line in each.lines)
        return Workload(lines=lines, name=self.number)


def contract(
    random: Random, *, number: str, job: str, rounds: int, takes_changes: bool, one_rejected: bool = False
) -> Contract:
    """A budget of 3 to 30 lines with up to two changes, then a change or two each round; else a few more lines.

    With `one_rejected` one more round, at the end, has changes that the approver rejects.
    """
    lines = _lines(random, random.randint(_FEWEST, _MOST) + rounds)
    first, later = lines[: len(lines) - rounds], lines[len(lines) - rounds :]
    at_once = takes_changes and random.choice((True, False))
    made = [Round(lines=first, changes=_changes(random, first, 0) if at_once else ())]
    made += [
        Round(changes=_changes(random, first, at)) if takes_changes else Round(lines=(later[at],))
        for at in range(1, rounds)
    ]
    if one_rejected and takes_changes:
        made.append(Round(changes=_changes(random, first, rounds), rejected=True))
    return Contract(number=number, job=job, rounds=tuple(made))


def _lines(random: Random, count: int) -> tuple[Line, ...]:
    return tuple(
        Line(
            cost_code=f"{100 + at // 7:03d}-{random.randint(0, 9999) * 10 + at % 7:05d}",
            category=random.choice(_CATEGORIES),
            amount=_amount(random),
            description=f"Pay item {at}",
        )
        for at in range(count)
    )


def _changes(random: Random, lines: tuple[Line, ...], at: int) -> tuple[Change, ...]:
    return tuple(
        Change(
            number=f"BC-{at}{which}",
            description=f"Change {at}.{which}",
            moves=tuple((key, _amount(random)) for key in _keys(random, lines)),
        )
        for which in range(random.randint(1, 2))
    )


def _keys(random: Random, lines: tuple[Line, ...]) -> list[LineKey]:
    return [line.key for line in random.sample(lines, random.randint(1, min(4, len(lines))))]


def _amount(random: Random) -> Decimal:
    """Odd cents, so that no two add up to a third by chance."""
    return Decimal(random.randint(1_000, 9_999_999)) / 100
