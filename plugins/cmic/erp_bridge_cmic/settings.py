"""The settings of a connection to one CMiC company. What isn't publicly known of CMiC is a setting here."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final, Literal

from attrs import Factory, field, frozen

from erp_bridge_cmic.names import NEEDED, Names
from erp_bridge_core.contract import Secret

_BASE: Final = re.compile(r"https?://[^/?#@\s]+/[A-Za-z0-9_-]+/?")
LONGEST_TYPE: Final = 4
LONGEST_STATUS: Final = 10
STATUSES: Final = ("approved", "pending", "forecasted", "rejected")


def _no_secret() -> Secret:
    return Secret("")


@frozen(kw_only=True)
class StatusCode:
    """The site's code for one revision status, and whether a PCI with it is approved and can be posted."""

    code: str
    approved: bool = False


@frozen(kw_only=True)
class CmicSettings:
    """One CMiC company. The README explains each setting."""

    base_url: str
    company: str
    live: bool | None = None

    authentication: Literal["basic", "oauth"] = "basic"
    client_id: str = ""
    user: str = ""
    password: Secret = Factory(_no_secret)
    token_url: str = ""
    oauth_client_id: str = ""
    oauth_client_secret: Secret = Factory(_no_secret)
    oauth_scope: str = ""

    original_route: Literal["by_status", "rows", "pci"] = "by_status"
    own_lines_job: str = "{job}"
    assign_phases: bool = True
    pending_budget_shows: Literal["entered", "with_changes"] = "entered"
    send_quantities: bool = True
    no_unit: str = ""

    type_external: str = "EXT"
    type_internal: str = "INT"
    type_transfer: str = "TFR"
    type_original: str = "OBC"
    scope_change_class: Literal["internal", "external"] = "internal"
    transfers_balance: bool = True

    status_codes: Mapping[str, StatusCode] = Factory(
        lambda: {
            "approved": StatusCode(code="APPROVED", approved=True),
            "pending": StatusCode(code="PENDING"),
        }
    )
    default_status: str = "pending"
    building_status: str = "PREPEND"
    approve_afterwards: bool = True
    other_approved_statuses: tuple[str, ...] = ()
    rejected_statuses: tuple[str, ...] = ("REJECTED",)
    line_status: Literal["none", "final"] = "none"
    projected_amounts: Literal["A", "R"] = "A"
    post_by: Literal["hand", "bridge"] = "hand"
    closed_through: date | None = None

    use_batch: tuple[Literal["jcjobcategory", "cmdetail"], ...] = ()
    batch_size: int = 500
    page_size: int = 1_000
    most_pages: int = 10_000
    ask_total: bool = True
    names: Names = field(factory=Names)

    def __attrs_post_init__(self) -> None:
        """Refuse settings that contradict each other, all faults in one message."""
        problems = [*_address_faults(self), *_sign_in_faults(self), *_code_faults(self), *_size_faults(self)]
        if problems:
            raise ValueError("; ".join(problems))

    @property
    def base(self) -> str:
        """The address of the environment, without a slash at its end."""
        return self.base_url.rstrip("/")

    @property
    def books(self) -> str:
        """What tells these books from others: a test environment often holds a company of the same code."""
        return f"{self.base.rpartition('/')[2]}/{self.company}"

    @property
    def approved_statuses(self) -> frozenset[str]:
        """The codes of statuses that count as approved in CMiC."""
        ours = (status.code for status in self.status_codes.values() if status.approved)
        return frozenset({*ours, *self.other_approved_statuses})

    @property
    def types(self) -> Mapping[str, str]:
        """The site's type codes by the letter of their class (letters assumed by the one that is published)."""
        return {"E": self.type_external, "I": self.type_internal, "T": self.type_transfer, "O": self.type_original}


def _address_faults(settings: CmicSettings) -> Iterator[str]:
    if not _BASE.fullmatch(settings.base_url):
        yield "base_url must be https://SERVER/ENVIRONMENT, as in https://erp.example.com/cmicprod"
    if not 1 <= len(settings.company.strip()) <= 8:  # noqa: PLR2004 - CMiC's length of a company code
        yield "company must be CMiC's company code, 1 to 8 characters"
    if "{job}" not in settings.own_lines_job:
        yield "own_lines_job must hold {job}, the code of the control job"


def _sign_in_faults(settings: CmicSettings) -> Iterator[str]:
    if settings.authentication == "basic" and not (settings.user and settings.password):
        yield "authentication basic needs user and password (and client_id, unless the server is the site's own)"
    given = settings.token_url and settings.oauth_client_id and settings.oauth_client_secret
    if settings.authentication == "oauth" and not given:
        yield "authentication oauth needs token_url, oauth_client_id and oauth_client_secret"


def _code_faults(settings: CmicSettings) -> Iterator[str]:
    codes = list(settings.types.values())
    if any(not 1 <= len(code) <= LONGEST_TYPE for code in codes) or len(set(codes)) != len(codes):
        yield "type_external, type_internal, type_transfer, type_original are four different codes of 1 to 4 characters"
    unknown = sorted(set(settings.status_codes) - set(STATUSES))
    if unknown:
        yield f"status_codes knows no {', '.join(unknown)}: only {', '.join(STATUSES)}"
    given = [settings.building_status, *(status.code for status in settings.status_codes.values())]
    if any(not 1 <= len(code) <= LONGEST_STATUS for code in given):
        yield "building_status and each of status_codes are codes of 1 to 10 characters"
    if settings.default_status not in settings.status_codes:
        yield "default_status must be one of status_codes"
    if settings.building_status in settings.approved_statuses:
        yield "building_status must not be approved: what is still being built must not be posted"
    missing = [name for name in NEEDED if not getattr(settings.names, name)]
    if missing:
        yield f"names must not leave {', '.join(missing)} blank"


def _size_faults(settings: CmicSettings) -> Iterator[str]:
    for name in ("batch_size", "page_size"):
        if not 1 <= getattr(settings, name) <= 1_000:  # noqa: PLR2004 - CMiC takes no more
            yield f"{name} must be from 1 to 1000"
    if settings.most_pages < 1:
        yield "most_pages must be at least 1"
