"""The files that pages load: each by an address that holds its content's hash, so that no browser keeps an old one."""

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "static"
#: A year: another content has another address.
SECONDS: Final = 365 * 24 * 3600
_DIGITS: Final = 12


@cache
def static_path(name: str) -> str:
    """The address of a file of the folder `static`, as templates print it."""
    return f"/static/{name}?v={sha256((FOLDER / name).read_bytes()).hexdigest()[:_DIGITS]}"
