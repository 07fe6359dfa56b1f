"""After the count: a controller settles what nobody could know, by what the ERP's books show, as a person would."""

from decimal import Decimal

from storm.budgets import Round
from storm.calls import Calls
from storm.judge import UNKNOWN, compare, held, meant
from storm.walks import Walk


def settle(walk: Walk, controller: Calls) -> int:
    """Settle the writes in doubt of a project's open round, where the books show all of it or nothing; how many."""
    current = next((each for each in walk.rounds if each.state in UNKNOWN), None)
    if current is None:
        return 0
    how = "arrived" if _is_there(walk, current) else "not_arrived"
    settled = 0
    for doubt in controller.get(f"/items/{current.item}/export/doubts"):
        path = f"/items/{current.item}/export/effects/{doubt['reference']}/settle"
        controller.post(path, {"how": how, "reason": f"The books of job {walk.project.codes.job} show it: {how}."})
        settled += 1
    walk.go_on()
    return settled


def _is_there(walk: Walk, current: Round) -> bool:
    """Whether the books hold every line of a round."""
    books, codes = held(walk), walk.project.codes
    upto = [each for each in walk.rounds if each.state == "synced" or each is current]
    sides = meant(upto, codes)
    return all(compare(lines, [], books.get(side, Decimal(0))) == (0, 0) for side, lines in sides.items())
