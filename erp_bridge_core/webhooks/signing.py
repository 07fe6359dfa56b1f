"""Signatures as in Standard Webhooks: HMAC-SHA256 of event, timestamp and body, so that nobody else can pose as us."""

import hashlib
import hmac
from base64 import b64decode, b64encode
from datetime import datetime
from typing import Final

PREFIX: Final = "whsec_"


def secret_of(key: bytes, company_id: int, salt: str) -> str:
    """A webhook's secret, made of the host's key and the webhook's salt: in the database alone there is none."""
    made = hmac.new(key, f"webhook:{company_id}:{salt}".encode(), hashlib.sha256).digest()
    return PREFIX + b64encode(made).decode()


def signed_headers(secret: str, event: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers that prove who sends a body, and when."""
    timestamp = str(int(at.timestamp()))
    content = f"{event}.{timestamp}.".encode() + body
    seal = hmac.new(b64decode(secret.removeprefix(PREFIX)), content, hashlib.sha256).digest()
    return {
        "webhook-id": event,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{b64encode(seal).decode()}",
    }
