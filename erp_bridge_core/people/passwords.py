"""Passwords by argon2, tokens by hash, and how many attempts a sign-in gets."""

import hashlib
import os
import secrets
from base64 import b64encode
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

ATTEMPTS: Final = 5
WINDOW: Final = timedelta(minutes=15)
SESSION_HOURS: Final = 12
TOKEN_PREFIX: Final = "erpb_"  # noqa: S105 -- marks our tokens, so that scanners of leaks find them

_HASHER: Final = PasswordHasher()


def _hash_of_nothing() -> str:
    """A hash in the hasher's own terms that no password is known for; made without hashing, which takes long."""
    salt, digest = (
        b64encode(os.urandom(length)).decode().rstrip("=") for length in (_HASHER.salt_len, _HASHER.hash_len)
    )
    costs = f"m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}"
    return f"$argon2id$v=19${costs}${salt}${digest}"


#: Verified when there is no such person, so that an answer takes as long as for one who exists.
_NOBODY: Final = _hash_of_nothing()


def hashed(password: str) -> str:
    """The argon2 hash of a password, with its own salt."""
    return _HASHER.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Whether the password is the one of the hash; takes as long where no hash is stored."""
    try:
        right = _HASHER.verify(stored or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return right and stored is not None


def new_token(prefix: str = "") -> str:
    """A token that nobody can guess: 256 bits of chance."""
    return prefix + secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored of a token; it is random enough that a plain hash can't be reversed."""
    return hashlib.sha256(token.encode()).hexdigest()


def recent_attempts(attempts: Iterable[str], now: datetime) -> list[str]:
    """The failed attempts, as ISO moments, that still count."""
    return [moment for moment in attempts if now - datetime.fromisoformat(moment) < WINDOW]


def operating_system_user() -> str:
    """Who runs this process, by its id: environment variables could say anybody."""
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except ImportError:
        return os.getlogin()
    except KeyError:
        return str(os.getuid())
