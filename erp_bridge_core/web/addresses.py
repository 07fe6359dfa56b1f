"""Where a person is led after signing in: only to a page of our own."""

from typing import Final
from urllib.parse import quote, urlsplit

HOME: Final = "/"
#: Where whoever has to choose his own password first of all is led.
FIRST_OF_ALL: Final = "/password"
_LONGEST: Final = 500


def own_path(wanted: str) -> str:
    """The wanted path where it is one of ours; the home page for whatever leads elsewhere, or might be read so."""
    plain = wanted.isascii() and wanted.isprintable() and "\\" not in wanted and len(wanted) <= _LONGEST
    if not plain or not wanted.startswith("/") or wanted.startswith("//"):
        return HOME
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return HOME
    return HOME if parts.scheme or parts.netloc else wanted


def sign_in_path(then: str) -> str:
    """The sign-in page, which leads to `then` afterwards."""
    return f"/sign-in?next={quote(own_path(then), safe='/')}"
