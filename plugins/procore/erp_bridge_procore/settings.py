"""The settings of a connection to one Procore company. What is not publicly known of Procore is a setting here."""

import re
from collections.abc import Iterator
from typing import Final, Literal
from urllib.parse import urlsplit

from attrs import Factory, frozen

from erp_bridge_core.contract import Secret

_CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)


def _no_secret() -> Secret:
    return Secret("")


@frozen(kw_only=True)
class ProcoreSettings:
    """One Procore company and the app that is connected to it. The README explains each setting."""

    company_id: int
    client_id: str
    client_secret: Secret
    grant: Literal["client_credentials", "authorization_code"] = "client_credentials"

    api_url: str = "https://api.procore.com"
    login_url: str = "https://login.procore.com"
    longest_wait: float = 60.0

    view: str = ""
    change_columns: tuple[str, ...] = ()
    currency: str = "USD"
    quantities_up_to: int = 0
    job_from: Literal["origin_id", "number"] = "origin_id"

    webhook_token: Secret = Factory(_no_secret)
    webhook_namespace: str = "erp-bridge"
    application_id: int | None = None

    progress_word: str = "in_progress"
    closed_details: Literal["final", "rewritten"] = "final"
    see_transactions: Literal["list", "answer"] = "list"
    send_job_costs: bool = False

    def __attrs_post_init__(self) -> None:
        """Refuse settings that can't be right, all faults in one message."""
        problems = list(_faults(self))
        if problems:
            raise ValueError("; ".join(problems))


def _faults(settings: ProcoreSettings) -> Iterator[str]:
    for name in ("api_url", "login_url"):
        parts = urlsplit(getattr(settings, name))
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.username:
            yield f"{name} is not an address such as https://api.procore.com"
    if settings.company_id < 1:
        yield "company_id is not the number of a company"
    yield from (f"{name} is missing" for name in ("client_id", "client_secret") if not getattr(settings, name))
    yield from (f"{name} is below 0" for name in ("longest_wait", "quantities_up_to") if getattr(settings, name) < 0)
    if not _CURRENCY.fullmatch(settings.currency):
        yield "currency is not a code of three capitals, such as USD"
    if not settings.progress_word.strip():
        yield "progress_word is blank"
    if settings.send_job_costs and settings.see_transactions != "list":
        yield "send_job_costs needs see_transactions to be list: the figures are summed from that list"
