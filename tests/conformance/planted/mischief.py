"""What Tin Books or its people may do meanwhile; each act by the books or the desk, never by an adapter."""

import copy
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from erp_bridge_core.contract import HandOver, Mischief, SafetyClass
from planted.books import Books, Row, add_row, key_of, own_job
from planted.desk import load_file, post_rows

Act = Callable[[Path, str, Sequence[HandOver]], None]
#: What one act does to the books, given the job's name and what was handed over.
Change = Callable[[Row, str, Sequence[HandOver]], None]


def _act(change: Change) -> Act:
    def do(home: Path, job: str, hand_overs: Sequence[HandOver]) -> None:
        with Books(home).writing() as data:
            change(data, job, hand_overs)

    return do


# -- the next write ---------------------------------------------------------------------------------------------------


def _fails(data: Row, job: str, hand_overs: Sequence[HandOver]) -> None:
    data["armed"]["fails"] = "once"


def _applies_some(data: Row, job: str, hand_overs: Sequence[HandOver]) -> None:
    data["armed"]["rows"] = "applies_some"


def _omits_rows(data: Row, job: str, hand_overs: Sequence[HandOver]) -> None:
    data["armed"]["rows"] = "omits_rows"


# -- until it is calmed -----------------------------------------------------------------------------------------------


def _stale(data: Row, job: str, hand_overs: Sequence[HandOver]) -> None:
    data["lasts"].setdefault("stale_reads", {})[job] = copy.deepcopy(own_job(data, job))


def _capped(data: Row, job: str, hand_overs: Sequence[HandOver]) -> None:
    data["lasts"].setdefault("capped_reads", []).append(job)


def _hidden(data: Row, job: str, hand_overs: Sequence[HandOver]) -> None:
    data["lasts"].setdefault("hidden_rows", []).append(job)


def _closed(data: Row, job: str, hand_overs: Sequence[HandOver]) -> None:
    own_job(data, job)["status"] = "closed"
    data["lasts"].setdefault("closed_job", []).append(job)


def calm(home: Path) -> None:
    """Reads are whole and fresh again, jobs that were closed are open; what was armed and has not struck is gone."""
    with Books(home).writing() as data:
        for job in data["lasts"].get("closed_job", ()):
            own_job(data, job)["status"] = "open"
        data["armed"], data["lasts"] = {}, {}


# -- at once ----------------------------------------------------------------------------------------------------------


def _expires(data: Row, job: str, hand_overs: Sequence[HandOver]) -> None:
    data["tokens"] = []


def _posts_early(data: Row, job: str, hand_overs: Sequence[HandOver]) -> None:
    post_rows(own_job(data, job))


def _loads(*, times: int = 1, wrong: bool = False, most: int | None = None) -> Change:
    def change(data: Row, job: str, hand_overs: Sequence[HandOver]) -> None:
        for each in hand_overs[:most]:
            part = each.facts["part"]
            other = "change" if part == "original" else "original"
            for _ in range(times):
                load_file(data, Path(each.location), other if wrong else part)
        post_rows(own_job(data, job))

    return change


def _edits(data: Row, job: str, hand_overs: Sequence[HandOver]) -> None:
    found = own_job(data, job)
    entered = [row for row in found["entries"] if row["state"] in {"posted", "unposted"}]
    if entered:
        key = key_of(entered[0])
    else:
        key = (found["cost_codes"][0]["sub_job"], found["cost_codes"][0]["code"], min(found["categories"]))
    add_row(found, _by_hand(key), state="posted", by="hand")


def _by_hand(key: tuple[str, str, str]) -> Row:
    sub_job, cost_code, category = key
    return {"sub_job": sub_job, "cost_code": cost_code, "category": category, "part": "change", "amount": "1.00"}


def _removes(data: Row, job: str, hand_overs: Sequence[HandOver]) -> None:
    ours = [row for row in own_job(data, job)["entries"] if row["by"] != "hand"]
    for state in ("contained", "pending", "unposted", "posted"):
        found = [row for row in ours if row["state"] == state]
        if found:
            found[-1]["state"] = "removed"
            return


def _takes_number(data: Row, job: str, hand_overs: Sequence[HandOver]) -> None:
    containers = own_job(data, job)["containers"]
    number = str(max((int(number) for number in containers if number.isdigit()), default=0) + 1)
    containers[number] = {"number": number, "mark": "a person's own", "sealed": False}


_ALL: Final[Mapping[Mischief, Change]] = {
    Mischief.FAILS_WITH_200: _fails,
    Mischief.APPLIES_SOME: _applies_some,
    Mischief.OMITS_ROWS: _omits_rows,
    Mischief.STALE_READS: _stale,
    Mischief.CAPPED_READS: _capped,
    Mischief.HIDDEN_ROWS: _hidden,
    Mischief.CLOSED_JOB: _closed,
    Mischief.EXPIRES_TOKENS: _expires,
    Mischief.POSTS_EARLY: _posts_early,
    Mischief.LOADS_TWICE: _loads(times=2),
    Mischief.TICKS_WRONG: _loads(wrong=True),
    Mischief.LOADS_HALF: _loads(most=1),
    Mischief.EDITS_ENTRY: _edits,
    Mischief.REMOVES_ENTRY: _removes,
    Mischief.TAKES_NUMBER: _takes_number,
}
_LOADING: Final = {Mischief.LOADS_TWICE, Mischief.TICKS_WRONG, Mischief.LOADS_HALF}
_OF_ROWS: Final = {Mischief.APPLIES_SOME, Mischief.OMITS_ROWS}
#: What can't happen: nobody loads where nothing is handed over, a write of one key has no other rows, and so on.
_NEVER: Final[Mapping[SafetyClass, set[Mischief]]] = {
    SafetyClass.KEYED: {*_LOADING, Mischief.TAKES_NUMBER},
    SafetyClass.ABSOLUTE: {*_LOADING, *_OF_ROWS, Mischief.POSTS_EARLY, Mischief.TAKES_NUMBER},
    SafetyClass.CONTAINED: _LOADING,
    SafetyClass.HUMAN: {*_OF_ROWS, Mischief.FAILS_WITH_200, Mischief.POSTS_EARLY, Mischief.TAKES_NUMBER},
    SafetyClass.APPEND: {*_LOADING, Mischief.TAKES_NUMBER},
}


def mischief_of(safety: SafetyClass) -> Mapping[Mischief, Act]:
    """What may happen to an export of that class."""
    return {each: _act(change) for each, change in _ALL.items() if each not in _NEVER[safety]}
