"""What an answer of Procore's means that is no success: only its own error shape is a refusal (ledger L6).

Firm [3.3]: bodies carry `message` or `errors` loosely. So both are read, as text, as a list, or by field.
"""

from collections.abc import Mapping
from typing import Any, Final

import requests

from erp_bridge_core.contract.errors import AlreadyThere, ErpRefused
from erp_bridge_procore.client.errors import BudgetLocked, NotConnected, NothingThere, NotPermitted
from erp_bridge_procore.client.wire import decode

#: Procore's own words where one kind of refusal is told from another [one source, 2A.5 and 3.2; firm, 3.3].
_NOT_CONNECTED: Final = "not connected to this company"
_LOCKED: Final = "locked budget"
_TAKEN: Final = ("already exists", "already been taken")
_CLIENT_ERRORS: Final = range(400, 500)
#: Told by the ways of sending themselves, or by nobody who has looked at the request.
_NO_REFUSAL: Final = frozenset({401, 408, 429})


def refusal_of(answer: requests.Response) -> ErpRefused | None:
    """The refusal that an answer is, in Procore's words; None for one that is not in Procore's own shape."""
    if answer.status_code not in _CLIENT_ERRORS or answer.status_code in _NO_REFUSAL:
        return None
    words = words_of(answer)
    if not words:
        return None
    kind, remedy = _kind(answer.status_code, words)
    return kind(words, remedy=remedy, erp_code=str(answer.status_code))


def _kind(status: int, words: str) -> tuple[type[ErpRefused], str]:
    found: tuple[type[ErpRefused], str] = (ErpRefused, "Correct what Procore names.")
    if status == requests.codes.forbidden and _NOT_CONNECTED in words:
        found = (NotConnected, "Have a company administrator install the app, and check company_id.")
    elif status == requests.codes.forbidden:
        connectors = "a connector's user also Admin on ERP Integrations and Can Push to Accounting"
        found = (NotPermitted, f"Give the user Read-Only on Budget (Standard to lock one), {connectors}.")
    elif status == requests.codes.not_found:
        found = (NothingThere, "Check the number, and that the user may see the project.")
    elif status == requests.codes.conflict or any(mark in words for mark in _TAKEN):
        found = (AlreadyThere, "Read what is there, and link with it.")
    elif _LOCKED in words:
        found = (BudgetLocked, "Unlock the budget in Procore, or make a budget change.")
    return found


def words_of(answer: requests.Response) -> str:
    """Procore's sentences in an answer, as one text; blank where it is none of its error bodies."""
    try:
        body = decode(answer.content)
    except ValueError:
        return ""
    if not isinstance(body, Mapping):
        return ""
    told = (words_in(body.get(name)) for name in ("errors", "error", "message", "error_description"))
    return "; ".join(dict.fromkeys(text for text in told if text))


def words_in(told: Any) -> str:
    """The sentences of an error value: text, a list, or sentences by field."""
    if told is None or told == "":
        return ""
    if isinstance(told, Mapping):
        pairs = ((name, words_in(value)) for name, value in told.items())
        return "; ".join(text if name == "base" else f"{name} {text}" for name, text in pairs if text)
    if isinstance(told, list | tuple):
        return "; ".join(filter(None, map(words_in, told)))
    return str(told)
