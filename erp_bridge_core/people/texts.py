"""What logins, names, codes, mail addresses and passwords may be: plain functions that answer with faults."""

import re
import unicodedata
from typing import Final
from zoneinfo import ZoneInfo

from erp_bridge_core.contract.errors import Fault

LONGEST_NAME: Final = 200
SHORTEST_PASSWORD: Final = 12
LONGEST_PASSWORD: Final = 1000

_CODE: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}", re.ASCII)
_LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,99}", re.ASCII)
_EMAIL: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII)
_ISSUER: Final = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(/[!-~]*)?", re.ASCII)
_SUBJECT: Final = re.compile(r"[!-~]([ -~]*[!-~])?", re.ASCII)
_CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)
#: Control, format (bidirectional marks among them), surrogate and private characters, line and paragraph separators.
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def login_faults(login: str) -> list[Fault]:
    """A login is lower-case ASCII, at most 100 characters, so that none looks like another."""
    return _matches(
        _LOGIN, "login", login, "lower-case letters, digits and . _ @ + -, starting with one of the first two"
    )


def code_faults(code: str) -> list[Fault]:
    """A company's code stands in paths, labels and commands."""
    return _matches(_CODE, "code", code, "lower-case letters, digits and -, at most 64")


def currency_faults(currency: str) -> list[Fault]:
    """A currency is told by its three letters."""
    return _matches(_CURRENCY, "currency", currency, "three capital letters, as in ISO 4217 (USD)")


def email_faults(email: str) -> list[Fault]:
    """A mail address may be blank; no character of it can end a mail header."""
    return [] if not email else _matches(_EMAIL, "email", email, "an address such as name@company.example", longest=254)


def name_faults(name: str) -> list[Fault]:
    """A name is any visible text of one line."""
    hidden = any(unicodedata.category(character) in _HIDDEN for character in name)
    if name.strip() and len(name) <= LONGEST_NAME and not hidden:
        return []
    return [Fault("name", "is not a name", value=name, expected=f"1 to {LONGEST_NAME} visible characters in one line")]


def time_zone_faults(time_zone: str) -> list[Fault]:
    """A time zone is one that the zone database knows."""
    try:
        ZoneInfo(time_zone)
    except (ValueError, OSError, KeyError):  # a path, a folder, an unknown name
        known = False
    else:
        known = True
    if known:
        return []
    return [Fault("time_zone", "is not known", value=time_zone, expected="a zone such as America/Chicago")]


def is_locale(locale: str) -> bool:
    """Whether a locale is known, and written as CLDR does: `en_US`, not `en-us`."""
    from babel import Locale, UnknownLocaleError

    try:
        return locale.isascii() and str(Locale.parse(locale)) == locale
    except (UnknownLocaleError, ValueError, TypeError):
        return False


def locale_faults(locale: str) -> list[Fault]:
    """A locale is one that CLDR knows."""
    if is_locale(locale):
        return []
    return [Fault("locale", "is not known", value=locale, expected="a locale such as en_US or fr_CA")]


def password_faults(password: str, login: str) -> list[Fault]:
    """Length is what makes a password; its value is never put into a fault."""
    faults = []
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        faults.append(
            Fault(
                "password",
                "is too short or too long",
                expected=f"{SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters",
                remedy="Several words make a good one.",
            )
        )
    if password.casefold() == login.casefold() or len(set(password)) < 4:  # noqa: PLR2004 -- aaaa..., abab...
        faults.append(Fault("password", "is too easy to guess", remedy="Several words make a good one."))
    return faults


def identity_faults(issuer: str, subject: str) -> list[Fault]:
    """An issuer is the address that a provider names itself by; a subject is its own name for a person."""
    expected = "the provider's own name for the person, at most 255 visible characters"
    return [
        *_matches(_ISSUER, "issuer", issuer, "the provider's address, such as https://id.company.example", longest=500),
        *_matches(_SUBJECT, "subject", subject, expected, longest=255),
    ]


def _matches(pattern: re.Pattern[str], where: str, value: str, expected: str, *, longest: int = 100) -> list[Fault]:
    if len(value) <= longest and pattern.fullmatch(value):
        return []
    return [Fault(where, "is not of the right form", value=value, expected=expected)]
