"""The settings of a connection to one Spectrum company. What isn't publicly known of Spectrum is a setting here."""

import re
from collections.abc import Iterator, Mapping
from typing import Final, Literal
from urllib.parse import urlsplit

from attrs import Factory, frozen

from erp_bridge_core.contract import Secret
from erp_bridge_spectrum.codes import FORBIDDEN, LONGEST, PhaseCodes, bare

REVISION_STATUSES: Final = ("approved", "pending", "forecasted", "rejected")
PRICE_METHODS: Final = "FTCUJ"
#: Digits of a change request's number that are left to count with.
_LEAST_COUNTER: Final = 3
NUMBER_LENGTH: Final = 8
_TABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")


def _no_secret() -> Secret:
    return Secret("")


@frozen(kw_only=True)
class SpectrumSettings:
    """One Spectrum company behind Data Exchange. The README explains each setting."""

    url: str
    company: str
    authorization_id: Secret
    live: bool | None = None

    basic: bool = False
    guid: Literal["fresh", "blank"] = "fresh"
    token_url: str = ""
    client_id: Secret = Factory(_no_secret)
    client_secret: Secret = Factory(_no_secret)
    token_scope: str = "spectrumapi"  # noqa: S105 - no secret

    row_cap: int = 500
    divisions: tuple[str, ...] = ()
    cost_types: Mapping[str, str] = Factory(dict)
    units: tuple[str, ...] = ()
    phase_mask: str = ""
    phase_masks: Mapping[str, str] = Factory(dict)
    phase_fill: Literal["none", "leading", "trailing"] = "none"

    price_method: str = "J"
    quantities: bool = True

    change_route: Literal["current_estimate", "change_request"] = "current_estimate"
    change_request_status: Mapping[str, str] = Factory(dict)
    change_request_prefix: str = ""
    customer: str = ""
    cost_reimbursable: Literal["", "Y", "N"] = "N"
    send_approved_date: bool = True

    sql_connection: Secret = Factory(_no_secret)
    sql_phase_master: str = "JC_PHASE_MASTER_MC"
    sql_timeout: int = 60

    def __attrs_post_init__(self) -> None:
        """Refuse settings that contradict each other, all faults in one message."""
        problems = [*_basic_faults(self), *_mask_faults(self), *_change_faults(self), *_sql_faults(self)]
        if problems:
            raise ValueError("; ".join(problems))

    @property
    def base(self) -> str:
        """The root of Data Exchange, without a slash at its end."""
        return self.url.strip().rstrip("/")

    @property
    def by_change_request(self) -> bool:
        """Whether budget changes travel as change requests."""
        return self.change_route == "change_request"

    def codes(self, job: str) -> PhaseCodes:
        """How the phases of a job are written: a job may have a mask of its own."""
        return PhaseCodes(mask=self.phase_masks.get(job, self.phase_mask), fill=self.phase_fill)


def _basic_faults(settings: SpectrumSettings) -> Iterator[str]:
    parts = urlsplit(settings.base)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.username:
        yield "url is not an address such as https://tenant.dexterchaney.com:8482"
    if not 1 <= len(settings.company.strip()) <= 3:  # noqa: PLR2004 - Company_Code holds three
        yield "company is not a company code of one to three characters"
    if not settings.authorization_id:
        yield "authorization_id is missing"
    missing = [name for name in ("client_id", "client_secret") if not getattr(settings, name)]
    if settings.token_url and missing:
        yield f"token_url is given but {' and '.join(missing)} not"
    if settings.row_cap < 1:
        yield "row_cap is below 1"
    if len(settings.price_method) > 1 or settings.price_method not in PRICE_METHODS:
        yield f"price_method is none of {', '.join(PRICE_METHODS)} (or blank)"


def _mask_faults(settings: SpectrumSettings) -> Iterator[str]:
    for where, mask in [("phase_mask", settings.phase_mask), *settings.phase_masks.items()]:
        if len(bare(mask)) > LONGEST or mask != mask.strip("-"):
            yield f"{where}: the mask {mask!r} is longer than {LONGEST} signs, or begins or ends with a dash"
    if settings.phase_fill != "none" and not settings.phase_mask and not settings.phase_masks:
        yield "phase_fill is given but no phase_mask, which says how long a phase is"
    for kind, codes in (("cost_types", settings.cost_types), ("units", settings.units)):
        wrong = sorted(code for code in codes if not 1 <= len(code) <= 3 or set(code) & set(FORBIDDEN))  # noqa: PLR2004
        if wrong:
            yield f"{kind}: {', '.join(map(repr, wrong))} can't be a code of one to three characters"


def _change_faults(settings: SpectrumSettings) -> Iterator[str]:
    unknown = sorted(set(settings.change_request_status) - set(REVISION_STATUSES))
    if unknown:
        yield f"change_request_status: {', '.join(unknown)} is none of {', '.join(REVISION_STATUSES)}"
    long = sorted(code for code in settings.change_request_status.values() if not 1 <= len(code) <= 2)  # noqa: PLR2004
    if long:
        yield f"change_request_status: {', '.join(map(repr, long))} is no status code of one or two characters"
    if settings.by_change_request and "approved" not in settings.change_request_status:
        yield "change_route is change_request, but change_request_status names no code for approved"
    prefix = settings.change_request_prefix
    if len(prefix) > NUMBER_LENGTH - _LEAST_COUNTER or set(prefix) & set(FORBIDDEN) or prefix != prefix.strip():
        yield f"change_request_prefix is longer than {NUMBER_LENGTH - _LEAST_COUNTER} characters, or holds odd ones"
    if settings.by_change_request and not prefix:
        yield "change_route is change_request, but change_request_prefix is blank: numbers need a prefix of ours"


def _sql_faults(settings: SpectrumSettings) -> Iterator[str]:
    if not _TABLE.fullmatch(settings.sql_phase_master):
        yield f"sql_phase_master: {settings.sql_phase_master!r} is no table's name"
