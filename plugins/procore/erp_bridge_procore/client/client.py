"""The client of one company at Procore: one door to everything it can read and write."""

from pathlib import Path

import requests
from attrs import frozen

from erp_bridge_core.contract import Clock
from erp_bridge_procore.client.budgets import Budgets
from erp_bridge_procore.client.changes import Changes
from erp_bridge_procore.client.codes import Codes
from erp_bridge_procore.client.erp import ErpTool
from erp_bridge_procore.client.pace import Pace
from erp_bridge_procore.client.sign_in import Grant, SignIn
from erp_bridge_procore.client.tokens import TokenKeeper
from erp_bridge_procore.client.transport import Transport
from erp_bridge_procore.client.webhooks import Webhooks


@frozen(kw_only=True)
class ProcoreClient:
    """What Procore holds, by tool: the codes, the budgets, their changes, the ERP tool, webhooks."""

    sign_in: SignIn
    codes: Codes
    budgets: Budgets
    changes: Changes
    erp: ErpTool
    webhooks: Webhooks


def open_client(
    *,
    session: requests.Session,
    clock: Clock,
    api_url: str,
    login_url: str,
    company_id: int,
    grant: Grant,
    tokens: Path,
    longest_wait: float = 60.0,
) -> ProcoreClient:
    """A client over the session that is given. Nothing goes out yet.

    `tokens` is the file that all processes of the connection share; `longest_wait` is how many seconds a request waits
    for its rate window before it gives up, nothing sent.
    """
    sign_in = SignIn(login_url.rstrip("/"), session, clock, grant, TokenKeeper(tokens))
    transport = Transport(
        api_url.rstrip("/"), company_id, session, clock, sign_in, pace=Pace(clock, longest_wait=longest_wait)
    )
    codes, changes = Codes(transport), Changes(transport)
    return ProcoreClient(
        sign_in=sign_in,
        codes=codes,
        budgets=Budgets(transport, codes, changes),
        changes=changes,
        erp=ErpTool(transport),
        webhooks=Webhooks(transport),
    )
