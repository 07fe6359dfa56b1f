"""What people at Procore read of a request: a status, sentences, and the mark by which what is ours is known."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Final

from attrs import frozen

from erp_bridge_core.contract.source import OutcomeStage, SourceOutcome, TransactionOutcome
from erp_bridge_procore.client.told import DetailStatus

#: Each stage as a status of Procore's.
_STATUSES: Final[Mapping[OutcomeStage, DetailStatus]] = {
    OutcomeStage.RECEIVED: DetailStatus.IN_PROGRESS,
    OutcomeStage.WAITING: DetailStatus.IN_PROGRESS,
    OutcomeStage.ACCEPTED: DetailStatus.IN_PROGRESS,
    OutcomeStage.EXPORTED: DetailStatus.IN_PROGRESS,
    OutcomeStage.UNKNOWN: DetailStatus.IN_PROGRESS,
    OutcomeStage.VERIFIED: DetailStatus.SUCCESS,
    OutcomeStage.FAILED: DetailStatus.FAILED,
    OutcomeStage.MISMATCH: DetailStatus.FAILED,
    OutcomeStage.REJECTED: DetailStatus.FAILED,
    OutcomeStage.RETRIEVED: DetailStatus.FAILED,
}
_STAGES: Final[Mapping[OutcomeStage, str]] = {
    OutcomeStage.RECEIVED: "The budget was received, and can't be given to the accounting approver yet.",
    OutcomeStage.WAITING: "The budget waits for the accounting approver.",
    OutcomeStage.ACCEPTED: "The budget was accepted and is on its way into the ERP.",
    OutcomeStage.EXPORTED: "The budget is in the ERP and waits there to be posted, or to be seen posted.",
    OutcomeStage.VERIFIED: "The budget is in the ERP: its posted figures were read back and are the same.",
    OutcomeStage.FAILED: "The budget, or a part of it, could not be brought into the ERP.",
    OutcomeStage.UNKNOWN: "It is not known yet whether all of the budget reached the ERP. Accounting looks into it; "
    "do not send it again.",
    OutcomeStage.MISMATCH: "The ERP's figures are not those of the budget. Accounting looks into it.",
    OutcomeStage.REJECTED: "The accounting approver rejected the budget. Correct it and send it again.",
    OutcomeStage.RETRIEVED: "The budget was retrieved before the accounting approver answered. Send it again when it "
    "is ready.",
}
#: More sentences than a person reads are counted.
MOST: Final = 100
_MARK: Final = re.compile(r"Told by ERP Bridge ([^ ,]+), report ([0-9]+)\.", re.ASCII)


@frozen
class Mark:
    """By whom and as which report something was told: it stands last in the messages."""

    installation: str
    number: int

    def __str__(self) -> str:
        return f"Told by ERP Bridge {self.installation}, report {self.number}."

    @classmethod
    def among(cls, messages: Iterable[str]) -> "Mark | None":
        """The mark in messages that were read, None where somebody else wrote them."""
        found = [match for text in messages if (match := _MARK.fullmatch(text.strip()))]
        return cls(found[-1][1], int(found[-1][2])) if found else None


def status_of(outcome: SourceOutcome) -> DetailStatus:
    """The status of a request; one for which nobody waits until it is posted is a success once it is exported."""
    if outcome.stage is OutcomeStage.EXPORTED and outcome.facts.get("final") == "true":
        return DetailStatus.SUCCESS
    return _STATUSES[outcome.stage]


def messages_of(outcome: SourceOutcome, mark: Mark) -> tuple[str, ...]:
    """What the outcome says, else its stage in a sentence; what single transactions met with; and our mark."""
    said = outcome.messages or (_STAGES[outcome.stage],)
    sentences = dict.fromkeys((*said, *_of_transactions(outcome.transactions)))
    shown = tuple(islice(sentences, MOST))
    more = len(sentences) - len(shown)
    return (*shown, *([f"There are {more} messages more; ERP Bridge shows all of them."] if more else ()), str(mark))


def _of_transactions(transactions: Iterable[TransactionOutcome]) -> Iterator[str]:
    return (each.message for each in transactions if each.message and each.arrived is not True)
