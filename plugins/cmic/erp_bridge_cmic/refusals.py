"""CMiC's own refusals: which answers are in a shape that only CMiC gives, and what its words mean (L6, E3)."""

import re
from collections.abc import Mapping
from typing import Any, Final

import requests
from attrs import frozen

from erp_bridge_cmic.wire import decode
from erp_bridge_core.contract.errors import AlreadyThere, ErpRefused

#: The framework's and the database's own numbers at the beginning of a message.
_NUMBERED: Final = re.compile(r"\b(?:JBO|ORA|FRM)-[0-9]{4,6}\b")
_ALREADY: Final = re.compile(
    r"ORA-00001|JBO-25013|JBO-26048|unique constraint|already exists|already posted", re.IGNORECASE
)
_LONGEST: Final = 4_000
#: CMiC's framework names its version in each answer; nothing in front of it does.
FRAMEWORK: Final = "REST-Framework-Version"


@frozen(kw_only=True)
class Refusal:
    """The words of a refusal and the framework's number for it, where there is one."""

    words: str
    code: str = ""


@frozen(kw_only=True)
class _Meaning:
    words: re.Pattern[str]
    meaning: str
    remedy: str


def _meaning(words: str, meaning: str, remedy: str) -> _Meaning:
    return _Meaning(words=re.compile(words, re.IGNORECASE), meaning=meaning, remedy=remedy)


_MEANINGS: Final = (
    _meaning(
        r"in process|frozen|started",
        "The job was started, which freezes its original budget.",
        "Reject the item and send the budget again: what is left then goes as an original-budget PCI.",
    ),
    _meaning(
        r"not approved", "The PCI is not approved; only an approved one is posted.", "Approve it in CMiC, then retry."
    ),
    _meaning(
        r"period.*closed|closed.*period",
        "The posting date lies in a closed period.",
        "Have the period opened, or post the PCI by hand with another date; then retry.",
    ),
    _meaning(
        r"net to zero|balance",
        "CMiC's control flags want a transfer to net to zero.",
        "Choose another revision type for this change, or correct its lines.",
    ),
    _meaning(r"job .*closed", "The job is closed.", "Have the job opened in CMiC, then retry; or reject the item."),
    _meaning(
        r"neither transactions nor pci|pci entry",
        "The job takes no PCIs.",
        "Switch on Allow PCI Entry for the job in CMiC, then retry.",
    ),
    _meaning(
        r"not active|inactive",
        "The phase or category is inactive on this job.",
        "Have it activated in CMiC, then retry.",
    ),
    _meaning(
        r"control phase|control category",
        "Budgets stand at the lowest level of phases and categories alone.",
        "Map the line to a phase and category below it.",
    ),
    _meaning(
        r"cost code code|does not exist|not found",
        "CMiC does not know the job, phase and category together.",
        "Have the phase and category assigned to the job in CMiC, sync, then retry.",
    ),
    _meaning(r"\bwm\b|weight.?measure", "CMiC does not know the unit of measure.", "Map the unit to a WM code."),
    _meaning(
        r"number to be typed|mask",
        "The PCI type does not take this number.",
        "Let the type's numbers be overridden in CMiC (PCI Types), then retry.",
    ),
    _meaning(r"batch size", "The batch is larger than CMiC takes.", "Lower batch_size, then retry."),
    _meaning(
        r"locked|another user",
        "Somebody has the row open in CMiC.",
        "Wait until it is released, then retry.",
    ),
)  # fmt: skip
_FORBIDDEN: Final = (
    "The API account may not do this on this resource.",
    "Have the role's API security allow it (per resource and operation), then retry.",
)
_UNKNOWN: Final = ("", "Read CMiC's words; correct the line or the set-up in CMiC, then retry or reject the item.")


def refusal_of(answer: requests.Response) -> Refusal | None:
    """The refusal in an answer, None when nothing in it is of CMiC's own shape: then nothing is known of the write."""
    try:
        body = decode(answer.content)
    except ValueError:
        return _plain_refusal(answer)
    if isinstance(body, dict):
        return _structured(body)
    return _plain_refusal(answer)


def is_success(answer: requests.Response) -> bool:
    """Whether the status says that it was done. It is no proof: the body may say otherwise."""
    return 200 <= answer.status_code < 300  # noqa: PLR2004


def refuse(refusal: Refusal, *, status: int = 400) -> ErpRefused:
    """The error for a refusal: CMiC's words, what they mean, what to do."""
    meaning, remedy = _explain(refusal.words, status)
    kind = AlreadyThere if _ALREADY.search(refusal.words) else ErpRefused
    return kind(refusal.words, meaning=meaning, remedy=remedy, erp_code=refusal.code or str(status))


def _explain(words: str, status: int) -> tuple[str, str]:
    if status == requests.codes.forbidden:
        return _FORBIDDEN
    found = next((one for one in _MEANINGS if one.words.search(words)), None)
    return (found.meaning, found.remedy) if found else _UNKNOWN


def _structured(body: Mapping[str, Any]) -> Refusal | None:
    """The framework's structure of version 4, its poorer forms, and the `{error}` of CMiC's own actions."""
    details = body.get("o:errorDetails")
    if isinstance(details, list):
        found = [one for one in details if isinstance(one, dict)]
        words = " ".join(str(one.get("detail") or one.get("title") or "") for one in found).strip()
        code = next((str(one["o:errorCode"]) for one in found if one.get("o:errorCode")), "")
        return Refusal(words=_short(words or str(body.get("title") or "no words")), code=code)
    if isinstance(body.get("error"), str):
        return Refusal(words=_short(body["error"]))
    if isinstance(body.get("title"), str) and "status" in body:
        return Refusal(words=_short(str(body.get("detail") or body["title"])), code=str(body.get("o:errorCode") or ""))
    return None


def _plain_refusal(answer: requests.Response) -> Refusal | None:
    words = " ".join(answer.text.split())
    number = _NUMBERED.search(words)
    if is_success(answer) or not words or words.startswith("<") or not (number or FRAMEWORK in answer.headers):
        return None
    return Refusal(words=_short(words), code=number[0] if number else "")


def _short(words: str) -> str:
    return words[:_LONGEST]
