"""A round is kept by the browser that began it: sealed, so that nobody reads or makes one, and only for a while."""

import base64
import hmac
from datetime import datetime
from typing import Final

from attrs import define, field
from cattrs.errors import BaseValidationError
from cattrs.preconf.json import make_converter
from cryptography.fernet import Fernet, InvalidToken

from erp_bridge_core.web.oidc.rounds import SECONDS, Round

#: Browsers keep no longer cookies.
LONGEST: Final = 4000
_CONVERTER: Final = make_converter(forbid_extra_keys=True)


@define
class Seal:
    """Seals rounds by a key that is made of the installation's own, which lies outside the database."""

    key: bytes = field(repr=False)

    def close(self, one: Round) -> str:
        """The sealed round."""
        return self._fernet.encrypt_at_time(_CONVERTER.dumps(one).encode(), int(one.began_at.timestamp())).decode()

    def open(self, sealed: str, now: datetime) -> Round | None:
        """The round; None for what we have not sealed, and for one that took too long."""
        if not sealed or len(sealed) > LONGEST:
            return None
        try:
            text = self._fernet.decrypt_at_time(sealed.encode(), SECONDS, int(now.timestamp()))
            return _CONVERTER.loads(text, Round)
        except (InvalidToken, ValueError, BaseValidationError):
            return None

    @property
    def _fernet(self) -> Fernet:
        made = hmac.digest(self.key, b"a round to the provider of sign-ins", "sha256")
        return Fernet(base64.urlsafe_b64encode(made))
