"""A client of Procore's REST API and ERP connector platform: exact amounts, honest errors, no write sent twice.

Grades and numbers in brackets, such as [firm, 3.2], stand for how well something is known: see the README.
"""

from erp_bridge_procore.client.client import ProcoreClient, open_client
from erp_bridge_procore.client.erp import payload_of, require_all
from erp_bridge_procore.client.sign_in import AuthorizationCode, ClientCredentials
from erp_bridge_procore.client.tokens import TokenKeeper, Tokens
from erp_bridge_procore.client.webhooks import event_of

__all__ = [
    "AuthorizationCode", "ClientCredentials", "ProcoreClient", "TokenKeeper", "Tokens", "event_of", "open_client",
    "payload_of", "require_all",
]  # fmt: skip
