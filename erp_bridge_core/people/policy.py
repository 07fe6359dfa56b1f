"""A company's policies: what its administrators may decide otherwise than the default."""

from typing import Any, Final, Literal

from attrs import field, frozen

from erp_bridge_core.people.texts import is_locale

RECENT_MINUTES: Final = 15


def _known_locale(_: Any, __: Any, value: str) -> None:
    if not is_locale(value):
        raise ValueError("is not known; expected a locale such as en_US")


def _positive(_: Any, __: Any, value: int) -> None:
    if value < 1:
        raise ValueError("must be 1 or more")


def _hour(_: Any, __: Any, value: int) -> None:
    if value not in range(24):
        raise ValueError("must be 0 to 23")


@frozen(kw_only=True)
class CompanyPolicy:
    """How one company works.

    `separation_of_duties`: who edited, imported, sent or granted himself the right does not approve (P4).
    `resend_with_grant`: the grant "send and retrieve" suffices for a re-send after a reject (P2).
    `approve_by_token`: API tokens with the verb `answer` may accept and reject (P5).
    `duplicates`: what an import does with repeated keys when not told otherwise, `refuse` or `sum` (B8).
    `recent_minutes`: how long ago a sign-in may be for accepting, settling, granting, and editing connections.
    `daily_summary_hour`: the hour of the day, in the company's time zone, of the daily summary (M1).
    `locale`: how mail writes money and dates to whoever chose none himself, as in CLDR (`en_US`, `fr_CA`).
    """

    separation_of_duties: bool = True
    resend_with_grant: bool = False
    approve_by_token: bool = False
    duplicates: Literal["refuse", "sum"] = "refuse"
    recent_minutes: int = field(default=RECENT_MINUTES, validator=_positive)
    daily_summary_hour: int = field(default=7, validator=_hour)
    locale: str = field(default="en_US", validator=_known_locale)
