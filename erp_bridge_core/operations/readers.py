"""Who may read figures: whoever shows the token of `[metrics]`, where one is configured."""

import hmac
from typing import Final

from attrs import field, frozen

from erp_bridge_core.app import Application
from erp_bridge_core.configuration.configuration import Configuration

#: How Prometheus reads figures.
CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_BEARER: Final = "Bearer "


@frozen
class Readers:
    """The readers of an installation's figures."""

    token: str = field(default="", repr=False)

    @staticmethod
    def of(application: Application) -> "Readers":
        """Those that the configuration names; raises as secrets do where the token can't be found."""
        configuration = Configuration.read(application.home)
        if not configuration.metrics.token:
            return Readers()
        secret = configuration.secrets.resolve(configuration.metrics.token)
        application.redactor.add(secret)
        return Readers(secret.reveal())

    def shows_token(self, authorization: str) -> bool:
        """Whether a request's `Authorization` shows the token, compared in constant time; no token is nobody's."""
        wanted = (_BEARER + self.token).encode()
        return bool(self.token) and hmac.compare_digest(authorization.encode("utf-8", "backslashreplace"), wanted)
