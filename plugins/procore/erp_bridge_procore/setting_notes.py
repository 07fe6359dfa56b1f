"""What each setting of a connection to Procore means, as the form of a connection tells it."""

from collections.abc import Mapping
from typing import Final

NOTES: Final[Mapping[str, str]] = {
    "company_id": "Number of the company at Procore; it stands in the address of the company's pages.",
    "client_id": "Client id of the app, as the developer portal shows it.",
    "client_secret": "Secret: the app's.",
    "grant": (
        "client_credentials: the app acts as its service account. authorization_code: it acts for the person who "
        "authorized it."
    ),
    "api_url": "Root of the API; the sandbox has its own.",
    "login_url": "Root of the login host; the sandbox has its own, and tokens are not shared.",
    "longest_wait": "Seconds that a request waits for the rate limit before it gives up, nothing sent.",
    "view": "Budget view that budgets are read by, its name or number. Blank: the only one.",
    "change_columns": (
        "Keys of the view's columns that hold approved budget changes; they are compared with the changes themselves. "
        "Empty: nothing is compared."
    ),
    "currency": "Currency of budgets that have no line to tell it.",
    "quantities_up_to": (
        "Budgets of at most so many lines are read with quantities, which takes a request a line; 0: none is."
    ),
    "job_from": "Where a project's job in the ERP stands: its origin_id, or its number.",
    "webhook_token": "Secret: what Procore sends as bearer token with each webhook. Blank: none is taken.",
    "webhook_namespace": "Namespace of our webhook at Procore, by which the check finds it.",
    "application_id": "Number of our app, by which webhooks of our own doing are known. Unset: none is known.",
    "progress_word": "The word that says in progress when a request is told how it stands.",
    "closed_details": "Whether Procore takes another status for a request that we closed: final or rewritten.",
    "see_transactions": (
        "How a mark is seen to have arrived: in the list of transactions, or by the answer to the mark alone."
    ),
    "send_job_costs": "Send the figures back as job costs once a request is verified.",
}

#: Settings that stand together under a title; the others stand first.
GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "Environment": ("api_url", "login_url", "longest_wait"),
    "Reading budgets": ("view", "change_columns", "currency", "quantities_up_to", "job_from"),
    "Webhooks": ("webhook_token", "webhook_namespace", "application_id"),
    "Telling outcomes": ("progress_word", "closed_details", "see_transactions", "send_job_costs"),
}
