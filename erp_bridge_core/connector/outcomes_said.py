"""What a source is told of a request, as plain rules over how it stands here: the stage, and sentences for its users.

Everything that is said follows from how things are now, so that the same things are said of the same state.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

from attrs import Factory, frozen

from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.connector.reasons import ended, sentence_of
from erp_bridge_core.contract.budget import LineKey
from erp_bridge_core.contract.source import OutcomeStage
from erp_bridge_core.contract.structuring import to_json

#: Sentences of one kind, such as refused lines, that are told; the rest are counted.
MOST: Final = 50
#: Stages before anything was brought anywhere for good: what is on its way meanwhile is not told line by line.
ON_ITS_WAY: Final = frozenset({OutcomeStage.RECEIVED, OutcomeStage.WAITING, OutcomeStage.ACCEPTED})

_OF_ITEM: Final[Mapping[ItemState, OutcomeStage]] = {
    ItemState.READY: OutcomeStage.WAITING,
    ItemState.ACCEPTED: OutcomeStage.ACCEPTED,
    ItemState.EXPORTING: OutcomeStage.ACCEPTED,
    ItemState.WAITING: OutcomeStage.EXPORTED,
    ItemState.SYNCED: OutcomeStage.VERIFIED,
    ItemState.FAILED: OutcomeStage.FAILED,
    ItemState.UNKNOWN: OutcomeStage.UNKNOWN,
    ItemState.MISMATCH: OutcomeStage.MISMATCH,
    ItemState.REJECTED: OutcomeStage.REJECTED,
    ItemState.RETRIEVED: OutcomeStage.RETRIEVED,
}


@frozen(kw_only=True)
class Refused:
    """A line that the ERP refused: where, its own words, what they mean, and what to do."""

    key: LineKey
    words: str
    meaning: str = ""
    remedy: str = ""

    @property
    def sentence(self) -> str:
        """All of it, for a person."""
        return " ".join(part for part in (f"{self.key}: {ended(self.words)}", self.meaning, self.remedy) if part)


@frozen(kw_only=True)
class Standing:
    """How a request stands here.

    `item` is the number of its item, None while it is none; `reasons` then say why, as faults are kept. `done`: all
    that it asks for had arrived before, with items of these states. `released`: lines that a reject gave back, of an
    item of which some had arrived. `lies_ready`: a file waits to be loaded by a person. `how_posted` are the ERP's
    sentences on posting.
    """

    item: int | None = None
    state: ItemState | None = None
    job: str = ""
    project: str = ""
    tried: bool = False
    reasons: tuple[Mapping[str, Any], ...] = ()
    done: tuple[ItemState, ...] = ()
    reason: str = ""
    total: int = 0
    arrived: int = 0
    released: int = 0
    refused: tuple[Refused, ...] = ()
    failure: Mapping[str, Any] | None = None
    lies_ready: bool = False
    seen: str = ""
    how_posted: tuple[str, ...] = ()


@frozen(kw_only=True)
class Said:
    """What is said of a request but for its single transactions."""

    stage: OutcomeStage
    messages: tuple[str, ...]
    facts: Mapping[str, str] = Factory(dict)

    @property
    def is_final(self) -> bool:
        """Whether nothing more is said after it."""
        return is_final(self.stage, self.facts)

    @property
    def content(self) -> dict[str, Any]:
        """As it is kept."""
        return {"messages": list(self.messages), "facts": dict(self.facts)}

    def digest(self, transactions: str) -> str:
        """What tells it from anything else that may be said; `transactions` is a digest of what is said of those."""
        return sha256(to_json({"stage": self.stage, **self.content, "transactions": transactions}).encode()).hexdigest()


def is_final(stage: OutcomeStage, facts: Mapping[str, str]) -> bool:
    """Whether the request is at its end: by its stage, or because nobody waits for the posting."""
    return stage.is_final or facts.get("final") == "true"


def said(standing: Standing, *, close_when: str) -> Said | None:
    """What is to be said now; None while nothing is known yet."""
    stage = stage_of(standing)
    if stage is None:
        return None
    facts = {"project": standing.project, "job": standing.job}
    if standing.item is not None:
        facts["item"] = str(standing.item)
    if stage is OutcomeStage.EXPORTED and close_when == "exported":
        facts["final"] = "true"
    return Said(stage=stage, messages=tuple(_SENTENCES[stage](standing)), facts={k: v for k, v in facts.items() if v})


def stage_of(standing: Standing) -> OutcomeStage | None:
    """How far the request has come.

    An item that was rejected after some of it had arrived goes on by itself; the request that asked for all of it was
    rejected.
    """
    if standing.state is not None:
        return OutcomeStage.REJECTED if standing.released else _OF_ITEM[standing.state]
    if standing.done:
        return _of_several(standing.done)
    return OutcomeStage.RECEIVED if standing.tried else None


def _of_several(states: tuple[ItemState, ...]) -> OutcomeStage:
    """All arrived, with several items: the one that has come least far counts."""
    if ItemState.MISMATCH in states:
        return OutcomeStage.MISMATCH
    return OutcomeStage.VERIFIED if set(states) == {ItemState.SYNCED} else OutcomeStage.EXPORTED


# -- sentences --------------------------------------------------------------------------------------------------------


def _received(standing: Standing) -> list[str]:
    if not standing.reasons:
        return ["ERP Bridge has received it and looks at it."]
    told = [_fault(fault) for fault in standing.reasons[:MOST]]
    return ["ERP Bridge has received it, and can't hand it to accounting yet.", *told, *_more(len(standing.reasons))]


def _waiting(standing: Standing) -> list[str]:
    return [f"It waits for the accounting approver, as item {standing.item}."]


def _accepted(standing: Standing) -> list[str]:
    if standing.lies_ready:
        return [f"It was accepted. A file for {_job(standing)} lies ready: accounting loads it into the ERP."]
    return [f"It was accepted, and is on its way into {_job(standing)}."]


def _exported(standing: Standing) -> list[str]:
    return [f"All of it is in {_job(standing)}. It counts there once it is posted.", *standing.how_posted]


def _verified(standing: Standing) -> list[str]:
    return [f"All of it was read back from the posted figures of {_job(standing)}."]


def _failed(standing: Standing) -> list[str]:
    told = [f"{standing.arrived:,} of its {standing.total:,} lines are in {_job(standing)}; the others are not."]
    told += [each.sentence for each in standing.refused[:MOST]]
    told += _more(len(standing.refused))
    if standing.failure and not standing.refused:
        told.append(f"{ended(standing.failure.get('message', ''))} {standing.failure.get('remedy', '')}".strip())
    return [*told, "Accounting sends the rest again, or rejects it. Don't ask for it a second time."]


def _unknown(standing: Standing) -> list[str]:
    return [
        f"Nobody can tell yet whether all of it arrived in {_job(standing)}. Accounting finds out.",
        "Don't ask for it a second time.",
    ]


def _mismatch(standing: Standing) -> list[str]:
    what = f": {standing.seen.replace('_', ' ')}" if standing.seen else ""
    return [f"What {_job(standing)} shows is not what was sent{what}. Accounting was told and puts it right."]


def _rejected(standing: Standing) -> list[str]:
    told = [f"The accounting approver rejected it: {ended(standing.reason or 'no reason was given')}"]
    if standing.released:
        told.append(f"{standing.arrived:,} of its {standing.total:,} lines had arrived in {_job(standing)} and stay.")
    return [*told, "Correct it, and ask for the export anew."]


def _retrieved(standing: Standing) -> list[str]:
    reason = f" {ended(standing.reason)}" if standing.reason else ""
    return [f"It was taken back in ERP Bridge before it was accepted.{reason}", "Ask for the export anew."]


_SENTENCES: Final = {
    OutcomeStage.RECEIVED: _received,
    OutcomeStage.WAITING: _waiting,
    OutcomeStage.ACCEPTED: _accepted,
    OutcomeStage.EXPORTED: _exported,
    OutcomeStage.VERIFIED: _verified,
    OutcomeStage.FAILED: _failed,
    OutcomeStage.UNKNOWN: _unknown,
    OutcomeStage.MISMATCH: _mismatch,
    OutcomeStage.REJECTED: _rejected,
    OutcomeStage.RETRIEVED: _retrieved,
}


def _job(standing: Standing) -> str:
    return f"the ERP's job {standing.job}" if standing.job else "the ERP"


def _fault(fault: Mapping[str, Any]) -> str:
    where, message, remedy = (str(fault.get(name) or "") for name in ("where", "message", "remedy"))
    return f"{sentence_of(where, message)} {remedy}".strip()


def _more(count: int) -> list[str]:
    return [f"And {count - MOST:,} more."] if count > MOST else []
